package pipeline

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// choose is a Preparer that selects items.
type choose []Item

func (choose) Name() StageName { return StageFilter }

func (c choose) Prepare(_ context.Context, s *State, _ Sink) error {
	s.Selection = c
	return nil
}

// deliver is a Deliverer made of a function.
type deliver func(ctx context.Context, f *FileState) error

func (deliver) Name() StageName { return StageFetch }

func (d deliver) Deliver(ctx context.Context, _ *State, f *FileState, _ Sink) error { return d(ctx, f) }

func items(n int, size int64) choose {
	var c choose
	for i := range n {
		c = append(c, Item{File: repo.File{Path: fmt.Sprintf("f%d", i), Size: size, BlobID: fmt.Sprintf("%040x", i)}})
	}
	return c
}

func run(ctx context.Context, c choose, l Limits, d ...Deliverer) (Result, []Event, error) {
	var mu sync.Mutex
	var events []Event
	res, err := NewRunner([]Preparer{c}, d, l, zerolog.Nop()).Run(ctx, Job{}, SinkFunc(func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		events = append(events, e)
	}))
	return res, events, err
}

func TestBudgetOfFilesInFlight(t *testing.T) {
	cases := map[string]struct {
		size  int64
		limit int // files at once
		conns int // for each
	}{
		"large": {32 << 20, 3, 8},
		"small": {32<<20 - 1, 48, 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				now, most := 0, 0
				_, _, err := run(t.Context(), items(60, c.size), DefaultLimits(), deliver(func(_ context.Context, f *FileState) error {
					if f.MaxConns != c.conns {
						t.Errorf("%d connections, want %d", f.MaxConns, c.conns)
					}
					mu.Lock()
					now++
					most = max(most, now)
					mu.Unlock()
					<-time.After(time.Second)
					mu.Lock()
					now--
					mu.Unlock()
					return nil
				}))
				if err != nil || most != c.limit {
					t.Errorf("%d at once, want %d; err %v", most, c.limit, err)
				}
			})
		})
	}
}

func TestSmallFilesDoNotWaitForLargeOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := append(items(9, 32<<20), Item{File: repo.File{Path: "config.json", Size: 10, BlobID: "x"}})
		began := time.Now()
		var configAt time.Duration
		_, _, err := run(t.Context(), c, DefaultLimits(), deliver(func(_ context.Context, f *FileState) error {
			if f.Item.File.Path == "config.json" {
				configAt = time.Since(began)
				return nil
			}
			<-time.After(time.Hour)
			return nil
		}))
		if err != nil || configAt > time.Second {
			t.Errorf("config.json came after %v, err %v", configAt, err)
		}
	})
}

func TestIdenticalContentIsFetchedOnce(t *testing.T) {
	c := items(3, 10)
	c[2].File.BlobID = c[0].File.BlobID
	var twins []string
	var mu sync.Mutex
	_, _, err := run(t.Context(), c, DefaultLimits(), deliver(func(_ context.Context, f *FileState) error {
		if f.Twin != nil {
			mu.Lock()
			defer mu.Unlock()
			twins = append(twins, f.Item.File.Path+" of "+f.Twin.File.Path)
		}
		return nil
	}))
	if diff := cmp.Diff([]string{"f2 of f0"}, twins); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestP11_NoSilentPartialSuccess(t *testing.T) {
	bad := fault.New(fault.Integrity, "verify", "f1", errors.New("flipped"))
	down := fault.New(fault.Unavailable, "open", "f1", errors.New("reset"))
	cases := map[string]struct {
		cause   error
		kind    fault.Kind
		goesOn  bool // the other files still come
		missing int
	}{
		"one wrong file": {bad, fault.Integrity, true, 0},
		"network gone":   {down, fault.Unavailable, false, 3},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			l := Limits{Connections: 1, MaxActive: 1, MultipartThreshold: 1}
			delivered := 0
			_, events, err := run(t.Context(), items(5, 10), l, deliver(func(_ context.Context, f *FileState) error {
				if f.Item.File.Path == "f1" {
					return c.cause
				}
				delivered++
				return nil
			}))
			var files *FilesError
			if !errors.As(err, &files) || fault.KindOf(err) != c.kind {
				t.Fatalf("err %v", err)
			}
			if len(files.Failed) != 1 || files.Failed[0].Path != "f1" || len(files.Missing) != c.missing {
				t.Errorf("failed %v, missing %v", files.Failed, files.Missing)
			}
			if wentOn := delivered == 4; wentOn != c.goesOn {
				t.Errorf("%d other files delivered", delivered)
			}
			var failed int
			for _, e := range events {
				if fc, ok := e.(FileChanged); ok && fc.Status == FileFailed {
					failed++
				}
			}
			if failed != 1 {
				t.Errorf("%d files said to have failed, want 1", failed)
			}
		})
	}
}

// partial counts what becomes of it.
type partial struct{ discarded, closed int }

func (p *partial) Commit(context.Context) error { return nil }
func (p *partial) Discard() error               { p.discarded++; return nil }
func (p *partial) Close() error                 { p.closed++; return nil }

func TestF9_WrongContentIsFetchedOnceMoreFromZero(t *testing.T) {
	for _, failures := range []int{0, 1, 2} {
		t.Run(fmt.Sprint(failures, " failures"), func(t *testing.T) {
			var partials []*partial
			_, _, err := run(t.Context(), items(1, 10), DefaultLimits(),
				deliver(func(_ context.Context, f *FileState) error {
					p := &partial{}
					partials = append(partials, p)
					f.Partial = p
					return nil
				}),
				deliver(func(context.Context, *FileState) error {
					if len(partials) <= failures {
						return fault.New(fault.Integrity, "verify", "f0", nil)
					}
					return nil
				}))
			if want := min(failures+1, 2); len(partials) != want {
				t.Errorf("%d attempts, want %d", len(partials), want)
			}
			if gaveUp := err != nil; gaveUp != (failures == 2) {
				t.Errorf("err %v", err)
			}
			for i, p := range partials {
				if bad := i < failures; bad != (p.discarded == 1) {
					t.Errorf("attempt %d: %d times discarded", i, p.discarded)
				}
				if p.closed+p.discarded != 1 {
					t.Errorf("attempt %d: closed %d times, discarded %d times", i, p.closed, p.discarded)
				}
			}
		})
	}
}

func TestF22_PanicFailsItsFileOnly(t *testing.T) {
	var delivered int
	l := Limits{Connections: 1, MaxActive: 1, MultipartThreshold: 1}
	_, _, err := run(t.Context(), items(3, 10), l, deliver(func(_ context.Context, f *FileState) error {
		if f.Item.File.Path == "f1" {
			panic("secret detail")
		}
		delivered++
		return nil
	}))
	if fault.KindOf(err) != fault.Internal || delivered != 2 {
		t.Errorf("err %v, %d delivered", err, delivered)
	}
	if s := fmt.Sprint(err); strings.Contains(s, "secret") {
		t.Errorf("message %q", s)
	}
}

// finisher records how the job ended.
type finisher struct {
	deliver
	complete *bool
	ctxErr   *error
}

func (f finisher) Finish(ctx context.Context, _ *State, complete bool, _ Sink) error {
	*f.complete, *f.ctxErr = complete, ctx.Err()
	return nil
}

func TestCancelKeepsPartialsAndStillFinishes(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := &partial{}
	complete, ctxErr := true, errors.New("not run")
	stage := finisher{deliver(func(ctx context.Context, f *FileState) error {
		f.Partial = p
		cancel()
		<-ctx.Done()
		return fault.New(fault.Canceled, "fetch", "f0", ctx.Err())
	}), &complete, &ctxErr}
	res, _, err := run(ctx, items(1, 10), DefaultLimits(), stage)
	if fault.KindOf(err) != fault.Canceled || !res.Interrupted || fault.HintOf(err) == "" {
		t.Errorf("err %v, result %+v, hint %q", err, res, fault.HintOf(err))
	}
	if complete || ctxErr != nil {
		t.Errorf("finish: complete %v, context %v", complete, ctxErr)
	}
	if p.discarded != 0 || p.closed == 0 {
		t.Errorf("partial %+v", p)
	}
}

func TestDryRunDeliversNothing(t *testing.T) {
	r := NewRunner([]Preparer{items(2, 10)}, []Deliverer{deliver(func(context.Context, *FileState) error {
		t.Error("a file was delivered")
		return nil
	})}, DefaultLimits(), zerolog.Nop())
	res, err := r.Run(t.Context(), Job{DryRun: true}, Discard())
	if err != nil || res.Files != 2 || res.Bytes != 20 {
		t.Errorf("%+v, %v", res, err)
	}
}

func TestPresentFilesAreSkipped(t *testing.T) {
	c := items(3, 10)
	c[1].Present = true
	var got []string
	var mu sync.Mutex
	res, _, err := run(t.Context(), c, DefaultLimits(), deliver(func(_ context.Context, f *FileState) error {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, f.Item.File.Path)
		return nil
	}))
	if err != nil || res.Skipped != 1 || len(got) != 2 {
		t.Errorf("%+v, delivered %v, %v", res, got, err)
	}
}
