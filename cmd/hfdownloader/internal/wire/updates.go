package wire

import (
	"context"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/cli"
	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/cache/friendly"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/match"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/web"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// updates compares a server's cache with the Hub.
type updates struct {
	pipeline *Pipeline
	manifest func(repo.Ref) (friendly.Manifest, bool, error) // nil without a readable view
	asBefore cli.AsBefore
}

// updates also looks at the cache of a server whose files go to a folder.
func (s *server) updates(r cli.ServeRequest) web.Updates {
	u := updates{pipeline: &Pipeline{hub: s.pipeline.hub, store: s.cache}, asBefore: r.AsBefore}
	if v := s.views(r); v != nil {
		u.manifest = v.Manifest
	}
	return u
}

// Outdated implements web.Updates.
func (u updates) Outdated(ctx context.Context, wanted func(repo.Ref) bool) (api.Comparison, error) {
	branches, err := u.branches(ctx, wanted)
	if err != nil {
		return api.Comparison{}, err
	}
	answers := make([]*api.Compared, len(branches))
	var gone atomic.Pointer[error] // the Hub cannot be reached: it is not asked again
	var group errgroup.Group
	group.SetLimit(askers)
	for i, t := range branches {
		group.Go(func() error {
			var one api.Compared
			if away := gone.Load(); away != nil {
				one = api.Compared{Ref: t.Job.Repo, Revision: t.Job.Revision, Have: t.Have, Err: *away}
			} else if one = u.compared(ctx, t); ctx.Err() != nil && one.Err != nil {
				return nil // it was not asked to the end
			}
			switch err := one.Err; fault.KindOf(err) {
			case fault.Unavailable, fault.Offline, fault.RateLimited:
				gone.Store(&err)
			}
			answers[i] = &one
			return nil
		})
	}
	_ = group.Wait() // none of them fails
	out := api.Comparison{Complete: true}
	for _, a := range answers {
		if a == nil {
			out.Complete = false
			continue
		}
		out.Branches = append(out.Branches, *a)
	}
	return out, nil
}

// branches are those of the cache that are wanted.
func (u updates) branches(ctx context.Context, wanted func(repo.Ref) bool) (out []cli.Tracked, err error) {
	infos, err := u.pipeline.store.Repos(ctx)
	if err != nil {
		return nil, err
	}
	for _, info := range infos {
		if !wanted(info.Ref) {
			continue
		}
		var manifest *friendly.Manifest
		if u.manifest != nil {
			if m, ok, err := u.manifest(info.Ref); err == nil && ok {
				manifest = &m
			}
		}
		out = append(out, cli.TrackedOf(info, manifest, u.asBefore)...)
	}
	return out, nil
}

// compared also says how to ask for the same files again.
func (u updates) compared(ctx context.Context, t cli.Tracked) api.Compared {
	b := show.Branch{Ref: t.Job.Repo, Revision: t.Job.Revision, Have: t.Have}
	now, err := u.pipeline.compare(ctx, t, &b)
	out := api.Compared{
		Ref: b.Ref, Revision: b.Revision, Have: b.Have, Latest: b.Now, Changed: len(b.Changed), Fetch: b.Fetch, Err: err,
		Filters: t.Job.Filters, Excludes: t.Job.Excludes, Exact: t.Job.Exact, Subdir: t.Job.AppendFilterSubdir,
	}
	if t.Here || t.Job.Shards != "" || len(t.Paths) > 0 || len(t.Include) > 0 {
		out.Filters, out.Excludes, out.Exact = picked(now, b.Paths, t.Job.Repo.Type == repo.Dataset)
	}
	return out
}

// picked says by filters which of the weights and data are wanted: a request knows
// no other way. Small files come along with any.
func picked(all []repo.File, wanted []string, dataset bool) (filters, excludes []string, exact bool) {
	has := map[string]bool{}
	for _, path := range wanted {
		has[path] = true
	}
	left := false
	for _, f := range all {
		switch {
		case !match.IsPayload(f, dataset):
		case has[f.Path]:
			filters = append(filters, "/"+f.Path) // from the root: no file of this name elsewhere
		default:
			left = true
			excludes = append(excludes, f.Path)
		}
	}
	switch {
	case !left:
		return nil, nil, false // everything
	case len(filters) == 0:
		return nil, excludes, false // small files alone
	default:
		return filters, nil, true
	}
}
