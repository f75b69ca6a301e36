package cache

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// diskError makes the fault of a failed file operation. Paths stay out of it:
// they may lie below the user's home.
func (s *Store) diskError(op, subject string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		s.removed.Store(true)
	}
	return diskError(op, subject, err)
}

func diskError(op, subject string, err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		err = path.Err
	case errors.As(err, &link):
		err = link.Err
	}
	return fault.New(fault.Disk, op, subject, err).WithHint(hintFor(err))
}

// hintFor says what to do about an errno (F24–F27).
func hintFor(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return "the disk is full: free space and run the same command again; what was fetched is kept"
	case errors.Is(err, syscall.EDQUOT):
		return "your disk quota is used up: free space and run the same command again; what was fetched is kept"
	case errors.Is(err, syscall.EFBIG):
		return "this file system cannot hold so large a file: use another --cache-dir"
	case errors.Is(err, syscall.EROFS):
		return "the cache is read-only: use another --cache-dir"
	case errors.Is(err, fs.ErrPermission):
		return "this user may not write there: check the owner of the cache, or use another --cache-dir"
	case errors.Is(err, syscall.EIO):
		return "the disk reports an error: check it before you go on"
	case escapes(err):
		return "a link there leads out of the cache and is not followed: remove the link; only a whole repository folder may be one, with --follow-links"
	case errors.Is(err, syscall.EISDIR), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ENOTEMPTY), errors.Is(err, fs.ErrExist):
		return "something else stands in its place: move it away"
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return "too many open files: raise the limit (ulimit -n) or use fewer connections"
	case errors.Is(err, fs.ErrNotExist):
		return "the cache folder is gone: was it removed or unmounted?"
	default:
		return "check the cache folder; what was fetched is kept"
	}
}

// missing says that a name leads to nothing that can be used: absent, dangling,
// or leading out of the cache, which is as good as absent and never followed.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ELOOP) || escapes(err)
}

// escapes: os.Root names no error value for it, so the text is all there is.
func escapes(err error) bool {
	return err != nil && strings.HasSuffix(err.Error(), "path escapes from parent")
}

// full: there is no room, now.
func full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// readOnly: this user may not write here, now or ever.
func readOnly(err error) bool {
	return errors.Is(err, syscall.EROFS) || errors.Is(err, fs.ErrPermission)
}
