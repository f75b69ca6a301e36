package wire

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/pipeline/standard"
)

// fetching is the findings that new content or a new link heals.
type fetching struct {
	*repairer
	todo   []cache.Finding
	healed []bool
	why    []error // what kept it from being healed
}

// fetchAll fetches damaged files and makes broken links anew, a revision at a
// time. A blob that several revisions have is fetched once, from the first
// revision that still has it on the Hub.
func (x *repairer) fetchAll(ctx context.Context) {
	todo := x.take(func(f cache.Finding) bool { return len(f.Uses) > 0 && fetchable(f.Problem) })
	for _, f := range todo {
		if f.Problem == cache.MissingBlob {
			continue
		}
		if err := x.store().Distrust(f); err != nil {
			x.note(f, "", err)
		}
	}
	f := &fetching{x, todo, make([]bool, len(todo)), make([]error, len(todo))}
	for _, at := range x.places(ctx, todo) {
		paths := map[string][]int{} // of files, with what they heal
		for i, found := range todo {
			if j := slices.IndexFunc(found.Uses, func(u cache.Use) bool { return u.Commit == at.commit }); !f.healed[i] && found.Ref == at.ref && j >= 0 {
				paths[found.Uses[j].Path] = append(paths[found.Uses[j].Path], i)
			}
		}
		if len(paths) > 0 {
			f.revision(ctx, at, paths)
		}
	}
	for i, found := range todo {
		if !f.healed[i] {
			x.note(found, "", f.why[i])
			x.open = append(x.open, found)
		}
	}
}

// fetchable: new content, or a new link to content, heals it.
func fetchable(p cache.Problem) bool {
	switch p {
	case cache.Corrupt, cache.Truncated, cache.TooLong, cache.Unreadable, cache.MissingBlob, cache.DanglingLink, cache.OutsideLink, cache.WrongEntry:
		return true
	}
	return false
}

// places are the revisions to fetch from, those with a ref first: the Hub surely
// has them.
func (x *repairer) places(ctx context.Context, todo []cache.Finding) []cachedRevision {
	var named, others []cachedRevision
	refs := map[repo.Ref]cache.RepoInfo{}
	for _, f := range todo {
		info, looked := refs[f.Ref]
		if !looked {
			info, _, _, _ = x.store().Repo(ctx, f.Ref) // without it none is named
			refs[f.Ref] = info
		}
		for _, u := range f.Uses {
			at := cachedRevision{f.Ref, u.Commit}
			list := &others
			if slices.ContainsFunc(info.Refs, func(r cache.RefCommit) bool { return r.Commit == u.Commit }) {
				list = &named
			}
			if !slices.Contains(*list, at) {
				*list = append(*list, at)
			}
		}
	}
	return append(named, others...)
}

// revision heals what it can with files of one revision.
func (f *fetching) revision(ctx context.Context, at cachedRevision, paths map[string][]int) {
	files, err := f.listing(ctx, at)
	if err != nil {
		for path := range paths {
			f.fail(paths[path], err)
		}
		return
	}
	failed := f.deliver(ctx, at, files, f.listedOf(at, files, paths), paths)
	if !slices.ContainsFunc(failed, func(path string) bool { return fault.KindOf(f.why[paths[path][0]]) == fault.Integrity }) {
		return
	}
	// The Hub contradicts the kept listing: what does it list now?
	now, err := f.lister.ask(ctx, at)
	if err != nil || slices.EqualFunc(now, files, sameFile) || f.store().WriteListing(at.ref, at.commit, now) != nil {
		return
	}
	f.listed[at] = now
	again := map[string][]int{}
	for _, path := range failed {
		again[path] = paths[path]
	}
	f.deliver(ctx, at, now, f.listedOf(at, now, again), again)
}

func (f *fetching) fail(heals []int, err error) {
	for _, i := range heals {
		f.why[i] = err
	}
}

// listedOf are the paths the revision has, sorted.
func (f *fetching) listedOf(at cachedRevision, files []repo.File, paths map[string][]int) []string {
	var wanted []string
	for path, heals := range paths {
		if _, has := slices.BinarySearchFunc(files, path, func(f repo.File, p string) int { return strings.Compare(f.Path, p) }); has {
			wanted = append(wanted, path)
			continue
		}
		aside := false
		for _, i := range heals {
			aside = aside || f.unlisted(at, path, f.todo[i])
			f.healed[i] = aside
		}
		f.fail(heals, fault.New(fault.EntryNotFound, "fetch", path, errors.New("the revision has no such file")).WithHint("move the file away yourself, or delete the revision"))
	}
	slices.Sort(wanted)
	return wanted
}

// deliver has files delivered and says which could not be. Those whose content is
// here come first: a Hub that is gone ends a job, also for files that need no Hub.
func (f *fetching) deliver(ctx context.Context, at cachedRevision, files []repo.File, wanted []string, paths map[string][]int) (failed []string) {
	var here, away []string
	for _, path := range wanted {
		i, _ := slices.BinarySearchFunc(files, path, func(f repo.File, p string) int { return strings.Compare(f.Path, p) }) // listedOf found it
		if p, err := f.store().Have(ctx, at.ref, at.commit, files[i]); err == nil && p != cache.Missing {
			here = append(here, path)
		} else {
			away = append(away, path)
		}
	}
	return append(f.deliverSome(ctx, at, files, here, paths), f.deliverSome(ctx, at, files, away, paths)...)
}

func (f *fetching) deliverSome(ctx context.Context, at cachedRevision, files []repo.File, wanted []string, paths map[string][]int) (failed []string) {
	if len(wanted) == 0 {
		return nil
	}
	watch := &watch{Sink: f.out, skipped: map[string]bool{}}
	res, err := f.run(ctx, at, files, wanted, watch)
	f.repair.Fetched += res.Fetched
	missing := reasons(err, wanted)
	for _, path := range wanted {
		if err := missing[path]; err != nil {
			f.fail(paths[path], err)
			failed = append(failed, path)
			continue
		}
		how := "fetched again"
		if watch.skipped[path] {
			how = "linked anew"
			f.repair.Linked++
		} else {
			f.repair.Files++
		}
		for _, i := range paths[path] {
			f.healed[i] = true
			f.note(f.todo[i], how, nil)
		}
	}
	return failed
}

// reasons says of each file that is missing why.
func reasons(err error, wanted []string) map[string]error {
	missing := map[string]error{}
	var some *pipeline.FilesError
	if !errors.As(err, &some) {
		if err != nil {
			for _, path := range wanted {
				missing[path] = err
			}
		}
		return missing
	}
	for _, path := range some.Missing {
		missing[path] = err
	}
	for _, f := range some.Failed {
		missing[f.Path] = f.Err
	}
	return missing
}

// watch is a Sink that notes whose content was here.
type watch struct {
	pipeline.Sink
	mu      sync.Mutex
	skipped map[string]bool
}

// Emit implements pipeline.Sink.
func (w *watch) Emit(e pipeline.Event) {
	if c, ok := e.(pipeline.FileChanged); ok && c.Status == pipeline.FileSkipped {
		w.mu.Lock()
		w.skipped[c.Path] = true
		w.mu.Unlock()
	}
	w.Sink.Emit(e)
}

// unlisted is an entry the Hub knows nothing of. One that leads nowhere is put
// aside, for it hides the repository from the official client.
func (x *repairer) unlisted(at cachedRevision, path string, f cache.Finding) bool {
	if f.Problem == cache.WrongEntry && x.failed[at] != nil {
		return false // only the kept listing says so
	}
	switch f.Problem {
	case cache.DanglingLink, cache.OutsideLink, cache.MissingBlob, cache.WrongEntry:
	default:
		return false
	}
	done, err := x.store().SetAside(at.ref, "snapshots/"+string(at.commit)+"/"+path)
	x.note(f, done, err)
	return err == nil
}

// run has the usual stages deliver some files of a commit.
func (f *fetching) run(ctx context.Context, at cachedRevision, files []repo.File, paths []string, out pipeline.Sink) (pipeline.Result, error) {
	p := f.pipeline
	dest := healing{cached{p.store}, files}
	runner := p.runner.With(standard.Preparers(source{p.hub}, dest), standard.Deliverers(source{p.hub}, p.engine, dest))
	return runner.Run(ctx, pipeline.Job{
		Repo: at.ref, Revision: repo.Revision(at.commit), Paths: paths, AllowEmpty: true, Verify: pipeline.VerifySize,
	}, out)
}

// healing is the cache as a destination that changes no listing and no ref: a
// part of a revision says nothing about the rest.
type healing struct {
	cached
	files []repo.File
}

func (h healing) Tree(repo.Ref, repo.Commit) ([]repo.File, bool, error) { return h.files, true, nil }

func (h healing) Finish(ctx context.Context, s *pipeline.State, complete bool) error {
	return h.store.Finish(ctx, cache.Finish{Ref: s.Job.Repo, Revision: s.Job.Revision, Commit: s.Commit, Listed: true, Complete: complete})
}
