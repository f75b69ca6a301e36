package cache

import (
	"context"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Usage is what takes the space, in bytes of file lengths.
type Usage struct {
	Path  string
	Repos []RepoUsage // the largest first
	// Shared is what of the shared store of the newest official client several
	// repositories use, or none; what one alone uses counts there.
	Shared int64
	// Records is lock files and the tag of the cache folder.
	Records int64
	// Foreign is what is no repository, and what repair has put aside of it.
	Foreign int64
}

// RepoUsage is what one repository takes.
type RepoUsage struct {
	Ref        repo.Ref
	Current    int64 // content of revisions that are not old
	Old        int64 // content that only revisions without one lead to: prune removes it
	Unused     int64 // content that no revision leads to
	Unfinished int64
	Records    int64 // refs, listings, notes of missing files
	Aside      int64 // foreign files, and what repair has put aside
}

// Total is everything of the repository.
func (u RepoUsage) Total() int64 {
	return u.Current + u.Old + u.Unused + u.Unfinished + u.Records + u.Aside
}

// Total is everything below the cache folder.
func (u Usage) Total() int64 {
	sum := u.Shared + u.Records + u.Foreign
	for _, r := range u.Repos {
		sum += r.Total()
	}
	return sum
}

// Usage adds up every file below the cache folder, hard links once.
func (s *Store) Usage(ctx context.Context) (Usage, error) {
	u := Usage{Path: s.shown}
	root, err := s.existing()
	if err != nil || root == nil {
		return u, err
	}
	refs, foreign, err := s.folders(root)
	if err != nil {
		return u, err
	}
	for _, ref := range refs {
		if ctx.Err() != nil {
			return u, stopped(ctx, "read", "the cache")
		}
		r, own, err := s.repoUsage(ctx, &area{root, ref.Folder()}, ref)
		if err != nil {
			return u, err
		}
		u.Shared -= own
		u.Repos = append(u.Repos, r)
	}
	slices.SortStableFunc(u.Repos, func(x, y RepoUsage) int { return int(max(min(y.Total()-x.Total(), 1), -1)) })
	top := &area{root, "."}
	if s.known(root, "blobs") {
		u.Shared += lengths(top, "blobs", 0)
	}
	for _, name := range append(foreign, filepath.Join(".locks", asideFolder)) {
		u.Foreign += lengths(top, name, 0)
	}
	u.Records = lengths(top, ".locks", 0) + lengths(top, "CACHEDIR.TAG", 0) - lengths(top, filepath.Join(".locks", asideFolder), 0)
	return u, nil
}

// repoUsage also says what of the shared store is the repository's own.
func (s *Store) repoUsage(ctx context.Context, a *area, ref repo.Ref) (u RepoUsage, own int64, err error) {
	u.Ref = ref
	if st, err := a.root.Lstat(a.dir); err != nil || !st.IsDir() {
		return u, 0, nil //nolint:nilerr // a link or a file: what is behind it is not of this cache
	}
	k, err := s.takeStock(ctx, a, ref)
	if err != nil {
		return u, 0, err
	}
	var current, old []*usage
	for c, use := range k.uses {
		if k.old(c) {
			old = append(old, use)
		} else {
			current = append(current, use)
		}
	}
	counted := map[fileID]bool{}
	for name, b := range k.blobs {
		counted[b.id] = true
		switch {
		case used(current, name, b):
			u.Current += b.size
		case used(old, name, b):
			u.Old += b.size
		default:
			u.Unused += b.size
		}
	}
	plain := func(of []*usage, sum *int64) {
		for _, use := range of {
			for id, size := range use.files {
				if !counted[id] {
					counted[id] = true
					*sum += size
				}
			}
		}
	}
	plain(current, &u.Current)
	plain(old, &u.Old)
	partials, err := s.unfinished(a, ref)
	for _, p := range partials {
		u.Unfinished += p.Size
	}
	u.Aside = k.rest
	nerr := eachName(a, a.at("."), func(e fs.DirEntry) {
		switch e.Name() {
		case "blobs", "snapshots":
		case "refs", "trees", ".no_exist":
			u.Records += lengths(a, e.Name(), 0)
		default:
			u.Aside += lengths(a, e.Name(), 0)
		}
	})
	if nerr != nil {
		return u, 0, s.diskError("read the cached", ref.String(), nerr)
	}
	return u, k.payloads, err
}

// lengths adds up the files below a path; what cannot be read counts nothing.
func lengths(a *area, at string, depth int) (sum int64) {
	st, err := a.root.Lstat(a.at(at))
	if err != nil || depth > maxScanDepth {
		return 0
	}
	if !st.IsDir() {
		return st.Size()
	}
	_ = eachName(a, a.at(at), func(e fs.DirEntry) { sum += lengths(a, filepath.Join(at, e.Name()), depth+1) })
	return sum
}
