package cache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Place makes a blob reachable under its path in a snapshot. The new entry is
// made under another name outside snapshots/, where the official scanner reads
// everything, and renamed into place.
func (s *Store) Place(_ context.Context, ref repo.Ref, commit repo.Commit, f repo.File) error {
	a, err := s.area(ref, true)
	if err != nil {
		return err
	}
	entry := snapshotPath(a, commit, f.Path)
	blob := blobPath(a, f.ETag())
	if err := s.mkdir(a, filepath.Dir(entry)); err != nil {
		return s.diskError("make the snapshot folder of", f.Path, err)
	}
	if s.leadsTo(a, entry, blob) {
		return nil
	}
	temp := a.at("blobs", fmt.Sprintf("%s%s%s-%d", tempLink, repo.PartialMark, s.owner, partialSeq.Add(1)))
	if err := s.link(a, blob, temp, entry, f.Path); err != nil {
		_ = a.root.Remove(temp)
		return err
	}
	if err := a.root.Rename(temp, entry); err != nil {
		_ = a.root.Remove(temp)
		return s.diskError("place", f.Path, err)
	}
	s.touch(a, filepath.Dir(entry))
	_ = a.root.Remove(a.at(".no_exist", string(commit), filepath.FromSlash(f.Path)))
	return nil
}

// leadsTo: the entry is already what it should be.
func (s *Store) leadsTo(a *area, entry, blob string) bool {
	got, err := a.root.Stat(entry)
	if err != nil {
		return false
	}
	want, err := a.root.Stat(blob)
	return err == nil && os.SameFile(got, want)
}

// link makes temp lead to the blob, as if it stood at entry.
func (s *Store) link(a *area, blob, temp, entry, what string) error {
	s.mu.Lock()
	mode := s.mode
	s.mu.Unlock()
	if mode == LinkAuto || mode == LinkSymlink {
		target, err := filepath.Rel(filepath.Dir(entry), blob)
		if err != nil {
			return s.diskError("link", what, err)
		}
		err = a.root.Symlink(target, temp)
		if err == nil {
			return nil
		}
		if mode == LinkSymlink || errors.Is(err, fs.ErrNotExist) || isFull(err) {
			return s.diskError("link", what, err)
		}
		s.fallBack(LinkHardlink, "this file system has no symbolic links: snapshots hold hard links or copies")
		mode = LinkHardlink
	}
	if mode == LinkHardlink {
		err := a.root.Link(blob, temp)
		if err == nil {
			return nil
		}
		if s.opts.LinkMode == LinkHardlink || isFull(err) {
			return s.diskError("link", what, err)
		}
		s.fallBack(LinkCopy, "this file system has no links: every file is stored twice")
	}
	return s.copyBlob(a, blob, temp, what)
}

func isFull(err error) bool { return strings.Contains(hintFor(errnoOf(err)), "full") }

func errnoOf(err error) error {
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err
	}
	return err
}

func (s *Store) fallBack(to LinkMode, message string) {
	s.mu.Lock()
	s.mode = to
	s.mu.Unlock()
	s.warnOnce(message)
}

func (s *Store) copyBlob(a *area, blob, temp, what string) error {
	from, err := a.root.Open(blob)
	if err != nil {
		return s.diskError("copy", what, err)
	}
	defer func() { _ = from.Close() }() // only read
	to, err := a.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return s.diskError("copy", what, err)
	}
	_, err = io.Copy(to, from)
	if err == nil {
		err = to.Sync()
	}
	if cerr := to.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return s.diskError("copy", what, err)
	}
	return nil
}

// OpenPlaced opens a placed file for reading.
func (s *Store) OpenPlaced(ref repo.Ref, commit repo.Commit, path string) (io.ReadCloser, error) {
	a, err := s.area(ref, false)
	if err != nil {
		return nil, s.diskError("open", path, err)
	}
	f, err := a.root.Open(snapshotPath(a, commit, path))
	if err != nil {
		return nil, s.diskError("open", path, err)
	}
	return f, nil
}

// MarkMissing notes that a path does not exist at a commit. Only for the Hub's
// own EntryNotFound.
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
	f, err := a.root.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o666)
	if err != nil {
		return s.diskError("note as missing", path, err)
	}
	return f.Close()
}

// Finish ends a job: names become durable, then the listing is kept and, last,
// the ref moves. When the job is not complete only the first happens.
type Finish struct {
	Ref      repo.Ref
	Revision repo.Revision
	Commit   repo.Commit
	// Files is the full listing of the commit, nil when it is not known; Listed
	// says that it came from here and need not be written again.
	Files    []repo.File
	Listed   bool
	Complete bool // every wanted file is placed
}

// Finish does what its argument says.
func (s *Store) Finish(ctx context.Context, f Finish) error {
	if err := s.syncFolders(); err != nil {
		return err
	}
	if !f.Complete {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return fault.New(fault.Canceled, "finish", f.Ref.String(), err)
	}
	a, err := s.area(f.Ref, true)
	if err != nil {
		return err
	}
	if err := s.mkdir(a, a.at("snapshots", string(f.Commit))); err != nil {
		return s.diskError("make the snapshot folder of", f.Ref.String(), err)
	}
	if !f.Listed {
		if err := s.writeTree(a, f.Commit, f.Files); err != nil {
			return err
		}
	}
	return s.writeRef(a, f.Ref, f.Revision, f.Commit)
}

// folder is a folder of an area.
type folder struct {
	area *area
	dir  string
}

// touch remembers a folder whose names must become durable.
func (s *Store) touch(a *area, dir string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dirty[folder{a, dir}] = true
}

// syncFolders makes renames durable, one flush for each folder (P4).
func (s *Store) syncFolders() error {
	s.mu.Lock()
	dirty := s.dirty
	s.dirty = map[folder]bool{}
	s.mu.Unlock()
	for f := range dirty {
		if err := syncFolder(f.area.root, f.dir); err != nil {
			return s.diskError("flush a folder", f.area.dir, err)
		}
	}
	return nil
}

func syncFolder(root *os.Root, dir string) error {
	f, err := root.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	if err := f.Sync(); err != nil && !unsyncable(err) {
		return err
	}
	return nil
}
