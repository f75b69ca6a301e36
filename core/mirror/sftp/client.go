package sftp

import (
	"errors"
	"io/fs"
	"os"
	"path"

	pkgsftp "github.com/pkg/sftp"
)

// These ask package sftp and take only what is an answer: it gives neither a value
// nor an error for a server that says "ok" instead.

var errProtocol = errors.New("the server breaks the protocol")

func (t *Target) lstat(name string) (os.FileInfo, error) { return info(t.sftp.Lstat(name)) }

func (t *Target) stat(name string) (os.FileInfo, error) { return info(t.sftp.Stat(name)) }

func info(i os.FileInfo, err error) (os.FileInfo, error) {
	if err != nil {
		return nil, err
	}
	if i == nil {
		return nil, errProtocol
	}
	if s, ok := i.Sys().(*pkgsftp.FileStat); !ok || s == nil {
		return nil, errProtocol
	}
	return i, nil
}

func (t *Target) open(name string, flags int) (*pkgsftp.File, error) {
	file, err := t.sftp.OpenFile(name, flags)
	if err == nil && file == nil {
		return nil, errProtocol
	}
	return file, err
}

// makeAll makes a folder and those above it. Links among them are followed: who
// typed the path meant them.
func (t *Target) makeAll(dir string) error {
	found, err := t.stat(dir)
	if err == nil && !found.IsDir() {
		return errors.New("it is no folder")
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if above := path.Dir(dir); above != dir {
		if err := t.makeAll(above); err != nil {
			return err
		}
	}
	made := t.sftp.Mkdir(dir)
	found, err = t.stat(dir)
	switch {
	case err == nil && found.IsDir():
		return nil // by us, or by another at the same time
	case made != nil:
		return made
	case err != nil:
		return err
	default:
		return errProtocol
	}
}
