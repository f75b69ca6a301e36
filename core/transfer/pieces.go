package transfer

import (
	"context"
	"errors"
	"hash/crc32"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/fault"
)

// fetch is the work on one file of more than one piece.
type fetch struct {
	engine *Engine
	task   Task
	log    zerolog.Logger
	crc    *crc32.Table
	hash   *digest.Hash // used by the hasher only

	restored []bool // pieces found in the journal; kept only without a digest
	finished bool   // the partial needs no byte and has no journal
	journal  *journal

	fetched  atomic.Int64 // bytes off the network
	unsynced atomic.Int64 // written since the last flush
	retries  atomic.Int64
	hashed   atomic.Bool // every piece went through the hash

	mu       sync.Mutex // guards what is below
	changed  *sync.Cond // a piece is done, free again, or the end has come
	changes  int        // counts them, so that no waiter misses one
	board    *board
	hot      map[int][]byte // written pieces waiting in memory for their hash
	frontier int            // the piece the hasher wants next
	hashing  bool           // it is at the one before
	flights  map[*flight]struct{}
	idle     int // workers that found nothing to do
	pace     pace
	want     int // connections worth having now, see hasher.go

	reported int64 // monitor's own: what it last told, which never shrinks
}

// errWhole: the server ignored a range; the file must come as one stream.
var errWhole = errors.New("server ignores ranges")

func (e *Engine) fetchPieces(ctx context.Context, t Task) (Result, error) {
	f := &fetch{
		engine: e, task: t, log: e.log, crc: castagnoli(),
		hash:    digest.NewHash(t.Algo, t.Size),
		hot:     map[int][]byte{},
		flights: map[*flight]struct{}{},
		want:    t.MaxConns,
	}
	f.changed = sync.NewCond(&f.mu)
	if err := f.openPartial(); err != nil {
		return Result{}, err
	}
	resumed := f.board.held()
	if t.OnResume != nil {
		t.OnResume(resumed)
	}
	err := f.run(ctx)
	f.dropHot()
	res := Result{Size: t.Size, Fetched: f.fetched.Load(), Resumed: resumed, Retries: int(f.retries.Load())}
	if err == nil {
		err = f.closePartial()
	}
	if err != nil {
		return res, canceledOr(ctx, err)
	}
	res.Sum = f.hash.Sum()
	return res, nil
}

// canceledOr says Canceled when the caller ended the work, whatever broke then.
func canceledOr(ctx context.Context, err error) error {
	if ctx.Err() != nil && fault.KindOf(err) != fault.Disk {
		return fault.New(fault.Canceled, "fetch canceled", "", context.Cause(ctx))
	}
	return err
}

// run is workers, hasher and monitor together; the first error ends all.
func (f *fetch) run(ctx context.Context) error {
	work, stop := context.WithCancel(ctx)
	defer stop()
	group, work := errgroup.WithContext(work)
	group.Go(func() error {
		defer stop()
		if err := f.hashInOrder(work); err != nil {
			return err
		}
		f.hashed.Store(true) // nothing is left to do; stop ends the others
		return nil
	})
	group.Go(func() error { return f.monitor(work) })
	group.Go(func() error { return f.keepFlushing(work) })
	group.Go(func() error { return f.fetchAll(work) })
	err := group.Wait()
	if f.hashed.Load() {
		return nil
	}
	return err
}

// tell wakes everybody who waits for a change. Called with the lock held.
func (f *fetch) tell() {
	f.changes++
	f.changed.Broadcast()
}

// sleep waits for a change or the end of ctx. Called with the lock held.
func (f *fetch) sleep(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.tell()
	})
	defer stop()
	f.changed.Wait()
}

// missing is the number of pieces not there yet, and the changes so far.
func (f *fetch) missing() (pieces, changes int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.board.left, f.changes
}

// fetchAll runs the connections; when the server turns out to ignore ranges it
// goes on with one.
func (f *fetch) fetchAll(ctx context.Context) error {
	group, work := errgroup.WithContext(ctx)
	for range min(f.task.MaxConns, len(f.board.done)) {
		group.Go(func() error { return f.work(work) })
	}
	err := group.Wait()
	if errors.Is(err, errWhole) {
		f.log.Info().Str("file", f.task.Meta.Path).Msg("server ignores ranges, going on with one stream")
		return f.stream(ctx)
	}
	return err
}

func (f *fetch) dropHot() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, buf := range f.hot {
		f.engine.buffers.giveWaiting(buf)
		delete(f.hot, i)
	}
}

// flush policy (P4): a power loss costs at most this much of a partial.
const (
	flushBytes = 1 << 30
	flushEvery = 30 * time.Second
)

// keepFlushing asks for written pieces to reach the disk now and then. A failed
// flush is final: a second one would claim success (reliability.md §1 (5)).
func (f *fetch) keepFlushing(ctx context.Context) error {
	tick, stop := f.engine.clock.Ticker(time.Second)
	defer stop()
	last := f.engine.clock.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick:
		}
		now := f.engine.clock.Now()
		n := f.unsynced.Load()
		if n == 0 || n < flushBytes && now.Sub(last) < flushEvery {
			continue
		}
		f.unsynced.Add(-n)
		if err := flush(f.task.File); err != nil {
			return fault.New(fault.Disk, "flush partial of", f.task.Meta.Path, errors.Join(ErrUnknownState, err)).
				WithHint("the disk lost a write; check it, then run the same command again")
		}
		last = now
	}
}

// ErrUnknownState marks a partial whose bytes on disk cannot be believed any
// more: it must be removed, not resumed.
var ErrUnknownState = errors.New("partial is in an unknown state")

// readFull reads into buf in steps the rate limits allow, telling seen of every
// step. It returns how much is read.
func (e *Engine) readFull(ctx context.Context, job *Limit, body io.Reader, buf []byte, seen func(n int)) (int, error) {
	n := 0
	for n < len(buf) {
		step := buf[n:]
		limited := e.limited(job)
		if limited && len(step) > limitedRead {
			step = step[:limitedRead]
		}
		m, err := body.Read(step)
		n += m
		if m > 0 {
			seen(m)
			if limited {
				if err := errors.Join(job.wait(ctx, m), e.limit.wait(ctx, m)); err != nil {
					return n, err
				}
			}
		}
		if err != nil {
			if n == len(buf) && errors.Is(err, io.EOF) {
				return n, nil
			}
			return n, err
		}
	}
	return n, nil
}
