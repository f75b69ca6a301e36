// Package resolve is the first stage: the revision the user named becomes one
// commit, and everything later is fetched by that commit.
package resolve

import (
	"context"
	"fmt"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// Hub is what the stage asks the Hub.
type Hub interface {
	Info(ctx context.Context, ref repo.Ref, rev repo.Revision) (hub.Info, error)
}

// Refs is what the stage asks the destination.
type Refs interface {
	// Ref is the commit a revision had when it was last complete here.
	Ref(ref repo.Ref, rev repo.Revision) (repo.Commit, bool, error)
	// Output is the folder a complete job leaves.
	Output(ref repo.Ref, commit repo.Commit) string
}

// Stage implements pipeline.Preparer.
type Stage struct {
	hub  Hub
	refs Refs
}

// New makes the stage.
func New(h Hub, r Refs) *Stage { return &Stage{hub: h, refs: r} }

// Name is pipeline.StageResolve.
func (*Stage) Name() pipeline.StageName { return pipeline.StageResolve }

// Prepare sets State.Commit, Offline and Output. A commit needs no request. When
// the Hub cannot be reached, the commit the cache knows is used and said to be
// old (F46); a commit is never invented.
func (st *Stage) Prepare(ctx context.Context, s *pipeline.State, out pipeline.Sink) error {
	job := s.Job
	commit, offline, err := st.commit(ctx, job, out)
	if err != nil {
		return err
	}
	s.Commit, s.Offline, s.Output = commit, offline, st.refs.Output(job.Repo, commit)
	out.Emit(pipeline.Resolved{Repo: job.Repo, Revision: job.Revision, Commit: commit, Offline: offline})
	return nil
}

func (st *Stage) commit(ctx context.Context, job pipeline.Job, out pipeline.Sink) (repo.Commit, bool, error) {
	if job.Revision.IsCommit() {
		return repo.Commit(job.Revision), false, nil
	}
	info, err := st.hub.Info(ctx, job.Repo, job.Revision)
	switch {
	case err == nil:
		return info.Commit, false, nil
	case !unreachable(err):
		return "", false, err
	}
	cached, ok, cerr := st.refs.Ref(job.Repo, job.Revision)
	if cerr != nil || !ok {
		return "", false, err
	}
	out.Emit(pipeline.Warning{Message: fmt.Sprintf("the Hub cannot be reached, using the cached commit %s of %s, which may be old", cached.Short(), job.Revision)})
	return cached, true, nil
}

// unreachable: the Hub gave no answer about the repository itself.
func unreachable(err error) bool {
	switch fault.KindOf(err) {
	case fault.Unavailable, fault.Offline, fault.RateLimited:
		return true
	default:
		return false
	}
}
