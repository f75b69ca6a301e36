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
	healed := make([]bool, len(todo))
	why := make([]error, len(todo))
	for _, at := range x.places(ctx, todo) {
		paths := map[string][]int{} // of files, with what they heal
		for i, f := range todo {
			if j := slices.IndexFunc(f.Uses, func(u cache.Use) bool { return u.Commit == at.commit }); !healed[i] && f.Ref == at.ref && j >= 0 {
				paths[f.Uses[j].Path] = append(paths[f.Uses[j].Path], i)
			}
		}
		if len(paths) > 0 {
			x.fetch(ctx, at, paths, todo, healed, why)
		}
	}
	for i, f := range todo {
		if !healed[i] {
			x.note(f, "", why[i])
			x.open = append(x.open, f)
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

// fetch has files of one revision delivered.
func (x *repairer) fetch(ctx context.Context, at cachedRevision, paths map[string][]int, todo []cache.Finding, healed []bool, why []error) {
	fail := func(path string, err error) {
		for _, i := range paths[path] {
			why[i] = err
		}
	}
	files, err := x.listing(ctx, at)
	if err != nil {
		for path := range paths {
			fail(path, err)
		}
		return
	}
	var wanted []string
	for path, heals := range paths {
		if _, listed := slices.BinarySearchFunc(files, path, func(f repo.File, p string) int { return strings.Compare(f.Path, p) }); listed {
			wanted = append(wanted, path)
			continue
		}
		for _, i := range heals {
			healed[i] = x.unlisted(at, path, todo[i])
		}
		fail(path, fault.New(fault.EntryNotFound, "fetch", path, errors.New("the revision has no such file")).WithHint("move the file away yourself, or delete the revision"))
	}
	if len(wanted) == 0 {
		return
	}
	slices.Sort(wanted)
	watch := &watch{Sink: x.out, skipped: map[string]bool{}}
	res, err := x.deliver(ctx, at, files, wanted, watch)
	x.repair.Fetched += res.Fetched
	missing := map[string]error{}
	var some *pipeline.FilesError
	switch {
	case errors.As(err, &some):
		for _, path := range some.Missing {
			missing[path] = err
		}
		for _, f := range some.Failed {
			missing[f.Path] = f.Err
		}
	case err != nil:
		for _, path := range wanted {
			missing[path] = err
		}
	}
	for _, path := range wanted {
		if err := missing[path]; err != nil {
			fail(path, err)
			continue
		}
		how := "fetched again"
		if watch.skipped[path] {
			how = "linked anew"
			x.repair.Linked++
		} else {
			x.repair.Files++
		}
		for _, i := range paths[path] {
			healed[i] = true
			x.note(todo[i], how, nil)
		}
	}
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
	switch f.Problem {
	case cache.DanglingLink, cache.OutsideLink, cache.MissingBlob:
	default:
		return false
	}
	done, err := x.store().SetAside(at.ref, "snapshots/"+string(at.commit)+"/"+path)
	x.note(f, done, err)
	return err == nil
}

// deliver runs the usual stages for some files of a commit.
func (x *repairer) deliver(ctx context.Context, at cachedRevision, files []repo.File, paths []string, out pipeline.Sink) (pipeline.Result, error) {
	p := x.pipeline
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
