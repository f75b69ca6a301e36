// Package sqlite keeps jobs in one SQLite file of a state folder that one process
// owns at a time. It guards that what was answered without an error is on disk,
// and that a damaged file costs the jobs and nothing else. A Store is safe from
// any goroutine.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/rs/zerolog"
	_ "modernc.org/sqlite" // the driver

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// Options open a Store.
type Options struct {
	Dir string // the state folder; made with mode 0700
	Now func() time.Time
	Log zerolog.Logger
}

// Store implements jobs.Store.
type Store struct {
	db    *sql.DB
	lock  *folderLock
	now   func() time.Time
	watch watchers
}

const fileName = "jobs.db"

// schemaVersion is written into the file; a newer one is refused (F37).
const schemaVersion = 1

const schema = `
CREATE TABLE jobs (
	id TEXT PRIMARY KEY,
	dedup TEXT NOT NULL,       -- what equal requests have in common
	key TEXT,                  -- the same while the job is queued or running, else NULL
	status TEXT NOT NULL,
	priority INTEGER NOT NULL,
	rank INTEGER NOT NULL,
	seq INTEGER NOT NULL,      -- order of submission
	owner TEXT NOT NULL,
	lease INTEGER NOT NULL,    -- unix nanoseconds
	revision INTEGER NOT NULL,
	doc BLOB NOT NULL          -- the rest of the record
);
CREATE UNIQUE INDEX jobs_key ON jobs(key) WHERE key IS NOT NULL;
CREATE INDEX jobs_seq ON jobs(seq DESC);
CREATE INDEX jobs_order ON jobs(status, priority DESC, rank);
CREATE TABLE files (job TEXT PRIMARY KEY, doc BLOB NOT NULL);
CREATE TABLE settings (one INTEGER PRIMARY KEY CHECK (one = 1), revision INTEGER NOT NULL, doc BLOB NOT NULL);
`

// Open takes the state folder and opens its store. It fails when another process
// has the folder, or the file is of a newer version. A damaged file is moved
// aside and its last copy, or an empty store, takes its place, with a warning.
func Open(o Options) (*Store, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if err := private(o.Dir, o.Log); err != nil {
		return nil, err
	}
	lock, err := lockFolder(o.Dir)
	if err != nil {
		return nil, err
	}
	s := &Store{lock: lock, now: o.Now}
	if s.db, err = openOrRepair(o); err == nil {
		err = s.voidLeases()
	}
	if err != nil {
		if s.db != nil {
			_ = s.db.Close()
		}
		lock.release()
		return nil, err
	}
	return s, nil
}

// SetAddress tells others who try to open the folder where its server listens.
func (s *Store) SetAddress(address string) error { return s.lock.describe(address) }

// Close gives the folder back.
func (s *Store) Close() error {
	s.watch.closeAll()
	err := s.db.Close()
	s.lock.release()
	return storeError("close", err)
}

// openDB opens the file, with one connection: SQLite has one writer anyway, and
// reads are answered from memory above.
func openDB(path string) (*sql.DB, error) {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "trusted_schema(OFF)",
	}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

var errNewer = errors.New("it was written by a newer version")

// prepare checks the file and makes its tables.
func prepare(ctx context.Context, db *sql.DB) error {
	var version int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	switch {
	case version > schemaVersion:
		return errNewer
	case version == schemaVersion:
		return check(ctx, db)
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	if _, err := tx.ExecContext(ctx, schema); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", schemaVersion)); err != nil {
		return err
	}
	return tx.Commit()
}

// check reads everything once: damage shows now and not in the middle of work.
func check(ctx context.Context, db *sql.DB) error {
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return errors.New(verdict)
	}
	rows, err := db.QueryContext(ctx, "SELECT doc, status, priority, rank, owner, lease, revision FROM jobs")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if _, err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// openOrRepair opens the store's file, or what can be had instead of it.
func openOrRepair(o Options) (*sql.DB, error) {
	ctx := context.Background() // at start, before anybody could cancel
	path := filepath.Join(o.Dir, fileName)
	for _, restore := range []bool{false, true} {
		db, err := openDB(path)
		if err == nil {
			err = prepare(ctx, db)
		}
		switch {
		case err == nil:
			return db, keepCopy(ctx, db, path)
		case errors.Is(err, errNewer):
			_ = db.Close()
			return nil, fault.New(fault.Disk, "open the jobs in", o.Dir, err).
				WithHint("use the newer hfdownloader, or another --state-dir; nothing was changed")
		case !damaged(err) || restore:
			_ = db.Close()
			return nil, storeError("open the jobs in "+o.Dir, err)
		}
		_ = db.Close()
		aside, err := setAside(path, o.Now())
		if err != nil {
			return nil, storeError("set aside the damaged jobs in "+o.Dir, err)
		}
		o.Log.Warn().Str("file", aside).Msg("the stored jobs are damaged: they were set aside and the last copy is used; downloaded files are not touched")
	}
	return nil, fault.New(fault.Internal, "open the jobs", "", nil)
}

// copyName is the previous generation.
func copyName(path string) string { return path + ".1" }

// keepCopy makes the copy that stands in for a damaged file.
func keepCopy(ctx context.Context, db *sql.DB, path string) error {
	next := path + ".next"
	_ = os.Remove(next) // of a start that was killed
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", next); err != nil {
		_ = os.Remove(next)
		return storeError("copy the jobs", err)
	}
	if err := os.Chmod(next, 0o600); err != nil {
		return storeError("copy the jobs", err)
	}
	return storeError("copy the jobs", os.Rename(next, copyName(path)))
}

// setAside moves the file away and the copy, if there is one, into its place.
func setAside(path string, now time.Time) (string, error) {
	aside := path + ".damaged-" + now.UTC().Format("20060102T150405.000")
	if err := os.Rename(path, aside); err != nil {
		return "", err
	}
	for _, tail := range []string{"-wal", "-shm"} {
		_ = os.Rename(path+tail, aside+tail) // there need be none
	}
	b, err := os.ReadFile(copyName(path))
	if errors.Is(err, os.ErrNotExist) {
		return aside, nil
	}
	if err != nil {
		return aside, err
	}
	if err := os.Rename(copyName(path), path+".used"); err != nil {
		return aside, err
	}
	return aside, os.WriteFile(path, b, 0o600)
}
