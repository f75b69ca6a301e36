// Package verify is the stage that compares what came with what the Hub
// promised, before anything is published (P1).
package verify

import (
	"context"
	"fmt"
	"io"

	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// Stage implements pipeline.Deliverer.
type Stage struct{}

// New makes the stage.
func New() Stage { return Stage{} }

// Name is pipeline.StageVerify.
func (Stage) Name() pipeline.StageName { return pipeline.StageVerify }

// Deliver checks the digest computed while the bytes came. A digest the Hub gave
// is always checked; without one the length was, unless the job wants none.
func (Stage) Deliver(_ context.Context, s *pipeline.State, f *pipeline.FileState, out pipeline.Sink) error {
	want := f.Item.File.Digest()
	switch {
	case f.Skipped:
		f.Checked = "size"
	case want.Algo != digest.None:
		if f.Sum != want {
			return mismatch(f.Item.File.Path, want, f.Sum)
		}
		f.Checked = string(want.Algo)
	case s.Job.Verify == pipeline.VerifyNone:
		f.Checked = "none"
	default:
		f.Checked = "size" // transfer compared the length
	}
	return nil
}

func mismatch(path string, want, got digest.Digest) error {
	return fault.New(fault.Integrity, "verify", path, fmt.Errorf("expected %v, got %v", want, got)).
		WithHint("the server sent wrong content; nothing of it was kept. Try again, or another --endpoint")
}

// Opener reads a placed file.
type Opener interface {
	OpenPlaced(ctx context.Context, s *pipeline.State, item pipeline.Item) (io.ReadCloser, error)
}

// ReadBack is the stage behind place that reads the placed file again; it works
// only for jobs with --verify sha256.
type ReadBack struct{ files Opener }

// NewReadBack makes the stage.
func NewReadBack(o Opener) ReadBack { return ReadBack{o} }

// Name is pipeline.StageVerify.
func (ReadBack) Name() pipeline.StageName { return pipeline.StageVerify }

// Deliver reads the file from where readers will find it.
func (st ReadBack) Deliver(ctx context.Context, s *pipeline.State, f *pipeline.FileState, out pipeline.Sink) error {
	want := f.Item.File.Digest()
	if s.Job.Verify != pipeline.VerifySHA256 || want.Algo == digest.None {
		return nil
	}
	out.Emit(pipeline.FileChanged{Path: f.Item.File.Path, Status: pipeline.FileVerifying, Size: f.Item.File.Size})
	r, err := st.files.OpenPlaced(ctx, s, f.Item)
	if err != nil {
		return err
	}
	defer r.Close()
	got, err := digest.OfReader(r, want.Algo, f.Item.File.Size)
	if err != nil {
		return fault.New(fault.Disk, "read back", f.Item.File.Path, err)
	}
	if got != want {
		return mismatch(f.Item.File.Path, want, got)
	}
	return nil
}
