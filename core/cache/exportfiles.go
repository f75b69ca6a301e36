package cache

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// exporter is one run of Export.
type exporter struct {
	Export
	store *Store
	area  *area
	root  *os.Root
	done  *Exported
	left  map[string]bool               // names of the snapshot that lead nowhere
	clone func(to, from *os.File) error // cloneFile

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
