package hub

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// web is a server that logs who got the token, for redirects between origins.
type web struct {
	*httptest.Server
	mu     sync.Mutex
	seen   []string // paths asked for
	tokens []string // paths that came with a token
	next   map[string]string
}

// newWeb answers path with a redirect to next[path], else with 200.
func newWeb(tb testing.TB) *web {
	w := &web{next: map[string]string{}}
	w.Server = serve(tb, func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.seen = append(w.seen, r.URL.Path)
		if strings.Contains(fmt.Sprint(r.Header, r.URL), canary) {
			w.tokens = append(w.tokens, r.URL.Path)
		}
		next := w.next[r.URL.Path]
		w.mu.Unlock()
		if next != "" {
			rw.Header()["Location"] = []string{next}
			rw.WriteHeader(http.StatusFound)
		}
	})
	return w
}

// get follows redirects from path.
func get(tb testing.TB, c *Client, path string) (*answer, error) {
	tb.Helper()
	u, err := url.Parse(c.Endpoint() + path)
	if err != nil {
		tb.Fatal(err)
	}
	a, err := c.do(tb.Context(), request{
		method: http.MethodGet, url: u, via: c.api, wait: c.metadataTimeout,
		about: about{op: "get", ref: testRef()},
	})
	if err == nil {
		a.discard()
	}
	return a, err
}

func TestT11_TokenStaysOnTheHubsOrigin(t *testing.T) {
	hub, other := newWeb(t), newWeb(t)
	sub := strings.Replace(other.URL, "127.0.0.1", "sub.localhost", 1)
	named := strings.Replace(hub.URL, "127.0.0.1", "localhost", 1)
	cases := map[string]struct {
		location string
		withPath string // that may see the token
	}{
		"relative":                 {"/next", "/next"},
		"absolute on the same":     {hub.URL + "/next", "/next"},
		"other port":               {other.URL + "/away", ""},
		"other name, same machine": {named + "/away", ""},
		"sub-domain":               {sub + "/away", ""},
		"schemeless":               {strings.TrimPrefix(other.URL, "http:") + "/away", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			hub.tokens, other.tokens = nil, nil
			hub.next["/start"] = c.location
			if _, err := get(t, newClient(t, hub.URL, nil), "/start"); err != nil && name != "sub-domain" {
				t.Fatal(err) // the name of a sub-domain need not resolve here
			}
			want := []string{"/start"}
			if c.withPath != "" {
				want = append(want, c.withPath)
			}
			if !slices.Equal(hub.tokens, want) || len(other.tokens) > 0 {
				t.Errorf("token seen at %v on the hub, %v elsewhere", hub.tokens, other.tokens)
			}
		})
	}
}

func TestT11_TokenComesBackOnlyOnTheHub(t *testing.T) {
	hub, other := newWeb(t), newWeb(t)
	hub.next["/start"] = other.URL + "/away"
	other.next["/away"] = hub.URL + "/home"
	if _, err := get(t, newClient(t, hub.URL, nil), "/start"); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(hub.tokens, []string{"/start", "/home"}) || len(other.tokens) > 0 {
		t.Errorf("token seen at %v on the hub, %v elsewhere", hub.tokens, other.tokens)
	}
}

func TestT11_HTTPSNeverGoesDownToHTTP(t *testing.T) {
	plain := newWeb(t)
	secure := httptest.NewTLSServer(http.RedirectHandler(plain.URL+"/away", http.StatusFound))
	t.Cleanup(secure.Close)
	c := newClient(t, secure.URL, func(o *Options) { o.CAFile = caFile(t, secure) })
	_, err := get(t, c, "/start")
	wantKind(t, err, fault.Integrity)
	if len(plain.seen) > 0 {
		t.Errorf("plain http was asked: %v", plain.seen)
	}
}

func TestP6_RedirectChainsKeepTheToken(t *testing.T) {
	webs := []*web{newWeb(t), newWeb(t), newWeb(t)}
	c := newClient(t, webs[0].URL, nil)
	rapid.Check(t, func(rt *rapid.T) {
		for _, w := range webs {
			w.mu.Lock()
			w.next, w.seen, w.tokens = map[string]string{}, nil, nil
			w.mu.Unlock()
		}
		hops := rapid.SliceOfN(rapid.IntRange(0, 2), 0, maxHops).Draw(rt, "hops")
		at, path := webs[0], "/0"
		for i, h := range hops {
			next := fmt.Sprintf("/%d", i+1)
			location := webs[h].URL + next
			if webs[h] == at && rapid.Bool().Draw(rt, "relative") {
				location = next
			}
			at.next[path] = location
			at, path = webs[h], next
		}
		if _, err := get(t, c, "/0"); err != nil {
			rt.Fatal(err)
		}
		if !slices.Equal(webs[0].tokens, webs[0].seen) {
			rt.Errorf("the hub saw %v, with token %v", webs[0].seen, webs[0].tokens)
		}
		if n := len(webs[1].tokens) + len(webs[2].tokens); n > 0 {
			rt.Errorf("%d foreign requests had the token", n)
		}
		if n := len(webs[0].seen) + len(webs[1].seen) + len(webs[2].seen); n != len(hops)+1 {
			rt.Errorf("%d requests for %d hops", n, len(hops))
		}
	})
}

func TestT12_RedirectsThatAreRefused(t *testing.T) {
	for name, location := range map[string]string{
		"file":       "file:///etc/passwd",
		"gopher":     "gopher://x/1",
		"no scheme":  "javascript:alert(1)",
		"user name":  "http://me:hunter2@127.0.0.1/",
		"empty":      "",
		"no host":    "http:///x",
		"malformed":  "http://[::1/?Signature=SIGNATURE",
		"bad escape": "/%zz?Signature=SIGNATURE",
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			c := serveHub(t, func(w http.ResponseWriter, _ *http.Request) {
				asked++
				w.Header()["Location"] = []string{location}
				w.WriteHeader(http.StatusFound)
			})
			_, err := get(t, c, "/start")
			wantKind(t, err, fault.Integrity)
			if asked != 1 {
				t.Errorf("%d requests", asked)
			}
		})
	}
}

// Go refuses the header before we see it, and shows it in its error.
func TestT12_MalformedHeaderIsNotShown(t *testing.T) {
	c := serveHub(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Location"] = []string{"http://127.0.0.1/\x7f?Signature=SIGNATURE&t=" + canary}
		w.WriteHeader(http.StatusFound)
	})
	_, err := get(t, c, "/start")
	wantKind(t, err, fault.Unavailable)
}

func TestT12_LineBreakInLocationAddsNoHeader(t *testing.T) {
	if _, err := nextHop(&url.URL{Scheme: "http", Host: "h"}, "http://h/\r\nX-Evil: 1"); err == nil {
		t.Error("accepted")
	}
}

func TestT12_CirclesEnd(t *testing.T) {
	asked := 0
	c := serveHub(t, func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(w, r, fmt.Sprintf("/hop%d", asked), http.StatusTemporaryRedirect)
	})
	_, err := get(t, c, "/start")
	wantKind(t, err, fault.Integrity)
	if asked != maxHops+1 {
		t.Errorf("%d requests, want %d", asked, maxHops+1)
	}
}

func TestT13_ChallengesAreNotAnswered(t *testing.T) {
	other := newWeb(t)
	asked := 0
	c := serveHub(t, func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("WWW-Authenticate", `Bearer realm="`+other.URL+`/token",service="x"`)
		w.WriteHeader(http.StatusUnauthorized)
	})
	_, err := c.Info(t.Context(), testRef(), "main")
	wantKind(t, err, fault.RepoNotFound)
	if asked != 1 || len(other.seen) > 0 {
		t.Errorf("%d requests to the hub, %v to the realm", asked, other.seen)
	}
}

func TestT13_CookiesAreNotKept(t *testing.T) {
	c := serveHub(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cookie") != "" {
			t.Error("a cookie came back")
		}
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
	})
	for range 2 {
		if _, err := get(t, c, "/"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestEveryRequestCarriesItsHeaders(t *testing.T) {
	ids := map[string]bool{}
	c := serveHub(t, func(_ http.ResponseWriter, r *http.Request) {
		if r.UserAgent() != "test" {
			t.Errorf("User-Agent %q", r.UserAgent())
		}
		id := r.Header.Get("X-Amzn-Trace-Id")
		if len(id) != 36 || strings.Count(id, "-") != 4 || ids[id] {
			t.Errorf("trace id %q", id)
		}
		ids[id] = true
	})
	for range 3 {
		if _, err := get(t, c, "/"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCanceledRequestsSayCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := serveHub(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	_, err := c.Info(ctx, testRef(), "main")
	wantKind(t, err, fault.Canceled)
}
