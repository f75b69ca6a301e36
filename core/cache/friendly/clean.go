package friendly

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// maxDepth is deeper than any view is: type, owner, name, a filter's folder and
// the 64 parts a path of the Hub may have.
const maxDepth = 80

// Remove removes a repository's view below root: its links, its manifest and the
// folders that are empty then. Files of the user stay, as do links that lead
// anywhere but into the repository's snapshots. With commits only links into
// those snapshots go, and the manifest when none is left.
func Remove(root string, ref repo.Ref, commits ...repo.Commit) error {
	r, err := os.OpenRoot(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return placeError("remove the friendly view of", ref.String(), err)
	}
	defer func() { _ = r.Close() }() // nothing is written through it any more
	base := filepath.FromSlash(Folder(ref))
	if st, err := r.Lstat(base); err != nil || !st.IsDir() {
		return nil //nolint:nilerr // no view, or something of the user in its place
	}
	s := sweep{root: r, drop: func(_ string, leads string) bool { return leadsInto(leads, ref, commits) }}
	s.folder(base, 0)
	if len(commits) > 0 {
		if s.removed > 0 && s.err == nil {
			s.leave(base)
		}
		return s.failed(ref)
	}
	if st, err := r.Lstat(filepath.Join(base, manifestName)); err == nil && st.Mode().IsRegular() {
		s.note(r.Remove(filepath.Join(base, manifestName)))
	}
	for dir := base; dir != "."; dir = filepath.Dir(dir) {
		_ = r.Remove(dir) // only when it is empty
	}
	return s.failed(ref)
}

func (s *sweep) failed(ref repo.Ref) error {
	if s.err == nil {
		return nil
	}
	return placeError("remove the friendly view of", ref.String(), s.err)
}

// leadsInto says whether a link leads into snapshots of a repository.
func leadsInto(leads string, ref repo.Ref, commits []repo.Commit) bool {
	_, inside, is := strings.Cut(leads, sep+snapshotsOf(ref)+sep)
	commit, _, _ := strings.Cut(inside, sep)
	return is && (len(commits) == 0 || slices.Contains(commits, repo.Commit(commit)))
}

const sep = string(filepath.Separator)

func snapshotsOf(ref repo.Ref) string { return filepath.Join(ref.Folder(), "snapshots") }

// clean removes links into the cache that show nothing that is current, and the
// manifests of repositories that are gone.
func (b *rebuilding) clean() {
	s := sweep{root: b.root, drop: func(name, leads string) bool {
		return !b.wanted[name] && strings.HasPrefix(leads, sep+b.place.Hub+sep) && !b.spared(name)
	}}
	for _, t := range repo.Types() {
		s.folder(t.Plural(), 0)
	}
	b.report.OrphansRemoved = s.removed
	if s.err != nil {
		b.report.Errors = append(b.report.Errors, placeError("clean", "the friendly view", s.err).Error())
	}
}

func (b *rebuilding) spared(name string) bool {
	return slices.ContainsFunc(b.failed, func(dir string) bool { return strings.HasPrefix(name, dir+sep) })
}

// sweep removes links below a root. drop is asked with a link's name and with
// where it leads, as a path from the root that begins with a separator.
type sweep struct {
	root    *os.Root
	drop    func(name, leads string) bool
	removed int
	err     error // the first
}

func (s *sweep) note(err error) {
	if s.err == nil && err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.err = err
	}
}

// folder goes through a folder, never through a link. When it took something
// away it removes the folder, if that is empty or only the manifest is left.
func (s *sweep) folder(dir string, depth int) {
	before := s.removed
	entries, err := entriesOf(s.root, dir)
	s.note(err)
	for _, e := range entries {
		name := filepath.Join(dir, e.Name())
		switch {
		case e.IsDir() && depth < maxDepth:
			s.folder(name, depth+1)
		case e.Type()&fs.ModeSymlink != 0:
			s.link(dir, name)
		}
	}
	if s.removed > before && depth > 0 {
		s.leave(dir)
	}
}

func (s *sweep) link(dir, name string) {
	target, err := s.root.Readlink(name)
	if err != nil || filepath.IsAbs(target) {
		return
	}
	leads := filepath.Join(dir, target)
	if !filepath.IsLocal(leads) || !s.drop(name, sep+leads) {
		return
	}
	if err := s.root.Remove(name); err != nil {
		s.note(err)
		return
	}
	s.removed++
}

// leave removes a folder that has nothing but, perhaps, a manifest.
func (s *sweep) leave(dir string) {
	entries, err := entriesOf(s.root, dir)
	if err != nil || len(entries) > 1 {
		return
	}
	if len(entries) == 1 {
		if entries[0].Name() != manifestName || !entries[0].Type().IsRegular() {
			return
		}
		s.note(s.root.Remove(filepath.Join(dir, manifestName)))
	}
	_ = s.root.Remove(dir) // somebody may have put something there
}

// entriesOf reads a real folder; one that is not there is empty.
func entriesOf(root *os.Root, dir string) ([]fs.DirEntry, error) {
	st, err := root.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !st.IsDir() {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	f, err := root.Open(dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	entries, err := f.ReadDir(-1)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return entries, err
}
