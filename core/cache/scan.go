package cache

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// RepoInfo is a repository in the cache.
type RepoInfo struct {
	Ref  repo.Ref
	Path string // of its folder, absolute
	// Size is in bytes, of what snapshots lead to. Content that several entries
	// share counts once; partials do not count.
	Size int64
	// Files is the number of such contents, as the official client counts files.
	Files    int
	Modified time.Time     // when the newest of them was written
	Accessed time.Time     // when any of them was last read, as far as the system keeps it
	Refs     []RefCommit   // by name; those that lead to a snapshot
	Commits  []repo.Commit // of snapshots, the newest first
	// LostRefs is how many refs lead to no snapshot: which revision they meant
	// is not known.
	LostRefs int
	// Revisions are the same snapshots with what is in them.
	Revisions []RevisionInfo
}

// RevisionInfo is a snapshot.
type RevisionInfo struct {
	Commit   repo.Commit
	Refs     []string  // that lead to it, by name
	Size     int64     // in bytes, each content once
	Own      int64     // of Size, what no other revision has: removing it frees so much (Inventory: nor another repository)
	Files    int       // contents
	Modified time.Time // when the newest content was written; of the folder without any
}

// RefCommit is a ref and the commit it names.
type RefCommit struct {
	Name   string
	Commit repo.Commit
}

// CachedFile is a file of a snapshot.
type CachedFile struct {
	Path string // in the repository, with "/"
	Size int64  // in bytes
	Blob string // name of its blob; "" for a plain file nothing is known of
	LFS  bool
}

// Repos lists what is in the cache, by type and id. What is damaged is left out,
// with a warning in the log: one broken repository must not hide the others.
func (s *Store) Repos(ctx context.Context) ([]RepoInfo, error) {
	root, err := s.existing()
	if err != nil || root == nil {
		return nil, err
	}
	var names []string
	if err := eachName(&area{root, "."}, ".", func(e fs.DirEntry) { names = append(names, e.Name()) }); err != nil {
		return nil, s.diskError("read", "the cache", err)
	}
	var out []RepoInfo
	for _, name := range names {
		ref, err := repo.ParseFolder(name)
		if err != nil {
			continue // no repository: .locks, the shared store, other programs' folders
		}
		if ctx.Err() != nil {
			return nil, stopped(ctx, "read", "the cache")
		}
		info, err := s.scan(ctx, ref, nil)
		if err != nil {
			if ctx.Err() != nil {
				return nil, err
			}
			s.opts.Logger.Warn().Err(err).Str("repo", ref.String()).Msg("leaving out a damaged repository of the cache")
			continue
		}
		out = append(out, info)
	}
	slices.SortFunc(out, func(x, y RepoInfo) int { return byTypeAndID(x.Ref, y.Ref) })
	return out, nil
}

// Repo describes one repository, with the files of its current commit by path.
// It says false when the repository is not cached.
func (s *Store) Repo(ctx context.Context, ref repo.Ref) (RepoInfo, []CachedFile, bool, error) {
	root, err := s.existing()
	if err != nil || root == nil {
		return RepoInfo{}, nil, false, err
	}
	var files []CachedFile
	info, err := s.scan(ctx, ref, &files)
	if errors.Is(err, errNoCache) {
		return RepoInfo{}, nil, false, nil
	}
	if err != nil {
		return RepoInfo{}, nil, false, err
	}
	return info, files, true, nil
}

// existing is the cache's folder, nil when there is none. Another process may
// have made it since Open.
func (s *Store) existing() (*disk, error) {
	if err := s.here(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.root == nil {
		if err := s.openRoot(); err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return nil, nil
			}
			return nil, s.diskError("open", "the cache", err)
		}
	}
	return s.root, nil
}

func stopped(ctx context.Context, op, subject string) error {
	return fault.New(fault.Canceled, op, subject, context.Cause(ctx)).WithHint("try again")
}

// Old says that nothing leads to a revision any more, surely: a repository
// without any ref has none, somebody asked for those commits by name; nor one
// with a broken ref, which may have led there.
func (r RepoInfo) Old(v RevisionInfo) bool {
	return len(v.Refs) == 0 && len(r.Refs) > 0 && r.LostRefs == 0
}
