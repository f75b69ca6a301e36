// Package place is the last stage: verified content gets its own name, then its
// link, and when all is there, the ref (P2).
package place

import (
	"context"

	"github.com/hfdownloader/hfdownloader/pipeline"
)

// Destination publishes.
type Destination interface {
	// Place makes the content reachable under the file's path.
	Place(ctx context.Context, s *pipeline.State, f *pipeline.FileState) error
	// Finish makes everything durable and, when complete, writes listing and ref.
	Finish(ctx context.Context, s *pipeline.State, complete bool) error
}

// Stage implements pipeline.Deliverer and pipeline.Finisher.
type Stage struct{ dest Destination }

// New makes the stage.
func New(d Destination) *Stage { return &Stage{d} }

// Name is pipeline.StagePlace.
func (*Stage) Name() pipeline.StageName { return pipeline.StagePlace }

// Deliver publishes one file; from here on it is usable, whatever happens to others.
func (st *Stage) Deliver(ctx context.Context, s *pipeline.State, f *pipeline.FileState, _ pipeline.Sink) error {
	if f.Partial != nil {
		if err := f.Partial.Commit(ctx); err != nil {
			return err
		}
	}
	return st.dest.Place(ctx, s, f)
}

// Finish ends the job in the destination.
func (st *Stage) Finish(ctx context.Context, s *pipeline.State, complete bool, _ pipeline.Sink) error {
	return st.dest.Finish(ctx, s, complete)
}
