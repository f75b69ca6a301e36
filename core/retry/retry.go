// Package retry is the one place that decides whether and when a failed request
// is tried again (decisions.md). A Run belongs to one goroutine.
package retry

import (
	"context"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// Policy bounds the tries between two moments of progress.
type Policy struct {
	// Attempts is how often a request is tried again without any progress.
	Attempts int
	// Initial and Max bound the mean wait before a try; it grows by 1.6 and is
	// jittered from nothing to twice its length, so that many clients spread out.
	Initial, Max time.Duration
	// Budget is how long a network that once worked may be gone (P10, F15):
	// within it connection failures do not count against Attempts.
	Budget time.Duration
	// Now is the clock, for tests; nil is time.Now.
	Now func() time.Time
}

// Default is the policy of the contract: 4 tries, 400 ms to 10 s, 10 minutes.
func Default() Policy {
	return Policy{Attempts: 4, Initial: 400 * time.Millisecond, Max: 10 * time.Second, Budget: 10 * time.Minute}
}

// Run counts the failures of one piece of work.
type Run struct {
	policy   Policy
	backoff  *backoff.ExponentialBackOff
	failures int
	total    int
	worked   bool      // bytes arrived at least once
	since    time.Time // of the first failure without progress
}

// Start begins a piece of work. The zero Policy never retries.
func (p Policy) Start() *Run {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval = max(p.Initial, time.Millisecond)
	b.MaxInterval = max(p.Max, b.InitialInterval)
	b.Multiplier = 1.6
	b.RandomizationFactor = 1 // F3: full jitter, from nothing to twice the interval
	if p.Now == nil {
		p.Now = time.Now
	}
	return &Run{policy: p, backoff: b}
}

// Progress says that something worked: the count starts anew.
func (r *Run) Progress() {
	r.worked = true
	if r.failures > 0 {
		r.failures = 0
		r.backoff.Reset()
	}
}

// Total is the number of waits so far, progress or not.
func (r *Run) Total() int { return r.total }

// Next decides: how long to wait before another try, or that err is final.
func (r *Run) Next(err error) (time.Duration, bool) {
	switch fault.KindOf(err) {
	case fault.Unavailable, fault.RateLimited:
	default:
		return 0, false
	}
	if r.failures == 0 {
		r.since = r.policy.Now()
	}
	r.failures++
	patient := r.worked && r.policy.Now().Sub(r.since) < r.policy.Budget
	if r.failures > r.policy.Attempts && !patient {
		return 0, false
	}
	r.total++
	return r.backoff.NextBackOff(), true
}

// Wait sleeps as Next says and returns nil, or returns err when it is final, or
// a Canceled fault when ctx ends first. notify, if not nil, hears of the wait.
func (r *Run) Wait(ctx context.Context, err error, notify func(attempt int, wait time.Duration)) error {
	if ctx.Err() != nil {
		return fault.New(fault.Canceled, "canceled", "", ctx.Err())
	}
	wait, again := r.Next(err)
	if !again {
		return err
	}
	if notify != nil {
		notify(r.failures, wait)
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return fault.New(fault.Canceled, "canceled", "", ctx.Err())
	}
}
