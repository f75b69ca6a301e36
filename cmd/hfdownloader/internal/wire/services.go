package wire

import (
	"context"
	"sync"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/cli"
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/cache/friendly"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
	"github.com/hfdownloader/hfdownloader/web"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// planner is a dry run for the API.
type planner struct{ pipeline *Pipeline }

// Plan implements web.Planner.
func (p planner) Plan(ctx context.Context, spec jobs.Spec) (api.Planned, error) {
	var mu sync.Mutex
	var out api.Planned
	job := pipeline.Job{
		Repo: spec.Repo, Revision: spec.Revision, Filters: spec.Filters, Excludes: spec.Excludes, Exact: spec.Exact,
		AppendFilterSubdir: spec.AppendFilterSubdir, DryRun: true, IgnoreSpace: true, AllowEmpty: true,
	}
	res, err := p.pipeline.Run(ctx, job, pipeline.SinkFunc(func(e pipeline.Event) {
		if planned, ok := e.(pipeline.Planned); ok {
			mu.Lock()
			defer mu.Unlock()
			out.Items = planned.Items
		}
	}))
	mu.Lock()
	defer mu.Unlock()
	out.Commit = res.Commit
	if err != nil || p.pipeline.store == nil {
		return out, err
	}
	return p.look(ctx, spec.Repo, out)
}

// look finds contents that an older revision has: they are only linked again.
func (p planner) look(ctx context.Context, ref repo.Ref, out api.Planned) (api.Planned, error) {
	out.Cached = make([]bool, len(out.Items))
	for i, item := range out.Items {
		if item.Present {
			continue
		}
		have, err := p.pipeline.store.Have(ctx, ref, out.Commit, item.File)
		if err != nil {
			return out, err
		}
		out.Cached[i] = have != cache.Missing
	}
	return out, ctx.Err()
}

// views is the readable view of a cache.
type views struct {
	place friendly.Place
	cache *cache.Store
}

// views is nil where the cache has no readable view.
func (s *server) views(r cli.ServeRequest) web.Views {
	v := view(cli.Request{Destination: r.Destination})
	if v.Root == "" {
		return nil
	}
	return views{friendly.Place{Root: v.Root, Hub: v.Hub}, s.cache}
}

// exporter is nil without a cache.
func (s *server) exporter() web.Exporter {
	if s.cache == nil {
		return nil
	}
	return s.cache
}

// Manifest implements web.Views.
func (v views) Manifest(ref repo.Ref) (friendly.Manifest, bool, error) {
	return friendly.ReadManifest(v.place.Root, ref)
}

// Rebuild implements web.Views.
func (v views) Rebuild(ctx context.Context, clean bool) (friendly.Report, error) {
	return friendly.Rebuild(ctx, v.place, v.cache, clean)
}

// Remove implements web.Views.
func (v views) Remove(ref repo.Ref, commits ...repo.Commit) error {
	return friendly.Remove(v.place.Root, ref, commits...)
}

// logSink logs what concerns no single job.
type logSink struct{ log zerolog.Logger }

// Emit implements pipeline.Sink.
func (s logSink) Emit(e pipeline.Event) {
	switch e := e.(type) {
	case pipeline.Retrying:
		s.log.Info().Str("path", e.Path).Int("attempt", e.Attempt).Dur("wait", e.Wait).AnErr("error", e.Err).Msg("asking again")
	case pipeline.Warning:
		s.log.Warn().Str("path", e.Path).Msg(e.Message)
	}
}
