package transfer

import (
	"context"
	"errors"
	"sync"
	"syscall"
)

// budget counts connections. Waiters are served in order, so one file's many
// connections cannot starve the others. Its size can shrink: descriptors may
// run out long before the configured number (F21).
type budget struct {
	mu      sync.Mutex
	free    int
	size    int
	debt    int // slots to swallow on release, after a shrink
	waiters []chan struct{}
}

func newBudget(n int) *budget { return &budget{free: n, size: n} }

func (b *budget) acquire(ctx context.Context) error {
	b.mu.Lock()
	if b.free > 0 && len(b.waiters) == 0 {
		b.free--
		b.mu.Unlock()
		return nil
	}
	ready := make(chan struct{})
	b.waiters = append(b.waiters, ready)
	b.mu.Unlock()
	select {
	case <-ready:
		return nil
	case <-ctx.Done():
		b.abandon(ready)
		return ctx.Err()
	}
}

// abandon takes a waiter out; if its slot was just granted, it is passed on.
func (b *budget) abandon(ready chan struct{}) {
	b.mu.Lock()
	for i, w := range b.waiters {
		if w == ready {
			b.waiters = append(b.waiters[:i], b.waiters[i+1:]...)
			b.mu.Unlock()
			return
		}
	}
	b.mu.Unlock()
	b.release()
}

func (b *budget) release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.debt > 0:
		b.debt--
	case len(b.waiters) > 0:
		close(b.waiters[0])
		b.waiters = b.waiters[1:]
	default:
		b.free++
	}
}

// shrink lowers the size by one, never below one, and reports whether it did.
func (b *budget) shrink() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.size <= 1 {
		return false
	}
	b.size--
	if b.free > 0 {
		b.free--
	} else {
		b.debt++
	}
	return true
}

// noDescriptors reports whether err means that the process or the system has
// no file descriptor left.
func noDescriptors(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}
