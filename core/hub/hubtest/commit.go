package hubtest

import (
	"crypto/sha1" //nolint:gosec // git object ids are SHA-1
	"encoding/hex"
	"slices"
	"strings"
	"sync"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// commit is a list of files. files never changes; byPath does, under the hub's
// lock, by ReplaceContent.
type commit struct {
	id     string
	files  []listed // by path
	byPath map[string]File

	mu    sync.Mutex
	all   []listed          // the whole listing with folders, once it was asked for
	pages map[string][]byte // encoded pages of listings
}

// listed is an entry of a listing with its ids computed; a folder has no content.
type listed struct {
	File
	oid, etag   string
	pointerSize int
}

func newCommit(ref repo.Ref, files []File, xet bool) *commit {
	c := &commit{byPath: map[string]File{}, pages: map[string][]byte{}}
	id := sha1.New() //nolint:gosec // looks like git's
	id.Write([]byte(ref.String()))
	for _, f := range files {
		if !xet {
			f.XetHash = ""
		}
		l := listed{File: f, etag: f.etag(), pointerSize: len(f.pointer())}
		l.oid = f.oid()
		c.files = append(c.files, l)
		c.byPath[f.Path] = f
		id.Write([]byte("\n" + f.Path + " " + l.oid))
	}
	slices.SortFunc(c.files, func(x, y listed) int { return strings.Compare(x.Path, y.Path) })
	c.id = hex.EncodeToString(id.Sum(nil))
	return c
}

// find gives the entry of a file, or of a folder that has files in it.
func (c *commit) find(path string) (listed, bool) {
	i, exact := slices.BinarySearchFunc(c.files, path, func(f listed, p string) int { return strings.Compare(f.Path, p) })
	if exact {
		return c.files[i], true
	}
	i, _ = slices.BinarySearchFunc(c.files, path+"/", func(f listed, p string) int { return strings.Compare(f.Path, p) })
	if i < len(c.files) && strings.HasPrefix(c.files[i].Path, path+"/") {
		return c.folder(path), true
	}
	return listed{}, false
}

// folder is the entry of a folder; its id only looks like git's.
func (c *commit) folder(path string) listed {
	id := sha1.Sum([]byte(c.id + "/" + path)) //nolint:gosec // looks like git's
	return listed{File: File{Path: path}, oid: hex.EncodeToString(id[:])}
}

// isFolder reports whether files lie below a path; "" is the root.
func (c *commit) isFolder(path string) bool {
	if path == "" {
		return true
	}
	e, ok := c.find(path)
	return ok && e.Content == nil
}

// size is the sum of what lies below a path.
func (c *commit) size(path string) (n int64) {
	for _, f := range c.files {
		if path == "" || f.Path == path || strings.HasPrefix(f.Path, path+"/") {
			n += f.Content.Size()
		}
	}
	return n
}
