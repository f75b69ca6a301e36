// Package pipeline runs a download as stages: resolve, plan, filter prepare the
// whole job in order; fetch, verify, place deliver each file, files overlapping.
// It does no I/O itself: stages do, and whoever builds a Runner chooses them.
// A Runner is safe for many jobs at once; they share its budget of connections.
package pipeline

import (
	"context"

	"github.com/hfdownloader/hfdownloader/core/digest"
)

// Preparer is a stage over the whole job. Stages run in order, in one
// goroutine; each fills its own part of the State. An error ends the job.
type Preparer interface {
	Name() StageName
	Prepare(ctx context.Context, s *State, out Sink) error
}

// Deliverer is a stage over one file. A file's deliverers run in order in one
// goroutine, files run at the same time, so Deliver must be safe for that and
// must not change s. An Integrity error from any of them runs the whole chain
// once more from its beginning, after FileState.Discard.
type Deliverer interface {
	Name() StageName
	Deliver(ctx context.Context, s *State, f *FileState, out Sink) error
}

// Finisher is an optional ability of a Deliverer: Finish runs once after the
// last file, with every file's outcome known. complete says all selected files
// were delivered. It runs even when ctx is over, with a short context of its own.
type Finisher interface {
	Finish(ctx context.Context, s *State, complete bool, out Sink) error
}

// Ingestion is a partial file that becomes content under its own name by Commit.
type Ingestion interface {
	// Commit publishes the content; it makes the bytes durable first.
	Commit(ctx context.Context) error
	// Discard removes the partial.
	Discard() error
	// Close keeps the partial for a later run; after Commit or Discard it does nothing.
	Close() error
}

// FileState is the work on one file; it belongs to one goroutine at a time.
type FileState struct {
	Item Item
	// MaxConns is how many connections the file may use.
	MaxConns int
	Attempt  int // 0, then 1 for the one full retry after an integrity error
	// Twin is the file of the same content that was delivered just before, if any.
	Twin *Item

	// fetch
	Partial Ingestion // nil when nothing had to be fetched
	Sum     digest.Digest
	Fetched int64
	Resumed int64
	Retries int
	Skipped bool // the content was there already

	// verify
	Checked string // "sha256", "git-sha1", "size", "none"
}
