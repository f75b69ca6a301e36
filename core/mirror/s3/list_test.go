package s3_test

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/mirror"
)

// lister is a store that only lists, in its own way.
type lister struct {
	keys []string // in this order
	size string   // of each
	// take is what the nth page brings, given what is left of the listing.
	take func(n, left int) int
	// group is what it groups by, given what it was asked to.
	group func(delimiter string) string
	token string // what it says comes next, always
	all   bool   // lists also what is not below the prefix
}

type (
	content struct {
		Key, LastModified, ETag, Size string
	}
	prefixes struct{ Prefix string }
	result   struct {
		XMLName               xml.Name `xml:"ListBucketResult"`
		IsTruncated           bool
		NextContinuationToken string
		EncodingType          string
		Contents              []content
		CommonPrefixes        []prefixes
	}
)

func (l lister) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	entries := l.entries(q.Get("prefix"), q.Get("delimiter"))
	from, nth, _ := strings.Cut(q.Get("continuation-token"), "-")
	at, _ := strconv.Atoi(from)
	page, _ := strconv.Atoi(nth)
	n := len(entries) - at
	if l.take != nil {
		n = l.take(page, n)
	}
	out := result{EncodingType: "url"}
	for _, e := range entries[at : at+n] {
		if name := url.QueryEscape(e.name); e.folder {
			out.CommonPrefixes = append(out.CommonPrefixes, prefixes{name})
		} else {
			out.Contents = append(out.Contents, content{name, "2026-01-02T03:04:05Z", `"x"`, cmp.Or(l.size, "1")})
		}
	}
	if at += n; at < len(entries) || l.token != "" {
		out.IsTruncated, out.NextContinuationToken = true, cmp.Or(l.token, fmt.Sprintf("%d-%d", at, page+1))
	}
	_ = xml.NewEncoder(w).Encode(out) // the client may be gone
}

type listed struct {
	name   string
	folder bool
}

func (l lister) entries(prefix, delimiter string) (out []listed) {
	if l.group != nil {
		delimiter = l.group(delimiter)
	}
	for _, key := range l.keys {
		rest, below := strings.CutPrefix(key, prefix)
		if !below && !l.all {
			continue
		}
		e := listed{name: key}
		if i := strings.Index(rest, "/"); below && delimiter != "" && i >= 0 {
			e = listed{prefix + rest[:i+1], true}
		}
		if !e.folder || !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	return out
}

func (l lister) start(t *testing.T) map[string]string {
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	return map[string]string{"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL_S3": server.URL}
}

func below(prefix string, names ...string) (out []string) {
	for _, name := range names {
		out = append(out, prefix+name)
	}
	return out
}

func TestListingsOfOddStores(t *testing.T) {
	const r = "models--o--m/"
	good := below(r, "blobs/a", "blobs/b", "refs/main", "refs/refs/pr/1")
	keys := below("p/", good...)
	for name, l := range map[string]lister{
		"plain":                          {keys: keys},
		"a key a page":                   {keys: keys, take: func(int, int) int { return 1 }},
		"pages of nothing":               {keys: keys, take: func(n, _ int) int { return n % 2 }},
		"groups though asked not to":     {keys: keys, group: func(string) string { return "/" }},
		"groups, and a key a page":       {keys: keys, group: func(string) string { return "/" }, take: func(int, int) int { return 1 }},
		"never groups":                   {keys: keys, group: func(string) string { return "" }},
		"out of order":                   {keys: []string{keys[3], keys[0], keys[2], keys[1]}},
		"a key twice":                    {keys: append(slices.Clone(keys), keys...)},
		"keys of others":                 {keys: append(below("", "x", "q/models--o--m/blobs/a", "p", "p/", "models--o--m/blobs/c"), keys...), all: true},
		"names that leave":               {keys: append(below("p/"+r, "../x", "blobs/../../x", "/etc/passwd", "blobs//x", "./x", "blobs/.."), keys...)},
		"control characters":             {keys: append(below("p/"+r, "blobs/\x1b[2J", "blobs/a\nb", "refs/\u0085", "blobs/\xff"), keys...)},
		"names longer than S3 has":       {keys: append(below("p/"+r, "blobs/"+strings.Repeat("x", 1024)), keys...)},
		"markers of folders":             {keys: append(below("p/", r, r+"blobs/"), keys...)},
		"groups by a name that leads up": {keys: append(below("p/", r+"../x/y", "../x/y"), keys...), group: func(string) string { return "/" }},
		"groups, with keys of others":    {keys: append(below("", "q/x/y", "/x/y"), keys...), group: func(string) string { return "/" }, all: true},
	} {
		t.Run(name, func(t *testing.T) {
			target := open(t, "s3://bucket/p", options(l.start(t), newWire(t)))
			defer func() { _ = target.Close() }()
			root, err := target.List(t.Context(), "")
			if want := []mirror.Entry{{Name: "models--o--m"}}; err != nil || !gocmp.Equal(root, want) {
				t.Errorf("%+v, %v", root, err)
			}
			for range 2 { // the second time it knows the store
				list, err := target.List(t.Context(), "models--o--m")
				var got []string
				for _, e := range list {
					got = append(got, e.Name)
				}
				if slices.Sort(got); err != nil || !gocmp.Equal(got, good) {
					t.Errorf("%q, %v", got, err)
				}
			}
		})
	}
}

func TestListingsThatEndInAnError(t *testing.T) {
	keys := below("p/models--o--m/", "blobs/a", "blobs/b")
	for name, c := range map[string]struct {
		handler http.Handler
		reason  string
		hint    string
	}{
		"a token for ever":         {lister{keys: keys, take: func(int, int) int { return 1 }, token: "1"}, "in circles", "endpoint"},
		"folders for ever":         {endless{folders: true}, "does not end", "of its own"},
		"nothing for ever":         {endless{}, "does not end", "of its own"},
		"a size that is no number": {lister{keys: keys, size: "99999999999999999999"}, "", "endpoint"},
		"no XML":                   {http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>\x1b[2J")) }), "", "endpoint"},
		"an answer without end": {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(bytes.Repeat([]byte("<Contents><Key>"), 4096)); err != nil {
					return
				}
			}
		}), "", "endpoint"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(c.handler)
			defer server.Close()
			env := lister{}.start(t)
			env["AWS_ENDPOINT_URL_S3"] = server.URL
			w := newWire(t)
			target := open(t, "s3://bucket/p", options(env, w).WithIdlePages(20))
			defer func() { _ = target.Close() }()
			list, err := target.List(t.Context(), "models--o--m")
			if fault.KindOf(err) != fault.Unavailable || !strings.Contains(fmt.Sprint(err), c.reason) || !strings.Contains(fault.HintOf(err), c.hint) {
				t.Errorf("%+v, %v; hint %q", list, err, fault.HintOf(err))
			}
			if strings.ContainsRune(fmt.Sprint(err), 0x1b) {
				t.Errorf("a terminal would obey %q", err)
			}
			if n := len(w.requests); n > 21 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// endless gives every listing another folder, and every page another that is empty.
type endless struct{ folders bool }

func (e endless) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if e.folders {
		lister{keys: []string{q.Get("prefix") + "x/y"}, group: func(string) string { return "/" }}.ServeHTTP(w, r)
		return
	}
	lister{token: q.Get("continuation-token") + "x"}.ServeHTTP(w, r)
}
