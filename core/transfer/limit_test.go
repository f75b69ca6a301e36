package transfer

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestP14_LimitOfOneJobLeavesOthersAlone: two jobs on one engine, one limited.
func TestP14_LimitOfOneJobLeavesOthersAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size = 8 * PieceSize
		e := testEngine(Options{})
		slow := NewLimit(1 << 20)
		var jobs sync.WaitGroup
		for _, limit := range []*Limit{slow, nil} {
			b := newBench(t, randomBytes(27, size))
			jobs.Go(func() {
				began := time.Now()
				res, err := b.fetch(t.Context(), e, func(k *Task) { k.Limit = limit })
				b.wantContent(res, err)
				took := time.Since(began)
				if limit == nil && took > time.Second {
					t.Errorf("the job without a limit took %v", took)
				}
				if limit != nil && (took < 7*time.Second || took > 9*time.Second) {
					t.Errorf("8 MiB at 1 MiB/s took %v", took)
				}
			})
		}
		jobs.Wait()
	})
}

// TestF44_JobLimitIsLiftedForThoseThatWait: at a byte a second the wait would be hours.
func TestF44_JobLimitIsLiftedForThoseThatWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, randomBytes(28, 8*PieceSize))
		limit := NewLimit(1)
		time.AfterFunc(2*time.Second, func() { limit.Set(0) })
		began := time.Now()
		res, err := b.fetch(t.Context(), testEngine(Options{}), func(k *Task) { k.Limit = limit })
		b.wantContent(res, err)
		if took := time.Since(began); took < 2*time.Second || took > 4*time.Second {
			t.Errorf("took %v, the limit was lifted after 2 s", took)
		}
	})
}

func TestLimitWaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimit(1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		for range 2 { // the first takes the burst
			_ = l.wait(ctx, limitedRead)
		}
		if took := time.Since(began); took != time.Second {
			t.Errorf("waited %v", took)
		}
	})
}

func TestP14_ConnectionsGoToTheOldestJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(1)
		_ = b.acquire(t.Context(), rangeShare, 0)
		var got []string
		for i, order := range []int64{3, 1, 2, 1} {
			go func() {
				_ = b.acquire(t.Context(), rangeShare, order)
				got = append(got, fmt.Sprint(order, "/", i))
				b.release(rangeShare)
			}()
			synctest.Wait()
		}
		b.release(rangeShare)
		synctest.Wait()
		if want := "[1/1 1/3 2/2 3/0]"; fmt.Sprint(got) != want {
			t.Errorf("served %v, want %v", got, want)
		}
	})
}

func TestF44_ConnectionsChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := testEngine(Options{Connections: 2})
		granted := make(chan struct{}, 9)
		for range 9 {
			go func() {
				_ = e.conns.acquire(t.Context(), rangeShare, 0)
				granted <- struct{}{}
			}()
		}
		step := func(what string, do func(), want int) {
			t.Helper()
			do()
			synctest.Wait()
			if len(granted) != want {
				t.Fatalf("%s: %d granted, want %d", what, len(granted), want)
			}
		}
		back := func() { e.conns.release(rangeShare) }
		step("2 to begin with", func() {}, 2)
		step("grown to 5", func() { e.SetConnections(5) }, 5)
		step("shrunk to 4, one comes back", func() { e.SetConnections(4); back() }, 5)
		step("another comes back", back, 6)
		step("none is one", func() { e.SetConnections(0); back(); back(); back() }, 6)
		step("the last comes back", back, 7)
		step("grown again", func() { e.SetConnections(9) }, 9)
	})
}
