package retry

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

var errDown = fault.New(fault.Unavailable, "get", "x", errors.New("502"))

// tries counts how often work that always fails is begun.
func tries(ctx context.Context, p Policy, err error, each func(r *Run, n int)) int {
	r := p.Start()
	for n := 1; ; n++ {
		if each != nil {
			each(r, n)
		}
		if r.Wait(ctx, err, nil) != nil {
			return n
		}
	}
}

func TestOnlyTemporaryKindsAreTriedAgain(t *testing.T) {
	for _, kind := range fault.Kinds() {
		t.Run(kind.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				want := 1
				if kind == fault.Unavailable || kind == fault.RateLimited {
					want = 5
				}
				if got := tries(t.Context(), Default(), fault.New(kind, "", "", nil), nil); got != want {
					t.Errorf("%d tries, want %d", got, want)
				}
			})
		})
	}
}

func TestProgressStartsTheCountAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Default()
		p.Budget = 0
		got := tries(t.Context(), p, errDown, func(r *Run, n int) {
			if n == 4 {
				r.Progress()
			}
		})
		if got != 3+5 {
			t.Errorf("%d tries, want 8", got)
		}
	})
}

func TestF15_NetworkGoneAndBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		r := Default().Start()
		r.Progress() // it worked once
		for time.Since(began) < 5*time.Minute {
			if err := r.Wait(t.Context(), errDown, nil); err != nil {
				t.Fatalf("gave up after %v", time.Since(began))
			}
		}
	})
}

func TestP10_NoProgressForTenMinutesIsTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		n := tries(t.Context(), Default(), errDown, func(r *Run, n int) {
			if n == 1 {
				r.Progress()
			}
		})
		if took := time.Since(began); took < 9*time.Minute || took > 11*time.Minute {
			t.Errorf("gave up after %v and %d tries", took, n)
		}
	})
}

func TestWaitsGrowAndStayBelowTheirBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Policy{Attempts: 100, Initial: 400 * time.Millisecond, Max: 10 * time.Second}
		r := p.Start()
		for n := 1; n <= 100; n++ {
			wait, again := r.Next(errDown)
			if !again {
				t.Fatalf("gave up at %d", n)
			}
			if wait > 20*time.Second { // Max, and as much again as jitter
				t.Errorf("wait %d is %v", n, wait)
			}
			if n == 1 && wait > 800*time.Millisecond {
				t.Errorf("first wait is %v", wait)
			}
		}
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := Default().Start().Wait(ctx, errDown, nil)
	if fault.KindOf(err) != fault.Canceled {
		t.Errorf("err %v", err)
	}
}

func TestNoticeTellsAttemptAndWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := Default().Start()
		began := time.Now()
		var attempt int
		var wait time.Duration
		if err := r.Wait(t.Context(), errDown, func(a int, w time.Duration) { attempt, wait = a, w }); err != nil {
			t.Fatal(err)
		}
		if attempt != 1 || wait != time.Since(began) {
			t.Errorf("attempt %d, said %v, waited %v", attempt, wait, time.Since(began))
		}
	})
}
