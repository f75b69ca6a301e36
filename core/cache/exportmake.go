package cache

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// file exports one.
func (x *exporter) file(ctx context.Context, f repo.File) error {
	if x.left[f.Path] {
		x.done.Missing = append(x.done.Missing, f.Path)
		return nil
	}
	from, err := x.area.root.read(x.area.entry(x.Commit, f.Path))
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }() // only read
	st, err := from.Stat()
	if err != nil {
		return err
	}
	source, err := filepath.EvalSymlinks(filepath.Join(x.area.root.Name(), x.area.entry(x.Commit, f.Path)))
	if err != nil {
		return err
	}
	name := filepath.FromSlash(f.Path)
	if err := x.root.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	if x.there(name, source, st) {
		x.done.Unchanged++
	} else if err := x.make(ctx, name, source, from, st); err != nil {
		return err
	}
	x.done.Files++
	x.done.Bytes += st.Size()
	if x.OnFile != nil {
		x.OnFile(f.Path, st.Size())
	}
	return nil
}

// there says that a name already is what would be made of it.
func (x *exporter) there(name, source string, st fs.FileInfo) bool {
	now, err := x.root.Lstat(name)
	if err != nil {
		return false
	}
	if x.Mode == ExportSymlink {
		to, err := x.root.Readlink(name)
		return err == nil && to == source
	}
	return now.Mode().IsRegular() && (os.SameFile(now, st) || now.Size() == st.Size() && !now.ModTime().Before(st.ModTime()))
}

// make writes beside the name and renames, so that nobody sees half a file. The
// name beside is unlike any of a repository's.
func (x *exporter) make(ctx context.Context, name, source string, from *os.File, st fs.FileInfo) error {
	temp := name + ".hfdownloader-new"
	if err := x.root.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) { // of a run that was killed
		return err
	}
	count, err := x.produce(ctx, temp, source, from, st)
	if err == nil {
		err = x.root.Rename(temp, name)
	}
	if err != nil {
		_ = x.root.Remove(temp)
		return err
	}
	*count++
	return nil
}

// produce makes a file in the way that was asked for, or the next that works, and
// says which counter it belongs to.
func (x *exporter) produce(ctx context.Context, temp, source string, from *os.File, st fs.FileInfo) (*int, error) {
	if x.Mode == ExportSymlink {
		return &x.done.Symlinked, x.root.Symlink(source, temp)
	}
	if x.Mode == ExportReflink || x.Mode == ExportAuto {
		err := x.reflink(temp, from, st)
		if err == nil {
			return &x.done.Reflinked, nil
		}
		_ = x.root.Remove(temp)
		if x.Mode == ExportReflink {
			return nil, fault.New(fault.Invalid, "make a reflink", "", errors.New("the file system cannot, or is another one than the cache's")).
				WithHint("use --mode auto, which then links or copies")
		}
	}
	if x.Mode == ExportHardlink || x.Mode == ExportAuto {
		if err := os.Link(source, filepath.Join(x.root.Name(), temp)); err == nil {
			return &x.done.Hardlinked, nil
		}
	}
	return &x.done.Copied, x.copy(ctx, temp, from, st)
}

// reflink fails where the file system cannot.
func (x *exporter) reflink(temp string, from *os.File, st fs.FileInfo) error {
	to, err := x.root.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, st.Mode().Perm()|0o200)
	if err != nil {
		return err
	}
	err = x.clone(to, from)
	return errors.Join(err, to.Close())
}

// copyPart is how much is copied between two looks at the context.
const copyPart = 64 << 20

func (x *exporter) copy(ctx context.Context, temp string, from *os.File, st fs.FileInfo) (err error) {
	to, err := x.root.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := to.Close(); err == nil {
			err = cerr
		}
	}()
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return err
	}
	var n int64
	for n < st.Size() {
		if ctx.Err() != nil {
			return fault.New(fault.Canceled, "copy", "", context.Cause(ctx)).WithHint("run the same command again to go on")
		}
		m, err := io.CopyN(to, from, min(copyPart, st.Size()-n))
		n += m
		if err != nil {
			return err
		}
	}
	return nil
}

func exportError(ref repo.Ref, err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	e := fault.New(fault.Disk, "export", ref.String(), err)
	if h := hintFor(errors.Unwrap(err)); full(err) || readOnly(err) {
		return e.WithHint(h)
	}
	return e.WithHint("check the folder to export to; what was exported stays")
}
