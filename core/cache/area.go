package cache

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// area is one repository's folder: a root and the folder below it.
type area struct {
	root *disk
	dir  string
}

// at is a path below the repository's folder.
func (a *area) at(elem ...string) string {
	return filepath.Join(a.dir, filepath.Join(elem...))
}

// blob is the one maker of blob paths (T6). An ETag is validated by its type.
func (a *area) blob(etag repo.ETag) string { return a.at("blobs", string(etag)) }

func (a *area) entry(commit repo.Commit, path string) string {
	return a.at("snapshots", string(commit), filepath.FromSlash(path))
}

// errNoCache says that there is nothing at all yet.
var errNoCache = errors.New("the cache is empty")

// area finds a repository's folder; make creates it and the cache.
func (s *Store) area(ref repo.Ref, make bool) (*area, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := ref.Folder()
	if a := s.areas[name]; a != nil {
		return a, nil
	}
	if s.root == nil {
		if !make {
			return nil, errNoCache
		}
		if err := s.makeRoot(); err != nil {
			return nil, err
		}
	}
	a := &area{s.root, name}
	st, err := s.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !make:
		return nil, errNoCache
	case errors.Is(err, fs.ErrNotExist):
		if err := s.root.MkdirAll(name, 0o777); err != nil {
			return nil, s.diskError("make the folder of", ref.String(), err)
		}
		s.dirty[folder{a, "."}] = true
	case err != nil:
		return nil, s.diskError("look at", ref.String(), err)
	case st.Mode()&fs.ModeSymlink != 0:
		return s.linkedArea(ref)
	case !st.IsDir():
		return nil, fault.New(fault.Disk, "use the cache folder of", ref.String(), errors.New("it is a file")).
			WithHint("move " + name + " away")
	}
	s.areas[name] = a
	return a, nil
}

// linkedArea: a user may have moved a repository to another disk; anybody else
// may have planted the link (T9). So it takes a word of the user.
func (s *Store) linkedArea(ref repo.Ref) (*area, error) {
	if !s.opts.FollowLinks {
		return nil, fault.New(fault.Invalid, "use the cache folder of", ref.String(), errors.New("it is a link")).
			WithHint("if you put it there, allow it with --follow-links")
	}
	root, err := os.OpenRoot(filepath.Join(s.path, ref.Folder()))
	if err != nil {
		return nil, s.diskError("follow the link of", ref.String(), err)
	}
	a := &area{&disk{root, s.opts.trap}, "."}
	s.areas[ref.Folder()] = a
	return a, nil
}

// mkdir makes a folder and its parents once. New names in the parents become
// durable with the next flush.
func (s *Store) mkdir(a *area, dir string) error {
	key := filepath.Join(a.root.Name(), dir)
	s.mu.Lock()
	if s.removed.Swap(false) {
		clear(s.made)
	}
	known := s.made[key]
	s.mu.Unlock()
	if known {
		return nil
	}
	if err := a.root.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made[key] = true
	for dir != "." && dir != string(filepath.Separator) {
		dir = filepath.Dir(dir)
		s.dirty[folder{a, dir}] = true
	}
	return nil
}

// forget drops what was learnt of the folders: between two jobs of a long-lived
// process people and other programs remove, move and add.
func (s *Store) forget(ref repo.Ref) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.made)
	clear(s.partials)
	clear(s.marks)
	if a := s.areas[ref.Folder()]; a != nil && a.root == s.root {
		delete(s.areas, ref.Folder())
	}
}

// realFolder says that a folder of a repository is one itself and no link: what
// lies behind a link belongs to somebody else, another repository perhaps (T9).
func realFolder(a *area, elem ...string) bool {
	st, err := a.root.Lstat(a.at(elem...))
	return err == nil && st.IsDir()
}
