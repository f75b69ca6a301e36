package transfer

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"sync/atomic"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/retry"
)

// flight is a lease under way on one connection.
type flight struct {
	lease   *lease
	cancel  context.CancelCauseFunc
	started time.Time
	opened  atomic.Bool  // headers are here
	bytes   atomic.Int64 // of this flight
	whole   bool         // body began at 0 although a range was asked for

	// monitor's own
	seen   int64     // bytes at its last look
	since  time.Time // of the last byte
	rate   float64   // bytes a second, smoothed
	slowed time.Time // since when it is below crawlRate
}

var (
	errTakenOver = errors.New("range given to a faster connection")
	errStalled   = errors.New("connection gave no bytes")
)

// work fetches leases until ctx ends: a piece that is done may become free
// again until the hasher has seen it.
func (f *fetch) work(ctx context.Context) error {
	tries := f.engine.policy().Start()
	for {
		if err := f.engine.conns.acquire(ctx, rangeShare, f.task.order()); err != nil {
			return err
		}
		l, changes := f.nextLease()
		if l == nil {
			f.engine.conns.release(rangeShare)
			if err := f.waitForWork(ctx, changes); err != nil {
				return err
			}
			continue
		}
		before := f.fetched.Load()
		err := f.fly(ctx, l)
		f.engine.conns.release(rangeShare)
		if err == nil {
			tries.Progress()
			continue
		}
		if err := f.recover(ctx, tries, err, before); err != nil {
			return err
		}
	}
}

// nextLease takes a lease sized for the present pace; nil if there is none, as
// of that many changes.
func (f *fetch) nextLease() (l *lease, changes int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.board.lease) >= f.want {
		return nil, f.changes
	}
	return f.board.take(f.pace.pieces(f.board.left, f.task.MaxConns), f.pace.worth()), f.changes
}

// waitForWork sleeps until there are more changes than the caller knows of. A
// worker that waits is what lets the monitor take a range from a slow connection.
func (f *fetch) waitForWork(ctx context.Context, known int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.idle++
	defer func() { f.idle-- }()
	for f.changes == known && ctx.Err() == nil {
		f.sleep(ctx)
	}
	return ctx.Err()
}

// fly opens the lease's range and drains it.
func (f *fetch) fly(ctx context.Context, l *lease) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	f.mu.Lock()
	fl := &flight{lease: l, cancel: cancel, started: f.engine.clock.Now()}
	fl.since = fl.started
	f.flights[fl] = struct{}{}
	off, end := l.position(), f.board.end(l)
	f.mu.Unlock()

	err := f.flyRange(ctx, fl, off, end)

	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.flights, fl)
	f.board.give(l)
	f.tell()
	if cause := context.Cause(ctx); err != nil && cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

func (f *fetch) flyRange(ctx context.Context, fl *flight, off, end int64) error {
	n := end - off
	if off == 0 && end == f.task.Size {
		n = -1 // the whole file: no range needed
	}
	body, start, err := f.open(ctx, off, n)
	if err != nil {
		return err
	}
	defer body.Close()
	if start != off {
		return errWhole
	}
	f.mu.Lock()
	f.pace.opened(f.engine.clock.Now().Sub(fl.started))
	f.mu.Unlock()
	fl.opened.Store(true)
	return f.drain(ctx, fl, body)
}

// open asks the source and checks what it says against the plan.
func (f *fetch) open(ctx context.Context, off, n int64) (io.ReadCloser, int64, error) {
	body, start, total, err := f.task.Source.Open(ctx, off, n)
	if err != nil {
		return nil, 0, err
	}
	switch {
	case total >= 0 && total != f.task.Size:
		err = integrity(f.task, "the server has %d bytes, the listing says %d", total, f.task.Size)
	case start != off && start != 0:
		err = integrity(f.task, "asked for bytes from %d, got them from %d", off, start)
	}
	if err != nil {
		body.Close()
		return nil, 0, err
	}
	return body, start, nil
}

// drain reads body into the file, piece by piece, until the lease is done.
func (f *fetch) drain(ctx context.Context, fl *flight, body io.Reader) error {
	l := fl.lease
	buf := f.engine.buffers.take()
	defer func() { f.engine.buffers.give(buf) }()
	seen := func(n int) {
		fl.bytes.Add(int64(n))
		f.fetched.Add(int64(n))
	}
	for {
		from, size := l.off, f.board.pieceLen(l.cur)
		n, err := f.engine.readFull(ctx, f.task.Limit, body, buf[from:size], seen)
		got := buf[from : from+int64(n)]
		if n > 0 {
			if err := f.write(l, got); err != nil {
				return err
			}
		}
		if err != nil {
			return f.short(ctx, err, l)
		}
		done, next, err := f.finishPiece(ctx, l, buf, from == 0)
		buf = next
		if done || err != nil {
			return err
		}
	}
}

// write puts bytes of the piece in work at their place.
func (f *fetch) write(l *lease, p []byte) error {
	if _, err := f.task.File.WriteAt(p, l.position()); err != nil {
		return diskError("write", f.task, err)
	}
	l.sum = crc32.Update(l.sum, f.crc, p)
	l.off += int64(len(p))
	f.unsynced.Add(int64(len(p)))
	return nil
}

// finishPiece journals the piece and tells everybody. whole says that buf holds
// all of it; then it may be kept for the hasher and another buffer comes back.
func (f *fetch) finishPiece(ctx context.Context, l *lease, buf []byte, whole bool) (done bool, next []byte, err error) {
	if err := f.journal.mark(l.cur, l.sum); err != nil {
		return false, buf, diskError("write journal in", f.task, err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	i := l.cur
	f.board.finish(l)
	f.tell()
	if whole {
		buf = f.offer(ctx, i, buf, f.board.pieceLen(i))
	}
	return l.cur >= l.to, buf, nil
}

// short makes the error of a body that ended or broke before the lease did.
func (f *fetch) short(ctx context.Context, err error, l *lease) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if fault.KindOf(err) != fault.Internal {
		return err
	}
	return fault.New(fault.Unavailable, "read", f.task.Meta.Path, fmt.Errorf("at byte %d: %w", l.position(), err)).
		WithHint("the connection broke; run the same command again to go on")
}

// recover decides about another try. Progress of any connection of this file
// starts the count anew.
func (f *fetch) recover(ctx context.Context, tries *retry.Run, err error, before int64) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, errTakenOver) {
		return nil
	}
	if errors.Is(err, errStalled) {
		err = fault.New(fault.Unavailable, "read", f.task.Meta.Path, err).
			WithHint("the server stopped sending; run the same command again to go on")
	}
	if noDescriptors(err) && f.engine.conns.shrink() {
		f.log.Warn().Msg("out of file descriptors, using fewer connections")
	}
	if f.fetched.Load() > before {
		tries.Progress()
	}
	return tries.Wait(ctx, err, func(attempt int, wait time.Duration) {
		f.retries.Add(1)
		f.log.Debug().Err(err).Str("file", f.task.Meta.Path).Int("attempt", attempt).Dur("wait", wait).Msg("retry")
		if f.task.OnRetry != nil {
			f.task.OnRetry(attempt, wait, err)
		}
	})
}
