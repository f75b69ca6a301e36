package sftp

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
)

// TestAStreamRunsNoFurtherAhead than its window, and gives chunks in order,
// whatever order they end in.
func TestAStreamRunsNoFurtherAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size = 3*Window + 5
		var mu sync.Mutex
		waiting := map[int64]chan error{}
		s := newStream(7, size, func(buf []byte, at int64) error {
			mu.Lock()
			c := make(chan error)
			waiting[at] = c
			mu.Unlock()
			return <-c
		})
		total := int64(7)
		for s.more() {
			type result struct {
				n   int
				err error
			}
			got := make(chan result)
			go func() {
				buf, err := s.step()
				got <- result{len(buf), err}
			}()
			synctest.Wait()
			mu.Lock()
			for at := range waiting {
				if at >= total+Window {
					t.Errorf("%d is under way when %d is not there", at, total)
				}
			}
			if last := total + Window - chunk; total+Window < size && waiting[last] == nil {
				t.Errorf("%d could be under way when %d is not there", last, total)
			}
			c := waiting[total]
			delete(waiting, total)
			mu.Unlock()
			if c == nil {
				t.Fatalf("%d is not under way", total)
			}
			c <- nil
			r := <-got
			if r.err != nil {
				t.Fatal(r.err)
			}
			total += int64(r.n)
		}
		if total != size {
			t.Errorf("%d of %d bytes", total, size)
		}
	})
}

// TestAStreamIsDrained after an error: nobody is left behind, nothing is begun.
func TestAStreamIsDrained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // which wants all goroutines to end
		broken := errors.New("broken")
		begun, last := make(chan int64, 10*inFlight), int64(0)
		s := newStream(0, 10*Window, func(_ []byte, at int64) error {
			begun <- at
			if at == chunk {
				return broken
			}
			return nil
		})
		if _, err := s.step(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.step(); !errors.Is(err, broken) {
			t.Fatal(err)
		}
		s.drain()
		close(begun)
		for at := range begun {
			last = max(last, at)
		}
		if s.more() || last > Window {
			t.Errorf("begun up to %d", last)
		}
	})
}
