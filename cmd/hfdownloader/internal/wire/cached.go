package wire

import (
	"context"
	"errors"
	"io"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/pipeline/fetch"
)

// cached is the official cache as a destination of the stages.
type cached struct{ store *cache.Store }

func (c cached) Ref(ref repo.Ref, rev repo.Revision) (repo.Commit, bool, error) {
	return c.store.Ref(ref, rev)
}

func (c cached) Output(ref repo.Ref, commit repo.Commit) string {
	return c.store.SnapshotPath(ref, commit)
}

func (c cached) Tree(ref repo.Ref, commit repo.Commit) ([]repo.File, bool, error) {
	return c.store.Tree(ref, commit)
}

func (c cached) Present(ctx context.Context, s *pipeline.State, item pipeline.Item) (bool, error) {
	p, err := c.store.Have(ctx, s.Job.Repo, s.Commit, item.File)
	return p == cache.Placed, err
}

func (c cached) FreeSpace() (int64, error) { return c.store.FreeSpace() }

func (c cached) CaseFolding() bool { return c.store.CaseFolding() }

func (c cached) MarkMissing(s *pipeline.State, path string) error {
	return c.store.MarkMissing(s.Job.Repo, s.Commit, path)
}

func (c cached) Ingest(ctx context.Context, s *pipeline.State, f *pipeline.FileState) (fetch.Ingestion, error) {
	in, err := c.store.Ingest(ctx, s.Job.Repo, f.Item.File)
	if errors.Is(err, cache.ErrPresent) {
		return nil, nil
	}
	if err != nil {
		return nil, err // not in: a nil pointer in an interface is not nil
	}
	return in, nil
}

func (c cached) Place(ctx context.Context, s *pipeline.State, f *pipeline.FileState) error {
	return c.store.Place(ctx, s.Job.Repo, s.Commit, f.Item.File)
}

func (c cached) Finish(ctx context.Context, s *pipeline.State, complete bool) error {
	return c.store.Finish(ctx, cache.Finish{
		Ref: s.Job.Repo, Revision: s.Job.Revision, Commit: s.Commit,
		Files: s.Plan.Files, Listed: s.Plan.Cached, Complete: complete,
	})
}

func (c cached) OpenPlaced(_ context.Context, s *pipeline.State, item pipeline.Item) (io.ReadCloser, error) {
	return c.store.OpenPlaced(s.Job.Repo, s.Commit, item.File.Path)
}
