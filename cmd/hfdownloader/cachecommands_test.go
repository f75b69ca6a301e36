package main_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// python runs a script with the official client.
func (p *program) python(interpreter, script string, args ...string) (string, error) {
	cmd := exec.CommandContext(p.t.Context(), interpreter, append([]string{"-c", script}, args...)...)
	cmd.Env = append(os.Environ(), "HF_ENDPOINT="+p.hub.URL(), "HF_HOME="+filepath.Join(p.home, "hf"), "HF_TOKEN=", "NO_PROXY=127.0.0.1",
		"HF_HUB_DISABLE_TELEMETRY=1", "HF_HUB_DISABLE_PROGRESS_BARS=1", "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.Output()
	return string(out), err
}

// officials are the interpreters with an official client, the newest and an old one.
func officials(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, name := range []string{"HFD_PYTHON", "HFD_PYTHON_OLD"} {
		if at := os.Getenv(name); at != "" {
			found[name] = at
		} else if os.Getenv("CI") != "" {
			t.Fatalf("%s is not set", name)
		}
	}
	if len(found) == 0 {
		t.Skip("HFD_PYTHON is not set: no official client to ask")
	}
	return found
}

// listed is what "cache ls --json" says.
type listed struct {
	Size  int64
	Repos []struct {
		ID        string
		Size      int64
		Files     int
		Refs      map[string]string
		Revisions []struct {
			Commit string
			Size   int64
			Frees  int64
		}
	}
}

// TestF31_CacheCommandsInTheOfficialClientsCache: what it has downloaded is
// sound and of its sizes; a revision that we remove it does not miss.
func TestF31_CacheCommandsInTheOfficialClientsCache(t *testing.T) {
	for name, interpreter := range officials(t) {
		t.Run(name, func(t *testing.T) {
			p := newProgram(t, hubtest.Options{})
			both, text := hubtest.LFS("w.bin", hubtest.Seeded(1, 100_000)), hubtest.Regular("sub/config.json", "{}")
			m := p.hub.Model("org/m", both, text)
			old := m.Commit("v1", both, text, hubtest.LFS("old.bin", hubtest.Seeded(2, 50_000)))
			m.Commit("main", both, text)
			out, err := p.python(interpreter, `
from huggingface_hub import snapshot_download, scan_cache_dir
for r in ("v1", "main"): snapshot_download("org/m", revision=r)
info = scan_cache_dir()
repo = list(info.repos)[0]
print(info.size_on_disk, repo.size_on_disk, repo.nb_files, *sorted(v.size_on_disk for v in repo.revisions))`)
			if err != nil {
				t.Fatalf("%s %v", out, err)
			}
			if got := p.run("cache", "verify"); got.code != 0 || !strings.Contains(got.stdout, "no damage") {
				t.Errorf("verify: %+v", got)
			}
			got := p.run("cache", "ls", "--json")
			var l listed
			if err := json.Unmarshal([]byte(got.stdout), &l); err != nil || len(l.Repos) != 1 {
				t.Fatalf("%+v, %v", got, err)
			}
			r := l.Repos[0]
			sizes := []int64{r.Revisions[0].Size, r.Revisions[1].Size}
			slices.Sort(sizes)
			if ours := fmt.Sprintln(l.Size, r.Size, r.Files, sizes[0], sizes[1]); ours != out {
				t.Errorf("ours %q, the official scan says %q", ours, out)
			}
			if got := p.run("cache", "rm", "org/m@v1", "--yes"); got.code != 0 || !strings.Contains(got.stdout, "49 KiB free") {
				t.Errorf("rm: %+v", got)
			}
			out, err = p.python(interpreter, `
import os
from huggingface_hub import snapshot_download, scan_cache_dir
info = scan_cache_dir()
print(len(info.warnings), sorted(r for repo in info.repos for r in repo.refs), info.size_on_disk)
at = snapshot_download("org/m", local_files_only=True)
print(os.path.getsize(at + "/w.bin"), open(at + "/sub/config.json").read())`)
			if want := "0 ['main'] 100002\n100000 {}\n"; err != nil || out != want {
				t.Errorf("afterwards it says %q, %v; want %q (old %s)", out, err, want, old)
			}
		})
	}
}

// BenchmarkCacheLs is the whole process over 500 repositories and 20,000 files.
// It must take less than 300 ms.
func BenchmarkCacheLs(b *testing.B) {
	root := b.TempDir()
	const commit = "86b5e0934494bd15c9632b12f734a8a67f723594"
	for i := range 500 {
		dir := filepath.Join(root, "hub", fmt.Sprintf("models--org--m%03d", i))
		for _, sub := range []string{"blobs", "refs", "snapshots/" + commit} {
			if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
				b.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, "refs", "main"), []byte(commit), 0o644); err != nil {
			b.Fatal(err)
		}
		for j := range 40 {
			name := fmt.Sprintf("%040x", i*40+j)
			if err := os.WriteFile(filepath.Join(dir, "blobs", name), []byte("content"), 0o644); err != nil {
				b.Fatal(err)
			}
			if err := os.Symlink("../../blobs/"+name, filepath.Join(dir, "snapshots", commit, fmt.Sprintf("file%d.bin", j))); err != nil {
				b.Fatal(err)
			}
		}
	}
	path, err := binary()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		cmd := exec.CommandContext(b.Context(), path, "cache", "ls", "--cache-dir", root)
		cmd.Env = []string{"HOME=" + root}
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "500 repositories, 500 revisions") {
			b.Fatalf("%v: %s", err, out)
		}
	}
}
