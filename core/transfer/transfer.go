// Package transfer moves the bytes of one file from a source of ranges into one
// partial file: over several connections, resumably, hashed while the bytes are
// hot. It knows sources and files, not repositories. An Engine is safe for many
// Fetch calls at once; they share its connections, buffers and rate limit.
//
// The rule it guards: a piece is marked in the journal only after its bytes are
// written, and Fetch returns a digest only of bytes that are in the file.
package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/retry"
)

// PieceSize is the unit of progress and of loss: 1 MiB (reliability.md §1).
const PieceSize = 1 << 20

// Source opens ranges of one file's content. Open asks for n bytes at off, or
// to the end when n < 0. start is the offset of the body's first byte: off, or
// 0 when the server ignored the range; total is the full length, -1 if unknown.
// Errors are fault errors; Unavailable and RateLimited ones are tried again.
type Source interface {
	Open(ctx context.Context, off, n int64) (body io.ReadCloser, start, total int64, err error)
}

// File is the partial file. *os.File is one.
type File interface {
	io.ReaderAt
	io.WriterAt
	Truncate(size int64) error
}

// Meta goes into the journal, to decide later whether the partial still fits.
type Meta struct {
	ETag   string `json:"etag"`
	Origin string `json:"origin"`
	Repo   string `json:"repo"`
	Commit string `json:"commit"`
	Path   string `json:"path"`
}

// Task is one file to fetch.
type Task struct {
	Source Source
	File   File
	// Length is the present length of File; 0 for a new one.
	Length int64
	// Prefix says that the first Prefix bytes of File are content written by
	// another program that kept no journal. The digest decides in the end.
	Prefix int64
	// Size is the length of the content in bytes, -1 if nobody knows.
	Size int64
	// Algo is the digest to compute; None when there is none to compare with.
	Algo     digest.Algo
	Meta     Meta
	MaxConns int
	// Limit is the job's own rate, beside the engine's; nil is none.
	Limit *Limit
	// Order, if set, says whose connections come first when there are too few:
	// smaller before larger, asked anew for every connection.
	Order func() int64
	// OnProgress, if set, hears about five times a second how many bytes are
	// held and over how many connections; from one goroutine at a time.
	OnProgress func(done int64, conns int)
	// OnResume, if set, hears once how many bytes were there already.
	OnResume func(n int64)
	// OnRetry, if set, hears of every wait before a new try.
	OnRetry func(attempt int, wait time.Duration, err error)
}

// Result says what Fetch did. All numbers are bytes.
type Result struct {
	Size    int64
	Sum     digest.Digest // of the content in the file; unknown for Algo None
	Fetched int64         // came over the network, repeated ones included
	Resumed int64         // were there when Fetch began
	Retries int
}

// Options make an Engine. The zero value of each field has a usable meaning.
type Options struct {
	// Connections bounds the connections of all files together; 0 is 24.
	Connections int
	Retry       retry.Policy
	// Stall is how long a connection may give nothing before its range goes
	// to another; 0 is DefaultStall, negative never.
	Stall time.Duration
	// Limit is the rate in bytes a second over everything; 0 is unlimited.
	Limit  int64
	Logger zerolog.Logger
	// Clock is for tests; nil is the real one.
	Clock Clock
}

// DefaultStall is P10's and F2's "no bytes for 30 s".
const DefaultStall = 30 * time.Second

// Engine fetches files.
type Engine struct {
	conns   *budget
	buffers *buffers
	limit   *Limit
	retry   atomic.Pointer[retry.Policy]
	stall   time.Duration
	clock   Clock
	log     zerolog.Logger
}

// New makes an Engine. Memory for content stays below one piece for each
// connection plus hashWindow pieces, whatever the number and size of files.
func New(o Options) *Engine {
	if o.Connections <= 0 {
		o.Connections = 24
	}
	if o.Stall == 0 {
		o.Stall = DefaultStall
	}
	if o.Clock == nil {
		o.Clock = systemClock{}
	}
	e := &Engine{
		conns:   newBudget(o.Connections),
		buffers: newBuffers(),
		limit:   NewLimit(o.Limit),
		stall:   o.Stall,
		clock:   o.Clock,
		log:     o.Logger,
	}
	e.SetRetry(o.Retry)
	return e
}

// SetLimit changes the rate limit for everything, from now on; 0 lifts it.
func (e *Engine) SetLimit(bytesPerSecond int64) { e.limit.Set(bytesPerSecond) }

// SetConnections changes how many connections all files may have together, at
// least 1; running ones end by themselves (F44).
func (e *Engine) SetConnections(n int) { e.conns.resize(max(1, n)) }

// SetRetry changes the policy for work that begins from now on.
func (e *Engine) SetRetry(p retry.Policy) { e.retry.Store(&p) }

func (e *Engine) policy() retry.Policy { return *e.retry.Load() }

func (t Task) order() int64 {
	if t.Order == nil {
		return 0
	}
	return t.Order()
}

// Fetch brings the whole content into t.File and returns its digest. On error
// or cancellation the file keeps what arrived, ready for another Fetch. On
// success the file has exactly Size bytes; making it durable and comparing the
// digest is the caller's part.
func (e *Engine) Fetch(ctx context.Context, t Task) (Result, error) {
	if t.MaxConns < 1 {
		t.MaxConns = 1
	}
	switch {
	case t.Size == 0 && t.Algo != digest.None:
		return e.fetchEmpty(t)
	case t.Size < 0:
		return e.fetchStream(ctx, t)
	case t.Size <= PieceSize:
		return e.fetchSmall(ctx, t)
	default:
		return e.fetchPieces(ctx, t)
	}
}

// fetchEmpty needs no request: an empty file has one possible content (F10).
func (e *Engine) fetchEmpty(t Task) (Result, error) {
	if err := t.File.Truncate(0); err != nil {
		return Result{}, diskError("truncate", t, err)
	}
	return Result{Sum: digest.NewHash(t.Algo, 0).Sum()}, nil
}

// diskError makes the fault of a failed file operation. What to do depends on
// the errno and is said by whoever owns the folder; here is the general hint.
func diskError(op string, t Task, err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	var path *fs.PathError // its path may lie below the user's home
	if errors.As(err, &path) {
		err = path.Err
	}
	return fault.New(fault.Disk, op+" partial of", t.Meta.Path, err).
		WithHint("the partial is kept; free space or check the disk, then run the same command again")
}

func integrity(t Task, format string, args ...any) error {
	return fault.New(fault.Integrity, "fetch", t.Meta.Path, fmt.Errorf(format, args...)).
		WithHint("the server sent other bytes than it promised; try again, or another endpoint")
}
