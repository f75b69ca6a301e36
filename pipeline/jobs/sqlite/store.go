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
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	sqlitedriver "modernc.org/sqlite"

	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
)

// Options open a Store.
type Options struct {
	Dir string // the state folder; made with mode 0700
	Now func() time.Time
	Log zerolog.Logger
}

// Store implements jobs.Store.
type Store struct {
	db      *sql.DB
	path    string // of the file
	lock    *folderLock
	now     func() time.Time
	log     zerolog.Logger
	watch   watchers
	changed atomic.Bool // since the last copy
	stop    context.CancelFunc
	copying sync.WaitGroup
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
CREATE INDEX jobs_rank ON jobs(rank);
CREATE INDEX jobs_order ON jobs(status, priority DESC, rank);
CREATE TABLE files (job TEXT PRIMARY KEY, doc BLOB NOT NULL);
CREATE TABLE settings (one INTEGER PRIMARY KEY CHECK (one = 1), revision INTEGER NOT NULL, doc BLOB NOT NULL);
`

// Open takes the state folder and opens its store. It fails when another process
// has the folder, or the file is of a newer version. A damaged file is moved
// aside and its last copy, or an empty store, takes its place, with a warning.
func Open(o Options) (*Store, error) {
	f, err := Lock(o)
	if err != nil {
		return nil, err
	}
	return f.Open()
}

// Folder is a state folder that this process has alone.
type Folder struct {
	o    Options
	lock *folderLock
}

// Lock is the part of Open that takes no time: it takes the folder.
func Lock(o Options) (*Folder, error) {
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
	if headerVersion(filepath.Join(o.Dir, fileName)) > schemaVersion {
		lock.release()
		return nil, newer(o.Dir)
	}
	f := &Folder{o, lock}
	if err := lock.describe(""); err != nil {
		o.Log.Warn().Err(err).Msg("another server could not be told that this one has the state folder")
	}
	return f, nil
}

// SetAddress tells others who try to take the folder where its server listens.
func (f *Folder) SetAddress(address string) error { return f.lock.describe(address) }

// Release gives the folder back without its store.
func (f *Folder) Release() { f.lock.release() }

// Open reads the store. The folder is the Store's then, and given back when that
// is closed, or when this fails.
func (f *Folder) Open() (*Store, error) {
	s := &Store{lock: f.lock, now: f.o.Now, log: f.o.Log, path: filepath.Join(f.o.Dir, fileName)}
	ctx := context.Background() // at start, before anybody could cancel
	var err error
	if s.db, err = openOrRepair(ctx, f.o); err == nil {
		err = s.voidLeases(ctx)
	}
	if err != nil {
		if s.db != nil {
			_ = s.db.Close()
		}
		f.lock.release()
		return nil, err
	}
	s.changed.Store(true)
	ctx, s.stop = context.WithCancel(ctx)
	s.copying.Go(func() { s.copyWhenChanged(ctx) })
	return s, nil
}

// Close gives the folder back.
func (s *Store) Close() error {
	s.watch.closeAll()
	s.stop()
	s.copying.Wait()
	s.copyIfChanged(context.Background())
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

// prepare checks the file and makes its tables when it is new. A new one beside a
// copy is what is left of one that was cut off.
func prepare(ctx context.Context, db *sql.DB, hasCopy bool) error {
	var version, tables int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if err := db.QueryRowContext(ctx, "SELECT COUNT(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return err
	}
	switch {
	case version > schemaVersion:
		return errNewer
	case version == schemaVersion:
		return check(ctx, db)
	case version < 0 || tables > 0 || hasCopy:
		return fmt.Errorf("%w: no table of jobs", errDamaged)
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
		return fmt.Errorf("%w: %s", errDamaged, verdict)
	}
	rows, err := db.QueryContext(ctx, "SELECT id, "+columns+" FROM jobs")
	if err != nil {
		return unreadable(err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		if err := checkRow(rows); err != nil {
			return unreadable(err)
		}
	}
	if err := rows.Err(); err != nil {
		return unreadable(err)
	}
	for _, q := range []string{"SELECT job, doc FROM files LIMIT 1", "SELECT one, revision, doc FROM settings LIMIT 1", "SELECT dedup, key, seq FROM jobs LIMIT 1"} {
		if _, err := db.ExecContext(ctx, q); err != nil {
			return unreadable(err)
		}
	}
	return nil
}

// checkRow wants a record that can be worked with.
func checkRow(rows *sql.Rows) error {
	var id string
	rec, err := scan(withID{rows, &id})
	switch {
	case err != nil:
		return err
	case rec.ID != id || !rec.Status.Active() && !rec.Status.Ended() && rec.Status != jobs.Paused:
		return fmt.Errorf("%w: job %q", errDamaged, id)
	default:
		return nil
	}
}

// withID reads the column before those of scan.
type withID struct {
	row row
	id  *string
}

func (w withID) Scan(dest ...any) error { return w.row.Scan(append([]any{w.id}, dest...)...) }

// unreadable: content that does not fit is damage; a disk that fails or is full,
// or a file that is busy, is not.
func unreadable(err error) error {
	var e *sqlitedriver.Error
	if errors.As(err, &e) && e.Code()&0xff != codeError {
		return err
	}
	return errors.Join(errDamaged, err)
}
