// Package plan is the second stage: every file of the repository at the commit,
// from the cache's listing where there is one, else from the Hub.
package plan

import (
	"context"
	"iter"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// Hub is what the stage asks the Hub.
type Hub interface {
	Tree(ctx context.Context, ref repo.Ref, commit repo.Commit) iter.Seq2[repo.File, error]
	// AuthCheck fails when the caller may not read the repository.
	AuthCheck(ctx context.Context, ref repo.Ref) error
}

// Trees is what the stage asks the destination.
type Trees interface {
	// Tree is the full listing of an immutable commit, if it was kept.
	Tree(ref repo.Ref, commit repo.Commit) ([]repo.File, bool, error)
}

// Stage implements pipeline.Preparer.
type Stage struct {
	hub   Hub
	trees Trees
}

// New makes the stage.
func New(h Hub, t Trees) *Stage { return &Stage{hub: h, trees: t} }

// Name is pipeline.StagePlan.
func (*Stage) Name() pipeline.StageName { return pipeline.StagePlan }

// Prepare sets State.Plan. A commit never changes, so its kept listing needs no
// request. Hidden hashes mean a gate: whether it is open is asked before the
// first byte.
func (st *Stage) Prepare(ctx context.Context, s *pipeline.State, out pipeline.Sink) error {
	files, ok, err := st.trees.Tree(s.Job.Repo, s.Commit)
	if err != nil {
		return err
	}
	if ok {
		s.Plan = pipeline.Plan{Files: files, Cached: true}
		return nil
	}
	masked := false
	for f, err := range st.hub.Tree(ctx, s.Job.Repo, s.Commit) {
		if err != nil {
			return err
		}
		masked = masked || f.Masked
		s.Plan.Files = append(s.Plan.Files, f)
	}
	if !masked {
		return nil
	}
	if err := st.hub.AuthCheck(ctx, s.Job.Repo); err != nil {
		return err
	}
	return fault.New(fault.Gated, "list files of", s.Job.Repo.String(), nil).
		WithHint("the Hub hides the checksums of this repository: accept its terms on its page and use a token that may read it")
}
