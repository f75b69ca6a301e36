package transfer

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/fault"
)

// stream fetches what is left over one connection from a server that may ignore
// ranges (F7). Bytes before the first missing piece are read past.
func (f *fetch) stream(ctx context.Context) error {
	tries := f.engine.policy().Start()
	for {
		before, changes := f.missing()
		if before == 0 {
			if err := f.waitForWork(ctx, changes); err != nil {
				return err
			}
			continue
		}
		if err := f.engine.conns.acquire(ctx, rangeShare, f.task.order()); err != nil {
			return err
		}
		err := f.streamOnce(ctx)
		f.engine.conns.release(rangeShare)
		if err == nil {
			continue
		}
		// Bytes read past are no progress: count pieces, not bytes.
		mark := f.fetched.Load()
		if now, _ := f.missing(); now < before {
			mark--
		}
		if err := f.recover(ctx, tries, err, mark); err != nil {
			return err
		}
	}
}

// streamOnce reads one body to its end, lease after lease.
func (f *fetch) streamOnce(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	l := f.takeAll()
	if l == nil {
		return nil
	}
	fl := &flight{lease: l, cancel: cancel, started: f.engine.clock.Now()}
	fl.since = fl.started
	f.mu.Lock()
	f.flights[fl] = struct{}{}
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.flights, fl)
		f.board.give(fl.lease)
		f.tell()
	}()
	body, at, err := f.open(ctx, l.position(), -1)
	if err != nil {
		return err
	}
	defer body.Close()
	fl.opened.Store(true)
	for {
		if err := f.skip(ctx, fl, body, fl.lease.position()-at); err != nil {
			return f.short(ctx, err, fl.lease)
		}
		if err := f.drain(ctx, fl, body); err != nil {
			if cause := context.Cause(ctx); cause != nil {
				return cause
			}
			return err
		}
		at = int64(fl.lease.cur) * PieceSize
		next := f.takeAll()
		if next == nil {
			return nil
		}
		f.mu.Lock()
		f.board.give(fl.lease)
		fl.lease = next
		f.mu.Unlock()
	}
}

// takeAll leases the first free span.
func (f *fetch) takeAll() *lease {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.board.free) == 0 {
		return nil
	}
	return f.board.take(len(f.board.done), 0)
}

// skip reads n bytes past.
func (f *fetch) skip(ctx context.Context, fl *flight, body io.Reader, n int64) error {
	buf := f.engine.buffers.take()
	defer f.engine.buffers.give(buf)
	for n > 0 {
		m, err := f.engine.readFull(ctx, f.task.Limit, body, buf[:min(n, PieceSize)], func(k int) {
			fl.bytes.Add(int64(k))
			f.fetched.Add(int64(k))
		})
		n -= int64(m)
		if err != nil {
			return err
		}
	}
	return nil
}

// fetchSmall brings a file of at most one piece: one request, one write, no
// journal, since there is nothing worth resuming.
func (e *Engine) fetchSmall(ctx context.Context, t Task) (Result, error) {
	res := Result{Size: t.Size}
	err := e.attempt(ctx, t, &res, func(body io.Reader, total int64) error {
		if total >= 0 && total != t.Size {
			return integrity(t, "the server has %d bytes, the listing says %d", total, t.Size)
		}
		buf := make([]byte, t.Size+1)
		n, err := e.readFull(ctx, t.Limit, body, buf, func(k int) { res.Fetched += int64(k) })
		switch {
		case int64(n) > t.Size:
			return integrity(t, "more than %d bytes came", t.Size)
		case err != nil && !errors.Is(err, io.EOF):
			return err
		case int64(n) < t.Size:
			return io.ErrUnexpectedEOF
		}
		buf = buf[:t.Size]
		h := digest.NewHash(t.Algo, t.Size)
		h.Add(buf)
		res.Sum = h.Sum()
		if _, err := t.File.WriteAt(buf, 0); err != nil {
			return diskError("write", t, err)
		}
		return nil
	})
	if err == nil {
		if err := t.File.Truncate(t.Size); err != nil {
			return res, diskError("truncate", t, err)
		}
	}
	return res, err
}

// fetchStream brings content whose length nobody knows before its end (F10).
// It cannot resume: every try starts from zero.
func (e *Engine) fetchStream(ctx context.Context, t Task) (Result, error) {
	var res Result
	err := e.attempt(ctx, t, &res, func(body io.Reader, total int64) error {
		buf := e.buffers.take()
		defer e.buffers.give(buf)
		var at int64
		for {
			n, err := e.readFull(ctx, t.Limit, body, buf, func(k int) { res.Fetched += int64(k) })
			if n > 0 {
				if _, err := t.File.WriteAt(buf[:n], at); err != nil {
					return diskError("write", t, err)
				}
				at += int64(n)
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return err
			}
		}
		if total >= 0 && at != total {
			return io.ErrUnexpectedEOF
		}
		if err := t.File.Truncate(at); err != nil {
			return diskError("truncate", t, err)
		}
		res.Size = at
		sum, err := digest.OfReader(io.NewSectionReader(t.File, 0, at), t.Algo, at)
		if err != nil {
			return diskError("read back", t, err)
		}
		res.Sum = sum
		return nil
	})
	return res, err
}

// attempt opens the whole content and gives it to read, with retries and a
// watch over silence.
func (e *Engine) attempt(ctx context.Context, t Task, res *Result, read func(body io.Reader, total int64) error) error {
	tries := e.policy().Start()
	for {
		err := e.once(ctx, t, read)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fault.New(fault.Canceled, "fetch canceled", "", context.Cause(ctx))
		}
		if fault.KindOf(err) == fault.Internal {
			err = fault.New(fault.Unavailable, "read", t.Meta.Path, err).
				WithHint("the connection broke; run the same command again to go on")
		}
		if noDescriptors(err) && e.conns.shrink() {
			e.log.Warn().Msg("out of file descriptors, using fewer connections")
		}
		err = tries.Wait(ctx, err, func(attempt int, wait time.Duration) {
			res.Retries++
			if t.OnRetry != nil {
				t.OnRetry(attempt, wait, err)
			}
		})
		if err != nil {
			return err
		}
	}
}

func (e *Engine) once(ctx context.Context, t Task, read func(body io.Reader, total int64) error) error {
	shares := rangeShare
	if t.Size >= 0 && t.Size <= PieceSize {
		shares = smallShare
	}
	if err := e.conns.acquire(ctx, shares, t.order()); err != nil {
		return err
	}
	defer e.conns.release(shares)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	body, start, total, err := t.Source.Open(ctx, 0, -1)
	if err != nil {
		return err
	}
	defer body.Close()
	if start != 0 {
		return integrity(t, "asked for the whole file, got it from byte %d", start)
	}
	watch := newWatch(e, body, cancel)
	defer watch.stop()
	err = read(watch, total)
	if cause := context.Cause(ctx); err != nil && errors.Is(cause, errStalled) {
		return cause
	}
	return err
}

// watch is a body that is cut when it gives nothing for the stall time.
type watch struct {
	body  io.Reader
	timer *time.Timer
	stall time.Duration
}

func newWatch(e *Engine, body io.Reader, cancel context.CancelCauseFunc) *watch {
	w := &watch{body: body, stall: e.stall}
	if e.stall > 0 {
		w.timer = time.AfterFunc(e.stall, func() { cancel(errStalled) })
	}
	return w
}

func (w *watch) Read(p []byte) (int, error) {
	n, err := w.body.Read(p)
	if n > 0 && w.timer != nil {
		w.timer.Reset(w.stall)
	}
	return n, err
}

func (w *watch) stop() {
	if w.timer != nil {
		w.timer.Stop()
	}
}
