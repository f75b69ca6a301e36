//go:build unix

package folder

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/core/mirror/mirrortest"
)

// TestTheOfficialClientFindsEverythingOffline in the mirror's folder and in a cache
// pulled from it.
func TestTheOfficialClientFindsEverythingOffline(t *testing.T) {
	interpreter := os.Getenv("HFD_PYTHON")
	if interpreter == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("HFD_PYTHON is not set")
		}
		t.Skip("HFD_PYTHON is not set: no official client to ask")
	}
	there, pulled := filepath.Join(t.TempDir(), "mirror"), filepath.Join(t.TempDir(), "hub")
	s := mirrortest.OpenCache(t, filepath.Join(t.TempDir(), "hub"))
	mirrortest.Fill(t, s)
	f, err := Open(there)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if _, err := mirror.New(s, f).Push(t.Context(), mirror.Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := mirror.New(mirrortest.OpenCache(t, pulled), f).Pull(t.Context(), mirror.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, root := range []string{there, pulled} {
		cmd := exec.CommandContext(t.Context(), interpreter, "-c", `
import sys, os
from huggingface_hub import scan_cache_dir, snapshot_download
info = scan_cache_dir(sys.argv[1])
for w in info.warnings: print("warning:", w)
for r in sorted(info.repos, key=lambda r: r.repo_type):
    print(r.repo_type, r.repo_id, sorted(r.refs), sum(len(v.files) for v in r.revisions))
    for ref in sorted(r.refs):
        print(len(os.listdir(snapshot_download(r.repo_id, repo_type=r.repo_type, revision=ref, cache_dir=sys.argv[1], local_files_only=True))))
`, root)
		cmd.Env = append(os.Environ(), "HF_ENDPOINT=http://127.0.0.1:1", "HF_HUB_OFFLINE=1", "HF_HOME="+t.TempDir(), "HF_HUB_DISABLE_TELEMETRY=1", "PYTHONDONTWRITEBYTECODE=1")
		out, err := cmd.Output()
		want := "dataset org/m ['main'] 1\n1\nmodel org/m ['main', 'refs/pr/1'] 4\n2\n2"
		if got := strings.TrimSpace(string(out)); err != nil || got != want {
			t.Errorf("%v: %s\nwant %s", err, got, want)
		}
	}
}
