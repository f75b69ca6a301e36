// Package fetch is the stage that brings one file's bytes into a partial.
package fetch

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/core/transfer"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// Hub opens the content of planned files.
type Hub interface {
	Source(ref repo.Ref, commit repo.Commit, f repo.File) transfer.Source
	Origin() string
}

// Engine moves bytes.
type Engine interface {
	Fetch(ctx context.Context, t transfer.Task) (transfer.Result, error)
}

// Ingestion is a partial being written.
type Ingestion interface {
	pipeline.Ingestion
	File() *os.File
	// Length is the partial's length in bytes now; 0 for a new one.
	Length() int64
	// Prefix is how much of it another program wrote without a journal.
	Prefix() int64
}

// Destination gives partials.
type Destination interface {
	// Ingest returns nil when the content is here already.
	Ingest(ctx context.Context, s *pipeline.State, f *pipeline.FileState) (Ingestion, error)
}

// Stage implements pipeline.Deliverer.
type Stage struct {
	hub    Hub
	engine Engine
	dest   Destination
}

// New makes the stage.
func New(h Hub, e Engine, d Destination) *Stage { return &Stage{h, e, d} }

// Name is pipeline.StageFetch.
func (*Stage) Name() pipeline.StageName { return pipeline.StageFetch }

// Deliver fetches the file unless its content is here. A partial in an unknown
// state is removed, every other one is kept for the next run.
func (st *Stage) Deliver(ctx context.Context, s *pipeline.State, f *pipeline.FileState, out pipeline.Sink) error {
	in, err := st.dest.Ingest(ctx, s, f)
	if err != nil {
		return err
	}
	if in == nil {
		f.Skipped = true
		return nil
	}
	f.Partial = in
	file := f.Item.File
	resumed := int64(0)
	res, err := st.engine.Fetch(ctx, transfer.Task{
		Source: st.hub.Source(s.Job.Repo, s.Commit, file),
		File:   in.File(), Length: in.Length(), Prefix: in.Prefix(),
		Size: file.Size, Algo: file.Digest().Algo, MaxConns: f.MaxConns,
		Meta: transfer.Meta{
			ETag: string(file.ETag()), Origin: st.hub.Origin(), Repo: s.Job.Repo.String(),
			Commit: string(s.Commit), Path: file.Path,
		},
		Limit: s.Controls.Limit(), Order: s.Controls.Order,
		OnProgress: func(done int64, conns int) {
			out.Emit(pipeline.FileProgress{Path: file.Path, Done: done, Total: file.Size, Resumed: resumed, Conns: conns})
		},
		OnResume: func(n int64) { resumed = n },
		OnRetry: func(attempt int, wait time.Duration, cause error) {
			out.Emit(pipeline.Retrying{Path: file.Path, Attempt: attempt, Wait: wait, Err: cause})
		},
	})
	f.Sum = res.Sum
	f.Fetched += res.Fetched
	f.Retries += res.Retries
	if f.Attempt == 0 {
		f.Resumed = res.Resumed
	}
	if errors.Is(err, transfer.ErrUnknownState) {
		err = errors.Join(err, in.Discard())
	}
	return err
}
