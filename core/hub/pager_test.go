package hub

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// manyPages is n pages of one file each, a000, a001 …
func manyPages(n int) (bodies, names []string) {
	for i := range n {
		names = append(names, fmt.Sprintf("a%03d", i))
		bodies = append(bodies, listOf(plainFile(names[i], i)))
	}
	return bodies, names
}

func TestTreeAsksForAllPagesOnce(t *testing.T) {
	bodies, names := manyPages(20)
	asked := 0
	s := pagesOf(t, bodies, func(_ http.ResponseWriter, r *http.Request, n, _ int) bool {
		asked = n
		if r.URL.Query().Get("recursive") != "true" || r.URL.Query().Get("expand") != "false" {
			t.Errorf("query %s", r.URL.RawQuery)
		}
		return false
	})
	got, err := collect(t, newClient(t, s.URL, nil))
	if err != nil {
		t.Fatal(err)
	}
	wantPaths(t, got, names...)
	if asked != 20 {
		t.Errorf("%d requests", asked)
	}
}

func TestTreeFetchesAheadOfTheCaller(t *testing.T) {
	bodies, _ := manyPages(3)
	second := make(chan struct{})
	s := pagesOf(t, bodies, func(w http.ResponseWriter, _ *http.Request, _, page int) bool {
		if page == 1 {
			close(second)
		}
		if page == 0 { // headers first; the body only once the next page is asked for
			_ = http.NewResponseController(w).Flush()
			<-second
		}
		return false
	})
	got, err := collect(t, newClient(t, s.URL, nil))
	if err != nil || len(got) != 3 {
		t.Errorf("%d files, %v", len(got), err)
	}
}

func TestTreeMayBeLeftEarly(t *testing.T) {
	bodies, _ := manyPages(50)
	url := pagesOf(t, bodies, nil).URL
	before := goleak.IgnoreCurrent()
	c := newClient(t, url, nil)
	for _, err := range c.Tree(t.Context(), testRef(), testCommit) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	c.Close() // its idle connections would be waited for otherwise
	goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("net/http.(*conn).serve"))
}

func TestF34_FailingPageIsAskedForAgain(t *testing.T) {
	faults := map[string]func(w http.ResponseWriter, r *http.Request){
		"server error": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		"web page":     func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"cut body": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9999")
			_, _ = w.Write([]byte("["))
		},
		"cut, no length": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`[{"type":"file"`)) },
		"circle":         func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Link", nextLink("http://"+r.Host, 3)) },
		"an earlier page": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(listOf(plainFile("a036", 36))))
		},
		"no answer": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	}
	for name, broken := range faults {
		t.Run(name, func(t *testing.T) {
			bodies, names := manyPages(100)
			var mu sync.Mutex
			failed := 0
			s := pagesOf(t, bodies, func(w http.ResponseWriter, r *http.Request, _, page int) bool {
				mu.Lock()
				defer mu.Unlock()
				if page != 37 || failed > 0 {
					return false
				}
				failed++
				broken(w, r)
				return true
			})
			got, err := collect(t, newClient(t, s.URL, nil))
			if err != nil {
				t.Fatal(err)
			}
			wantPaths(t, got, names...)
			if failed != 1 {
				t.Error("nothing failed")
			}
		})
	}
}

func TestF34_PageThatKeepsFailingFailsTheListing(t *testing.T) {
	faults := map[string]struct {
		broken func(w http.ResponseWriter, r *http.Request)
		want   fault.Kind
	}{
		"server error": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, fault.Unavailable},
		"circle":       {func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Link", nextLink("http://"+r.Host, 1)) }, fault.Unavailable},
		"an earlier page": {
			func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(listOf(plainFile("a001", 1)))) }, fault.Integrity,
		},
		"no list":   {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"error":"no"}`)) }, fault.Unavailable},
		"forbidden": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }, fault.Unauthorized},
	}
	for name, c := range faults {
		t.Run(name, func(t *testing.T) {
			bodies, _ := manyPages(5)
			s := pagesOf(t, bodies, func(w http.ResponseWriter, r *http.Request, _, page int) bool {
				if page == 2 {
					c.broken(w, r)
				}
				return page == 2
			})
			got, err := collect(t, newClient(t, s.URL, nil))
			wantKind(t, err, c.want)
			if len(got) > 2 {
				t.Errorf("files after the failure: %v", paths(got))
			}
		})
	}
}

func TestT13_NextLinkStaysInTheListing(t *testing.T) {
	other := newWeb(t)
	for name, link := range map[string]string{
		"other host":         "<" + other.URL + "/api/models/org/name/tree/x?cursor=1>; rel=\"next\"",
		"other scheme":       "<https://127.0.0.1/api/models/org/name/tree/x?cursor=1>; rel=\"next\"",
		"out of the API":     "</org/name/resolve/main/x>; rel=\"next\"",
		"another API call":   "</api/whoami-v2>; rel=\"next\"",
		"user name":          "<http://me:hunter2@127.0.0.1/api/models/a/tree/x>; rel=\"next\"",
		"malformed":          "<http://[::1>; rel=\"next\"",
		"file":               "<file:///api/models/a/tree/x>; rel=\"next\"",
		"longer than a page": "</api/models/a/tree/x?cursor=" + strings.Repeat("a", maxLink) + ">; rel=\"next\"",
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			s := pagesOf(t, []string{listOf(plainFile("a", 1))}, func(w http.ResponseWriter, _ *http.Request, n, _ int) bool {
				asked = n
				w.Header().Set("Link", link)
				return false
			})
			_, err := collect(t, newClient(t, s.URL, nil))
			wantKind(t, err, fault.Integrity)
			if asked != 1 || len(other.seen) > 0 {
				t.Errorf("%d requests, %v elsewhere", asked, other.seen)
			}
		})
	}
}

func TestT13_EndlessListingEnds(t *testing.T) {
	var asked atomic.Int64 // a page read ahead may still be on its way
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", nextLink("http://"+r.Host, int(asked.Add(1))))
		_, _ = w.Write([]byte("[]"))
	})
	_, err := collect(t, newClient(t, s.URL, nil))
	wantKind(t, err, fault.Integrity)
	if n := asked.Load(); n > maxPages+readAhead+2 {
		t.Errorf("%d requests", n)
	}
}

func TestMirrorsNextLinksLeadToTheMirror(t *testing.T) {
	for _, base := range []string{"", "/hub"} {
		asked := 0
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			asked++
			if !strings.HasPrefix(r.URL.Path, base+"/api/models/") {
				t.Errorf("asked %s", r.URL.Path)
			}
			if r.URL.Query().Get("cursor") == "" {
				w.Header().Set("Link", nextLink("https://huggingface.co", 1))
				_, _ = w.Write([]byte(listOf(plainFile("a", 1))))
				return
			}
			_, _ = w.Write([]byte(listOf(plainFile("b", 1))))
		})
		got, err := collect(t, newClient(t, s.URL+base, nil))
		if err != nil {
			t.Fatal(err)
		}
		wantPaths(t, got, "a", "b")
	}
}
