package cache

import (
	"errors"
	"os"
)

// disk is an os.Root whose changes can be watched, and made to fail, by tests:
// that is how the order of operations is proved and how every single one of
// them fails once (reliability.md §4, "fails the n-th call").
type disk struct {
	*os.Root
	trap trap
}

// trap is asked before each change; its error is what the operation returns.
type trap func(op, path string) error

func (d *disk) ask(op, path string) error {
	if d.trap == nil {
		return nil
	}
	return d.trap(op, path)
}

// OpenFile asks only when a file may be made.
func (d *disk) OpenFile(path string, flag int, mode os.FileMode) (*os.File, error) {
	if flag&os.O_CREATE != 0 {
		if err := d.ask("create", path); err != nil {
			return nil, err
		}
	}
	return d.Root.OpenFile(path, flag, mode)
}

// read opens what may be anything: a pipe somebody planted must not block us.
func (d *disk) read(path string) (*os.File, error) {
	return d.Root.OpenFile(path, os.O_RDONLY|noWait, 0)
}

// openSelf opens an existing regular file that stands at path itself: one that a
// link there leads to was chosen by somebody else. (os.Root follows links that
// stay inside, whatever O_NOFOLLOW says.)
func (d *disk) openSelf(path string, flag int) (*os.File, error) {
	named, err := d.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !named.Mode().IsRegular() {
		return nil, errNotItself
	}
	f, err := d.Root.OpenFile(path, flag|noWait, 0)
	if err != nil {
		return nil, err
	}
	if got, err := f.Stat(); err != nil || !os.SameFile(got, named) {
		_ = f.Close()
		return nil, errors.Join(errNotItself, err)
	}
	return f, nil
}

var errNotItself = errors.New("a link or no regular file")

func (d *disk) MkdirAll(path string, mode os.FileMode) error {
	if err := d.ask("mkdir", path); err != nil {
		return err
	}
	return d.Root.MkdirAll(path, mode)
}

func (d *disk) Rename(from, to string) error {
	if err := d.ask("rename", to); err != nil {
		return err
	}
	return d.Root.Rename(from, to)
}

func (d *disk) Symlink(target, path string) error {
	if err := d.ask("symlink", path); err != nil {
		return err
	}
	return d.Root.Symlink(target, path)
}

func (d *disk) Link(from, to string) error {
	if err := d.ask("link", to); err != nil {
		return err
	}
	return d.Root.Link(from, to)
}

func (d *disk) Remove(path string) error {
	if err := d.ask("remove", path); err != nil {
		return err
	}
	return d.Root.Remove(path)
}

// RemoveAll removes a folder and what is in it, links and not what they lead to.
func (d *disk) RemoveAll(path string) error {
	if err := d.ask("remove", path); err != nil {
		return err
	}
	return d.Root.RemoveAll(path)
}

// sync flushes a file that stands at path.
func (d *disk) sync(f *os.File, path string) error {
	if err := d.ask("fsync", path); err != nil {
		return err
	}
	return f.Sync()
}

// syncFolder makes the names in a folder durable, where the file system can.
func (d *disk) syncFolder(path string) error {
	if err := d.ask("fsync", path); err != nil {
		return err
	}
	f, err := d.read(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	if err := f.Sync(); err != nil && !unsyncable(err) {
		return err
	}
	return nil
}
