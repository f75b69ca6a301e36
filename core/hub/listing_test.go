package hub

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

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

func TestT19_EntriesAreCounted(t *testing.T) {
	l := newListing()
	l.count = maxEntries - 3
	if _, err := l.admit(&page{folders: []string{"a"}, files: []repo.File{{Path: "b"}}, bad: []string{"../c"}}); err != nil {
		t.Errorf("the last ones: %v", err)
	}
	if _, err := l.admit(&page{files: []repo.File{{Path: "d"}}}); err == nil {
		t.Error("one more was let in")
	}
}
