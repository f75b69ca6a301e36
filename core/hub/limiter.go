package hub

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// maxWait is how long the Hub may make us wait in a row (F4).
const maxWait = 15 * time.Minute

// Wait says that every request of a bucket waits, because the server asked.
type Wait struct {
	Bucket string // "api", "resolvers" (hub-protocol.md §7.4) or "storage"
	For    time.Duration
	Until  time.Time
}

// limits holds one limiter for each bucket of the Hub and one for storage hosts.
type limits struct{ api, resolvers, storage *limiter }

func newLimits(onWait func(Wait)) limits {
	return limits{newLimiter("api", onWait), newLimiter("resolvers", onWait), newLimiter("storage", onWait)}
}

// limiterOf is the limiter a request counts against.
func (c *Client) limiterOf(u *url.URL) *limiter {
	path := strings.TrimPrefix(u.EscapedPath(), c.base.EscapedPath())
	switch {
	case !c.isHub(u):
		return c.limits.storage
	case strings.HasPrefix(path, "/api/") && !strings.HasPrefix(path, "/api/resolve-cache/"):
		return c.limits.api
	default:
		return c.limits.resolvers
	}
}

// limiter makes all requests of a bucket wait together (F4). After a refusal
// nobody sends until the moment asked for, then one request goes first; its
// answer lets the others through or makes all wait again. When the server says
// how many requests are left, no more than those are under way.
type limiter struct {
	bucket string
	onWait func(Wait)

	mu       sync.Mutex
	changed  chan struct{} // closed, and made anew, when a waiter should look again
	until    time.Time     // nobody sends before
	told     time.Time     // the until that onWait heard of
	refused  bool          // no good answer since the last refusal
	since    time.Time     // of the first refusal in a row
	probing  bool          // the one request after a wait is under way
	inflight int
	answered int       // requests in all
	left     int       // requests the window still allows,
	reset    time.Time // until then; zero when unknown
	backoff  *backoff.ExponentialBackOff
}

func newLimiter(bucket string, onWait func(Wait)) *limiter {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval = time.Second, time.Minute
	return &limiter{bucket: bucket, onWait: onWait, changed: make(chan struct{}), backoff: b}
}

// ticket is leave to send one request; it goes back through done.
type ticket struct {
	probe    bool
	answered int // requests that were answered before this one was sent
}

// acquire waits until a request may be sent.
func (l *limiter) acquire(ctx context.Context) (ticket, error) {
	for {
		l.mu.Lock()
		t, wait, ok, err := l.next(time.Now())
		changed := l.changed
		l.mu.Unlock()
		if err != nil || ok {
			return t, err
		}
		if err := await(ctx, wait, changed); err != nil {
			return ticket{}, err
		}
	}
}

// await ends after the wait (0: none), on a change, or with ctx.
func await(ctx context.Context, wait time.Duration, changed <-chan struct{}) error {
	var after <-chan time.Time
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		after = timer.C
	}
	select {
	case <-after:
	case <-changed:
	case <-ctx.Done():
		return fault.New(fault.Canceled, "canceled while the server makes us wait", "", ctx.Err())
	}
	return nil
}

// next decides for one request: go, wait so long, wait for a change (0), or
// fail. Called with the lock held.
func (l *limiter) next(now time.Time) (t ticket, wait time.Duration, ok bool, err error) {
	if l.left <= 0 && l.inflight == 0 && now.Before(l.reset) && !l.refused {
		l.until, l.since, l.refused = l.reset, now, true
	}
	switch {
	case now.Before(l.until):
		if l.until.Sub(l.since) > maxWait {
			return t, 0, false, l.tooLong(l.until.Sub(now))
		}
		l.tell(now)
		return t, l.until.Sub(now), false, nil
	case l.refused && l.probing:
		return t, 0, false, nil
	case l.refused:
		l.probing, t.probe = true, true
	case now.Before(l.reset) && l.left <= 0:
		return t, 0, false, nil
	case now.Before(l.reset):
		l.left--
	}
	l.inflight++
	t.answered = l.answered
	return t, 0, true, nil
}

func (l *limiter) tell(now time.Time) {
	if l.onWait != nil && !l.told.Equal(l.until) {
		l.told = l.until
		l.onWait(Wait{Bucket: l.bucket, For: l.until.Sub(now), Until: l.until})
	}
}

func (l *limiter) tooLong(d time.Duration) error {
	return fault.New(fault.RateLimited, "send request", "", fmt.Errorf("the server asks to wait %v", d.Round(time.Second))).
		WithHint("too many requests: try again later; with a token the limits are higher")
}

// done tells what came of a request; status is 0 if there was no answer. again
// says to acquire and send once more.
func (l *limiter) done(t ticket, status int, h http.Header) (again bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.wake()
	l.inflight--
	if t.probe {
		l.probing = false
	}
	if status == 0 {
		return false, nil
	}
	now := time.Now()
	if status == http.StatusTooManyRequests {
		return l.refuse(h, now)
	}
	if t.probe {
		l.refused = false
		l.backoff.Reset()
	}
	l.learn(t, status, h, now)
	l.answered++
	return false, nil
}

// wake lets every waiter look again. Called with the lock held.
func (l *limiter) wake() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// refuse handles a 429.
func (l *limiter) refuse(h http.Header, now time.Time) (again bool, err error) {
	if !l.refused || now.Sub(l.since) > maxWait {
		l.since = now
	}
	l.refused = true
	l.reset = time.Time{}
	asked, ok := askedWait(h, now)
	if !ok {
		asked = l.backoff.NextBackOff()
	}
	if until := now.Add(asked); until.After(l.until) {
		l.until = until
	}
	if l.until.Sub(l.since) > maxWait {
		return false, l.tooLong(l.until.Sub(now))
	}
	l.tell(now)
	return true, nil
}

// learn takes what a good answer says about the window, and the wait that a 503
// asks for. What is under way, and what was answered since this request was sent,
// may or may not be counted in what is left, for answers overtake each other: it
// is taken as not counted.
func (l *limiter) learn(t ticket, status int, h http.Header, now time.Time) {
	if status == http.StatusServiceUnavailable {
		if d, ok := retryAfter(h, now); ok && now.Add(d).After(l.until) {
			l.until, l.since = now.Add(min(d, maxWait)), now
		}
	}
	if w, ok := parseRateLimit(h.Get("RateLimit"), l.bucket); ok {
		l.left = max(w.left-l.inflight-(l.answered-t.answered), 0)
		l.reset = now.Add(min(w.reset+time.Second, maxWait))
	}
}
