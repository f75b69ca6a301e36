package cache

import (
	"context"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// fileID is one file, whatever names it has: by device and inode, or by name
// where the system has no such numbers.
type fileID struct {
	dev, ino uint64
	name     string
}

// snapshot counts the contents of a commit's entries and lists them.
func (c *scanner) snapshot(ctx context.Context, commit repo.Commit, files *[]CachedFile) error {
	if err := c.folder(ctx, c.area.at("snapshots", string(commit)), "", 0, files); err != nil || files == nil {
		return err
	}
	slices.SortFunc(*files, func(x, y CachedFile) int { return strings.Compare(x.Path, y.Path) })
	c.describe(commit, *files)
	return nil
}

// folder counts the entries of one folder of a snapshot, and those below. It is
// opened as a root of its own, so that each entry costs no walk to it.
func (c *scanner) folder(ctx context.Context, dir, prefix string, depth int, files *[]CachedFile) error {
	here, err := c.area.root.OpenRoot(dir)
	if missing(err) {
		return nil // somebody is deleting it
	}
	if err != nil {
		return c.failed(err)
	}
	defer func() { _ = here.Close() }() // only read
	var folders []string
	err = eachName(&area{&disk{here, nil}, "."}, ".", func(e fs.DirEntry) {
		switch {
		case ctx.Err() != nil:
		case e.IsDir():
			folders = append(folders, e.Name())
		default:
			c.file(here, dir, path.Join(prefix, e.Name()), e.Type()&fs.ModeSymlink != 0, files)
		}
	})
	if ctx.Err() != nil {
		return stopped(ctx, "read the cached", c.info.Ref.String())
	}
	if err != nil {
		return c.failed(err)
	}
	if depth >= maxScanDepth {
		return nil
	}
	for _, f := range folders {
		if err := c.folder(ctx, filepath.Join(dir, f), path.Join(prefix, f), depth+1, files); err != nil {
			return err
		}
	}
	return nil
}

// file counts one entry. Those that lead nowhere, or out of the cache, are no files.
func (c *scanner) file(here *os.Root, dir, name string, link bool, files *[]CachedFile) {
	base := path.Base(name)
	blob, st, err := "", fs.FileInfo(nil), error(nil)
	if link {
		blob, st, err = c.follow(here, dir, base)
	} else {
		st, err = here.Lstat(base)
	}
	if err != nil || !st.Mode().IsRegular() {
		return
	}
	id, ok := identity(st)
	if !ok {
		if id.name = filepath.Join(dir, base); blob != "" {
			id.name = blob
		}
	}
	c.count(id, st)
	if files != nil {
		*files = append(*files, CachedFile{Path: name, Size: st.Size(), Blob: blob, LFS: isLFS(blob)})
	}
}

// follow finds what a link leads to. An ordinary one leads straight to a blob of
// this repository, which is looked at directly.
func (c *scanner) follow(here *os.Root, dir, base string) (blob string, st fs.FileInfo, err error) {
	target, err := here.Readlink(base)
	if err != nil {
		return "", nil, err
	}
	if etag, err := repo.ParseETag(filepath.Base(target)); err == nil {
		blob = string(etag)
	}
	if c.blobs != nil && blob != "" && filepath.Join(dir, target) == c.area.at("blobs", blob) {
		if st, err := c.blobs.Lstat(blob); err == nil && st.Mode().IsRegular() {
			return blob, st, nil
		}
	}
	st, err = c.area.root.Stat(filepath.Join(dir, base)) // the shared store, or planted
	return blob, st, err
}

// isLFS: LFS content goes by its SHA-256, the rest by a git object id.
func isLFS(blob string) bool { return len(blob) == 64 && digest.IsHex(blob) }

// describe asks the kept listing about plain files, which do not tell.
func (c *scanner) describe(commit repo.Commit, files []CachedFile) {
	if !slices.ContainsFunc(files, func(f CachedFile) bool { return f.Blob == "" }) {
		return
	}
	listed, ok := c.store.readTree(c.area, c.area.at("trees", string(commit)+".json"), c.info.Ref.String())
	if !ok {
		return
	}
	for i := range files {
		f := &files[i]
		at, found := slices.BinarySearchFunc(listed, f.Path, func(l repo.File, p string) int { return strings.Compare(l.Path, p) })
		if found && f.Blob == "" && listed[at].Size == f.Size {
			f.Blob, f.LFS = string(listed[at].ETag()), listed[at].LFS != nil
		}
	}
}
