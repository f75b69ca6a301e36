package cache

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Inventory is what is in the cache.
type Inventory struct {
	Path  string
	Repos []Holding // by type and id
	// Size is in bytes, of all contents. One that several repositories share
	// counts once, so this may be less than the sum of the repositories.
	Size int64
	// Partials is the size of all unfinished downloads, in bytes.
	Partials int64
	// Foreign are names in the cache folder that no client has put there.
	Foreign []string
}

// Holding is what the cache has of one repository.
type Holding struct {
	RepoInfo
	Unfinished []Partial // the oldest first
	// Damage is why the repository could not be read, nil if it could.
	Damage error
}

// Inventory looks at every repository, several at a time. A damaged one is
// listed with its damage. It reads names and sizes, never a file's content.
func (s *Store) Inventory(ctx context.Context) (Inventory, error) {
	inv := Inventory{Path: s.shown}
	root, err := s.existing()
	if err != nil || root == nil {
		return inv, err
	}
	refs, foreign, err := s.folders(root)
	if err != nil {
		return inv, err
	}
	inv.Foreign = foreign
	held := make([]Holding, len(refs))
	var mu sync.Mutex
	seen := make([]map[fileID]*content, len(refs))
	contents := map[fileID]shared{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(scanners())
	for i, ref := range refs {
		group.Go(func() error {
			h, found, err := s.holding(ctx, ref)
			if err != nil {
				return err
			}
			held[i], seen[i] = h, found
			mu.Lock()
			defer mu.Unlock()
			for id, c := range found {
				if id.name != "" {
					id.name = filepath.Join(ref.Folder(), id.name)
				}
				contents[id] = shared{c.size, contents[id].repos + 1}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return inv, err
	}
	inv.Repos = held
	for _, c := range contents {
		inv.Size += c.size
	}
	for i, h := range held {
		for id, c := range seen[i] {
			if c.revisions == 1 && contents[id].repos > 1 { // another repository keeps it
				h.Revisions[c.last].Own -= c.size
			}
		}
		for _, p := range h.Unfinished {
			inv.Partials += p.Size
		}
	}
	return inv, nil
}

// shared is a content and how many repositories have it.
type shared struct {
	size  int64
	repos int
}

// scanners is how many repositories are read at once: names and sizes wait for
// the disk as much as for the processor.
func scanners() int { return min(2*runtime.GOMAXPROCS(0), 16) }

// folders lists the repositories by type and id, and what is none.
func (s *Store) folders(root *disk) (refs []repo.Ref, foreign []string, err error) {
	err = eachName(&area{root, "."}, ".", func(e fs.DirEntry) {
		ref, err := repo.ParseFolder(e.Name())
		switch {
		case err == nil:
			refs = append(refs, ref)
		case !s.known(root, e.Name()):
			foreign = append(foreign, e.Name())
		}
	})
	if err != nil {
		return nil, nil, s.diskError("read", "the cache", err)
	}
	slices.SortFunc(refs, byTypeAndID)
	slices.Sort(foreign)
	return refs, foreign, nil
}

func byTypeAndID(x, y repo.Ref) int {
	if x.Type != y.Type {
		return slices.Index(repo.Types(), x.Type) - slices.Index(repo.Types(), y.Type)
	}
	return strings.Compare(string(x.ID), string(y.ID))
}

// sharedMark is the file that makes a folder the shared store of the newest
// official client (cache-layout.md §9).
const sharedMark = "blobs/.huggingface-shared-blobs"

// known names at the top are those the official scanner passes over, and the
// kernels we do not download.
func (s *Store) known(root *disk, name string) bool {
	switch name {
	case ".locks", "CACHEDIR.TAG":
		return true
	case "blobs":
		_, err := root.Lstat(filepath.FromSlash(sharedMark))
		return err == nil
	}
	// What looks like a repository belongs to some client, also when we know no
	// such id or type.
	plural, _, is := strings.Cut(name, "--")
	_, err := repo.ParseType(plural)
	return ignored(name) || is && (err == nil || plural == "kernels")
}

// ignored are files of desktops, which the official scanner passes over.
func ignored(name string) bool {
	switch name {
	case ".DS_Store", "Thumbs.db", "desktop.ini":
		return true
	}
	return false
}

// holding describes one repository. Only an end of ctx is an error.
func (s *Store) holding(ctx context.Context, ref repo.Ref) (Holding, map[fileID]*content, error) {
	h := Holding{RepoInfo: RepoInfo{Ref: ref, Path: filepath.Join(s.shown, ref.Folder())}}
	c, err := s.scanned(ctx, ref, nil)
	if ctx.Err() != nil {
		return h, nil, stopped(ctx, "read", "the cache")
	}
	if err != nil {
		h.Damage = err
		return h, nil, nil
	}
	h.RepoInfo = c.info
	h.Unfinished, h.Damage = s.unfinished(c.area, ref)
	return h, c.seen, nil
}

// Partial is an unfinished download.
type Partial struct {
	Ref  repo.Ref
	Name string // in the repository's blob folder
	// Content is the etag of what it would become, "" when the name does not tell.
	Content string
	Size    int64 // in bytes, of the file so far; space may be reserved
	Written time.Time
	// Ours can be gone on with; an official client's cannot (cache-layout.md §4.1).
	Ours bool
}

// Age is how long nobody wrote to it.
func (p Partial) Age(now time.Time) time.Duration { return max(now.Sub(p.Written), 0) }

// Unfinished lists the partials of a repository, the oldest first; none when it
// is not cached.
func (s *Store) Unfinished(ref repo.Ref) ([]Partial, error) {
	root, err := s.existing()
	if err != nil || root == nil {
		return nil, err
	}
	a, err := s.scanArea(ref)
	if errors.Is(err, errNoCache) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return s.unfinished(a, ref)
}

// unfinished lists the partials of a repository, the oldest first.
func (s *Store) unfinished(a *area, ref repo.Ref) ([]Partial, error) {
	var out []Partial
	if !realFolder(a, "blobs") {
		return nil, nil
	}
	err := eachBareName(a, a.at("blobs"), func(name string) {
		content, ours, ok := partialName(name)
		if !ok {
			return
		}
		if st, err := a.root.Lstat(a.at("blobs", name)); err == nil && st.Mode().IsRegular() {
			out = append(out, Partial{ref, name, content, st.Size(), st.ModTime(), ours})
		}
	})
	if err != nil {
		return nil, s.diskError("read the blob folder of", ref.String(), err)
	}
	slices.SortFunc(out, func(x, y Partial) int { return x.Written.Compare(y.Written) })
	return out, nil
}

// partialName knows the unfinished files of every client (cache-layout.md §4.1).
func partialName(name string) (content string, ours, ok bool) {
	if content, _, ours := strings.Cut(name, repo.PartialMark); ours {
		if content == tempLink || content == tempFile {
			content = ""
		}
		return content, true, true
	}
	for _, suffix := range []string{oldPartial, ".part"} {
		if content, is := strings.CutSuffix(name, suffix); is {
			content, _, _ = strings.Cut(content, ".")
			return content, false, true
		}
	}
	return "", false, false
}
