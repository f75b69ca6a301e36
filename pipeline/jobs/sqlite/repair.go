package sqlite

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// openOrRepair opens the store's file, or else its last copy, or else an empty
// one: damage costs jobs, not the server (F37).
func openOrRepair(ctx context.Context, o Options) (*sql.DB, error) {
	path := filepath.Join(o.Dir, fileName)
	for _, next := range []func(string, time.Time) error{restoreCopy, setCopyAside, nil} {
		db, err := openChecked(ctx, path)
		switch {
		case err == nil:
			return db, nil
		case errors.Is(err, errNewer):
			return nil, newer(o.Dir)
		case !damaged(err) || next == nil:
			return nil, storeError("open the jobs in "+o.Dir, err)
		}
		aside, moved := setAside(path, o.Now())
		if moved == nil {
			moved = next(path, o.Now())
		}
		if moved != nil {
			return nil, storeError("set aside the damaged jobs in "+o.Dir, moved)
		}
		o.Log.Warn().Err(err).Str("file", aside).
			Msg("the stored jobs are damaged: they were set aside and the copy before them, if there is one, is used; downloaded files are not touched")
	}
	return nil, fault.New(fault.Internal, "open the jobs", "", nil)
}

func newer(dir string) error {
	return fault.New(fault.Disk, "open the jobs in", dir, errNewer).
		WithHint("use the newer hfdownloader, or another --state-dir; nothing was changed")
}

// openChecked opens the file and reads it once. A newer one is not even opened.
func openChecked(ctx context.Context, path string) (*sql.DB, error) {
	if headerVersion(path) > schemaVersion {
		return nil, errNewer
	}
	if err := makePrivate(path); err != nil {
		return nil, err
	}
	db, err := openDB(path)
	if err == nil {
		err = prepare(ctx, db, exists(copyName(path)))
	}
	if err != nil && db != nil {
		_ = db.Close()
		db = nil
	}
	return db, err
}

// makePrivate makes the file before SQLite would, with a mode of ours, which its
// log takes over (T39).
func makePrivate(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// headerVersion reads user_version where SQLite's file format has it (section
// 1.3, offset 60); 0 when this is no such file.
func headerVersion(path string) int32 {
	f, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer f.Close() //nolint:errcheck // only read
	var h [64]byte
	if _, err := io.ReadFull(f, h[:]); err != nil || string(h[:16]) != "SQLite format 3\x00" {
		return 0
	}
	return int32(binary.BigEndian.Uint32(h[60:]))
}

// setAside moves the file and what belongs to it to a name that is free.
func setAside(path string, now time.Time) (string, error) {
	base := path + ".damaged-" + now.UTC().Format("20060102T150405")
	aside := base
	for n := 2; exists(aside); n++ {
		aside = fmt.Sprintf("%s-%d", base, n)
	}
	if err := os.Rename(path, aside); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	for _, tail := range []string{"-wal", "-shm"} {
		if err := os.Rename(path+tail, aside+tail); err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
	}
	return aside, nil
}

func setCopyAside(path string, now time.Time) error {
	_, err := setAside(copyName(path), now)
	return err
}

// restoreCopy puts the copy where the file was, whole or not at all: killed in
// between, the next start does it again.
func restoreCopy(path string, _ time.Time) error {
	b, err := os.ReadFile(copyName(path))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	next := path + ".next"
	if err := os.WriteFile(next, b, 0o600); err != nil {
		return err
	}
	return settle(next, path)
}

// settle makes a finished file durable and gives it its name.
func settle(from, to string) error {
	f, err := os.OpenFile(from, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Chmod(0o600), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(from, to)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// copyName is the previous generation.
func copyName(path string) string { return path + ".1" }

// keepCopy makes the copy that stands in for a damaged file.
func (s *Store) keepCopy(ctx context.Context) error {
	next := s.path + ".copying"
	_ = os.Remove(next) // of a process that was killed
	_, err := s.db.ExecContext(ctx, "VACUUM INTO ?", next)
	if err == nil {
		err = settle(next, copyName(s.path))
	}
	if err != nil {
		_ = os.Remove(next)
	}
	return err
}

// copyEvery is how much a damaged file may cost. The first copy waits until those
// who start a server have their first answers.
const (
	firstCopy = 10 * time.Second
	copyEvery = 10 * time.Minute
)

// copyWhenChanged keeps the copy fresh until ctx ends. A copy that fails is told
// and costs nothing else: the one before it stays.
func (s *Store) copyWhenChanged(ctx context.Context) {
	next := time.NewTimer(firstCopy)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
			s.copyIfChanged(ctx)
			next.Reset(copyEvery)
		}
	}
}

func (s *Store) copyIfChanged(ctx context.Context) {
	if !s.changed.Swap(false) {
		return
	}
	if err := s.keepCopy(ctx); err != nil && ctx.Err() == nil {
		s.changed.Store(true)
		s.log.Warn().Err(err).Msg("no copy of the stored jobs could be made; they themselves are saved")
	}
}
