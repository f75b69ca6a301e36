package s3_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/core/mirror/mirrortest"
	"github.com/hfdownloader/hfdownloader/core/mirror/s3"
	"github.com/hfdownloader/hfdownloader/core/mirror/s3/s3test"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The sizes of parts, in bytes: as they are, and so small that a file of the suite
// has many.
const (
	part  = 8 << 20
	small = 1 << 20
)

// wire counts requests by kind; it is the transport of a target.
type wire struct {
	*http.Transport
	mu       sync.Mutex
	requests []string
	before   func(*http.Request) // hears of a request first
}

func newWire(t *testing.T) *wire {
	w := &wire{Transport: &http.Transport{}}
	t.Cleanup(w.CloseIdleConnections)
	return w
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.requests = append(w.requests, r.Method+" "+r.URL.Path+"?"+r.URL.RawQuery)
	w.mu.Unlock()
	if w.before != nil {
		w.before(r)
	}
	return w.Transport.RoundTrip(r)
}

// count is the number of requests of a method whose address has all parts.
func (w *wire) count(method string, parts ...string) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
next:
	for _, r := range w.requests {
		for _, p := range append(parts, method+" ") {
			if !strings.Contains(r, p) {
				continue next
			}
		}
		n++
	}
	return n
}

func options(env map[string]string, w http.RoundTripper) s3.Options {
	return s3.Options{Transport: w, Lookup: func(name string) (string, bool) {
		v, ok := env[name]
		return v, ok
	}}
}

func open(t *testing.T, address string, o s3.Options) *s3.Target {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	target, err := s3.Open(t.Context(), u, o)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func TestS3IsATarget(t *testing.T) {
	mirrortest.Run(t, func(t *testing.T) mirrortest.Backend {
		server, w := s3test.New(t), newWire(t)
		return mirrortest.Backend{
			Open: func(t *testing.T) mirror.Target {
				return open(t, "s3://"+server.Bucket+"/a/b", options(server.Env, w).WithParts(small))
			},
			Flip:  func(t *testing.T, name string, at int64) { server.FlipAt(t, "a/b/"+name, at) },
			Slack: s3.Parallel * small, // the parts that were on their way
		}
	})
}

func TestSecondPushSendsNoContent(t *testing.T) {
	server := s3test.New(t)
	store := mirrortest.OpenCache(t, t.TempDir())
	mirrortest.Fill(t, store)
	for round := range 2 {
		w := newWire(t)
		target := open(t, "s3://models", options(server.Env, w))
		_, err := mirror.New(store, target).Push(t.Context(), mirror.Options{})
		if cerr := target.Close(); err != nil || cerr != nil {
			t.Fatal(err, cerr)
		}
		if puts := w.count("PUT") + w.count("POST"); (puts == 0) != (round == 1) {
			t.Errorf("push %d: %d requests that write: %q", round+1, puts, w.requests)
		}
	}
}

func TestTheStoreRefuses(t *testing.T) {
	server := s3test.New(t)
	with := func(name, value string) map[string]string {
		env := map[string]string{name: value}
		for k, v := range server.Env {
			if k != name {
				env[k] = v
			}
		}
		return env
	}
	for name, c := range map[string]struct {
		address string
		env     map[string]string
		kind    fault.Kind
		hint    string
	}{
		"no bucket":    {"s3://nothere", server.Env, fault.Invalid, "create the bucket"},
		"wrong key":    {"s3://models", with("AWS_ACCESS_KEY_ID", "AKIDOTHER"), fault.Unauthorized, "AWS_ACCESS_KEY_ID"},
		"wrong secret": {"s3://models", with("AWS_SECRET_ACCESS_KEY", "other"), fault.Unauthorized, "AWS_SECRET_ACCESS_KEY"},
	} {
		t.Run(name, func(t *testing.T) {
			target := open(t, c.address, options(c.env, newWire(t)))
			defer func() { _ = target.Close() }()
			_, err := target.List(t.Context(), "")
			if fault.KindOf(err) != c.kind || !strings.Contains(fault.HintOf(err), c.hint) {
				t.Errorf("%v: %v; hint %q", fault.KindOf(err), err, fault.HintOf(err))
			}
		})
	}
}
