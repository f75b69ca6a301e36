package transfer

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// allocate reserves length bytes, so that a full disk is known before the
// first byte. Where the file system cannot reserve, the file becomes sparse.
func allocate(f File, length int64) error {
	osFile, ok := f.(*os.File)
	if !ok {
		return f.Truncate(length)
	}
	for {
		err := unix.Fallocate(int(osFile.Fd()), 0, 0, length)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EINVAL):
			return f.Truncate(length)
		default:
			return err
		}
	}
}

// flush asks for the data to reach the disk, without metadata that reading it
// back does not need.
func flush(f File) error {
	osFile, ok := f.(*os.File)
	if !ok {
		return nil
	}
	return unix.Fdatasync(int(osFile.Fd()))
}
