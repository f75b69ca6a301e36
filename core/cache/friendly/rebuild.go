package friendly

import (
	"context"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Cache is what a view shows (cache.Store).
type Cache interface {
	Repos(ctx context.Context) ([]cache.RepoInfo, error)
	Repo(ctx context.Context, ref repo.Ref) (cache.RepoInfo, []cache.CachedFile, bool, error)
}

// Place is where a view is and what it leads to.
type Place struct {
	Root string // the folder above hub/
	Hub  string // the hub folder's name below Root, usually "hub"
}

// Report says what Rebuild did.
type Report struct {
	ReposScanned    int
	SymlinksCreated int
	SymlinksUpdated int
	OrphansRemoved  int
	Errors          []string // one for each repository that could not be shown
}

// Rebuild makes the view of everything in the cache, each repository at its
// current commit. Clean also removes links of the view that show nothing any more.
func Rebuild(ctx context.Context, p Place, c Cache, clean bool) (Report, error) {
	return Report{}, nil
}

// Remove removes a repository's view below root: its links and its manifest, and
// the folders that are empty then. Files of the user stay.
func Remove(root string, ref repo.Ref) error { return nil }
