package hubtest

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
)

// RepeatPage gives the first page's entries again, with the link of the page
// that was asked for.
func RepeatPage() Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		probe := &headOnly{header: http.Header{}}
		next.ServeHTTP(probe, r)
		first := r.Clone(r.Context())
		q := first.URL.Query()
		q.Del("cursor")
		first.URL.RawQuery = q.Encode()
		Headers("Link: "+probe.header.Get("Link"))(w, first, next)
	}
}

// LoopPage gives a page whose next one is itself.
func LoopPage() Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		LinkTo(origin(r)+r.URL.RequestURI())(w, r, next)
	}
}

// EndlessPages gives page after page, each with a new cursor.
func EndlessPages() Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		q := r.URL.Query()
		q.Set("cursor", rand.Text())
		LinkTo(origin(r)+r.URL.EscapedPath()+"?"+q.Encode())(w, r, next)
	}
}

// LastPage gives a page that says no other follows.
func LastPage() Fault { return Headers("Link: ") }

// LinkTo gives a page whose next one is anywhere.
func LinkTo(to string) Fault { return Headers(fmt.Sprintf("Link: <%s>; rel=\"next\"", to)) }

func origin(r *http.Request) string {
	u := url.URL{Scheme: "http", Host: r.Host}
	if r.TLS != nil {
		u.Scheme = "https"
	}
	return u.String()
}

// headOnly keeps the headers of an answer and nothing else.
type headOnly struct{ header http.Header }

func (h *headOnly) Header() http.Header         { return h.header }
func (h *headOnly) Write(p []byte) (int, error) { return len(p), nil }
func (h *headOnly) WriteHeader(int)             {}
