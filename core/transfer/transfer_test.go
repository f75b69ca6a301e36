package transfer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/fault"
)

func TestF10_Sizes(t *testing.T) {
	for _, size := range []int{0, 1, PieceSize - 1, PieceSize, PieceSize + 1, 4 * PieceSize, 9*PieceSize + 7} {
		for _, known := range []bool{true, false} {
			t.Run(fmt.Sprintf("%d bytes known=%v", size, known), func(t *testing.T) {
				b := newBench(t, randomBytes(1, size))
				res, err := b.fetch(t.Context(), testEngine(Options{}), func(task *Task) {
					if !known {
						task.Size = -1
					}
				})
				b.wantContent(res, err)
				if known && size == 0 && b.src.n != 0 {
					t.Errorf("%d requests for an empty file", b.src.n)
				}
				if res.Fetched != int64(size) {
					t.Errorf("fetched %d bytes, want %d", res.Fetched, size)
				}
				if res.Sum != sha(b.src.content) {
					t.Errorf("sum %v", res.Sum)
				}
			})
		}
	}
}

func TestF1_CutsCostAtMostOnePieceEach(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		size := rapid.IntRange(1, 6*PieceSize).Draw(rt, "size")
		cuts := rapid.SliceOfN(rapid.Int64Range(0, 3*PieceSize), 0, 12).Draw(rt, "cuts")
		conns := rapid.IntRange(1, 6).Draw(rt, "conns")
		b := newBench(t, randomBytes(uint64(size), size))
		b.path += fmt.Sprint(rapid.Uint64().Draw(rt, "name"))
		b.src.respond = func(q request) (reply, error) {
			if q.n > len(cuts) {
				return reply{}, nil
			}
			return reply{cut(q.body, cuts[q.n-1]), q.off, int64(size)}, nil
		}
		e := testEngine(Options{})
		patient := e.policy()
		patient.Attempts = 20
		e.SetRetry(patient)
		res, err := b.fetch(t.Context(), e, func(task *Task) { task.MaxConns = conns })
		b.wantContent(res, err)
		if most := int64(size) + int64(len(cuts))*PieceSize; b.src.sent > most {
			rt.Errorf("%d bytes sent, at most %d allowed", b.src.sent, most)
		}
	})
}

func TestP3_ResumeCostsOnePiecePerConnection(t *testing.T) {
	const size = 24 * PieceSize
	for _, again := range []int{1, 4, 8} {
		t.Run(fmt.Sprintf("then %d connections", again), func(t *testing.T) {
			b := newBench(t, randomBytes(3, size))
			ctx, cancel := context.WithCancel(t.Context())
			b.src.respond = func(q request) (reply, error) {
				if q.n == 6 { // some ranges are through by now
					cancel()
				}
				if q.n == 4 { // this connection never gives a byte
					return reply{silent{ctx: q.ctx}, q.off, size}, nil
				}
				return reply{}, nil
			}
			_, err := b.fetch(ctx, testEngine(Options{}), nil)
			wantKind(t, err, fault.Canceled)
			sent := b.src.sent
			b.src.respond = nil
			res, err := b.fetch(t.Context(), testEngine(Options{}), func(task *Task) { task.MaxConns = again })
			b.wantContent(res, err)
			if res.Resumed == 0 {
				t.Error("nothing was resumed")
			}
			if most := int64(size) + 5*PieceSize; b.src.sent > most {
				t.Errorf("%d bytes in both runs, at most %d allowed", b.src.sent, most)
			}
			if sent+res.Fetched != b.src.sent {
				t.Errorf("Fetched %d does not match the %d bytes sent", res.Fetched, b.src.sent-sent)
			}
		})
	}
}

// wholePartial leaves a partial with every piece but the last marked.
func wholePartial(t *testing.T, b *bench) {
	t.Helper()
	size := int64(len(b.src.content))
	ctx, cancel := context.WithCancel(t.Context())
	b.src.respond = func(q request) (reply, error) {
		n := max(0, min(int64(len(q.body)), size-PieceSize-q.off))
		return reply{concat(q.body[:n], silent{q.ctx, cancel}), q.off, size}, nil
	}
	_, err := b.fetch(ctx, testEngine(Options{}), func(task *Task) { task.MaxConns = 1 })
	wantKind(t, err, fault.Canceled)
	b.src.respond, b.src.sent, b.src.n = nil, 0, 0
}

func TestF28_DamagedPartial(t *testing.T) {
	const size = 8*PieceSize + 100
	cases := map[string]struct {
		damage func(t *testing.T, f *os.File)
		most   int64 // bytes fetched again
	}{
		"untouched": {func(*testing.T, *os.File) {}, PieceSize + 100},
		"one byte edited": {func(t *testing.T, f *os.File) {
			writeAt(t, f, []byte{0xff, 0xee}, 2*PieceSize+5)
		}, 2*PieceSize + 100},
		"zero tail": {func(t *testing.T, f *os.File) {
			writeAt(t, f, make([]byte, PieceSize), 5*PieceSize)
		}, 2*PieceSize + 100},
		"truncated": {func(t *testing.T, f *os.File) {
			if err := f.Truncate(3 * PieceSize); err != nil {
				t.Fatal(err)
			}
		}, size},
		"header garbage": {func(t *testing.T, f *os.File) {
			writeAt(t, f, []byte("garbage!garbage!"), journalOffset(size))
		}, size},
		"records garbage": {func(t *testing.T, f *os.File) {
			writeAt(t, f, bytes.Repeat([]byte{0xaa}, 9*recordSize), journalOffset(size)+headerSize)
		}, size},
		"longer": {func(t *testing.T, f *os.File) {
			writeAt(t, f, []byte{1}, partialLength(size)+10)
		}, size},
		"cut to the content's length": {func(t *testing.T, f *os.File) {
			if err := f.Truncate(size); err != nil {
				t.Fatal(err)
			}
		}, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, randomBytes(4, size))
			wholePartial(t, b)
			f, err := os.OpenFile(b.path, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			c.damage(t, f)
			f.Close()
			res, err := b.fetch(t.Context(), testEngine(Options{}), nil)
			if name == "cut to the content's length" {
				// Finished as far as anyone can tell; the digest says it is not.
				if err != nil || res.Sum == sha(b.src.content) || b.src.n != 0 {
					t.Fatalf("sum %v, err %v, %d requests", res.Sum, err, b.src.n)
				}
				return
			}
			b.wantContent(res, err)
			if b.src.sent > c.most {
				t.Errorf("%d bytes fetched again, at most %d allowed", b.src.sent, c.most)
			}
		})
	}
}

func writeAt(t *testing.T, f *os.File, p []byte, off int64) {
	t.Helper()
	if _, err := f.WriteAt(p, off); err != nil {
		t.Fatal(err)
	}
}

func TestF45_PartialOfAnotherHub(t *testing.T) {
	const size = 4 * PieceSize
	cases := map[string]struct {
		change func(*Task)
		reused bool
	}{
		"same hub":                  {func(*Task) {}, true},
		"other hub, digest known":   {func(k *Task) { k.Meta.Origin = "other" }, true},
		"other hub, digest unknown": {func(k *Task) { k.Meta.Origin = "other"; k.Algo = digest.None }, false},
		"other etag":                {func(k *Task) { k.Meta.ETag = "other" }, false},
		"same hub, digest unknown":  {func(k *Task) { k.Algo = digest.None }, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, randomBytes(5, size))
			wholePartial(t, b)
			res, err := b.fetch(t.Context(), testEngine(Options{}), c.change)
			b.wantContent(res, err)
			if reused := res.Resumed > 0; reused != c.reused {
				t.Errorf("resumed %d bytes, want reuse %v", res.Resumed, c.reused)
			}
		})
	}
}

func TestF7_RangesIgnored(t *testing.T) {
	const size = 12 * PieceSize
	for _, honoured := range []int{0, 1, 3} {
		t.Run(fmt.Sprintf("after %d ranges", honoured), func(t *testing.T) {
			b := newBench(t, randomBytes(6, size))
			b.src.respond = func(q request) (reply, error) {
				if q.n <= honoured {
					return reply{}, nil
				}
				return reply{bytes.NewReader(b.src.content), 0, size}, nil
			}
			res, err := b.fetch(t.Context(), testEngine(Options{}), nil)
			b.wantContent(res, err)
		})
	}
}

func TestF7_StreamBreaksAndRangesStayIgnored(t *testing.T) {
	const size = 6 * PieceSize
	b := newBench(t, randomBytes(7, size))
	b.src.respond = func(q request) (reply, error) {
		if q.n < 8 { // each stream gets a little further
			return reply{cut(b.src.content, int64(q.n)*PieceSize-10), 0, size}, nil
		}
		return reply{bytes.NewReader(b.src.content), 0, size}, nil
	}
	res, err := b.fetch(t.Context(), testEngine(Options{}), func(k *Task) { k.MaxConns = 1 })
	b.wantContent(res, err)
}

func TestT16_AnswerForOtherBytes(t *testing.T) {
	const size = 4 * PieceSize
	cases := map[string]func(off int64, body []byte) reply{
		"other start": func(off int64, body []byte) reply { return reply{bytes.NewReader(body), off + 1, size} },
		"other total": func(off int64, body []byte) reply { return reply{bytes.NewReader(body), off, size + 1} },
	}
	for name, answer := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, randomBytes(8, size))
			b.src.respond = func(q request) (reply, error) { return answer(q.off, q.body), nil }
			_, err := b.fetch(t.Context(), testEngine(Options{}), nil)
			wantKind(t, err, fault.Integrity)
		})
	}
}

func TestT17_BodyLongerThanAsked(t *testing.T) {
	for _, size := range []int{100, 3 * PieceSize} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			b := newBench(t, randomBytes(9, size))
			more := append(bytes.Clone(b.src.content), 'x', 'y')
			b.src.respond = func(q request) (reply, error) {
				return reply{bytes.NewReader(more[q.off:]), q.off, -1}, nil
			}
			res, err := b.fetch(t.Context(), testEngine(Options{}), nil)
			if size <= PieceSize {
				wantKind(t, err, fault.Integrity)
				return
			}
			b.wantContent(res, err) // never read past the range
		})
	}
}

func TestRetryGivesUpWithoutProgress(t *testing.T) {
	const size = 3 * PieceSize
	down := fault.New(fault.Unavailable, "open", "model.bin", errors.New("502"))
	b := newBench(t, randomBytes(10, size))
	b.src.respond = func(request) (reply, error) { return reply{}, down }
	var told int
	_, err := b.fetch(t.Context(), testEngine(Options{}), func(k *Task) {
		k.MaxConns = 1
		k.OnRetry = func(int, time.Duration, error) { told++ }
	})
	wantKind(t, err, fault.Unavailable)
	if b.src.n != 5 || told != 4 {
		t.Errorf("%d requests and %d notices, want 5 and 4", b.src.n, told)
	}
}

func TestF5_RefusalIsNotRetried(t *testing.T) {
	for _, kind := range []fault.Kind{fault.Gated, fault.Unauthorized, fault.EntryNotFound, fault.Integrity} {
		t.Run(kind.String(), func(t *testing.T) {
			b := newBench(t, randomBytes(11, 100))
			b.src.respond = func(request) (reply, error) {
				return reply{}, fault.New(kind, "open", "model.bin", nil)
			}
			_, err := b.fetch(t.Context(), testEngine(Options{}), nil)
			wantKind(t, err, kind)
			if b.src.n != 1 {
				t.Errorf("%d requests, want 1", b.src.n)
			}
		})
	}
}

func TestF2_StalledConnectionLosesItsRange(t *testing.T) {
	for _, size := range []int{1000, 16 * PieceSize} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, randomBytes(12, size))
				ctx := t.Context()
				b.src.respond = func(q request) (reply, error) {
					if q.n == 1 {
						return reply{concat(q.body[:10], silent{ctx: q.ctx}), q.off, int64(size)}, nil
					}
					return reply{}, nil
				}
				began := time.Now()
				res, err := b.fetch(ctx, testEngine(Options{}), nil)
				b.wantContent(res, err)
				if took := time.Since(began); took > 35*time.Second {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}
