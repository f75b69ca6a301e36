package mirror

import (
	"context"
	"errors"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// source is where a blob can be read in our cache.
type source struct {
	commit repo.Commit
	path   string
}

// localRepo is a holding of the cache, with where to read its content.
type localRepo struct {
	*holding
	sources map[repo.ETag]source
	files   map[repo.Commit][]repo.File // the kept listings
}

// local reads what the cache has of the repositories match likes. Content that no
// snapshot leads to is not mirrored.
func local(ctx context.Context, s *cache.Store, match func(repo.Ref) bool) (map[repo.Ref]*localRepo, error) {
	infos, err := s.Repos(ctx)
	if err != nil {
		return nil, err
	}
	out := map[repo.Ref]*localRepo{}
	for _, info := range infos {
		if !match(info.Ref) {
			continue
		}
		if out[info.Ref], err = readLocal(ctx, s, info); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func readLocal(ctx context.Context, s *cache.Store, info cache.RepoInfo) (*localRepo, error) {
	h := &localRepo{newHolding(info.Ref), map[repo.ETag]source{}, map[repo.Commit][]repo.File{}}
	for _, commit := range info.Commits {
		files, err := s.SnapshotFiles(ctx, info.Ref, commit)
		if err != nil {
			return nil, err
		}
		entries := map[string]repo.ETag{}
		for _, f := range files {
			etag, err := repo.ParseETag(f.Blob)
			if err != nil {
				return nil, fault.New(fault.Invalid, "mirror", info.Ref.String()+": "+f.Path, errors.New("its checksum is not known")).
					WithHint("hfdownloader cache verify --online finds it; or leave the repository out with --repo")
			}
			entries[f.Path], h.blobs[etag], h.sources[etag] = etag, f.Size, source{commit, f.Path}
		}
		h.snapshots[commit] = entries
		listing, ok, err := s.Tree(info.Ref, commit)
		if err != nil {
			return nil, err
		}
		if ok {
			h.files[commit], h.listings[commit] = listing, true
		}
	}
	for _, r := range info.Refs {
		if rev, err := repo.ParseRevision(r.Name); err == nil {
			h.refs[rev] = r.Commit
		}
	}
	return h, nil
}
