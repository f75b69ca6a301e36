package cache

import (
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// partialsOf lists what is there of a content, the newest name first. The folder
// is read once for each repository: partials that appear later have a writer
// that was alive then.
func (s *Store) partialsOf(a *area, dir string, etag repo.ETag) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := folder{a, dir}
	if _, read := s.partials[key]; !read {
		names := []string{}
		err := eachName(a, dir, func(e fs.DirEntry) {
			switch kind, writer, ours := strings.Cut(e.Name(), repo.PartialMark); {
			case !ours:
			case kind == tempLink || kind == tempFile:
				s.sweep(a, dir, e.Name(), writer)
			default:
				names = append(names, e.Name())
			}
		})
		if err != nil {
			return nil, s.diskError("read the folder of partials", "", err)
		}
		s.partials[key] = names
	}
	var out []string
	for _, name := range s.partials[key] {
		if strings.HasPrefix(name, string(etag)+repo.PartialMark) {
			out = append(out, name)
		}
	}
	slices.Reverse(out)
	return out, nil
}

// Names of what is made beside the partials and renamed at once.
const (
	tempLink = "link"
	tempFile = "file"
)

// sweep removes what a process left between making a name and renaming it, once
// that process is surely gone.
func (s *Store) sweep(a *area, dir, name, writer string) {
	o, ok := parseOwner(writer)
	if !ok {
		return
	}
	start := startTime(o.pid)
	if judge(evidence{self: s.owner, writer: o, inUse: true, running: start != "" && start == o.start}) == claim {
		_ = a.root.Remove(filepath.Join(dir, name))
	}
}

// leave adds a partial this store has let go of to what is known.
func (s *Store) leave(a *area, dir, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := folder{a, dir}
	if known, read := s.partials[key]; read {
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
	f, err := a.root.Open(dir)
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

// Stale is an old partial.
type Stale struct {
	Name string
	Size int64
	Age  time.Duration
}

// StalePartials lists partials of a repository nobody wrote to for so long.
func (s *Store) StalePartials(ref repo.Ref, older time.Duration) ([]Stale, error) {
	a, err := s.area(ref, false)
	if err != nil {
		return nil, nil //nolint:nilerr // no folder, no partials
	}
	var out []Stale
	err = eachName(a, a.at("blobs"), func(e fs.DirEntry) {
		info, ierr := e.Info()
		if ierr != nil || !strings.Contains(e.Name(), repo.PartialMark) {
			return
		}
		if age := time.Since(info.ModTime()); age > older {
			out = append(out, Stale{e.Name(), info.Size(), age})
		}
	})
	if err != nil {
		return nil, s.diskError("read the blob folder of", ref.String(), err)
	}
	return out, nil
}
