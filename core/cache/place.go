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

// Place makes a blob reachable under its path in a snapshot. The new entry is
// made under another name outside snapshots/, where the official scanner reads
// everything, and renamed into place.
func (s *Store) Place(_ context.Context, ref repo.Ref, commit repo.Commit, f repo.File) error {
	if err := nameable(f); err != nil {
		return err
	}
	a, err := s.area(ref, true)
	if err != nil {
		return err
	}
	entry, blob := a.entry(commit, f.Path), a.blob(f.ETag())
	if err := s.mkdir(a, filepath.Dir(entry)); err != nil {
		return s.diskError("make the snapshot folder of", f.Path, err)
	}
	if leadsTo(a, entry, blob) {
		s.replaced(a.root, entry)
		return nil
	}
	temp := s.temp(a.at("blobs"), tempLink)
	if err := s.link(a, blob, temp, entry, f); err != nil {
		_ = a.root.Remove(temp)
		return err
	}
	if err := a.root.Rename(temp, entry); err != nil {
		_ = a.root.Remove(temp)
		return s.diskError("place", f.Path, err)
	}
	s.replaced(a.root, entry)
	s.touch(a, filepath.Dir(entry))
	s.unmark(a, commit, f.Path)
	return s.flushIfDue()
}

// leadsTo: the entry is already what it should be. (In copy mode a plain file of
// the right size was placed already: the caller asked Have.)
func leadsTo(a *area, entry, blob string) bool {
	got, err := a.root.Stat(entry)
	if err != nil {
		return false
	}
	want, err := a.root.Stat(blob)
	return err == nil && os.SameFile(got, want)
}

// link makes temp lead to the blob, as if it stood at entry.
func (s *Store) link(a *area, blob, temp, entry string, f repo.File) error {
	s.mu.Lock()
	mode := s.mode
	s.mu.Unlock()
	if mode == LinkAuto || mode == LinkSymlink {
		target, err := filepath.Rel(filepath.Dir(entry), blob)
		if err != nil {
			return s.diskError("link", f.Path, err)
		}
		err = a.root.Symlink(target, temp)
		if err == nil {
			return nil
		}
		if mode == LinkSymlink || !noLinks(err) {
			return s.diskError("link", f.Path, err)
		}
		s.fallBack(LinkHardlink, "this file system has no symbolic links: snapshots hold hard links or copies")
		mode = LinkHardlink
	}
	if mode == LinkHardlink {
		err := a.root.Link(blob, temp)
		if err == nil {
			return nil
		}
		if s.opts.LinkMode == LinkHardlink || !noLinks(err) {
			return s.diskError("link", f.Path, err)
		}
		s.fallBack(LinkCopy, "this file system has no links: a file that several revisions have is stored several times")
	}
	return s.moveOrCopy(a, blob, temp, entry, f)
}

func (s *Store) fallBack(to LinkMode, message string) {
	s.mu.Lock()
	s.mode = to
	s.mu.Unlock()
	s.warnOnce(message)
}

// moveOrCopy is how the official client goes without links: new content moves
// to its place, content that was there before is copied.
func (s *Store) moveOrCopy(a *area, blob, temp, entry string, f repo.File) error {
	if s.unpublish(blob) {
		if err := a.root.Rename(blob, temp); err == nil {
			s.move(blob, entry)
			return nil
		} else if !errors.Is(err, fs.ErrNotExist) {
			return s.diskError("place", f.Path, err)
		}
	}
	from := blob
	if other := s.movedTo(blob, f.Size); other != "" {
		from = other // its twin was moved there
	}
	return s.copyFile(a, from, temp, f.Path)
}

func (s *Store) copyFile(a *area, from, temp, what string) error {
	src, err := a.root.read(from)
	if err != nil {
		return s.diskError("copy", what, err)
	}
	defer func() { _ = src.Close() }() // only read
	to, err := a.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return s.diskError("copy", what, err)
	}
	_, err = io.Copy(to, src)
	if err == nil {
		err = a.root.sync(to, temp)
	}
	if cerr := to.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return s.diskError("copy", what, err)
	}
	return nil
}

// published notes a blob of ours, for LinkCopy. Paths are unique in the store.
func (s *Store) published(blob string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mode == LinkCopy {
		s.fresh[blob] = true
	}
}

// unpublish says, once, that the blob is ours and not yet placed.
func (s *Store) unpublish(blob string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.fresh[blob]
	delete(s.fresh, blob)
	return was
}

func (s *Store) move(blob, entry string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moved[blob] = entry
}

// movedTo is where a blob went, if it is still there.
func (s *Store) movedTo(blob string, size int64) string {
	s.mu.Lock()
	entry, root := s.moved[blob], s.root
	s.mu.Unlock()
	if entry == "" {
		return ""
	}
	if there, err := sized(root, entry, size); err != nil || !there {
		return ""
	}
	return entry
}

// OpenPlaced opens a placed file for reading.
func (s *Store) OpenPlaced(ref repo.Ref, commit repo.Commit, path string) (io.ReadCloser, error) {
	a, err := s.area(ref, false)
	if err != nil {
		return nil, s.diskError("open", path, err)
	}
	return s.openFile(a.root, a.entry(commit, path), path)
}

// openFile opens a regular file, through links.
func (s *Store) openFile(root *disk, path, what string) (*os.File, error) {
	f, err := root.read(path)
	if err != nil {
		return nil, s.diskError("open", what, err)
	}
	if st, err := f.Stat(); err != nil || !st.Mode().IsRegular() {
		_ = f.Close()
		return nil, fault.New(fault.Disk, "open", what, errNotItself).WithHint("something else stands in its place: move it away")
	}
	return f, nil
}

// MarkMissing notes that a path does not exist at a commit. Only for the Hub's
// own EntryNotFound, never for a repository closed to the caller.
func (s *Store) MarkMissing(ref repo.Ref, commit repo.Commit, path string) error {
	if _, err := repo.ParsePath(path); err != nil {
		return err
	}
	a, err := s.area(ref, true)
	if err != nil {
		return err
	}
	name := a.at(".no_exist", string(commit), filepath.FromSlash(path))
	if err := s.mkdir(a, filepath.Dir(name)); err != nil {
		return s.diskError("note as missing", path, err)
	}
	f, err := a.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|noWait, 0o666)
	if err != nil {
		return s.diskError("note as missing", path, err)
	}
	return f.Close()
}

// unmark takes such a note back. Hardly a commit has any, so one look at their
// folder spares a look for each file.
func (s *Store) unmark(a *area, commit repo.Commit, path string) {
	dir := a.at(".no_exist", string(commit))
	key := filepath.Join(a.root.Name(), dir)
	s.mu.Lock()
	marks, known := s.marks[key]
	s.mu.Unlock()
	if !known {
		_, err := a.root.Lstat(dir)
		marks = err == nil
		s.mu.Lock()
		s.marks[key] = marks
		s.mu.Unlock()
	}
	if marks {
		_ = a.root.Remove(filepath.Join(dir, filepath.FromSlash(path)))
	}
}
