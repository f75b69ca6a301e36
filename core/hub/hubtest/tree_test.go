package hubtest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

type entry struct {
	Type, OID, Path string
	Size            int64
	LFS             *struct {
		OID               string
		Size, PointerSize int64
	}
	LastCommit *struct{ ID string }
}

func entries(t *testing.T, a answered) (list []entry, paths []string) {
	t.Helper()
	wantStatus(t, a, 200)
	if err := json.Unmarshal(a.body, &list); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
	for _, e := range list {
		paths = append(paths, e.Path)
	}
	return list, paths
}

// next is the address in a Link header, "" without one.
func next(a answered) string {
	link, ok := strings.CutSuffix(a.Header.Get("Link"), `>; rel="next"`)
	if !ok {
		return ""
	}
	return link[1:]
}

func TestTreeFolders(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	r := h.Model("org/m", hubtest.Regular("a.txt", "a"), hubtest.Regular("d/é b.txt", "bb"), hubtest.Regular("d/e/c.txt", ""), hubtest.LFS("d.bin", hubtest.Seeded(1, 2000)))
	c, at := newClient(t), h.URL()+"/api/models/org/m/tree/main"
	for _, q := range []struct{ query, want string }{
		{"", "a.txt d d.bin"},
		{"?recursive=true", "a.txt d d.bin d/e d/e/c.txt d/é b.txt"},
		{"?recursive=True", "a.txt d d.bin d/e d/e/c.txt d/é b.txt"},
		{"/d", "d/e d/é b.txt"},
		{"/d?recursive=true", "d/e d/e/c.txt d/é b.txt"},
		{"/d%2Fe", "d/e/c.txt"},
	} {
		if _, got := entries(t, c.get(at+q.query)); strings.Join(got, " ") != q.want {
			t.Errorf("%s lists %q, want %q", q.query, got, q.want)
		}
	}
	list, _ := entries(t, c.get(at+"?expand=true"))
	if e := list[2]; e.LFS == nil || e.LFS.OID != hubtest.Seeded(1, 2000).SHA256() || e.Size != 2000 || e.OID == e.LFS.OID || e.LFS.PointerSize != 129 || e.LastCommit == nil {
		t.Errorf("entry %+v", e)
	}
	if list[1].Type != "directory" || list[0].OID != hubtest.Text("a").GitID() {
		t.Errorf("entries %+v", list)
	}
	if a := c.get(h.URL() + "/api/models/org/m/treesize/main/d"); string(a.body) != `{"path":"d","size":2}`+"\n" {
		t.Errorf("tree size %s", a.body)
	}
	r.Tag("v1", r.Commit("refs/pr/3", hubtest.Regular("only.txt", "")))
	for _, rev := range []string{"v1", "refs%2Fpr%2F3"} {
		if _, got := entries(t, c.get(h.URL()+"/api/models/org/m/tree/"+rev)); !slices.Equal(got, []string{"only.txt"}) {
			t.Errorf("%s lists %q", rev, got)
		}
	}
}

func TestTreePages(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{PageSize: 3})
	var files []hubtest.File
	for i := range 8 {
		files = append(files, hubtest.Regular(fmt.Sprintf("f%d", i), ""))
	}
	h.Model("org/m", files...)
	c := newClient(t)
	at, pages := h.URL()+"/api/models/org/m/tree/main?recursive=true&expand=false", 0
	var got []string
	for ; at != ""; pages++ {
		if !strings.HasPrefix(at, h.URL()+"/api/models/org/m/tree/main?") || !strings.Contains(at, "recursive=true") {
			t.Fatalf("next page %q", at)
		}
		a := c.get(at)
		_, paths := entries(t, a)
		got, at = append(got, paths...), next(a)
	}
	if pages != 3 || len(got) != 8 || !slices.IsSorted(got) {
		t.Errorf("%d pages with %q", pages, got)
	}
	if _, paths := entries(t, c.get(h.URL()+"/api/models/org/m/tree/main?limit=2")); len(paths) != 2 {
		t.Errorf("limit 2 gives %q", paths)
	}
}

func TestPathsInfo(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/m", hubtest.Regular("a.txt", "a"), hubtest.Regular("d/b.txt", "bb"))
	for name, c := range map[string]struct{ kind, body string }{
		"JSON": {"application/json", `{"paths":["d","a.txt","missing"],"expand":true}`},
		"form": {"application/x-www-form-urlencoded", "paths=d&paths=a.txt&paths=missing&expand=True"},
	} {
		t.Run(name, func(t *testing.T) {
			res, err := newClient(t).http.Post(h.URL()+"/api/models/org/m/paths-info/main", c.kind, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, _ := io.ReadAll(res.Body)
			list, paths := entries(t, answered{Response: res, body: body})
			if !slices.Equal(paths, []string{"d", "a.txt"}) || list[0].Type != "directory" || list[1].LastCommit == nil {
				t.Errorf("got %+v", list)
			}
		})
	}
}

func TestInfoDocuments(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	r := h.Model("org/m", hubtest.LFS("w.bin", hubtest.Seeded(1, 2000))).Info(map[string]any{"pipeline_tag": "fill-mask"}).Gate("auto")
	commit := r.Commit("main", hubtest.LFS("w.bin", hubtest.Seeded(1, 2000)))
	read := func(query string) (doc map[string]any) {
		a := newClient(t).get(h.URL() + "/api/models/org/m" + query)
		wantStatus(t, a, 200)
		if err := json.Unmarshal(a.body, &doc); err != nil {
			t.Fatal(err)
		}
		return doc
	}
	doc := read("/revision/main")
	if doc["sha"] != string(commit) || doc["gated"] != "auto" || doc["private"] != false || doc["pipeline_tag"] != "fill-mask" || doc["usedStorage"] != 2000.0 {
		t.Errorf("got %v", doc)
	}
	if doc := read("?expand=sha&expand[]=gated"); len(doc) != 4 || doc["sha"] != string(commit) || doc["id"] != "org/m" {
		t.Errorf("got %v", doc)
	}
	if s := fmt.Sprint(read("?blobs=true")["siblings"]); !strings.Contains(s, "pointerSize:129") || !strings.Contains(s, "rfilename:w.bin") {
		t.Errorf("siblings %s", s)
	}
}

// TestHugeListingIsCheap keeps the hub out of measurements of listings.
func TestHugeListingIsCheap(t *testing.T) {
	if testing.Short() {
		t.Skip("a listing of 100,000 files")
	}
	h := hubtest.Start(t, hubtest.Options{})
	files := make([]hubtest.File, 100_000)
	for i := range files {
		files[i] = hubtest.Regular(fmt.Sprintf("d%03d/f%06d.json", i%300, i), "x")
	}
	h.Model("org/m", files...)
	c := newClient(t)
	pass := func() (n int, took time.Duration) {
		began := time.Now()
		for at := h.URL() + "/api/models/org/m/tree/main?recursive=true"; at != ""; {
			a, err := c.do(http.MethodGet, at)
			if err != nil {
				t.Fatal(err)
			}
			n, at = n+strings.Count(string(a.body), `"type":"file"`), next(a)
		}
		return n, time.Since(began)
	}
	pass()
	n, took := pass()
	if n != 100_000 || took > 5*time.Second {
		t.Errorf("%d files in %v", n, took)
	}
}
