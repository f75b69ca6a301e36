package cache

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// maxScanDepth is more than any path of the Hub has (T4); deeper folders were
// made by somebody else.
const maxScanDepth = 80

// scanner looks at one repository.
type scanner struct {
	store *Store
	area  *area
	info  RepoInfo
	blobs *os.Root // nil when there is no such folder
	seen  map[fileID]*content
	made  map[repo.Commit]time.Time
	rev   int // of info.Revisions, being read
}

// scan describes a repository; files, if not nil, gets those of the current
// commit. It reads names, refs and sizes and never a file's content.
func (s *Store) scan(ctx context.Context, ref repo.Ref, files *[]CachedFile) (RepoInfo, error) {
	c, err := s.scanned(ctx, ref, files)
	if err != nil {
		return RepoInfo{}, err
	}
	return c.info, nil
}

// scanned is scan with what it learnt of the contents.
func (s *Store) scanned(ctx context.Context, ref repo.Ref, files *[]CachedFile) (*scanner, error) {
	a, err := s.scanArea(ref)
	if err != nil {
		return nil, err
	}
	c := &scanner{
		store: s, area: a, seen: map[fileID]*content{}, made: map[repo.Commit]time.Time{},
		info: RepoInfo{Ref: ref, Path: filepath.Join(s.shown, ref.Folder())},
	}
	if st, err := a.root.Lstat(a.at("blobs")); err == nil && st.IsDir() {
		if c.blobs, err = a.root.OpenRoot(a.at("blobs")); err == nil {
			defer func() { _ = c.blobs.Close() }() // only read
		}
	}
	if err := c.commits(); err != nil {
		return nil, err
	}
	if err := c.refs(ctx, "refs", "", 0); err != nil {
		return nil, err
	}
	slices.SortFunc(c.info.Refs, func(x, y RefCommit) int { return strings.Compare(x.Name, y.Name) })
	current := c.info.Current()
	for i, commit := range c.info.Commits {
		c.begin(i, commit)
		var into *[]CachedFile
		if commit == current {
			into = files
		}
		if err := c.snapshot(ctx, commit, into); err != nil {
			return nil, err
		}
	}
	c.own()
	return c, nil
}

// scanArea is a repository's folder as it is now, without a memory of what it was.
func (s *Store) scanArea(ref repo.Ref) (*area, error) {
	s.mu.Lock()
	root := s.root
	s.mu.Unlock()
	st, err := root.Lstat(ref.Folder())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errNoCache
	case err != nil:
		return nil, s.diskError("look at", ref.String(), err)
	case st.Mode()&fs.ModeSymlink != 0:
		return s.area(ref, false) // only with FollowLinks (T9)
	case !st.IsDir():
		return nil, damaged(ref, "its folder is a file")
	}
	return &area{root, ref.Folder()}, nil
}

func damaged(ref repo.Ref, how string) error {
	return fault.New(fault.Disk, "read the cached", ref.String(), errors.New(how)).
		WithHint("delete it from the cache and download it again")
}

// commits lists the snapshots. A repository whose first download has not placed
// anything yet has none.
func (c *scanner) commits() error {
	st, err := c.area.root.Lstat(c.area.at("snapshots"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := c.area.root.Lstat(c.area.at("blobs")); err != nil {
			return damaged(c.info.Ref, "it has no snapshots")
		}
		return c.folderTime()
	case err != nil:
		return c.failed(err)
	case !st.IsDir():
		return damaged(c.info.Ref, "its snapshots are no folder")
	}
	err = eachName(c.area, c.area.at("snapshots"), func(e fs.DirEntry) {
		commit, err := repo.ParseCommit(e.Name())
		if err != nil || !e.IsDir() {
			return
		}
		if st, err := e.Info(); err == nil {
			c.made[commit] = st.ModTime()
			c.info.Commits = append(c.info.Commits, commit)
		}
	})
	if err != nil {
		return c.failed(err)
	}
	slices.SortFunc(c.info.Commits, func(x, y repo.Commit) int {
		if n := c.made[y].Compare(c.made[x]); n != 0 {
			return n
		}
		return strings.Compare(string(x), string(y))
	})
	return c.folderTime()
}

// folderTime is what Modified is without any file.
func (c *scanner) folderTime() error {
	st, err := c.area.root.Stat(c.area.at("."))
	if err != nil {
		return c.failed(err)
	}
	c.info.Modified = st.ModTime()
	return nil
}

func (c *scanner) failed(err error) error {
	return c.store.diskError("read the cached", c.info.Ref.String(), err)
}

// leftRef is what the official client leaves when it is killed while it writes a ref.
var leftRef = regexp.MustCompile(`\.[0-9a-f]{8}\.tmp$`)

// refs reads the refs below a folder; what is no ref to a snapshot is passed over.
func (c *scanner) refs(ctx context.Context, dir, prefix string, depth int) error {
	if ctx.Err() != nil {
		return stopped(ctx, "read the cached", c.info.Ref.String())
	}
	var folders []string
	err := eachName(c.area, c.area.at(dir), func(e fs.DirEntry) {
		name := path.Join(prefix, e.Name())
		switch {
		case e.IsDir() && depth < maxScanDepth:
			folders = append(folders, e.Name())
		case e.Type().IsRegular() && !leftRef.MatchString(name) && !ignored(e.Name()):
			if !c.ref(name) {
				c.info.LostRefs++
			}
		}
	})
	if err != nil {
		return c.failed(err)
	}
	for _, f := range folders {
		if err := c.refs(ctx, filepath.Join(dir, f), path.Join(prefix, f), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// ref says false for what leads to no snapshot.
func (c *scanner) ref(name string) bool {
	if rev, err := repo.ParseRevision(name); err != nil || string(rev) != name {
		return false
	}
	b, err := readFile(c.area.root, c.area.at("refs", filepath.FromSlash(name)), maxRef)
	if err != nil {
		return false
	}
	commit, err := repo.ParseCommit(strings.TrimSpace(string(b)))
	if err != nil {
		return false
	}
	_, there := c.made[commit]
	if there {
		c.info.Refs = append(c.info.Refs, RefCommit{name, commit})
	}
	return there
}

// Current is the commit people mean: that of main, else of master, else the
// newest snapshot; "" without any.
func (r RepoInfo) Current() repo.Commit {
	for _, want := range []string{"main", "master"} {
		for _, ref := range r.Refs {
			if ref.Name == want {
				return ref.Commit
			}
		}
	}
	if len(r.Commits) > 0 {
		return r.Commits[0]
	}
	return ""
}
