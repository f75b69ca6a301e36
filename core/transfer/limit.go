package transfer

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limitedRead is the step of reads under a rate limit: small enough that many
// connections share a low rate evenly, large enough to cost nothing.
const limitedRead = 32 << 10

// Limit is a rate that any number of files share and that may change while they
// are fetched. nil limits nothing. It is safe from any goroutine.
type Limit struct {
	rate    *rate.Limiter
	mu      sync.Mutex
	changed chan struct{} // closed by the next Set
}

// NewLimit makes a Limit in bytes a second; 0 is unlimited.
func NewLimit(bytesPerSecond int64) *Limit {
	l := &Limit{rate: rate.NewLimiter(rate.Inf, limitedRead), changed: make(chan struct{})}
	l.Set(bytesPerSecond)
	return l
}

// Set changes the rate, from now on; also for those that wait.
func (l *Limit) Set(bytesPerSecond int64) {
	next := rate.Inf
	if bytesPerSecond > 0 {
		next = rate.Limit(bytesPerSecond)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rate.SetLimit(next)
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *Limit) on() bool { return l != nil && l.rate.Limit() != rate.Inf }

// wait takes n bytes, at most limitedRead.
func (l *Limit) wait(ctx context.Context, n int) error {
	for l.on() {
		l.mu.Lock()
		changed := l.changed
		l.mu.Unlock()
		r := l.rate.ReserveN(time.Now(), n)
		timer := time.NewTimer(r.Delay())
		select {
		case <-timer.C:
			return nil
		case <-changed:
			r.Cancel()
			timer.Stop()
		case <-ctx.Done():
			r.Cancel()
			timer.Stop()
			return ctx.Err()
		}
	}
	return nil
}

// limited says that a file of a job with this limit cannot go as fast as it might.
func (e *Engine) limited(job *Limit) bool { return job.on() || e.limit.on() }
