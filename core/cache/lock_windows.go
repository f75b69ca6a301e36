package cache

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

const noWait = 0

// tryLock locks one byte at offset 0, as the official client does on Windows.
func tryLock(f *os.File) (got, supported bool) {
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, new(windows.Overlapped))
	switch {
	case err == nil:
		return true, true
	case errors.Is(err, windows.ERROR_LOCK_VIOLATION):
		return false, true
	default:
		return false, false
	}
}

func unlinked(*os.File) bool { return false }

// unsyncable: folders cannot be flushed on Windows.
func unsyncable(error) bool { return true }

// noLinks: links need a right here that few users have, or NTFS.
func noLinks(err error) bool {
	for _, e := range []error{windows.ERROR_PRIVILEGE_NOT_HELD, windows.ERROR_INVALID_FUNCTION, windows.ERROR_NOT_SUPPORTED, windows.ERROR_TOO_MANY_LINKS, windows.ERROR_NOT_SAME_DEVICE} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
