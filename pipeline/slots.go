package pipeline

import (
	"context"
	"sync"
)

// slots are places for files in flight, over all jobs. When there are too few, a
// waiter of the job with the smallest order comes first, of one job the one that
// came first (decisions.md, maxActive). Their number can change.
type slots struct {
	mu      sync.Mutex
	free    int // below zero after there became fewer
	size    int
	waiters []*waiter
}

type waiter struct {
	order func() int64
	ready chan struct{}
}

func newSlots(n int) *slots { return &slots{free: max(1, n), size: max(1, n)} }

// ask stands in line; its turn is waited for with wait, which must be called.
func (s *slots) ask(order func() int64) *waiter {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &waiter{order, make(chan struct{})}
	s.waiters = append(s.waiters, w)
	s.serve()
	return w
}

// wait waits for the place that was asked for; with an error there is none.
func (s *slots) wait(ctx context.Context, w *waiter) error {
	select {
	case <-w.ready:
		return nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, other := range s.waiters {
		if other == w {
			s.waiters = append(s.waiters[:i], s.waiters[i+1:]...)
			return ctx.Err()
		}
	}
	s.free++ // it was granted meanwhile
	s.serve()
	return ctx.Err()
}

func (s *slots) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free++
	s.serve()
}

// resize changes the number of places, at least 1. Files beyond it run to their end.
func (s *slots) resize(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free += max(1, n) - s.size
	s.size = max(1, n)
	s.serve()
}

// roomToGrow is how many files of a job may wait beyond the places there are: the
// range of maxActive ends at 32.
const roomToGrow = 32

// most is how many files of one job may get a place, or wait for one.
func (s *slots) most() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.size + roomToGrow
}

// serve grants what is free. Called with the lock held.
func (s *slots) serve() {
	for s.free > 0 && len(s.waiters) > 0 {
		first, order := 0, s.waiters[0].order()
		for i, w := range s.waiters[1:] {
			if o := w.order(); o < order {
				first, order = i+1, o
			}
		}
		close(s.waiters[first].ready)
		s.waiters = append(s.waiters[:first], s.waiters[first+1:]...)
		s.free--
	}
}
