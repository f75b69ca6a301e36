package cache

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// Waiting for a lock.
const (
	lockPoll = 100 * time.Millisecond
	lockTell = 10 * time.Second
	// lockTries bounds trying again at once, when somebody removes lock files.
	lockTries = 100
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
// from fetching the same thing twice; nothing is wrong without it. So where it
// cannot be had (no flock here, a link or another user's file in its place) the
// answer is nil and the work goes on. Errors are a canceled wait and a link that
// leads out of the cache.
func (s *Store) acquire(ctx context.Context, root *disk, path, what string) (*lock, error) {
	if err := s.mkdir(&area{root, "."}, filepath.Dir(path)); err != nil {
		return s.unlocked(what, err)
	}
	began := time.Now()
	told := -lockTell
	for tries := 0; ; tries++ {
		l, busy, err := tryAcquire(root, path)
		if l != nil {
			return l, nil
		}
		if err != nil {
			return s.unlocked(what, err)
		}
		if !busy {
			if tries < lockTries {
				continue // removed between open and lock: take the new one
			}
			return s.unlocked(what, errNoLocks)
		}
		if waited := time.Since(began); waited-told >= lockTell {
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
			return nil, fault.New(fault.Canceled, "wait for the lock of", what, ctx.Err()).
				WithHint("another process was fetching it; run the same command again to go on")
		}
	}
}

func (s *Store) unlocked(what string, err error) (*lock, error) {
	if escapes(err) {
		return nil, s.diskError("open the lock of", what, err)
	}
	s.opts.Logger.Debug().Err(err).Str("file", what).Msg("going on without a lock")
	return nil, nil
}

var errNoLocks = errors.New("this file system has no locks")

// tryAcquire tries once. Neither lock nor error: somebody has it, or, when not
// busy, it must be tried again at once.
func tryAcquire(root *disk, path string) (l *lock, busy bool, err error) {
	f, created, err := openLock(root, path)
	if errors.Is(err, fs.ErrNotExist) {
		// Removed since we were told that it exists, or its folder was.
		if _, err := root.Lstat(filepath.Dir(path)); err != nil {
			return nil, false, err
		}
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	got, supported := tryLock(f)
	if root.ask("flock", path) != nil {
		got, supported = false, false
	}
	switch {
	case got && !unlinked(f):
		return &lock{f}, false, nil
	case !supported && created:
		// Without flock the official client takes the mere existence of this
		// file for a held lock: one left behind would block it for good.
		_ = root.Remove(path)
	}
	_ = f.Close()
	if !supported {
		return nil, false, errNoLocks
	}
	return nil, !got, nil
}

// lockMode is the client's: members of the group must be able to wait too. It
// sets it on a new file whatever the umask says.
const lockMode = 0o664

// openLock opens the file without ever truncating it or following a link.
func openLock(root *disk, path string) (f *os.File, created bool, err error) {
	const flags = os.O_RDWR | noWait // a lease must not block us
	f, err = root.OpenFile(path, flags|os.O_CREATE|os.O_EXCL, lockMode)
	if err == nil {
		_ = f.Chmod(lockMode) // refused by some mounts, and then no matter
		return f, true, nil
	}
	if !errors.Is(err, fs.ErrExist) && !errors.Is(err, fs.ErrPermission) {
		return nil, false, err
	}
	cause := err
	f, err = root.openSelf(path, flags)
	if errors.Is(err, fs.ErrPermission) { // another user's: flock needs no right to write
		f, err = root.openSelf(path, os.O_RDONLY)
	}
	if errors.Is(err, fs.ErrNotExist) && errors.Is(cause, fs.ErrPermission) {
		err = cause // it is not there, and we may not make it
	}
	return f, false, err
}

// locksExclude says whether a second lock on a locked file is refused, as it
// must be. On some network file systems it is not.
func locksExclude(root *disk, path string) bool {
	f, err := root.openSelf(path, os.O_RDONLY)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }() // only read
	got, supported := tryLock(f)
	return supported && !got
}
