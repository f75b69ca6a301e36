package hub

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

const (
	oid40 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	sha64 = "1111111111111111111111111111111111111111111111111111111111111111"
)

// plainFile is a listing's entry of a file that is not LFS.
func plainFile(path string, size int) string {
	p, _ := json.Marshal(path)
	return fmt.Sprintf(`{"type":"file","oid":"%s","size":%d,"path":%s}`, oid40, size, p)
}

func folder(path string) string {
	p, _ := json.Marshal(path)
	return fmt.Sprintf(`{"type":"directory","oid":"%s","size":0,"path":%s}`, oid40, p)
}

func listOf(entries ...string) string { return "[" + strings.Join(entries, ",") + "]" }

// pagesOf serves bodies as the pages of one listing; change, if not nil, may
// answer instead. n counts requests from 1, page from 0.
func pagesOf(tb testing.TB, bodies []string, change func(w http.ResponseWriter, r *http.Request, n, page int) bool) *httptest.Server {
	var mu sync.Mutex
	n := 0
	return serve(tb, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		n++
		count := n
		mu.Unlock()
		page := 0
		_, _ = fmt.Sscan(r.URL.Query().Get("cursor"), &page)
		if page+1 < len(bodies) {
			w.Header().Set("Link", nextLink("http://"+r.Host, page+1))
		}
		if change != nil && change(w, r, count, page) {
			return
		}
		_, _ = w.Write([]byte(bodies[page]))
	})
}

func nextLink(origin string, page int) string {
	return fmt.Sprintf(`<%s/api/models/org/name/tree/%s?recursive=true&expand=false&cursor=%d>; rel="next"`, origin, testCommit, page)
}

func paths(files []repo.File) []string {
	var out []string
	for _, f := range files {
		out = append(out, f.Path)
	}
	return out
}

func wantPaths(tb testing.TB, files []repo.File, want ...string) {
	tb.Helper()
	if got := paths(files); !slices.Equal(got, want) {
		tb.Errorf("files %q, want %q", got, want)
	}
}

// manyPages is n pages of one file each, a000, a001 …
func manyPages(n int) (bodies, names []string) {
	for i := range n {
		names = append(names, fmt.Sprintf("a%03d", i))
		bodies = append(bodies, listOf(plainFile(names[i], i)))
	}
	return bodies, names
}

func TestTreeReadsARecordedPage(t *testing.T) {
	const page = `[
  {"type": "directory", "oid": "05c7a887", "size": 0, "path": "checkpoint-0"},
  {"type": "file", "oid": "a6344aac8c09253b3b630fb776ae94478aa0275b", "size": 1519, "path": ".gitattributes"},
  {"type": "file", "oid": "73500655b76ca057265c754b218fbfab58751f0b", "size": 691784,
   "lfs": {"oid": "321019a3b5ea40a247b2cd8db89a7f2dd7bbfe6aeab29c92fc5f58e098cef177",
           "size": 691784, "pointerSize": 131},
   "xetHash": "c9a7ab6a87eaa2ed02b787b3c4959e217c1d43b46ab601eb3c735a998774b0dc",
   "path": "checkpoint-0/model.safetensors"},
  {"type": "unknown", "oid": "b", "path": "submodule"},
  {"type": "file", "oid": "ba5d19791be1dd7992e33bd61f20207b0f7f50a5", "size": 440473133,
   "lfs": null, "path": "checkpoint-0/caf\u00e9 \ud83d\ude00.bin",
   "lastCommit": {"id": "3d2477d7", "title": "Update", "date": "2019-06-18T09:06:34.000Z"},
   "securityFileStatus": {"status": "unsafe", "avScan": {"status": "safe"}}}
]`
	c := newClient(t, pagesOf(t, []string{page}, nil).URL, nil)
	got, err := collect(t, c)
	if err != nil {
		t.Fatal(err)
	}
	want := []repo.File{
		{Path: ".gitattributes", Size: 1519, BlobID: "a6344aac8c09253b3b630fb776ae94478aa0275b"},
		{
			Path: "checkpoint-0/model.safetensors", Size: 691784, BlobID: "73500655b76ca057265c754b218fbfab58751f0b",
			LFS:     &repo.LFS{SHA256: "321019a3b5ea40a247b2cd8db89a7f2dd7bbfe6aeab29c92fc5f58e098cef177", Size: 691784, PointerSize: 131},
			XetHash: "c9a7ab6a87eaa2ed02b787b3c4959e217c1d43b46ab601eb3c735a998774b0dc",
		},
		{Path: "checkpoint-0/café 😀.bin", Size: 440473133, BlobID: "ba5d19791be1dd7992e33bd61f20207b0f7f50a5"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestTreeOfHiddenHashesIsMasked(t *testing.T) {
	stars := strings.Repeat("*", 64)
	body := listOf(
		`{"type":"file","oid":"`+oid40+`","size":5,"path":"w.bin","xetHash":"`+stars+`","lfs":{"oid":"`+stars+`","size":5,"pointerSize":130}}`,
		plainFile("config.json", 2))
	got, err := collect(t, newClient(t, pagesOf(t, []string{body}, nil).URL, nil))
	if err != nil {
		t.Fatal(err)
	}
	if f := got[0]; !f.Masked || f.ETag() != "" || f.XetHash != "" || f.LFS.Size != 5 {
		t.Errorf("%+v", f)
	}
	if got[1].Masked {
		t.Error("an open file is masked")
	}
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
	c := newClient(t, pagesOf(t, bodies, nil).URL, nil)
	for _, err := range c.Tree(t.Context(), testRef(), testCommit) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	before := runtime.NumGoroutine()
	for _, err := range c.Tree(t.Context(), testRef(), testCommit) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	if after := runtime.NumGoroutine(); after > before+2 { // an idle connection has two
		t.Errorf("%d goroutines, then %d", before, after)
	}
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
	asked := 0
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked++
		w.Header().Set("Link", nextLink("http://"+r.Host, asked))
		_, _ = w.Write([]byte("[]"))
	})
	_, err := collect(t, newClient(t, s.URL, nil))
	wantKind(t, err, fault.Integrity)
	if asked > maxPages+readAhead+2 {
		t.Errorf("%d requests", asked)
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

func TestMirrorThatIgnoresRecursiveIsWalked(t *testing.T) {
	lists := map[string]string{
		"":      listOf(folder("data"), folder("empty"), plainFile("README.md", 1)),
		"data":  listOf(folder("data/a b"), plainFile("data/x", 1)),
		"empty": "[]",
	}
	lists["data/a b"] = listOf(plainFile("data/a b/y", 1))
	var asked []string
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, path, _ := strings.Cut(r.URL.EscapedPath(), "/tree/"+string(testCommit))
		path = strings.NewReplacer("%2F", "/", "%20", " ").Replace(strings.TrimPrefix(path, "/"))
		asked = append(asked, path)
		_, _ = w.Write([]byte(lists[path]))
	})
	got, err := collect(t, newClient(t, s.URL, nil))
	if err != nil {
		t.Fatal(err)
	}
	wantPaths(t, got, "README.md", "data/x", "data/a b/y")
	if want := []string{"", "data", "empty", "data/a b"}; !slices.Equal(asked, want) {
		t.Errorf("asked %q, want %q", asked, want)
	}
}

func TestFoldersNamedAfterTheirFilesAreNoReasonToAskAgain(t *testing.T) {
	asked := 0
	bodies := []string{listOf(plainFile("a/b/c", 1)), listOf(folder("a"), folder("a/b"))}
	s := pagesOf(t, bodies, func(_ http.ResponseWriter, _ *http.Request, n, _ int) bool { asked = n; return false })
	got, err := collect(t, newClient(t, s.URL, nil))
	if err != nil {
		t.Fatal(err)
	}
	wantPaths(t, got, "a/b/c")
	if asked != 2 {
		t.Errorf("%d requests", asked)
	}
}

func TestT1_BadPathsAreNamedAndRefused(t *testing.T) {
	bad := []string{"../x", "/abs", `a\b`, "C:x", `\\host\share`, "//host/x", "a//b", "a/./b", "a\x1b[2J", "", "a\x00"}
	for _, path := range bad {
		s := pagesOf(t, []string{listOf(plainFile("good", 1), plainFile(path, 1))}, nil)
		_, err := collect(t, newClient(t, s.URL, nil))
		wantKind(t, err, fault.Integrity)
		if q := fmt.Sprintf("%+q", path); !strings.Contains(err.Error(), q) {
			t.Errorf("error %q does not name %s", err, q)
		}
	}
	var entries []string
	for _, path := range bad {
		entries = append(entries, plainFile(path, 1))
	}
	_, err := collect(t, newClient(t, pagesOf(t, []string{listOf(entries...)}, nil).URL, nil))
	wantKind(t, err, fault.Integrity)
	if n := strings.Count(err.Error(), `"`) / 2; n != maxNamed || !strings.Contains(err.Error(), "11 paths") {
		t.Errorf("names %d: %v", n, err)
	}
}

func TestT1_BadFolderIsRefusedToo(t *testing.T) {
	_, err := collect(t, newClient(t, pagesOf(t, []string{listOf(folder("../x"))}, nil).URL, nil))
	wantKind(t, err, fault.Integrity)
}

func TestT5_ClashesAreRefusedAndDuplicatesCountedOnce(t *testing.T) {
	other := strings.Replace(plainFile("a", 1), oid40, strings.Repeat("b", 40), 1)
	lfs := func(sha string) string {
		return `{"type":"file","oid":"` + oid40 + `","size":1,"path":"a","lfs":{"oid":"` + sha + `","size":1}}`
	}
	cases := map[string]struct {
		entries []string
		ok      bool
	}{
		"exact duplicate":             {[]string{plainFile("a", 1), plainFile("a", 1)}, true},
		"two digests":                 {[]string{plainFile("a", 1), other}, false},
		"two sizes":                   {[]string{plainFile("a", 1), plainFile("a", 2)}, false},
		"two LFS digests":             {[]string{lfs(sha64), lfs(strings.Repeat("2", 64))}, false},
		"LFS and not":                 {[]string{plainFile("a", 1), lfs(sha64)}, false},
		"file, then a file in it":     {[]string{plainFile("a", 1), plainFile("a/b", 1)}, false},
		"file in it, then a file":     {[]string{plainFile("a/b", 1), plainFile("a", 1)}, false},
		"deep":                        {[]string{plainFile("a", 1), plainFile("a/b/c/d", 1)}, false},
		"file and folder":             {[]string{plainFile("a", 1), folder("a")}, false},
		"folder and file":             {[]string{folder("a"), plainFile("a", 1)}, false},
		"after a sibling":             {[]string{plainFile("x/a", 1), plainFile("x/b", 1), plainFile("x", 1)}, false},
		"case differs":                {[]string{plainFile("a", 1), plainFile("A", 1)}, true},
		"a name that only looks like": {[]string{plainFile("a", 1), plainFile("a.b", 1)}, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for where, bodies := range map[string][]string{
				"one page":  {listOf(c.entries...)},
				"two pages": {listOf(c.entries[:1]...), listOf(append(c.entries[1:], plainFile("z", 1))...)},
			} {
				got, err := collect(t, newClient(t, pagesOf(t, bodies, nil).URL, nil))
				if !c.ok {
					wantKind(t, err, fault.Integrity)
					continue
				}
				if err != nil {
					t.Errorf("%s: %v", where, err)
				}
				if p := paths(got); len(slices.Compact(slices.Sorted(slices.Values(p)))) != len(p) {
					t.Errorf("%s: listed twice: %q", where, p)
				}
			}
		})
	}
}

func TestT6_MalformedHashesAreRefused(t *testing.T) {
	for name, e := range map[string]string{
		"LFS digest with a path":  `{"type":"file","path":"a","size":1,"lfs":{"oid":"../../../../etc/passwd","size":1}}`,
		"LFS digest with a label": `{"type":"file","path":"a","size":1,"lfs":{"oid":"sha256:` + sha64 + `","size":1}}`,
		"short LFS digest":        `{"type":"file","path":"a","size":1,"lfs":{"oid":"abc","size":1}}`,
		"upper case LFS digest":   `{"type":"file","path":"a","size":1,"lfs":{"oid":"` + strings.Repeat("A", 64) + `","size":1}}`,
		"no LFS digest":           `{"type":"file","path":"a","size":1,"lfs":{"size":1}}`,
		"object id with a path":   `{"type":"file","path":"a","size":1,"oid":"../x"}`,
		"object id of a device":   `{"type":"file","path":"a","size":1,"oid":"con"}`,
		"two sizes":               `{"type":"file","path":"a","size":1,"lfs":{"oid":"` + sha64 + `","size":2}}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := collect(t, newClient(t, pagesOf(t, []string{listOf(e)}, nil).URL, nil))
			wantKind(t, err, fault.Integrity)
		})
	}
}

func TestT19_LimitsOfAListing(t *testing.T) {
	deep := `{"type":"file","path":"a","x":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `}`
	for name, body := range map[string]string{
		"page too large": "[" + strings.Repeat(" ", maxPage) + "]",
		"too deep":       listOf(deep),
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			s := pagesOf(t, []string{body}, func(_ http.ResponseWriter, _ *http.Request, n, _ int) bool { asked = n; return false })
			_, err := collect(t, newClient(t, s.URL, nil))
			wantKind(t, err, fault.Integrity)
			if asked != 1 {
				t.Errorf("%d requests", asked)
			}
		})
	}
}

func TestT19_EntriesAreCounted(t *testing.T) {
	l := newListing()
	d := &page{folders: make([]string, 1000)}
	for n := 0; ; n += len(d.folders) {
		for i := range d.folders {
			d.folders[i] = fmt.Sprintf("f%d", n+i)
		}
		if _, err := l.admit(d); err != nil {
			if n != maxEntries {
				t.Errorf("refused after %d: %v", n, err)
			}
			return
		}
	}
}

func TestT18_CompressedPageCountsUnpacked(t *testing.T) {
	c := serveHub(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			t.Error("listings should be compressed")
		}
		w.Header().Set("Content-Encoding", "gzip")
		writeZeros(w, 200<<20)
	})
	_, err := collect(t, c)
	wantKind(t, err, fault.Integrity)
}

func TestTreeOfAMissingRevision(t *testing.T) {
	s := pagesOf(t, []string{""}, func(w http.ResponseWriter, _ *http.Request, _, _ int) bool {
		w.Header().Set("X-Error-Code", "RevisionNotFound")
		w.WriteHeader(http.StatusNotFound)
		return true
	})
	_, err := collect(t, newClient(t, s.URL, nil))
	wantKind(t, err, fault.RevisionNotFound)
	var f *fault.Error
	if !errors.As(err, &f) || !strings.Contains(f.Subject, string(testCommit)) {
		t.Errorf("subject %v", f)
	}
}

func TestF33_LargeTreeStaysSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("100,000 files")
	}
	c := newClient(t, serve(t, samplePages(100)).URL, nil)
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	files, err := collect(t, c)
	if err != nil || len(files) != 100_000 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); held > 100<<20 {
		t.Errorf("holds %d MiB", held>>20)
	}
	runtime.KeepAlive(files)
}
