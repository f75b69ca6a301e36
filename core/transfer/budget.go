package transfer

import (
	"context"
	"errors"
	"slices"
	"sync"
	"syscall"
)

// Shares of the budget. A file of one piece costs half a connection: it spends
// its time waiting for two answers (a redirect and the content) and not moving
// bytes, so twice as many keep the same bandwidth busy. With 24 at a time,
// 1,000 small files took twice as long as curl with its 50.
const (
	rangeShare = 2
	smallShare = 1
)

// budget counts connections in shares. Waiters are served by their job's order,
// those of one job as they came, so one file's many connections cannot starve
// the others. Its size can change: by settings, and descriptors may run out long
// before the configured number (F21).
type budget struct {
	mu      sync.Mutex
	free    int // shares; below zero after a shrink, until enough is released
	size    int
	waiters []waiter
}

type waiter struct {
	shares int
	order  int64 // smaller first
	ready  chan struct{}
}

func newBudget(connections int) *budget {
	return &budget{free: connections * rangeShare, size: connections * rangeShare}
}

func (b *budget) acquire(ctx context.Context, shares int, order int64) error {
	b.mu.Lock()
	if b.free >= shares && len(b.waiters) == 0 {
		b.free -= shares
		b.mu.Unlock()
		return nil
	}
	w := waiter{shares, order, make(chan struct{})}
	at := len(b.waiters)
	for at > 0 && b.waiters[at-1].order > order {
		at--
	}
	b.waiters = slices.Insert(b.waiters, at, w)
	b.serve() // it may fit where the first before did not
	b.mu.Unlock()
	select {
	case <-w.ready:
		return nil
	case <-ctx.Done():
		b.abandon(w)
		return ctx.Err()
	}
}

// abandon takes a waiter out; if its shares were just granted, they go back.
func (b *budget) abandon(w waiter) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, other := range b.waiters {
		if other.ready == w.ready {
			b.waiters = append(b.waiters[:i], b.waiters[i+1:]...)
			b.serve() // whoever stood behind it may fit
			return
		}
	}
	b.free += w.shares
	b.serve()
}

func (b *budget) release(shares int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free += shares
	b.serve()
}

// serve grants to the first waiters what is free. Called with the lock held.
func (b *budget) serve() {
	for len(b.waiters) > 0 && b.free >= b.waiters[0].shares {
		b.free -= b.waiters[0].shares
		close(b.waiters[0].ready)
		b.waiters = b.waiters[1:]
	}
}

// resize sets the number of connections. Those beyond it go on until they are
// released.
func (b *budget) resize(connections int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	grown := connections*rangeShare - b.size
	b.size += grown
	b.free += grown
	b.serve()
}

// shrink lowers the size by one connection, never below one, and reports
// whether it did.
func (b *budget) shrink() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.size <= rangeShare {
		return false
	}
	b.size -= rangeShare
	b.free -= rangeShare
	return true
}

// noDescriptors reports whether err means that the process or the system has
// no file descriptor left.
func noDescriptors(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}
