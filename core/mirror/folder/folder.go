// Package folder is a mirror in a folder of this machine: another disk, a mounted
// share. Open gives the mirror.Target.
package folder

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/mirror"
)

// Folder is a mirror.Target. Nothing it does leaves the folder: names and links
// are resolved by the system inside it.
type Folder struct {
	path  string
	root  *os.Root        // nil: it is not there yet
	dirty map[string]bool // folders whose names are not on the disk for sure
}

// Open opens a folder, given as an absolute path. A missing one is made when the
// first file is written.
func Open(path string) (*Folder, error) {
	root, err := os.OpenRoot(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &Folder{path: path, dirty: map[string]bool{}}, nil
	}
	if err != nil {
		return nil, diskError("open", path, err)
	}
	return &Folder{path, root, map[string]bool{}}, nil
}

// Close gives the folder back.
func (f *Folder) Close() error {
	if f.root == nil {
		return nil
	}
	return f.root.Close()
}

func diskError(op, name string, err error) error {
	return fault.New(fault.Disk, op+" in the mirror's folder", name, err).
		WithHint("see that the disk is there, has space and may be written; the same command goes on")
}

func (f *Folder) make() error {
	if f.root != nil {
		return nil
	}
	if err := os.MkdirAll(f.path, 0o777); err != nil {
		return diskError("make", f.path, err)
	}
	root, err := os.OpenRoot(f.path)
	if err != nil {
		return diskError("open", f.path, err)
	}
	f.root = root
	return nil
}

// List implements mirror.Target.
func (f *Folder) List(ctx context.Context, dir string) ([]mirror.Entry, error) {
	if f.root == nil {
		return nil, nil
	}
	if dir == "" {
		return f.top()
	}
	var out []mirror.Entry
	err := fs.WalkDir(f.root.FS(), dir, func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil && name == dir && errors.Is(err, fs.ErrNotExist):
			return fs.SkipAll
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case e.IsDir():
			return nil
		}
		entry, err := f.entry(name, e)
		if err == nil {
			out = append(out, entry)
		} else if errors.Is(err, fs.ErrNotExist) {
			err = nil // it went meanwhile, or is a blob that leads nowhere
		}
		return err
	})
	if err != nil {
		return nil, diskError("list", dir, err)
	}
	return out, nil
}

func (f *Folder) top() ([]mirror.Entry, error) {
	list, err := fs.ReadDir(f.root.FS(), ".")
	if err != nil {
		return nil, diskError("list", f.path, err)
	}
	var out []mirror.Entry
	for _, e := range list {
		if e.IsDir() {
			out = append(out, mirror.Entry{Name: e.Name()})
		}
	}
	return out, nil
}

// entry tells a blob's size behind a link (the shared store of the official
// client), and where any other link leads.
func (f *Folder) entry(name string, e fs.DirEntry) (mirror.Entry, error) {
	out := mirror.Entry{Name: name}
	if e.Type()&fs.ModeSymlink != 0 && path.Base(path.Dir(name)) != "blobs" {
		to, err := f.root.Readlink(filepath.FromSlash(name))
		out.Link = filepath.ToSlash(to)
		return out, err
	}
	if e.Type()&fs.ModeSymlink != 0 && strings.HasPrefix(e.Name(), part) {
		return out, fs.ErrNotExist // a link of a push that was killed, made to lead from elsewhere
	}
	info, err := f.root.Stat(filepath.FromSlash(name))
	if err != nil {
		return out, err
	}
	if !info.Mode().IsRegular() {
		return out, fs.ErrNotExist
	}
	out.Size = info.Size()
	return out, nil
}

// Open implements mirror.Target.
func (f *Folder) Open(_ context.Context, name string, offset int64) (io.ReadCloser, error) {
	if f.root == nil {
		return nil, diskError("read", name, fs.ErrNotExist)
	}
	if info, err := f.root.Stat(filepath.FromSlash(name)); err != nil || !info.Mode().IsRegular() {
		return nil, diskError("read", name, errors.Join(err, errors.New("no plain file"))) // a pipe would wait for ever
	}
	file, err := f.root.Open(filepath.FromSlash(name))
	if err == nil && offset > 0 {
		_, err = file.Seek(offset, io.SeekStart)
	}
	if err != nil {
		if file != nil {
			_ = file.Close() // only opened
		}
		return nil, diskError("read", name, err)
	}
	return file, nil
}

// Remove implements mirror.Target. Folders go with the last file in them.
func (f *Folder) Remove(_ context.Context, name string) error {
	if f.root == nil {
		return nil
	}
	if err := f.root.Remove(filepath.FromSlash(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return diskError("remove", name, err)
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) { // the repository's own too, with the last of it
		if f.root.Remove(filepath.FromSlash(dir)) != nil {
			return nil // not empty
		}
	}
	return nil
}
