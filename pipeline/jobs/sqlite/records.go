package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"

	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
)

// columns in the order scan reads them.
const columns = "doc, status, priority, rank, owner, lease, revision"

type row interface{ Scan(dest ...any) error }

// scan reads a record; what has a column goes before what the document says.
func scan(r row) (jobs.Record, error) {
	var doc []byte
	var status, owner string
	var priority int
	var rank, lease, revision int64
	if err := r.Scan(&doc, &status, &priority, &rank, &owner, &lease, &revision); err != nil {
		return jobs.Record{}, err
	}
	var rec jobs.Record
	if err := json.Unmarshal(doc, &rec); err != nil {
		return jobs.Record{}, errors.Join(errDamaged, err)
	}
	rec.Status, rec.Priority, rec.Rank = jobs.Status(status), priority, rank
	rec.Owner, rec.Lease, rec.Revision = owner, fromNanos(lease), revision
	return rec, nil
}

// Submit implements jobs.Records.
func (s *Store) Submit(ctx context.Context, r jobs.Record, key string) (jobs.Record, bool, error) {
	var got jobs.Record
	added := false
	err := s.change(ctx, func(tx *sql.Tx) (string, error) {
		var err error
		got, err = scan(tx.QueryRowContext(ctx, "SELECT "+columns+" FROM jobs WHERE key = ?", key))
		if err == nil || !errors.Is(err, sql.ErrNoRows) {
			return "", err
		}
		got, added = r, true
		got.Status, got.Revision, got.Owner = jobs.Queued, 1, ""
		if err := tx.QueryRowContext(ctx, "SELECT COALESCE(MAX(rank), 0) + 1 FROM jobs").Scan(&got.Rank); err != nil {
			return "", err
		}
		doc, err := json.Marshal(got)
		if err != nil {
			return "", err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO jobs (id, dedup, key, status, priority, rank, seq, owner, lease, revision, doc)
			VALUES (?, ?, ?, ?, ?, ?, (SELECT COALESCE(MAX(seq), 0) + 1 FROM jobs), '', 0, 1, ?)`,
			got.ID, key, key, got.Status, got.Priority, got.Rank, doc)
		return got.ID, err
	})
	if err != nil {
		return jobs.Record{}, false, storeError("save a job", err)
	}
	return got, added, nil
}

// Get implements jobs.Records.
func (s *Store) Get(ctx context.Context, id string) (jobs.Record, error) {
	rec, err := scan(s.db.QueryRowContext(ctx, "SELECT "+columns+" FROM jobs WHERE id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return jobs.Record{}, jobs.ErrNotFound
	}
	return rec, storeError("read a job", err)
}

// List implements jobs.Records.
func (s *Store) List(ctx context.Context, q jobs.Query) ([]jobs.Record, int, error) {
	where, args := "", []any{}
	if len(q.Status) > 0 {
		where = " WHERE status IN (?" + strings.Repeat(", ?", len(q.Status)-1) + ")"
		for _, st := range q.Status {
			args = append(args, st)
		}
	}
	var total int
	if err := s.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM jobs"+where, args...).Scan(&total); err != nil {
		return nil, 0, storeError("list jobs", err)
	}
	limit := q.Limit
	if limit <= 0 {
		limit = -1
	}
	rows, err := s.db.QueryContext(ctx, "SELECT "+columns+" FROM jobs"+where+" ORDER BY seq DESC LIMIT ? OFFSET ?", append(args, limit, q.Offset)...)
	if err != nil {
		return nil, 0, storeError("list jobs", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var out []jobs.Record
	for rows.Next() {
		rec, err := scan(rows)
		if err != nil {
			return nil, 0, storeError("list jobs", err)
		}
		out = append(out, rec)
	}
	return out, total, storeError("list jobs", rows.Err())
}

// Replace implements jobs.Records. A job that is queued again keeps equal requests
// out again, unless one came while it was not.
func (s *Store) Replace(ctx context.Context, r jobs.Record, files []jobs.File) (jobs.Record, error) {
	next := r
	next.Revision++
	err := s.change(ctx, func(tx *sql.Tx) (string, error) {
		doc, err := json.Marshal(next)
		if err != nil {
			return "", err
		}
		res, err := tx.ExecContext(ctx, `UPDATE jobs SET status = ?, priority = ?, rank = ?, revision = ?, doc = ?,
			key = CASE WHEN NOT ? THEN NULL WHEN key IS NULL AND EXISTS (SELECT 1 FROM jobs o WHERE o.key = jobs.dedup) THEN NULL ELSE dedup END
			WHERE id = ? AND revision = ?`,
			next.Status, next.Priority, next.Rank, next.Revision, doc, next.Status.Active(), r.ID, r.Revision)
		if err == nil {
			err = changedOne(ctx, tx, res, r.ID)
		}
		if err == nil && files != nil {
			err = saveFiles(ctx, tx, r.ID, files)
		}
		return r.ID, err
	})
	if err != nil {
		return jobs.Record{}, storeError("save a job", err)
	}
	return next, nil
}

// Remove implements jobs.Records.
func (s *Store) Remove(ctx context.Context, id string, revision int64) error {
	return storeError("remove a job", s.change(ctx, func(tx *sql.Tx) (string, error) {
		res, err := tx.ExecContext(ctx, "DELETE FROM jobs WHERE id = ? AND revision = ?", id, revision)
		if err == nil {
			err = changedOne(ctx, tx, res, id)
		}
		if err == nil {
			_, err = tx.ExecContext(ctx, "DELETE FROM files WHERE job = ?", id)
		}
		return id, err
	}))
}

// changedOne tells a job that is gone from one that has changed.
func changedOne(ctx context.Context, tx *sql.Tx, res sql.Result, id string) error {
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	var one int
	err := tx.QueryRowContext(ctx, "SELECT 1 FROM jobs WHERE id = ?", id).Scan(&one)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return jobs.ErrNotFound
	case err != nil:
		return err
	default:
		return jobs.ErrConflict
	}
}

// Files implements jobs.Records.
func (s *Store) Files(ctx context.Context, id string, limit, offset int) ([]jobs.File, int, error) {
	var doc []byte
	err := s.db.QueryRowContext(ctx, "SELECT COALESCE(files.doc, '[]') FROM jobs LEFT JOIN files ON files.job = jobs.id WHERE jobs.id = ?", id).Scan(&doc)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, 0, jobs.ErrNotFound
	}
	if err != nil {
		return nil, 0, storeError("read the files of a job", err)
	}
	var files []jobs.File
	if err := json.Unmarshal(doc, &files); err != nil {
		return nil, 0, storeError("read the files of a job", err)
	}
	total := len(files)
	files = files[min(max(offset, 0), total):]
	if limit > 0 {
		files = files[:min(limit, len(files))]
	}
	return files, total, nil
}

func saveFiles(ctx context.Context, tx *sql.Tx, id string, files []jobs.File) error {
	doc, err := json.Marshal(files)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO files (job, doc) VALUES (?, ?) ON CONFLICT(job) DO UPDATE SET doc = excluded.doc", id, doc)
	return err
}
