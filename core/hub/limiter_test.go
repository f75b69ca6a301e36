package hub

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// reply is an answer to the limiter.
type reply struct {
	status int
	header http.Header
}

// says makes a reply of alternating header names and values.
func says(status int, headers ...string) reply {
	h := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return reply{status, h}
}

// end gives a ticket back with a reply.
func end(l *limiter, k ticket, r reply) (again bool, err error) { return l.done(k, r.status, r.header) }

// storm runs n workers that each send until they get an answer that is no
// refusal. It returns when each request began, counted from the start.
func storm(t *testing.T, l *limiter, n int, answer func(i int) reply) []time.Duration {
	t.Helper()
	var (
		mu    sync.Mutex
		begun []time.Duration
		wg    sync.WaitGroup
		start = time.Now()
	)
	for range n {
		wg.Go(func() {
			for {
				k, err := l.acquire(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				i := len(begun)
				begun = append(begun, time.Since(start))
				mu.Unlock()
				<-time.After(time.Millisecond) // a request takes this long
				again, err := end(l, k, answer(i))
				if err != nil {
					t.Error(err)
				}
				if !again {
					return
				}
			}
		})
	}
	wg.Wait()
	return begun
}

func after(begun []time.Duration, d time.Duration) (n int) {
	for _, b := range begun {
		if b >= d {
			n++
		}
	}
	return n
}

func TestF4_AllWaitTogetherAndOneGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var waits []Wait
		l := newLimiter("api", func(w Wait) { waits = append(waits, w) })
		// The first burst is refused, and the first request after each of three waits.
		begun := storm(t, l, 8, func(i int) reply {
			if i < 8+3 {
				return says(http.StatusTooManyRequests, "Retry-After", "9")
			}
			return says(http.StatusOK)
		})
		for i, n := range []int{8, 1, 1, 1} {
			from, to := time.Duration(i)*10*time.Second, time.Duration(i+1)*10*time.Second
			if got := after(begun, from) - after(begun, to); got != n {
				t.Errorf("%d requests between %v and %v, want %d: %v", got, from, to, n, begun)
			}
		}
		if len(begun) != 8+3+8 {
			t.Errorf("%d requests", len(begun))
		}
		if len(waits) != 4 || waits[0].Bucket != "api" || waits[0].For != 10*time.Second {
			t.Errorf("waits told: %v", waits)
		}
	})
}

func TestF4_WaitsWhatIsAsked(t *testing.T) {
	cases := map[string]struct {
		headers []string
		want    time.Duration
	}{
		"RateLimit":             {[]string{"RateLimit", `"api";r=0;t=71`}, 72 * time.Second},
		"RateLimit first":       {[]string{"RateLimit", `"api";r=0;t=71`, "Retry-After", "5"}, 72 * time.Second},
		"of another bucket too": {[]string{"RateLimit", `"pages";r=0;t=20`}, 21 * time.Second},
		"seconds":               {[]string{"Retry-After", "30"}, 31 * time.Second},
		"date": {[]string{
			"Retry-After", "Mon, 23 Nov 2026 10:01:00 GMT", "Date", "Mon, 23 Nov 2026 10:00:00 GMT",
		}, 61 * time.Second},
		"date in the past": {[]string{
			"Retry-After", "Mon, 23 Nov 2026 09:00:00 GMT", "Date", "Mon, 23 Nov 2026 10:00:00 GMT",
		}, time.Second},
		"nothing": {nil, time.Second},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLimiter("api", nil)
				begun := storm(t, l, 1, func(i int) reply {
					if i == 0 {
						return says(http.StatusTooManyRequests, c.headers...)
					}
					return says(http.StatusOK)
				})
				got, slack := begun[1], time.Millisecond
				if c.headers == nil {
					slack = c.want/2 + time.Millisecond // jittered
				}
				if d := got - c.want; d < -slack || d > slack {
					t.Errorf("waited %v, want %v", got, c.want)
				}
			})
		})
	}
}

func TestF4_TooLongAWaitIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter("api", nil)
		k, err := l.acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, err = end(l, k, says(http.StatusTooManyRequests, "Retry-After", "1200"))
		wantKind(t, err, fault.RateLimited)
		_, err = l.acquire(t.Context())
		wantKind(t, err, fault.RateLimited)
		<-time.After(20*time.Minute + 2*time.Second)
		if _, err := l.acquire(t.Context()); err != nil {
			t.Errorf("after the wait: %v", err)
		}
	})
}

func TestF4_RefusalsInARowEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter("api", nil)
		start := time.Now()
		for {
			k, err := l.acquire(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := end(l, k, says(http.StatusTooManyRequests, "Retry-After", "299")); err != nil {
				wantKind(t, err, fault.RateLimited)
				break
			}
		}
		if d := time.Since(start); d > maxWait {
			t.Errorf("gave up after %v", d)
		}
	})
}

func TestF4_WaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter("api", nil)
		k, _ := l.acquire(t.Context())
		_, _ = end(l, k, says(http.StatusTooManyRequests, "Retry-After", "60"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := l.acquire(ctx)
		wantKind(t, err, fault.Canceled)
		if d := time.Since(start); d != time.Second {
			t.Errorf("after %v", d)
		}
	})
}

func TestF4_ALostProbeLeavesItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter("api", nil)
		k, _ := l.acquire(t.Context())
		_, _ = end(l, k, says(http.StatusTooManyRequests, "Retry-After", "1"))
		probe, err := l.acquire(t.Context())
		if err != nil || !probe.probe {
			t.Fatalf("%v, %v", probe, err)
		}
		_, _ = l.done(probe, 0, nil) // no answer at all
		if next, err := l.acquire(t.Context()); err != nil || !next.probe {
			t.Errorf("%v, %v", next, err)
		}
	})
}

func TestLittleLeftMeansLittleUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter("resolvers", nil)
		var left atomic.Int64 // of the server's window, which ends after 59 s
		left.Store(4)
		answer := func(int) reply {
			n := left.Add(-1)
			if n < 0 {
				return says(http.StatusOK) // the next window
			}
			return says(http.StatusOK, "RateLimit", fmt.Sprintf(`"resolvers";r=%d;t=59`, n))
		}
		storm(t, l, 1, answer) // tells that 3 are left
		begun := storm(t, l, 6, answer)
		if n := len(begun) - after(begun, 59*time.Second); n != 3 {
			t.Errorf("%d requests in what was left of the window, want 3: %v", n, begun)
		}
		if n := after(begun, 62*time.Second); n > 0 {
			t.Errorf("%d requests waited longer than the window: %v", n, begun)
		}
	})
}

func TestF3_UnavailableWithRetryAfterIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter("api", nil)
		k, _ := l.acquire(t.Context())
		again, err := end(l, k, says(http.StatusServiceUnavailable, "Retry-After", "7"))
		if again || err != nil {
			t.Fatalf("%v, %v: it counts as a failure", again, err)
		}
		start := time.Now()
		if _, err := l.acquire(t.Context()); err != nil || time.Since(start) != 7*time.Second {
			t.Errorf("waited %v, %v", time.Since(start), err)
		}
	})
}

func TestF4_RequestsOfAClientWaitTogether(t *testing.T) {
	var asked atomic.Int32
	var waits atomic.Int32
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) == 1 {
			w.Header().Set("RateLimit", `"api";r=0;t=0`)
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		_, _ = w.Write([]byte(`{"id":"org/name","sha":"` + string(testCommit) + `"}`))
	})
	c := newClient(t, s.URL, func(o *Options) {
		o.Retry.Attempts = 0 // a wait is no failure
		o.OnWait = func(Wait) { waits.Add(1) }
	})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := c.Info(t.Context(), testRef(), "main"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if waits.Load() != 1 {
		t.Errorf("%d waits told", waits.Load())
	}
}
