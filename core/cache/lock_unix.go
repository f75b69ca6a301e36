//go:build unix

package cache

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// noWait: opening a pipe, or a file under a lease, must not block.
const noWait = syscall.O_NONBLOCK

// tryLock takes flock(2) on the whole file without waiting, as the official
// client's filelock does; fcntl locks would not exclude it. supported is false
// where the file system has no such locks.
func tryLock(f *os.File) (got, supported bool) {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case err == nil:
			return true, true
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EWOULDBLOCK), errors.Is(err, unix.EACCES): // the latter on some file systems
			return false, true
		default:
			return false, false
		}
	}
}

// unlinked: somebody removed the lock file we hold; a new one would not exclude us.
func unlinked(f *os.File) bool {
	var st unix.Stat_t
	return unix.Fstat(int(f.Fd()), &st) == nil && st.Nlink == 0
}

// unsyncable: the file system cannot flush folders (reliability.md §1 (4)).
func unsyncable(err error) bool {
	return errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) || errors.Is(err, unix.EBADF) || errors.Is(err, unix.EROFS)
}

// noLinks: this file system, or this mount, makes no links of that kind.
func noLinks(err error) bool {
	for _, e := range []error{unix.EPERM, unix.ENOTSUP, unix.EOPNOTSUPP, unix.ENOSYS, unix.EMLINK, unix.EXDEV} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// gone: there is surely no process of this pid. (That /proc shows none proves
// nothing: it may hide other users' processes.)
func gone(pid int) bool {
	return errors.Is(unix.Kill(pid, 0), unix.ESRCH)
}
