package wire

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/cli"
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// repairer is one run of "cache repair": what needs no Hub first, then listings
// and refs, then the damaged files and nothing else.
type repairer struct {
	pipeline *Pipeline
	lister   *lister
	request  cli.RepairRequest
	out      pipeline.Sink
	repair   cache.Repair
	open     []cache.Finding // damage that is not healed yet
	listed   map[cachedRevision][]repo.File
	failed   map[cachedRevision]error // why a listing could not be had
}

// cachedRevision is a revision of a repository.
type cachedRevision struct {
	ref    repo.Ref
	commit repo.Commit
}

func (x *repairer) store() *cache.Store { return x.pipeline.store }

// note says what became of a finding.
func (x *repairer) note(f cache.Finding, done string, err error) {
	x.repair.Actions = append(x.repair.Actions, cache.Mended{Finding: f, Done: done, Err: err})
}

func (x *repairer) run(ctx context.Context) error {
	x.lister = &lister{hub: x.pipeline.hub}
	x.listed, x.failed = map[cachedRevision][]repo.File{}, map[cachedRevision]error{}
	report, err := x.verify(ctx, x.request.Repos)
	x.repair.Before = report
	if err != nil || report.Damage() == 0 && len(report.Findings) == 0 {
		return err
	}
	x.mend(report.Findings)
	if err := x.relist(ctx); err != nil {
		return err
	}
	for _, f := range x.take(func(f cache.Finding) bool { return f.Problem == cache.BadRef || f.Problem == cache.LostRef }) {
		done, err := x.ref(ctx, f)
		x.note(f, done, err)
		if done == "" {
			x.open = append(x.open, f)
		}
	}
	x.fetchAll(ctx)
	return x.check(ctx)
}

func (x *repairer) verify(ctx context.Context, refs []repo.Ref) (cache.Report, error) {
	return x.store().Verify(ctx, cache.VerifyOptions{
		Repos: refs, Workers: x.request.Workers, OnProgress: x.request.OnProgress, List: x.lister.list,
	})
}

// mend does what needs no Hub; the rest stays open.
func (x *repairer) mend(findings []cache.Finding) {
	for _, f := range findings {
		begun := func(d cache.Finding) bool { return d.Problem.Damage() && d.Ref == f.Ref && d.Blob == f.Blob }
		if f.Problem == cache.Unfinished && slices.ContainsFunc(findings, begun) {
			continue // an earlier repair was interrupted: its bytes are needed
		}
		done, err := x.store().Mend(f, x.request.Delete)
		if done != "" || err != nil {
			x.note(f, done, err)
		}
		if done == "" && f.Problem.Damage() {
			x.open = append(x.open, f)
		}
	}
}

// take takes findings out of what is open.
func (x *repairer) take(wanted func(cache.Finding) bool) []cache.Finding {
	var taken, rest []cache.Finding
	for _, f := range x.open {
		if wanted(f) {
			taken = append(taken, f)
		} else {
			rest = append(rest, f)
		}
	}
	x.open = rest
	return taken
}

// relist asks the Hub where listing and content disagree. When the listing was
// wrong the repository is looked at again under the right one.
func (x *repairer) relist(ctx context.Context) error {
	var anew []repo.Ref
	for _, f := range x.open {
		if f.Problem != cache.BadListing && f.Problem != cache.WrongEntry || len(f.Uses) == 0 {
			continue
		}
		at := cachedRevision{f.Ref, f.Uses[0].Commit}
		if x.listed[at] != nil || x.failed[at] != nil {
			continue
		}
		kept, ok, _ := x.store().Tree(at.ref, at.commit)
		files, err := x.lister.ask(ctx, at)
		switch {
		case err != nil:
			x.failed[at] = err
		case ok && !slices.EqualFunc(kept, files, sameFile), x.broken(at):
			// Where none was kept none is now: with one the official client misses
			// what was filtered out.
			if err := x.store().WriteListing(at.ref, at.commit, files); err != nil {
				return err
			}
			anew = append(anew, at.ref)
		}
		x.listed[at] = files
	}
	x.listings(anew)
	if len(anew) == 0 {
		return nil
	}
	slices.SortFunc(anew, func(a, b repo.Ref) int { return strings.Compare(a.String(), b.String()) })
	anew = slices.Compact(anew)
	report, err := x.verify(ctx, anew)
	if err != nil {
		return err
	}
	x.take(func(f cache.Finding) bool { return slices.Contains(anew, f.Ref) })
	x.mend(report.Findings)
	return nil
}

// broken says that the kept listing of a revision cannot be read.
func (x *repairer) broken(at cachedRevision) bool {
	return slices.ContainsFunc(x.open, func(f cache.Finding) bool {
		return f.Problem == cache.BadListing && f.Ref == at.ref && f.Uses[0].Commit == at.commit
	})
}

// listings says what became of broken listings.
func (x *repairer) listings(anew []repo.Ref) {
	for _, f := range x.take(func(f cache.Finding) bool { return f.Problem == cache.BadListing }) {
		cause := x.failed[cachedRevision{f.Ref, f.Uses[0].Commit}]
		if slices.Contains(anew, f.Ref) && cause == nil {
			x.note(f, "asked the Hub for it again", nil)
			continue
		}
		// Without it clients ask the Hub themselves; with it they believe it.
		done, err := x.store().SetAside(f.Ref, f.Path)
		x.note(f, done, errors.Join(err))
		if err != nil {
			x.open = append(x.open, f)
		}
	}
}

func sameFile(a, b repo.File) bool {
	return a.Path == b.Path && a.Size == b.Size && a.ETag() == b.ETag()
}

// listing is the listing of a commit, the kept one if it is believed.
func (x *repairer) listing(ctx context.Context, at cachedRevision) ([]repo.File, error) {
	if err := x.failed[at]; err != nil {
		if kept, ok, _ := x.store().Tree(at.ref, at.commit); ok {
			return kept, nil // the best there is
		}
		return nil, err
	}
	if files := x.listed[at]; files != nil {
		return files, nil
	}
	files, ok, err := x.store().Tree(at.ref, at.commit)
	if err == nil && !ok {
		files, err = x.lister.ask(ctx, at)
	}
	if err != nil {
		x.failed[at] = err
		return nil, err
	}
	x.listed[at] = files
	return files, nil
}

// ref points a ref at a commit again: the Hub's, if that is here; else the only
// one that is here and has no name. Otherwise the ref is put aside: without it
// clients ask the Hub.
func (x *repairer) ref(ctx context.Context, f cache.Finding) (string, error) {
	rev, err := repo.ParseRevision(strings.TrimPrefix(f.Path, "refs/"))
	if err != nil {
		return x.store().SetAside(f.Ref, f.Path)
	}
	if x.store().Busy(ctx, f.Ref) { // the official client writes the ref before the snapshot
		return "", fault.New(fault.Disk, "repair the ref of", f.Ref.String(), errors.New("it is being downloaded")).WithHint("wait until the download has ended")
	}
	info, _, _, err := x.store().Repo(ctx, f.Ref)
	if err != nil {
		return "", err
	}
	at, herr := x.pipeline.hub.Info(ctx, f.Ref, rev)
	switch {
	case herr == nil && slices.Contains(info.Commits, at.Commit):
		return "now " + at.Commit.Short() + ", as the Hub says", x.store().WriteRef(f.Ref, rev, at.Commit)
	case len(info.Commits) == 1 && len(info.Refs) == 0:
		return "now " + info.Commits[0].Short() + ", the only revision here", x.store().WriteRef(f.Ref, rev, info.Commits[0])
	case herr != nil && fault.KindOf(herr) != fault.RevisionNotFound && fault.KindOf(herr) != fault.RepoNotFound:
		return "", herr // the Hub may know another time
	default:
		return x.store().SetAside(f.Ref, f.Path)
	}
}

// check looks at the names once more: what is left, and what could not be fetched.
func (x *repairer) check(ctx context.Context) error {
	report, err := x.store().Verify(ctx, cache.VerifyOptions{Repos: x.request.Repos, NamesOnly: true})
	if err != nil {
		return err
	}
	x.repair.Left = x.open
	for _, f := range report.Findings {
		known := slices.ContainsFunc(x.open, func(o cache.Finding) bool { return o.Ref == f.Ref && o.Path == f.Path })
		if f.Problem.Damage() && !known {
			x.repair.Left = append(x.repair.Left, f)
		}
	}
	return nil
}
