package friendly

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

const commit = "86b5e0934494bd15c9632b12f734a8a67f723594"

// view is a repository of two files that are in the cache.
func view(t *testing.T) View {
	t.Helper()
	v := View{
		Root: t.TempDir(), Hub: "hub", Ref: repo.Ref{Type: repo.Model, ID: "org/m"}, Revision: "main", Commit: commit,
		Files: []File{
			{repo.File{Path: "config.json", Size: 7, BlobID: "45a2321a7ecfdaaf60a6c1fd7f5463994cc8907d"}, ""},
			{repo.File{Path: "dir/w.gguf", Size: 7, BlobID: "1", LFS: &repo.LFS{SHA256: strings.Repeat("a", 64)}}, "q4"},
		},
		Started: time.Unix(1_700_000_000, 0), Ended: time.Unix(1_700_000_060, 0),
		Command: "hfdownloader download org/m", Manifest: true,
	}
	for _, f := range v.Files {
		path := filepath.Join(v.Root, "hub", "models--org--m", "snapshots", commit, f.Path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("content"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

func TestLinksLeadIntoTheSnapshot(t *testing.T) {
	v := view(t)
	for range 2 { // again changes nothing
		if skipped, err := Write(v); err != nil || len(skipped) != 0 {
			t.Fatal(skipped, err)
		}
	}
	for _, name := range []string{"config.json", "q4/dir/w.gguf"} {
		path := filepath.Join(v.Root, "models", "org", "m", name)
		target, err := os.Readlink(path)
		if err != nil || filepath.IsAbs(target) {
			t.Errorf("%s leads to %q, %v; want a relative link", name, target, err)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != "content" {
			t.Errorf("%s holds %q, %v", name, b, err)
		}
	}
}

func TestLinksMoveToANewCommit(t *testing.T) {
	v := view(t)
	if _, err := Write(v); err != nil {
		t.Fatal(err)
	}
	v.Commit = repo.Commit(strings.Repeat("b", 40))
	if _, err := Write(v); err != nil {
		t.Fatal(err)
	}
	target, err := os.Readlink(filepath.Join(v.Root, "models", "org", "m", "config.json"))
	if err != nil || !strings.Contains(target, string(v.Commit)) {
		t.Errorf("leads to %q, %v", target, err)
	}
}

func TestFilesOfTheUserStay(t *testing.T) {
	v := view(t)
	own := filepath.Join(v.Root, "models", "org", "m", "config.json")
	if err := os.MkdirAll(filepath.Dir(own), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(own, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	skipped, err := Write(v)
	if diff := cmp.Diff([]string{"config.json"}, skipped); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if b, err := os.ReadFile(own); err != nil || string(b) != "mine" {
		t.Errorf("it holds %q, %v", b, err)
	}
}

func TestP7_ViewDoesNotLeaveItsFolder(t *testing.T) {
	v := view(t)
	outside := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(v.Root, "models")); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(v); err == nil {
		t.Error("a planted link was followed")
	}
	if entries, err := os.ReadDir(outside); err != nil || len(entries) != 0 {
		t.Errorf("outside: %v, %v", entries, err)
	}
}

// TestManifestInPartsIsOneDocument: the text is that of the whole, for any number
// of files and any names.
func TestManifestInPartsIsOneDocument(t *testing.T) {
	for _, n := range []int{0, 1, manifestPart, manifestPart + 1, 2*manifestPart + 7} {
		v := View{Command: "hfdownloader download a\nfiles:\nb"}
		whole := manifest{Command: v.Command, Files: []manifestFile{}}
		for i := range n {
			f := File{File: repo.File{Path: fmt.Sprintf("dir/%d: é #\nfiles:\n", i), Size: int64(i), BlobID: fmt.Sprintf("%040x", i)}}
			v.Files = append(v.Files, f)
			whole.Files = append(whole.Files, manifestFile{f.Path, "blobs/" + f.BlobID, f.Size, false})
		}
		want, err := yaml.Marshal(whole)
		if err != nil {
			t.Fatal(err)
		}
		got, err := v.manifestText(manifest{Command: v.Command})
		if err != nil || string(got) != manifestHead+string(want) {
			t.Errorf("%d files: %v, another text", n, err)
		}
	}
}

func TestManifest(t *testing.T) {
	v := view(t)
	if _, err := Write(v); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(v.Root, "models", "org", "m", "hfd.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var got manifest
	if err := yaml.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	want := manifest{
		Version: "1.0", Type: "model", Repo: "org/m", Branch: "main", Commit: commit, RepoPath: "hub/models--org--m",
		StartedAt: "2023-11-14T22:13:20Z", EndedAt: "2023-11-14T22:14:20Z", Command: "hfdownloader download org/m",
		TotalSize: 14, TotalFiles: 2,
		Files: []manifestFile{
			{"config.json", "blobs/45a2321a7ecfdaaf60a6c1fd7f5463994cc8907d", 7, false},
			{"q4/dir/w.gguf", "blobs/" + strings.Repeat("a", 64), 7, true},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if n := strings.Count(string(b), "\n#") + 1; n != 4 {
		t.Errorf("%d comment lines on top, want 4", n)
	}
}
