package transfer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/fault"
)

// paced gives size bytes a second, as a slow connection does.
type paced struct {
	ctx  context.Context
	r    io.Reader
	rate int
}

func (p paced) Read(b []byte) (int, error) {
	step := min(len(b), max(1, p.rate/10))
	select {
	case <-time.After(time.Duration(float64(step) / float64(p.rate) * float64(time.Second))):
	case <-p.ctx.Done():
		return 0, p.ctx.Err()
	}
	return p.r.Read(b[:step])
}

// TestSlowConnectionLosesItsRange: seven connections at 10 MB/s and one at
// 50 kB/s; the file must not wait for the slow one.
func TestSlowConnectionLosesItsRange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size = 64 * PieceSize
		b := newBench(t, randomBytes(20, size))
		b.src.respond = func(q request) (reply, error) {
			rate := 10_000_000
			if q.n == 3 {
				rate = 50_000
			}
			return reply{paced{q.ctx, bytes.NewReader(q.body), rate}, q.off, size}, nil
		}
		began := time.Now()
		res, err := b.fetch(t.Context(), testEngine(Options{}), func(k *Task) { k.MaxConns = 8 })
		b.wantContent(res, err)
		// 64 MiB at 70 MB/s is 1 s; the slow one alone would need 40 s for its 2 MiB.
		if took := time.Since(began); took > 4*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestT17_CrawlingConnectionIsCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size = 2 * PieceSize
		b := newBench(t, randomBytes(21, size))
		b.src.respond = func(q request) (reply, error) {
			if q.n == 1 {
				return reply{paced{q.ctx, bytes.NewReader(q.body), 100}, q.off, size}, nil
			}
			return reply{}, nil
		}
		began := time.Now()
		res, err := b.fetch(t.Context(), testEngine(Options{}), func(k *Task) { k.MaxConns = 1 })
		b.wantContent(res, err)
		if took := time.Since(began); took > 90*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// jumpingClock's time of day jumps once.
type jumpingClock struct {
	systemClock
	at   time.Time
	jump time.Duration
}

func (c jumpingClock) Wall() time.Time {
	now := time.Now()
	if now.Before(c.at) {
		return now.Round(0)
	}
	return now.Round(0).Add(c.jump)
}

// TestF16_SleepEndsDeadConnectionsAtOnce: the machine sleeps 8 h in the middle;
// its connections never give a byte again.
func TestF16_SleepEndsDeadConnectionsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size = 8 * PieceSize
		b := newBench(t, randomBytes(27, size))
		began := time.Now()
		b.src.respond = func(q request) (reply, error) {
			if time.Since(began) < time.Second {
				return reply{concat(q.body[:PieceSize/2], silent{ctx: q.ctx}), q.off, size}, nil
			}
			return reply{}, nil
		}
		e := testEngine(Options{Stall: time.Hour, Clock: jumpingClock{at: began.Add(time.Second), jump: 8 * time.Hour}})
		res, err := b.fetch(t.Context(), e, nil)
		b.wantContent(res, err)
		if took := time.Since(began); took > 35*time.Second {
			t.Errorf("took %v after the sleep", took)
		}
		if again := res.Fetched - size; again > 5*PieceSize {
			t.Errorf("%d bytes fetched again", again)
		}
	})
}

func TestF17_ClockJumpsHarmNothing(t *testing.T) {
	for _, jump := range []time.Duration{time.Hour, -time.Hour, 87600 * time.Hour, -87600 * time.Hour} {
		t.Run(jump.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const size = 8 * PieceSize
				b := newBench(t, randomBytes(22, size))
				b.src.respond = func(q request) (reply, error) {
					return reply{paced{q.ctx, bytes.NewReader(q.body), 2_000_000}, q.off, size}, nil
				}
				e := testEngine(Options{Clock: jumpingClock{at: time.Now().Add(500 * time.Millisecond), jump: jump}})
				var last int64
				res, err := b.fetch(t.Context(), e, func(k *Task) {
					k.OnProgress = func(done int64, _ int) {
						if done < last || done > size {
							t.Errorf("progress went from %d to %d", last, done)
						}
						last = done
					}
				})
				b.wantContent(res, err)
				if last != size {
					t.Errorf("last progress is %d", last)
				}
			})
		})
	}
}

// sick is a File whose writes begin to fail.
type sick struct {
	*os.File
	from atomic.Int64 // bytes of content it still takes
	err  error
}

func (s *sick) WriteAt(p []byte, off int64) (int, error) {
	if len(p) > headerSize && s.from.Add(-int64(len(p))) < 0 {
		return 0, &os.PathError{Op: "write", Path: s.Name(), Err: s.err}
	}
	return s.File.WriteAt(p, off)
}

func TestF24_DiskFullMidFile(t *testing.T) { diskFails(t, syscall.ENOSPC, syscall.EDQUOT) }

func TestF25_DiskErrorOnWrite(t *testing.T) { diskFails(t, syscall.EIO) }

// diskFails: the fetch ends at once, without retries, names no path of the
// user, and what was written is resumed later.
func diskFails(t *testing.T, errs ...error) {
	t.Helper()
	for _, cause := range errs {
		t.Run(cause.Error(), func(t *testing.T) {
			const size = 16 * PieceSize
			b := newBench(t, randomBytes(23, size))
			_, err := b.fetch(t.Context(), testEngine(Options{}), func(k *Task) {
				f, ok := k.File.(*os.File)
				if !ok {
					t.Fatal("not a file")
				}
				s := &sick{File: f, err: cause}
				s.from.Store(9 * PieceSize)
				k.File = s
				k.OnRetry = func(int, time.Duration, error) { t.Error("a disk error was tried again") }
			})
			wantKind(t, err, fault.Disk)
			if !errors.Is(err, cause) || fault.HintOf(err) == "" {
				t.Errorf("err %v, hint %q", err, fault.HintOf(err))
			}
			if bytes.Contains([]byte(err.Error()), []byte(b.path)) {
				t.Errorf("the message names the folder: %v", err)
			}
			before := b.src.sent
			res, err := b.fetch(t.Context(), testEngine(Options{}), nil)
			b.wantContent(res, err)
			if again := b.src.sent - before; again > size-4*PieceSize {
				t.Errorf("%d bytes fetched after space was made", again)
			}
		})
	}
}

// sparse keeps only what is written; the rest reads as its content.
type sparse struct {
	mu      sync.Mutex
	written map[int64][]byte
	records []byte
	base    int64
	fetched chan struct{} // closed when every missing piece is there
	left    int
}

func (s *sparse) ReadAt(p []byte, off int64) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if off >= s.base {
		n := copy(p, s.records[off-s.base:])
		if n < len(p) {
			return n, io.EOF
		}
		return n, nil
	}
	s.mu.Unlock()
	<-s.fetched
	s.mu.Lock()
	return 0, errors.New("content is not read in this test")
}

func (s *sparse) WriteAt(p []byte, off int64) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if off < s.base {
		s.written[off] = bytes.Clone(p)
	} else if s.left--; s.left == 0 { // a piece's record follows its content
		close(s.fetched)
	}
	return len(p), nil
}

func (s *sparse) Truncate(int64) error { return nil }

// huge is a Source of a file too large to exist: its bytes are their offset.
type huge struct {
	size int64
}

func (h *huge) Open(_ context.Context, off, n int64) (io.ReadCloser, int64, int64, error) {
	body := make([]byte, n)
	for i := range body {
		body[i] = byte((off + int64(i)) / PieceSize)
	}
	return io.NopCloser(bytes.NewReader(body)), off, h.size, nil
}

// TestF11_OffsetsBeyond32Bits resumes a file of 5 TiB in which a few pieces are
// missing, on both sides of 2^31, 2^32 and near the end.
func TestF11_OffsetsBeyond32Bits(t *testing.T) {
	const size = int64(5<<40) + 12345
	missing := []int64{1<<31/PieceSize - 1, 1<<31/PieceSize + 1, 1 << 32 / PieceSize, 5<<40/PieceSize - 1}
	f := &sparse{written: map[int64][]byte{}, base: journalOffset(size), fetched: make(chan struct{}), left: len(missing)}
	f.records = make([]byte, headerSize+pieceCount(size)*recordSize)
	h, err := encodeHeader(header{Size: size, Piece: PieceSize, Salt: 1, Meta: Meta{ETag: "e", Origin: "o"}})
	if err != nil {
		t.Fatal(err)
	}
	copy(f.records, h)
	for i := range pieceCount(size) {
		r := encodeRecord(i, 0, 1)
		copy(f.records[headerSize+i*recordSize:], r[:])
	}
	for _, i := range missing {
		clear(f.records[headerSize+i*recordSize : headerSize+(i+1)*recordSize])
	}
	src := &huge{size: size}
	_, err = testEngine(Options{}).Fetch(t.Context(), Task{
		Source: src, File: f, Length: partialLength(size), Size: size, Algo: digest.SHA256, MaxConns: 3,
		Meta: Meta{ETag: "e", Origin: "o", Path: "huge.bin"},
	})
	if err == nil { // nobody hashes 5 TiB here: the first piece to be read back ends the test
		t.Fatal("the content was not read for its digest")
	}
	if len(f.written) != len(missing) {
		t.Errorf("%d pieces written, want %d", len(f.written), len(missing))
	}
	for off, p := range f.written {
		if p[0] != byte(off/PieceSize) || int64(len(p)) != PieceSize {
			t.Errorf("%d bytes of piece %d at offset %d", len(p), p[0], off)
		}
	}
}

func TestLimitRate(t *testing.T) {
	for _, size := range []int{PieceSize / 2, 8 * PieceSize} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, randomBytes(24, size))
				began := time.Now()
				res, err := b.fetch(t.Context(), testEngine(Options{Limit: 1 << 20}), nil)
				b.wantContent(res, err)
				want := time.Duration(float64(size) / (1 << 20) * float64(time.Second))
				if took := time.Since(began); took < want*9/10 || took > want*11/10+time.Second {
					t.Errorf("took %v at 1 MiB/s, want about %v", took, want)
				}
			})
		})
	}
}

func TestF44_LimitChangesWhileRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size = 10 * PieceSize
		b := newBench(t, randomBytes(25, size))
		e := testEngine(Options{Limit: 1 << 20})
		time.AfterFunc(2*time.Second, func() { e.SetLimit(0) })
		began := time.Now()
		res, err := b.fetch(t.Context(), e, nil)
		b.wantContent(res, err)
		if took := time.Since(began); took > 4*time.Second {
			t.Errorf("took %v although the limit was lifted after 2 s", took)
		}
		if res.Fetched != size {
			t.Errorf("%d bytes fetched, want %d: running ranges go on", res.Fetched, size)
		}
	})
}

func TestP9_MemoryDoesNotGrowWithTheFile(t *testing.T) {
	const size = 96 * PieceSize
	e := testEngine(Options{})
	for range 2 {
		b := newBench(t, randomBytes(26, size))
		res, err := b.fetch(t.Context(), e, func(k *Task) { k.MaxConns = 8 })
		b.wantContent(res, err)
	}
	e.buffers.mu.Lock()
	defer e.buffers.mu.Unlock()
	// One for each connection, the window, the piece in the hash and the next one.
	if n := len(e.buffers.free); n > 8+hashWindow+2 {
		t.Errorf("%d buffers were made", n)
	}
	if e.buffers.window != hashWindow {
		t.Errorf("window is %d after everything ended, want %d", e.buffers.window, hashWindow)
	}
}
