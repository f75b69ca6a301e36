package sftp

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	pkgsftp "github.com/pkg/sftp"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// part stands between a blob's name and what is of one push: no client takes the
// whole for a blob (cache-layout.md §4.1).
const part = repo.PartialMark + "mirror-"

// Write implements mirror.Target.
func (t *Target) Write(ctx context.Context, name string, data []byte) error {
	return t.do(ctx, "write", name, func() error {
		temp, err := t.temp(name)
		if err != nil {
			return err
		}
		file, err := t.open(t.at(temp), os.O_WRONLY|os.O_CREATE|os.O_EXCL)
		if err != nil {
			return err
		}
		_, err = file.Write(data)
		if err = errors.Join(err, t.finish(file)); err == nil {
			err = t.publish(temp, name)
		}
		if err != nil {
			_ = t.sftp.Remove(t.at(temp)) // the first error says it
		}
		return err
	})
}

// Link implements mirror.Target.
func (t *Target) Link(ctx context.Context, name, to string) error {
	return t.do(ctx, "link", name, func() error {
		temp, err := t.temp(name)
		if err != nil {
			return err
		}
		if err := t.sftp.Symlink(to, t.at(temp)); err != nil {
			if t.lost(err) {
				return err
			}
			return fault.New(fault.Disk, "link at "+t.host, name, said(err)).
				WithHint("a mirror needs symbolic links: use another folder or kind of target")
		}
		if err := t.publish(temp, name); err != nil {
			return errors.Join(err, t.sftp.Remove(t.at(temp)))
		}
		return nil
	})
}

// Remove implements mirror.Target.
func (t *Target) Remove(ctx context.Context, name string) error {
	return t.do(ctx, "remove", name, func() error {
		err := t.above(name, false)
		if err == nil {
			err = t.sftp.Remove(t.at(name))
		}
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		}
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) { // the repository's own too, with the last of it
			if t.sftp.RemoveDirectory(t.at(dir)) != nil {
				return nil // not empty
			}
			t.forget(dir)
		}
		return nil
	})
}

// temp is a name of this call beside the blobs, where no scanner looks.
func (t *Target) temp(name string) (string, error) {
	if err := t.above(name, true); err != nil {
		return "", err
	}
	repository, _, _ := strings.Cut(name, "/")
	temp := path.Join(repository, "blobs", part+rand.Text())
	return temp, t.above(temp, true)
}

// finish waits until a file is on the disk there, where the server can say so. It
// cannot say so of names: after a power cut there a published name may be missing,
// and the next push brings it again.
func (t *Target) finish(file *pkgsftp.File) error {
	var err error
	if version, _ := t.sftp.HasExtension("fsync@openssh.com"); version == "1" {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// publish gives a whole file its name. Without OpenSSH's extension SFTP cannot
// rename over a file: then there is none for a moment.
func (t *Target) publish(temp, name string) error {
	from, to := t.at(temp), t.at(name)
	if _, ok := t.sftp.HasExtension("posix-rename@openssh.com"); ok {
		return t.sftp.PosixRename(from, to)
	}
	err := t.sftp.Rename(from, to)
	if err == nil || errors.Is(err, fs.ErrNotExist) || t.lost(err) {
		return err
	}
	if _, lerr := t.lstat(to); lerr != nil {
		return err // not in the way
	}
	if err := t.sftp.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return t.sftp.Rename(from, to)
}

// lost reports whether an error is the connection's.
func (t *Target) lost(err error) bool {
	return t.conn.broken() != nil || errors.Is(err, pkgsftp.ErrSSHFxConnectionLost) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
