package wire

import (
	"context"
	"errors"
	"io"
	"path"
	"path/filepath"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/pipeline/fetch"
)

// local is a folder of plain files as a destination of the stages.
type local struct{ files *cache.Local }

// openLocal opens DIR/owner/name.
func openLocal(dir string, ref repo.Ref, o cache.Options) (local, error) {
	o.Root = filepath.Join(dir, filepath.FromSlash(string(ref.ID)))
	files, err := cache.OpenLocal(o)
	return local{files}, err
}

// dest is where a file goes below the folder.
func dest(item pipeline.Item) string { return path.Join(item.Subdir, item.File.Path) }

// Ref knows none: a folder holds files, not revisions.
func (l local) Ref(repo.Ref, repo.Revision) (repo.Commit, bool, error) { return "", false, nil }

func (l local) Output(repo.Ref, repo.Commit) string { return l.files.Path() }

func (l local) Tree(ref repo.Ref, commit repo.Commit) ([]repo.File, bool, error) {
	return l.files.Tree(ref, commit)
}

func (l local) Present(_ context.Context, s *pipeline.State, item pipeline.Item) (bool, error) {
	return l.files.Present(s.Commit, item.File, dest(item))
}

func (l local) FreeSpace() (int64, error) { return l.files.FreeSpace() }

func (l local) CaseFolding() bool { return l.files.CaseFolding() }

// MarkMissing notes nothing: a folder has no place for it.
func (l local) MarkMissing(*pipeline.State, string) error { return nil }

// Ingest copies a twin that was just placed instead of fetching it again.
func (l local) Ingest(ctx context.Context, _ *pipeline.State, f *pipeline.FileState) (fetch.Ingestion, error) {
	if f.Twin != nil {
		return nil, l.files.Duplicate(dest(*f.Twin), dest(f.Item))
	}
	in, err := l.files.Ingest(ctx, f.Item.File, dest(f.Item))
	if errors.Is(err, cache.ErrPresent) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return in, nil
}

func (l local) Place(_ context.Context, s *pipeline.State, f *pipeline.FileState) error {
	return l.files.Place(s.Commit, f.Item.File, dest(f.Item))
}

func (l local) Finish(_ context.Context, s *pipeline.State, complete bool) error {
	return l.files.Finish(s.Commit, s.Plan.Files, s.Plan.Cached, complete)
}

func (l local) OpenPlaced(_ context.Context, _ *pipeline.State, item pipeline.Item) (io.ReadCloser, error) {
	return l.files.Open(dest(item))
}
