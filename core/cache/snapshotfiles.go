package cache

import (
	"context"
	"errors"
	"os"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// SnapshotFiles lists the files of one cached revision by path; none when it is
// not cached.
func (s *Store) SnapshotFiles(ctx context.Context, ref repo.Ref, commit repo.Commit) ([]CachedFile, error) {
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
	c := &scanner{store: s, area: a, seen: map[fileID]*content{}, info: RepoInfo{Ref: ref, Commits: []repo.Commit{commit}}}
	if realFolder(a, "blobs") {
		var blobs *os.Root
		if blobs, err = a.root.OpenRoot(a.at("blobs")); err == nil {
			defer func() { _ = blobs.Close() }() // only read
			c.blobs = blobs
		}
	}
	c.begin(0, commit)
	files := []CachedFile{}
	err = c.snapshot(ctx, commit, &files)
	return files, err
}
