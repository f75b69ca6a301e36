package pipeline

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

func (s *slots) acquire(ctx context.Context, order func() int64) error {
	return s.wait(ctx, s.ask(order))
}

func fixed(order int64) func() int64 { return func() int64 { return order } }

func TestSlotsGoToTheOldestJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlots(1)
		_ = s.acquire(t.Context(), fixed(0))
		var got []int64
		for _, order := range []int64{3, 1, 2, 1} {
			go func() {
				_ = s.acquire(t.Context(), fixed(order))
				got = append(got, order)
				s.release()
			}()
			synctest.Wait()
		}
		s.release()
		synctest.Wait()
		if fmt.Sprint(got) != "[1 1 2 3]" {
			t.Errorf("served %v", got)
		}
	})
}

func TestF44_SlotsResize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlots(1)
		_ = s.acquire(t.Context(), fixed(0))
		var granted atomic.Int32
		for range 5 {
			go func() {
				_ = s.acquire(t.Context(), fixed(0))
				granted.Add(1)
			}()
		}
		synctest.Wait()
		s.resize(3)
		synctest.Wait()
		if n := granted.Load(); n != 2 {
			t.Errorf("%d more after growing to 3", n)
		}
		s.resize(1)
		s.release()
		s.release()
		synctest.Wait()
		if n := granted.Load(); n != 2 {
			t.Errorf("%d more while there are too many", n)
		}
		s.release()
		synctest.Wait()
		if n := granted.Load(); n != 3 {
			t.Errorf("%d after all but one gave theirs back", n)
		}
		s.resize(9)
		synctest.Wait()
	})
}

func TestSlotsOfWaitersThatGaveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlots(1)
		_ = s.acquire(t.Context(), fixed(0))
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			if err := s.acquire(ctx, fixed(0)); !errors.Is(err, context.Canceled) {
				t.Errorf("%v", err)
			}
		}()
		synctest.Wait()
		cancel()
		synctest.Wait()
		s.release()
		if err := s.acquire(t.Context(), fixed(0)); err != nil || s.free != 0 {
			t.Errorf("%v, %d free", err, s.free)
		}
	})
}

// TestP14_HugeLastFileDoesNotBlockTheNextJob: the oldest job takes all places it
// can use, what is left goes to the next one (decisions.md, maxActive).
func TestP14_HugeLastFileDoesNotBlockTheNextJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ends := map[string]time.Duration{}
		var mu sync.Mutex
		began := time.Now()
		took := deliver(func(_ context.Context, f *FileState) error {
			<-time.After(time.Duration(f.Item.File.Size))
			mu.Lock()
			defer mu.Unlock()
			ends[f.Item.File.Path] = time.Since(began)
			return nil
		})
		file := func(path string, d time.Duration) Item {
			return Item{File: repo.File{Path: path, Size: int64(d), BlobID: path}}
		}
		first := choose{file("a1", time.Second), file("a2", time.Second), file("a3", time.Second), file("huge", time.Hour)}
		second := choose{file("b1", time.Second), file("b2", time.Second), file("b3", time.Second)}
		limits := Limits{Connections: 8, MaxActive: 3, MultipartThreshold: 1}
		r := NewRunner([]Preparer{first}, []Deliverer{took}, limits, zerolog.Nop())
		var jobs sync.WaitGroup
		for i, c := range []choose{first, second} {
			jobs.Go(func() {
				_, err := r.With([]Preparer{c}, []Deliverer{took}).RunWith(t.Context(), Job{}, NewControls(int64(i), 0), Discard())
				if err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		jobs.Wait()
		for path, want := range map[string]time.Duration{"a3": time.Second, "b2": 2 * time.Second, "b3": 3 * time.Second} {
			if got := ends[path]; got > want {
				t.Errorf("%s after %v, want %v", path, got, want)
			}
		}
	})
}

func TestF44_LimitsHoldForFilesThatStartLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		now, most := 0, 0
		r := NewRunner(nil, nil, Limits{Connections: 1, MaxActive: 1, MultipartThreshold: 1}, zerolog.Nop())
		run := r.With([]Preparer{items(10, 10)}, []Deliverer{deliver(func(_ context.Context, f *FileState) error {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			<-time.After(time.Second)
			mu.Lock()
			now--
			mu.Unlock()
			if f.Item.File.Path == "f1" && f.MaxConns != 1 || f.Item.File.Path == "f9" && f.MaxConns != 5 {
				t.Errorf("%s: %d connections", f.Item.File.Path, f.MaxConns)
			}
			return nil
		})})
		time.AfterFunc(2500*time.Millisecond, func() { r.SetLimits(Limits{Connections: 5, MaxActive: 4, MultipartThreshold: 1}) })
		if _, err := run.Run(t.Context(), Job{}, Discard()); err != nil || most != 4 {
			t.Errorf("%d at once, %v", most, err)
		}
	})
}

// TestP14_OldestJobIsNeverOvertaken: it came second, and still its files go before
// all that the other had not begun, also between two of them.
func TestP14_OldestJobIsNeverOvertaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var begun []string
		took := deliver(func(_ context.Context, f *FileState) error {
			mu.Lock()
			begun = append(begun, f.Item.File.Path[:1])
			mu.Unlock()
			<-time.After(time.Second)
			return nil
		})
		r := NewRunner(nil, nil, Limits{Connections: 8, MaxActive: 1, MultipartThreshold: 1}, zerolog.Nop())
		var jobs sync.WaitGroup
		for _, job := range []struct {
			name  string
			order int64
		}{{"b", 2}, {"a", 1}} {
			var files choose
			for i := range 3 {
				path := fmt.Sprint(job.name, i)
				files = append(files, Item{File: repo.File{Path: path, Size: 1, BlobID: path}})
			}
			jobs.Go(func() {
				_, err := r.With([]Preparer{files}, []Deliverer{took}).RunWith(t.Context(), Job{}, NewControls(job.order, 0), Discard())
				if err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		jobs.Wait()
		if got := fmt.Sprint(begun); got != "[b a a a b b]" {
			t.Errorf("begun %v", got)
		}
	})
}
