package cachetest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

const (
	commit = "86b5e0934494bd15c9632b12f734a8a67f723594"
	hello  = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03" // of "hello\n"
	folder = "models--org--m"
)

// sound is a cache without a fault.
func sound(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	put(t, root, "CACHEDIR.TAG", cacheTag)
	put(t, root, ".locks/"+folder+"/"+hello+".lock", "")
	put(t, root, folder+"/blobs/"+hello, "hello\n")
	put(t, root, folder+"/blobs/"+hello+repo.PartialMark+"x", "part")
	put(t, root, folder+"/refs/refs/pr/1", commit)
	put(t, root, folder+"/.no_exist/"+commit+"/none.json", "")
	put(t, root, folder+"/trees/"+commit+".json", `{"format_version":1,"files":{"dir/a":{"size":6,"blob_id":"1","lfs_sha256":"`+hello+`","lfs_size":6}}}`)
	link(t, root, folder+"/snapshots/"+commit+"/dir/a", "../../../blobs/"+hello)
	return root
}

func put(t *testing.T, root, path, text string) {
	t.Helper()
	at := filepath.Join(root, path)
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, root, path, target string) {
	t.Helper()
	at := filepath.Join(root, path)
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		t.Fatal(err)
	}
	_ = os.Remove(at)
	if err := os.Symlink(target, at); err != nil {
		t.Fatal(err)
	}
}

func TestSoundCacheBreaksNoRule(t *testing.T) {
	root := sound(t)
	if got := Check(root); len(got) != 0 {
		t.Error(got)
	}
	if got := Complete(root, repo.Ref{Type: repo.Model, ID: "org/m"}, commit); len(got) != 0 {
		t.Error(got)
	}
	if got := Check(filepath.Join(root, "none")); len(got) != 0 {
		t.Error(got)
	}
}

func TestEachBrokenRuleIsNamed(t *testing.T) {
	cases := map[string]struct {
		harm func(t *testing.T, root string)
		says string
	}{
		"content":       {func(t *testing.T, r string) { put(t, r, folder+"/blobs/"+hello, "HELLO\n") }, "holds sha256:"},
		"empty blob":    {func(t *testing.T, r string) { put(t, r, folder+"/blobs/"+hello, "") }, "holds sha256:"},
		"incomplete":    {func(t *testing.T, r string) { put(t, r, folder+"/blobs/"+hello+".incomplete", "x") }, "append"},
		"dangling link": {func(t *testing.T, r string) { link(t, r, folder+"/snapshots/"+commit+"/b", "../../blobs/none") }, "dangling"},
		"dangling blob": {func(t *testing.T, r string) { link(t, r, folder+"/blobs/"+strings.Repeat("a", 40), "../../x") }, "no such file"},
		"absolute link": {func(t *testing.T, r string) {
			link(t, r, folder+"/snapshots/"+commit+"/b", filepath.Join(r, folder, "blobs", hello))
		}, "leads to /"},
		"link elsewhere":     {func(t *testing.T, r string) { link(t, r, folder+"/snapshots/"+commit+"/b", "../../refs/refs/pr/1") }, "leads to"},
		"file in snapshots":  {func(t *testing.T, r string) { put(t, r, folder+"/snapshots/x", "") }, "no folder of a commit"},
		"temp in snapshots":  {func(t *testing.T, r string) { put(t, r, folder+"/snapshots/"+commit+"/link"+repo.PartialMark+"x", "") }, "temporary"},
		"temp in refs":       {func(t *testing.T, r string) { put(t, r, folder+"/refs/main.ab12cd34.tmp", commit) }, "temporary"},
		"ref with a newline": {func(t *testing.T, r string) { put(t, r, folder+"/refs/main", commit+"\n") }, "holds"},
		"ref too early":      {func(t *testing.T, r string) { put(t, r, folder+"/refs/main", strings.Repeat("b", 40)) }, "not there"},
		"empty ref":          {func(t *testing.T, r string) { put(t, r, folder+"/refs/main", "") }, "holds"},
		"torn listing":       {func(t *testing.T, r string) { put(t, r, folder+"/trees/"+commit+".json", `{"format_version":1,"fil`) }, "unexpected end"},
		"hidden hash": {func(t *testing.T, r string) {
			put(t, r, folder+"/trees/"+commit+".json", `{"format_version":1,"files":{"a":{"size":1,"blob_id":"1","xet_hash":"`+strings.Repeat("*", 64)+`"}}}`)
		}, "Xet hash"},
		"mark with content": {func(t *testing.T, r string) { put(t, r, folder+"/.no_exist/"+commit+"/none.json", "x") }, "not empty"},
		"lock with content": {func(t *testing.T, r string) { put(t, r, ".locks/"+folder+"/"+hello+".lock", "1") }, "lock"},
		"foreign top level": {func(t *testing.T, r string) { put(t, r, "state.json", "") }, "no repository"},
		"unmarked store":    {func(t *testing.T, r string) { put(t, r, "blobs/c9/x", "") }, "marker"},
		"wrong tag":         {func(t *testing.T, r string) { put(t, r, "CACHEDIR.TAG", "x") }, "holds"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			root := sound(t)
			c.harm(t, root)
			got := Check(root)
			if len(got) != 1 || !strings.Contains(got[0], c.says) {
				t.Errorf("got %q, want one line with %q", got, c.says)
			}
		})
	}
}

func TestOtherClientsLeftoversAreTheirs(t *testing.T) {
	root := sound(t)
	put(t, root, folder+"/refs/main.ab12cd34.tmp", commit)
	put(t, root, folder+"/refs/main", strings.Repeat("b", 40))
	put(t, root, folder+"/trees/tmpabc.tmp", "{")
	put(t, root, folder+"/blobs/"+hello+".0a1b2c3d.incomplete", "x")
	if got := CheckShared(root); len(got) != 0 {
		t.Error(got)
	}
	link(t, root, folder+"/snapshots/"+commit+"/b", "../../blobs/none")
	if got := CheckShared(root); len(got) != 1 {
		t.Errorf("a dangling link: %q", got)
	}
}

func TestMissingFileIsNotComplete(t *testing.T) {
	root := sound(t)
	if err := os.Remove(filepath.Join(root, folder, "snapshots", commit, "dir", "a")); err != nil {
		t.Fatal(err)
	}
	if got := Complete(root, repo.Ref{Type: repo.Model, ID: "org/m"}, commit); len(got) != 1 {
		t.Errorf("%q", got)
	}
}
