package cache

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Names of what is made beside the partials and renamed at once.
const (
	tempLink = "link"
	tempFile = "file"
)

// tidy reads the folder once for each job: it removes what dead processes left
// and nobody can use, and keeps the names of partials. Those that appear later
// have a writer that was alive then.
func (s *Store) tidy(a *area, dir string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := folder{a, dir}
	if _, read := s.partials[key]; read {
		return nil
	}
	names := []string{}
	err := eachName(a, dir, func(e fs.DirEntry) {
		_, writer, ours := strings.Cut(e.Name(), repo.PartialMark)
		if ours && !s.sweep(a, dir, e, writer) || !ours && strings.HasSuffix(e.Name(), oldPartial) {
			names = append(names, e.Name())
		}
	})
	if err != nil {
		return s.diskError("read the folder of partials", "", err)
	}
	s.partials[key] = names
	return nil
}

// oldPartial is the suffix of official clients' partials.
const oldPartial = ".incomplete"

// partialsOf lists what is there of a content: ours, and the one name that
// official clients before 1.18 gave.
func (s *Store) partialsOf(a *area, dir string, content string) ([]string, error) {
	if err := s.tidy(a, dir); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, name := range s.partials[folder{a, dir}] {
		if strings.HasPrefix(name, content+repo.PartialMark) || name == content+oldPartial {
			out = append(out, name)
		}
	}
	return out, nil
}

// sweep removes what is of no use to anybody: a name that a process left between
// making and renaming it, or a partial too small to have a journal, once that
// process is surely gone. The caller holds mu.
func (s *Store) sweep(a *area, dir string, e fs.DirEntry, writer string) bool {
	o, ok := parseOwner(writer)
	info, err := e.Info()
	if !ok || err != nil || info.IsDir() || info.Mode().IsRegular() && info.Size() > smallFile {
		return false
	}
	dead := judge(evidence{
		self: s.owner, writer: o, inUse: true, running: o.running(),
		beforeBoot: info.ModTime().Before(bootTime().Add(-bootMargin)),
	}) == claim
	return dead && a.root.Remove(filepath.Join(dir, e.Name())) == nil
}

// leave adds a partial this store has let go of to what is known.
func (s *Store) leave(a *area, dir, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := folder{a, dir}
	if known, read := s.partials[key]; read && !slices.Contains(known, name) {
		s.partials[key] = append(known, name)
	}
}

// use notes that a partial is being written, or no longer.
func (s *Store) use(path string, now bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now {
		s.inUse[path] = true
	} else {
		delete(s.inUse, path)
	}
}

func (s *Store) uses(path string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inUse[path]
}

// eachName reads a folder in portions, so that a huge one costs no memory.
func eachName(a *area, dir string, each func(fs.DirEntry)) error {
	f, err := a.root.read(dir)
	if err != nil {
		if missing(err) {
			return nil
		}
		return err
	}
	defer func() { _ = f.Close() }() // only read
	for {
		entries, err := f.ReadDir(1000)
		for _, e := range entries {
			each(e)
		}
		if len(entries) == 0 {
			if err != nil && !errors.Is(err, io.EOF) {
				return err
			}
			return nil
		}
	}
}

// eachBareName is eachName for those who look at few of many names: what stands
// behind a name is not asked, which some file systems do for each.
func eachBareName(a *area, dir string, each func(name string)) error {
	f, err := a.root.read(dir)
	if err != nil {
		if missing(err) {
			return nil
		}
		return err
	}
	defer func() { _ = f.Close() }() // only read
	for {
		names, err := f.Readdirnames(1000)
		for _, name := range names {
			each(name)
		}
		if len(names) == 0 {
			if err != nil && !errors.Is(err, io.EOF) {
				return err
			}
			return nil
		}
	}
}

// Stale is an old partial.
type Stale struct {
	Ref  repo.Ref
	Name string // in the repository's blob folder
	Size int64  // in bytes
	Age  time.Duration
}

// StaleAge is when a partial may be offered for removal (reliability.md F18).
const StaleAge = 30 * 24 * time.Hour

// StalePartials lists partials of a repository nobody wrote to for so long.
func (s *Store) StalePartials(ref repo.Ref, older time.Duration) ([]Stale, error) {
	a, err := s.area(ref, false)
	if errors.Is(err, errNoCache) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Stale
	err = eachName(a, a.at("blobs"), func(e fs.DirEntry) {
		info, ierr := e.Info()
		if ierr != nil || !info.Mode().IsRegular() || !strings.Contains(e.Name(), repo.PartialMark) {
			return
		}
		if age := time.Since(info.ModTime()); age > older {
			out = append(out, Stale{ref, e.Name(), info.Size(), age})
		}
	})
	if err != nil {
		return nil, s.diskError("read the blob folder of", ref.String(), err)
	}
	return out, nil
}

// RemoveStale removes a listed partial, unless somebody has it locked.
func (s *Store) RemoveStale(p Stale) error {
	a, err := s.area(p.Ref, false)
	if errors.Is(err, errNoCache) {
		return nil
	}
	if err != nil {
		return err
	}
	if filepath.Base(p.Name) != p.Name || !strings.Contains(p.Name, repo.PartialMark) {
		return fault.New(fault.Invalid, "remove the partial", p.Name, errors.New("not one of ours")).
			WithHint("take the name from the list of stale partials")
	}
	path := a.at("blobs", p.Name)
	f, err := a.root.openSelf(path, os.O_RDWR)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return s.diskError("open the partial", p.Name, err)
	}
	defer func() { _ = f.Close() }() // its lock goes with it
	if got, supported := tryLock(f); supported && !got || s.uses(path) {
		return fault.New(fault.Disk, "remove the partial", p.Name, errors.New("another process writes it")).
			WithHint("wait until that download has ended")
	}
	if err := a.root.Remove(path); err != nil {
		return s.diskError("remove the partial", p.Name, err)
	}
	return nil
}
