package hub

import (
	"net/url"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

func TestEscapeIsTheOfficialClients(t *testing.T) {
	cases := map[string]struct{ in, all, path string }{
		"ref":      {"refs/pr/1", "refs%2Fpr%2F1", "refs/pr/1"},
		"official": {"subfolder/to?/awful?filename%you:should,never.give", "subfolder%2Fto%3F%2Fawful%3Ffilename%25you%3Ashould%2Cnever.give", "subfolder/to%3F/awful%3Ffilename%25you%3Ashould%2Cnever.give"},
		"folder":   {"onnx/fp16", "onnx%2Ffp16", "onnx/fp16"},
		"space":    {"a b+c#d", "a%20b%2Bc%23d", "a%20b%2Bc%23d"},
		"brackets": {"[x]@&=$;!'()*", "%5Bx%5D%40%26%3D%24%3B%21%27%28%29%2A", "%5Bx%5D%40%26%3D%24%3B%21%27%28%29%2A"},
		"utf-8":    {"é/日", "%C3%A9%2F%E6%97%A5", "%C3%A9/%E6%97%A5"},
		"plain":    {"Az09_.-~", "Az09_.-~", "Az09_.-~"},
		"dots":     {"a..b", "a..b", "a..b"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := escapeAll(c.in); got != c.all {
				t.Errorf("whole: %s, want %s", got, c.all)
			}
			if got := escapePath(c.in); got != c.path {
				t.Errorf("path: %s, want %s", got, c.path)
			}
		})
	}
}

func TestAddressesKeepTheirEscaping(t *testing.T) {
	c := newClient(t, "http://localhost:1/base", nil)
	data := repo.Ref{Type: repo.Dataset, ID: "org/name"}
	resolve, err := c.resolveURL(data, testCommit, "a b/c#d%2F.bin")
	if err != nil {
		t.Fatal(err)
	}
	if want := "http://localhost:1/base/datasets/org/name/resolve/" + string(testCommit) + "/a%20b/c%23d%252F.bin"; resolve.String() != want {
		t.Errorf("got  %s\nwant %s", resolve, want)
	}
	tree, err := c.apiURL(data, "/tree/"+escapeAll("refs/pr/1")+"?recursive=true")
	if err != nil {
		t.Fatal(err)
	}
	if want := "/base/api/datasets/org/name/tree/refs%2Fpr%2F1"; tree.EscapedPath() != want {
		t.Errorf("got %s", tree.EscapedPath())
	}
	if got := c.pageURL(data); got != "http://localhost:1/base/datasets/org/name" {
		t.Errorf("page %s", got)
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range []string{"", "a/b", "..", "%2f", "\x00\xff", "refs/pr/1", "a b", "?#"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		all, path := escapeAll(s), escapePath(s)
		if back, err := url.PathUnescape(all); err != nil || back != s {
			t.Errorf("whole: %q, %v", back, err)
		}
		if back, err := url.PathUnescape(path); err != nil || back != s {
			t.Errorf("path: %q, %v", back, err)
		}
		if strings.ContainsAny(all, "/?#% ") && !strings.Contains(all, "%") {
			t.Errorf("not one segment: %s", all)
		}
		u, err := url.Parse("https://h/x/" + all + "/y?q=1")
		if err != nil || u.String() != "https://h/x/"+all+"/y?q=1" || u.RawQuery != "q=1" {
			t.Errorf("the address changed: %v, %v", u, err)
		}
	})
}
