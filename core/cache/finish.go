package cache

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

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

// Finish does what its argument says. A cache that may only be read has nothing
// to finish: listing and ref are left as they are, with a word in the log.
func (s *Store) Finish(ctx context.Context, f Finish) error {
	defer s.forget(f.Ref)
	if err := s.here(); err != nil {
		return err
	}
	if err := s.syncFolders(); err != nil {
		return err
	}
	if !f.Complete {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return fault.New(fault.Canceled, "finish", f.Ref.String(), err).
			WithHint("every file is there; run the same command again to move the ref")
	}
	a, err := s.area(f.Ref, true)
	if err != nil {
		return err
	}
	if s.finished(a, f) {
		return nil
	}
	if err := s.tidy(a, a.at("blobs")); err != nil {
		return err
	}
	s.touchAll(a, f)
	if err := s.mkdir(a, a.at("snapshots", string(f.Commit))); err != nil {
		return s.diskError("make the snapshot folder of", f.Ref.String(), err)
	}
	if err := s.syncFolders(); err != nil {
		return err
	}
	if !f.Listed {
		if err := s.writeTree(a, f.Commit, f.Files); err != nil {
			return s.unlessReadOnly(err)
		}
	}
	return s.unlessReadOnly(s.writeRef(a, f.Ref, f.Revision, f.Commit))
}

// unlessReadOnly: every wanted file is there, so a cache that may only be read
// has served.
func (s *Store) unlessReadOnly(err error) error {
	if err == nil || !readOnly(err) {
		return err
	}
	s.opts.Logger.Warn().Err(err).Msg("read-only cache: listing and ref stay as they are")
	return nil
}

// finished: an earlier job ended here with the same outcome, so everything is
// durable and there is nothing to write.
func (s *Store) finished(a *area, f Finish) bool {
	if !f.Listed {
		return false
	}
	if f.Revision.IsCommit() {
		return true
	}
	got, err := readFile(a.root, a.at("refs", filepath.FromSlash(string(f.Revision))), maxRef)
	return err == nil && string(got) == string(f.Commit)
}

// touchAll marks the folders of all files: a job that ended early, or another
// program, may have placed them without a flush (P4).
func (s *Store) touchAll(a *area, f Finish) {
	dirs := map[string]bool{"blobs": true}
	for _, file := range f.Files {
		for dir := filepath.Dir(filepath.Join("snapshots", string(f.Commit), filepath.FromSlash(file.Path))); !dirs[dir] && dir != "."; dir = filepath.Dir(dir) {
			dirs[dir] = true
		}
	}
	for dir := range dirs {
		if _, err := a.root.Lstat(a.at(dir)); err == nil {
			s.touch(a, a.at(dir))
		}
	}
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
	s.names++
}

// A batch of small files shares one flush of their folders (reliability.md §1 (2)).
const (
	batchNames = 1000
	batchTime  = 5 * time.Second
)

// flushIfDue ends a batch.
func (s *Store) flushIfDue() error {
	s.mu.Lock()
	due := s.names >= batchNames || time.Since(s.flushed) >= batchTime
	s.mu.Unlock()
	if !due {
		return nil
	}
	return s.syncFolders()
}

// syncFolders makes names durable, one flush for each folder, blobs before the
// links to them (P4). A failed flush is never tried again and believed: from
// then on nothing of this store counts as complete (F25).
func (s *Store) syncFolders() error {
	s.flush.Lock()
	defer s.flush.Unlock()
	s.mu.Lock()
	dirty, lost := s.dirty, s.lost
	s.dirty, s.names, s.flushed = map[folder]bool{}, 0, time.Now()
	s.mu.Unlock()
	if lost != nil {
		return lost
	}
	order := slices.SortedFunc(maps.Keys(dirty), func(x, y folder) int { return strings.Compare(x.dir, y.dir) })
	var gone error
	for _, f := range order {
		err := f.area.root.syncFolder(f.dir)
		if errors.Is(err, fs.ErrNotExist) { // somebody removed it: the others are as good as before
			gone = s.diskError("flush a folder that was removed meanwhile of", f.area.dir, err)
		} else if err != nil {
			return s.unsynced(f.area.dir, err)
		}
	}
	return gone
}

// unsynced remembers that names may be lost.
func (s *Store) unsynced(what string, cause error) error {
	err := s.diskError("flush a folder of", what, cause)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost = errors.Join(s.lost, err)
	return err
}
