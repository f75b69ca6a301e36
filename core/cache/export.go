package cache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// ExportMode is how exported files come about.
type ExportMode string

// The modes. Auto takes the first of reflink, hardlink and copy that works.
const (
	ExportCopy     ExportMode = "copy"
	ExportHardlink ExportMode = "hardlink" // a copy where the destination is on another disk
	ExportSymlink  ExportMode = "symlink"
	ExportReflink  ExportMode = "reflink" // a copy that shares its space until one side changes
	ExportAuto     ExportMode = "auto"
)

// Export is what to export where.
type Export struct {
	Ref    repo.Ref
	Commit repo.Commit
	Dest   string // a folder; it is made
	Mode   ExportMode
	// Choose picks files by name and size; nil takes all.
	Choose func(files []repo.File) ([]repo.File, error)
	// OnFile hears of each file that is there now; nil is fine.
	OnFile func(path string, size int64)
}

// Exported says what an export did.
type Exported struct {
	Dest                                            string
	Files, Hardlinked, Copied, Symlinked, Reflinked int
	Unchanged                                       int   // were there already
	Bytes                                           int64 // of Files
	// Missing are files of the snapshot whose content is not in the cache.
	Missing []string
}

// Export puts the files of a cached revision into a folder, each under its own
// name or not at all. What is there already stays: the same file, or one of the
// same size that is not older. Missing content is listed, everything else
// exported, and the error is Integrity then. A folder inside the cache is refused:
// files there would be taken for the cache's own. It may be called again.
func (s *Store) Export(ctx context.Context, e Export) (Exported, error) {
	done := Exported{Dest: e.Dest, Missing: []string{}}
	if err := s.outside(e.Dest); err != nil {
		return done, err
	}
	x := &exporter{store: s, Export: e, done: &done}
	files, err := x.files()
	if err != nil {
		return done, err
	}
	if err := os.MkdirAll(e.Dest, 0o777); err != nil {
		return done, exportError(e.Ref, err)
	}
	if x.root, err = os.OpenRoot(e.Dest); err != nil {
		return done, exportError(e.Ref, err)
	}
	defer func() { _ = x.root.Close() }() // every file was closed by itself
	for _, f := range files {
		if ctx.Err() != nil {
			return done, fault.New(fault.Canceled, "export", e.Ref.String(), context.Cause(ctx)).WithHint("run the same command again to go on")
		}
		if err := x.file(ctx, f); err != nil {
			return done, exportError(e.Ref, fmt.Errorf("%s: %w", f.Path, err))
		}
	}
	if len(done.Missing) > 0 {
		return done, fault.New(fault.Integrity, "export", e.Ref.String(), fmt.Errorf("the content of %d files is missing: %s", len(done.Missing), some(done.Missing))).
			WithHint("hfdownloader cache repair " + string(e.Ref.ID))
	}
	return done, nil
}

// some names the first of many.
func some(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
}

// outside refuses folders inside the cache, by whatever name.
func (s *Store) outside(dest string) error {
	abs, err := filepath.Abs(dest)
	if err != nil {
		return diskError("find", "the folder to export to", err)
	}
	cache, at := realPath(s.path), realPath(abs)
	if rel, err := filepath.Rel(cache, at); err == nil && (rel == "." || filepath.IsLocal(rel)) {
		return fault.New(fault.Invalid, "export", "", errors.New("the folder is inside the cache")).WithHint("choose a folder elsewhere")
	}
	return nil
}

// realPath follows the links of what exists of a path.
func realPath(path string) string {
	rest := ""
	for at := filepath.Clean(path); ; at = filepath.Dir(at) {
		if is, err := filepath.EvalSymlinks(at); err == nil {
			return filepath.Join(is, rest)
		}
		if filepath.Dir(at) == at {
			return path
		}
		rest = filepath.Join(filepath.Base(at), rest)
	}
}

// exporter is one run of Export.
type exporter struct {
	Export
	store *Store
	area  *area
	root  *os.Root
	done  *Exported
	left  map[string]bool // names of the snapshot that lead nowhere

	listed map[string]*repo.LFS // nil before it was asked for
}

// files lists the snapshot and chooses.
func (x *exporter) files() ([]repo.File, error) {
	a, err := x.store.area(x.Ref, false)
	if err == nil && !realFolder(a, "snapshots", string(x.Commit)) {
		err = errNoCache
	}
	if errors.Is(err, errNoCache) {
		return nil, fault.New(fault.RepoNotFound, "export", x.Ref.String(), errors.New("it is not in the cache")).WithHint("hfdownloader list --scan shows what is")
	}
	if err != nil {
		return nil, err
	}
	x.area, x.left = a, map[string]bool{}
	var files []repo.File
	top := a.at("snapshots", string(x.Commit))
	err = fs.WalkDir(a.root.FS(), filepath.ToSlash(top), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		path := strings.TrimPrefix(name, filepath.ToSlash(top)+"/")
		if _, err := repo.ParsePath(path); err != nil {
			return nil //nolint:nilerr // put there by somebody else, and no name to write anywhere
		}
		f := repo.File{Path: path}
		if st, err := a.root.Stat(filepath.FromSlash(name)); err == nil && st.Mode().IsRegular() {
			f.Size = st.Size()
			f.LFS = x.lfs(filepath.FromSlash(name), path, f.Size)
		} else {
			x.left[path] = true
		}
		files = append(files, f)
		return nil
	})
	if err != nil {
		return nil, x.store.diskError("read the cached", x.Ref.String(), err)
	}
	slices.SortFunc(files, func(a, b repo.File) int { return strings.Compare(a.Path, b.Path) })
	if x.Choose != nil {
		return x.Choose(files)
	}
	return files, nil
}

// lfs is what the blob's name tells of a file, or else the kept listing: filters
// concern only LFS files.
func (x *exporter) lfs(name, path string, size int64) *repo.LFS {
	if target, err := x.area.root.Readlink(name); err == nil {
		if sum := filepath.Base(target); isLFS(sum) {
			return &repo.LFS{SHA256: sum, Size: size}
		}
		return nil
	}
	if x.listed == nil {
		listed, _, _ := x.store.Tree(x.Ref, x.Commit) // without one, it is a plain file
		x.listed = map[string]*repo.LFS{}
		for _, f := range listed {
			x.listed[f.Path] = f.LFS
		}
	}
	return x.listed[path]
}

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
	err = cloneFile(to, from)
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
