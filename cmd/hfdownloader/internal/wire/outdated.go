package wire

import (
	"context"
	"errors"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/cli"
	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/match"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// askers is how many branches are asked about at once: the Hub's limits are per
// five minutes, so more would only wait there.
const askers = 8

// Outdated implements cli.UpdateBackend.
func (Backend) Outdated(ctx context.Context, r cli.Request, branches []cli.Tracked) (out []show.Branch, err error) {
	set := settingsOf(r)
	set.View, set.LocalDir = View{}, ""
	p, err := New(set, logSink{r.Log})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	out = make([]show.Branch, len(branches))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(askers)
	for i, t := range branches {
		group.Go(func() error {
			out[i] = show.Branch{Ref: t.Job.Repo, Revision: t.Job.Revision, Have: t.Have}
			_, out[i].Err = p.compare(ctx, t, &out[i])
			return ctx.Err()
		})
	}
	return out, group.Wait()
}

// compare asks where a branch is, and only of one that moved what is in it: now is
// the new listing then.
func (p *Pipeline) compare(ctx context.Context, t cli.Tracked, b *show.Branch) (now []repo.File, err error) {
	info, err := p.hub.Info(ctx, t.Job.Repo, t.Job.Revision)
	if err != nil {
		return nil, err
	}
	b.Now = info.Commit
	if b.Now == t.Have {
		return nil, nil
	}
	if now, err = (&lister{hub: p.hub}).ask(ctx, cachedRevision{t.Job.Repo, b.Now}); err != nil {
		return nil, err
	}
	before, err := p.store.SnapshotFiles(ctx, t.Job.Repo, t.Have)
	if err != nil {
		return nil, err
	}
	selected, err := p.selected(t, now, before)
	if err != nil {
		return nil, err
	}
	return now, p.differences(ctx, t, b, selected, before)
}

// selected is what of a new listing is wanted: what was asked for before, or
// where nobody knows that, everything if everything was there, else the same files.
func (p *Pipeline) selected(t cli.Tracked, now []repo.File, before []cache.CachedFile) ([]repo.File, error) {
	o := match.Options{
		Filters: t.Job.Filters, Excludes: t.Job.Excludes, Exact: t.Job.Exact, Shards: t.Job.Shards,
		Dataset: t.Job.Repo.Type == repo.Dataset, Include: t.Include, Paths: t.Paths,
	}
	if t.Here {
		old, ok, err := p.store.Tree(t.Job.Repo, t.Have)
		if err == nil && ok && len(old) == len(before) {
			return now, nil
		}
		has := map[string]bool{}
		for _, f := range before {
			has[f.Path] = true
		}
		return slices.DeleteFunc(slices.Clone(now), func(f repo.File) bool { return !has[f.Path] }), nil
	}
	sel, err := match.Select(now, o)
	if err != nil {
		return nil, err
	}
	out := make([]repo.File, len(sel.Items))
	for i, item := range sel.Items {
		out[i] = item.File
	}
	return out, nil
}

// differences fills in what changed and what of it is not in the cache.
func (p *Pipeline) differences(ctx context.Context, t cli.Tracked, b *show.Branch, now []repo.File, before []cache.CachedFile) error {
	old := map[string]cache.CachedFile{}
	for _, f := range before {
		old[f.Path] = f
	}
	counted := map[repo.ETag]bool{} // one content under two names comes once
	for _, f := range now {
		b.Paths = append(b.Paths, f.Path)
		was, known := old[f.Path]
		delete(old, f.Path)
		if known && was.Blob == string(f.ETag()) {
			continue
		}
		what := "added"
		if known {
			what = "changed"
		}
		b.Changed = append(b.Changed, show.Change{Path: f.Path, What: what, Size: max(f.Size, 0)})
		have, err := p.store.Have(ctx, t.Job.Repo, b.Now, f)
		if err != nil {
			return err
		}
		if have == cache.Missing && !counted[f.ETag()] {
			counted[f.ETag()] = true
			b.Fetch += max(f.Size, 0)
		}
	}
	for path, f := range old {
		b.Changed = append(b.Changed, show.Change{Path: path, What: "removed", Size: f.Size})
	}
	slices.SortFunc(b.Changed, func(x, y show.Change) int { return strings.Compare(x.Path, y.Path) })
	return nil
}
