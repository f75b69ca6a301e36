package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
)

func nanos(t time.Time) int64 { return t.UnixNano() }

func fromNanos(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n)
}

// firstFree takes the first of each status from the index and then the first of
// both: it costs the same with 10 and with 10,000 queued jobs.
const firstFree = "SELECT " + columns + ` FROM jobs WHERE id IN (
	SELECT id FROM (SELECT id FROM jobs WHERE status = 'queued' AND (owner = '' OR lease < ?) ORDER BY priority DESC, rank LIMIT 1)
	UNION ALL
	SELECT id FROM (SELECT id FROM jobs WHERE status = 'running' AND (owner = '' OR lease < ?) ORDER BY priority DESC, rank LIMIT 1)
) ORDER BY priority DESC, rank LIMIT 1`

// Claim implements jobs.Leases.
func (s *Store) Claim(ctx context.Context, owner string, ttl time.Duration) (jobs.Record, error) {
	var got jobs.Record
	err := s.change(ctx, func(tx *sql.Tx) (string, error) {
		now := s.now()
		var err error
		got, err = scan(tx.QueryRowContext(ctx, firstFree, nanos(now), nanos(now)))
		if errors.Is(err, sql.ErrNoRows) {
			return "", jobs.ErrNone
		}
		if err != nil {
			return "", err
		}
		got.Status, got.Owner, got.Lease = jobs.Running, owner, now.Add(ttl)
		got.Revision++
		_, err = tx.ExecContext(ctx, "UPDATE jobs SET status = ?, owner = ?, lease = ?, revision = ? WHERE id = ?",
			got.Status, owner, nanos(got.Lease), got.Revision, got.ID)
		return got.ID, err
	})
	if err != nil {
		return jobs.Record{}, storeError("claim a job", err)
	}
	return got, nil
}

// Renew implements jobs.Leases. It changes no revision: nobody's view of the job does.
func (s *Store) Renew(ctx context.Context, id, owner string, ttl time.Duration) (jobs.Record, error) {
	var got jobs.Record
	err := s.change(ctx, func(tx *sql.Tx) (string, error) {
		var err error
		got, err = owned(ctx, tx, id, owner)
		if err != nil {
			return "", err
		}
		got.Lease = s.now().Add(ttl)
		_, err = tx.ExecContext(ctx, "UPDATE jobs SET lease = ? WHERE id = ?", nanos(got.Lease), id)
		return "", err
	})
	if err != nil {
		return jobs.Record{}, storeError("renew a lease", err)
	}
	return got, nil
}

// Release implements jobs.Leases.
func (s *Store) Release(ctx context.Context, id, owner string, requeue bool) error {
	return storeError("release a job", s.change(ctx, func(tx *sql.Tx) (string, error) {
		rec, err := owned(ctx, tx, id, owner)
		if err != nil {
			return "", err
		}
		status := rec.Status
		if requeue && status == jobs.Running {
			status = jobs.Queued
		}
		_, err = tx.ExecContext(ctx, "UPDATE jobs SET status = ?, owner = '', lease = 0, revision = revision + 1 WHERE id = ?", status, id)
		return id, err
	}))
}

func owned(ctx context.Context, tx *sql.Tx, id, owner string) (jobs.Record, error) {
	rec, err := scan(tx.QueryRowContext(ctx, "SELECT "+columns+" FROM jobs WHERE id = ?", id))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return rec, jobs.ErrNotFound
	case err != nil:
		return rec, err
	case rec.Owner != owner:
		return rec, jobs.ErrConflict
	default:
		return rec, nil
	}
}

// voidLeases: only one process can hold the folder, so nobody works on anything
// when it is opened (P12).
func (s *Store) voidLeases(ctx context.Context) error {
	_, err := s.db.ExecContext(ctx,
		"UPDATE jobs SET owner = '', lease = 0, revision = revision + 1, status = CASE status WHEN 'running' THEN 'queued' ELSE status END WHERE owner != '' OR status = 'running'")
	return storeError("take over jobs", err)
}

// Settings implements jobs.Settings.
func (s *Store) Settings(ctx context.Context) ([]byte, int64, error) {
	var doc []byte
	var revision int64
	err := s.db.QueryRowContext(ctx, "SELECT doc, revision FROM settings").Scan(&doc, &revision)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, 0, nil
	}
	return doc, revision, storeError("read settings", err)
}

// SaveSettings implements jobs.Settings.
func (s *Store) SaveSettings(ctx context.Context, doc []byte, revision int64) error {
	return storeError("save settings", s.change(ctx, func(tx *sql.Tx) (string, error) {
		var now int64
		err := tx.QueryRowContext(ctx, "SELECT revision FROM settings").Scan(&now)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return "", err
		}
		if now != revision {
			return "", jobs.ErrConflict
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO settings (one, revision, doc) VALUES (1, ?, ?) ON CONFLICT(one) DO UPDATE SET revision = excluded.revision, doc = excluded.doc",
			revision+1, doc)
		return "", err
	}))
}
