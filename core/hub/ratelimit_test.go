package hub

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

func TestBucketsAreApart(t *testing.T) {
	c := newClient(t, "http://localhost:1/base", nil)
	for path, want := range map[string]*limiter{
		"/base/api/models/a/b":               c.limits.api,
		"/base/a/b/resolve/main/c":           c.limits.resolvers,
		"/base/api/resolve-cache/models/a/b": c.limits.resolvers,
	} {
		u, err := c.base.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.limiterOf(u); got != want {
			t.Errorf("%s counts as %s", path, got.bucket)
		}
	}
	u, _ := c.base.Parse("http://cdn/api/x")
	if got := c.limiterOf(u); got != c.limits.storage {
		t.Errorf("storage counts as %s", got.bucket)
	}
}

func TestParseRateLimit(t *testing.T) {
	cases := map[string]struct {
		header, bucket string
		want           window
		ok             bool
	}{
		"recorded":  {`"resolvers";r=4992;t=9`, "resolvers", window{4992, 9 * time.Second}, true},
		"spaces":    {`"api" ; r = 1 ; t = 2`, "api", window{1, 2 * time.Second}, true},
		"another":   {`"pages";r=1;t=2`, "api", window{}, false},
		"second":    {`"pages";r=1;t=2, "api";r=3;t=4`, "api", window{3, 4 * time.Second}, true},
		"any":       {`"pages";r=1;t=2`, "", window{1, 2 * time.Second}, true},
		"negative":  {`"api";r=-1;t=2`, "api", window{}, false},
		"empty":     {``, "", window{}, false},
		"far ahead": {`"api";r=1;t=99999999999999999999`, "api", window{1, year}, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got, ok := parseRateLimit(c.header, c.bucket); got != c.want || ok != c.ok {
				t.Errorf("got %v, %v", got, ok)
			}
		})
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"", "0", "120", "-1", "1e3", "99999999999999999999", "9223372036854775807",
		"Mon, 23 Nov 2026 10:01:00 GMT", "Mon, 23 Nov 99999 10:01:00 GMT", "\x00", `"api";r=0;t=71`} {
		f.Add(s, s)
	}
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, after, limit string) {
		h := http.Header{"Retry-After": {after}, "Ratelimit": {limit}}
		if d, ok := askedWait(h, now); ok && (d < time.Second || d > year+time.Second) {
			t.Errorf("wait %v", d)
		}
		l := newLimiter("api", nil)
		k, err := l.acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, err = l.done(k, http.StatusTooManyRequests, h)
		var fe *fault.Error
		if err != nil && !errors.As(err, &fe) {
			t.Errorf("err %v", err)
		}
		if wait := l.until.Sub(l.since); err == nil && wait > maxWait {
			t.Errorf("a wait of %v is let through", wait)
		}
	})
}
