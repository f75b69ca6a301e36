package hubtest_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// wantHeaders compares; a trailing "…" means the beginning, "" absent.
func wantHeaders(t *testing.T, a answered, want map[string]string) {
	t.Helper()
	for name, v := range want {
		got := a.Header.Get(name)
		begin, prefix := strings.CutSuffix(v, "…")
		if got != v && (!prefix || !strings.HasPrefix(got, begin)) {
			t.Errorf("%s: %q, want %q", name, got, v)
		}
	}
}

func TestResolveFourCases(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	small, big := hubtest.Regular("dir/a b.json", "{}"), hubtest.LFS("w.bin", hubtest.Seeded(1, 3<<20))
	commit := string(h.Model("org/m", small, big).Commit("main", small, big))
	user := h.Token("hf_x", "x")
	h.Model("org/private", small).Hide()
	h.Grant(user, repo.Ref{Type: repo.Model, ID: "org/private"})
	h.Rename("old", "org/m")
	gitID := strconv.Quote(small.Content.GitID())
	for _, c := range []struct {
		name, url, token string
		status           int
		want             map[string]string
	}{
		{"A with a token", "/org/m/resolve/main/dir/a%20b.json", "hf_x", 200, map[string]string{
			"ETag": gitID, "Content-Length": "2", "X-Repo-Commit": commit, "Accept-Ranges": "bytes",
			"RateLimit": `"resolvers";…`, "RateLimit-Policy": `"fixed window";"resolvers";…`, "X-Linked-ETag": "", "X-Linked-Size": "",
			"Content-Disposition": `inline; filename*=UTF-8''a%20b.json; filename="a b.json";`, "Location": "",
		}},
		{"A of a private one", "/org/private/resolve/main/dir/a%20b.json", "hf_x", 200, map[string]string{"ETag": gitID}},
		{"B anonymous", "/org/m/resolve/main/dir/a%20b.json", "", 307, map[string]string{
			"Location": "/api/resolve-cache/models/org/m/" + commit + "/dir/a%20b.json?%2Forg%2Fm%2Fresolve%2Fmain%2Fdir%2Fa%2520b.json=&etag=%22…",
			"ETag":     gitID, "X-Repo-Commit": commit,
		}},
		{"C storage", "/org/m/resolve/main/w.bin", "", 302, map[string]string{
			"Location": h.CDNURL() + "/xet-bridge-us/…", "X-Linked-ETag": strconv.Quote(big.Content.SHA256()), "X-Linked-Size": "3145728",
			"X-Repo-Commit": commit, "ETag": "", "Cache-Control": "no-store", "X-Xet-Hash": "", "Link": "",
		}},
		{"D other spelling", "/ORG/m/resolve/main/w.bin?download=true", "", 307, map[string]string{
			"Location": "/org/m/resolve/main/w.bin?download=true", "ETag": "", "X-Repo-Commit": "",
		}},
		{"D renamed", "/old/resolve/main/w.bin", "", 307, map[string]string{"Location": "/org/m/resolve/main/w.bin", "ETag": ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, method := range []string{http.MethodHead, http.MethodGet} {
				a, err := newClient(t).do(method, h.URL()+c.url, "Authorization: "+bearer(c.token), "Accept-Encoding: identity", "X-Amzn-Trace-Id: my-trace")
				if err != nil {
					t.Fatal(err)
				}
				wantStatus(t, a, c.status)
				wantHeaders(t, a, c.want)
				if got := a.Header.Get("X-Request-Id"); !strings.HasSuffix(got, ";my-trace") {
					t.Errorf("request id %q", got)
				}
				if redirected := a.StatusCode >= 300 && a.Header.Get("ETag")+a.Header.Get("X-Linked-ETag") != ""; method == http.MethodHead && redirected && a.ContentLength < 50 {
					t.Errorf("length %d of a redirect is not its text's", a.ContentLength)
				}
			}
		})
	}
}

func bearer(token string) string {
	if token == "" {
		return ""
	}
	return "Bearer " + token
}

func TestResolveCacheFollowed(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("gpt", hubtest.Regular("ü+%.txt", "hello"))
	c := newClient(t)
	a := c.get(h.URL()+"/gpt/resolve/main/%C3%BC%2B%25.txt", "Accept-Encoding: identity")
	wantStatus(t, a, 307)
	b := c.get(h.URL()+a.Header.Get("Location"), "Accept-Encoding: identity")
	wantStatus(t, b, 200)
	if string(b.body) != "hello" || b.Header.Get("ETag") != a.Header.Get("ETag") || b.Header.Get("X-Repo-Commit") == "" {
		t.Errorf("%q %v", b.body, b.Header)
	}
	place, _, _ := strings.Cut(a.Header.Get("Location"), "?")
	commit := a.Header.Get("X-Repo-Commit")
	wantStatus(t, c.get(h.URL()+strings.Replace(place, commit, "main", 1)), 400)
	wantStatus(t, c.get(h.URL()+strings.Replace(place, commit, strings.Repeat("0", 40), 1)), 404)
}

func TestResolveOfOddRequests(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{Xet: true})
	text := strings.Repeat("words ", 100)
	xet := hubtest.LFS("w.bin", hubtest.Seeded(1, 5000))
	xet.XetHash = strings.Repeat("ab", 32)
	h.Model("org/m", hubtest.Regular("a.txt", text), xet)
	h.Token("hf_x", "x")
	c, at := newClient(t), h.URL()+"/org/m/resolve/main/"

	a := c.get(at+"a.txt", "Authorization: Bearer hf_x", "Accept-Encoding: gzip", "Range: bytes=5-9")
	z, err := gzip.NewReader(bytes.NewReader(a.body))
	if err != nil || a.StatusCode != 200 || a.Header.Get("Content-Length") != strconv.Itoa(len(a.body)) && a.ContentLength >= 0 {
		t.Fatalf("status %d, %v", a.StatusCode, err)
	}
	if plain, err := io.ReadAll(z); err != nil || string(plain) != text {
		t.Errorf("gzip gives %q, %v", plain, err)
	}
	etag := c.get(at+"a.txt", "Accept-Encoding: identity").Header.Get("ETag")
	wantStatus(t, c.get(at+"a.txt", "Authorization: Bearer hf_x", "If-None-Match: "+etag), 304)
	wantStatus(t, c.get(at+"a.txt", "Authorization: Bearer hf_x", "If-None-Match: "+strings.Trim(etag, `"`)), 200)
	wantStatus(t, c.get(at+"w.bin", "If-None-Match: "+strconv.Quote(xet.Content.SHA256())), 304)

	wantHeaders(t, c.get(at+"w.bin"), map[string]string{"X-Xet-Hash": xet.XetHash, "Link": "<" + h.URL() + "/api/models/org/m/xet-read-token/…"})
	raw := c.get(h.URL()+"/org/m/raw/main/w.bin", "Accept-Encoding: identity")
	if want := "version https://git-lfs.github.com/spec/v1\noid sha256:" + xet.Content.SHA256() + "\nsize 5000\n"; string(raw.body) != want {
		t.Errorf("raw gives %q", raw.body)
	}
}
