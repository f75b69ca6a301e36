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

func TestT18_CompressedPageCountsUnpacked(t *testing.T) {
	c := serveHub(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			t.Error("listings should be compressed")
		}
		w.Header().Set("Content-Encoding", "gzip")
		writeZeros(w, 3*maxPage)
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
