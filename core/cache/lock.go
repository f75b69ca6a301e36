package cache

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// Waiting for a lock.
const (
	lockPoll = 100 * time.Millisecond
	lockTell = 10 * time.Second
)

// lock is a held courtesy lock; nil where locks do not work.
type lock struct{ file *os.File }

// release gives the lock back; the file stays, as the official client leaves it.
func (l *lock) release() {
	if l != nil {
		_ = l.file.Close()
	}
}

// acquire takes the official client's lock of a name. It keeps the client and us
// from fetching the same thing twice; nothing is wrong without it, so where
// locks are not supported it goes on without.
func (s *Store) acquire(ctx context.Context, root *os.Root, path, what string) (*lock, error) {
	if err := s.mkdir(&area{root, "."}, filepath.Dir(path)); err != nil {
		return nil, s.diskError("make the lock folder for", what, err)
	}
	began := time.Now()
	told := time.Duration(-1)
	for {
		f, err := root.OpenFile(path, os.O_RDWR|os.O_CREATE|noFollow, 0o664)
		if err != nil {
			return nil, s.diskError("open the lock of", what, err)
		}
		got, supported := tryLock(f)
		if got && !unlinked(f) {
			return &lock{f}, nil
		}
		_ = f.Close()
		if !supported {
			return nil, nil
		}
		if got {
			continue // removed between open and lock: take the new one
		}
		if waited := time.Since(began); waited-told >= lockTell || told < 0 {
			told = waited
			if s.opts.OnWait != nil {
				s.opts.OnWait(what, waited)
			}
		}
		timer := time.NewTimer(lockPoll)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, fault.New(fault.Canceled, "wait for the lock of", what, ctx.Err())
		}
	}
}

// locksExclude says whether a second lock on a locked file is refused, as it
// must be. On some network file systems it is not.
func (s *Store) locksExclude(root *os.Root, path string) bool {
	f, err := root.OpenFile(path, os.O_RDWR|noFollow, 0)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }() // only read
	got, supported := tryLock(f)
	return supported && !got
}
