//go:build linux

package wire

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// reading is what testdata/reader.py prints.
type reading struct {
	Error     string
	Log       string
	Path      string
	Snapshots []struct{ Files map[string]int64 }
	Warnings  []string
	ModelType string `json:"model_type"`
	Tokens    int
	Repos     map[string]struct {
		Size      int64
		Files     int
		Revisions []string
		Refs      []string
	}
}

func python(t *testing.T, name string) string {
	t.Helper()
	path := os.Getenv(name)
	if path == "" && os.Getenv("CI") != "" {
		t.Fatalf("%s is not set", name)
	}
	if path == "" {
		t.Skipf("%s is not set: no official client to ask", name)
	}
	return path
}

// client runs the official client on the rig's cache; env as NAME=VALUE.
func (r *rig) client(t *testing.T, interpreter string, env []string, args ...string) reading {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), interpreter, append([]string{"testdata/reader.py"}, args...)...)
	cmd.Env = append(os.Environ(), "HF_HOME="+filepath.Dir(r.root), "HF_ENDPOINT="+r.hub.URL(), "HF_TOKEN=", "NO_PROXY=127.0.0.1",
		"HF_HUB_DISABLE_TELEMETRY=1", "HF_HUB_DISABLE_PROGRESS_BARS=1", "HF_HUB_DISABLE_UPDATE_CHECK=1")
	cmd.Env = append(cmd.Env, env...)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("client: %v\n%s", err, errs.String())
	}
	var got reading
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("client printed %q", out)
	}
	return got
}

var clients = []string{"HFD_PYTHON", "HFD_PYTHON_OLD"} //nolint:gochecknoglobals // a constant list

// TestPeerOfficialClientReadsWhatWePlaced: model, dataset, two revisions that
// share blobs, branch, tag, commit and pull request, offline in both ways.
func TestPeerOfficialClientReadsWhatWePlaced(t *testing.T) {
	t.Parallel() // with the others that wait for processes
	r := newRig(t, hubtest.Options{})
	files := sampleFiles()
	m := r.hub.Model("org/model", files...)
	old := m.Commit("old", files[:6]...)
	m.Tag("v1.0", old)
	m.Commit("refs/pr/1", append(files, hubtest.Regular("new.txt", "proposed"))...)
	head := m.Commit("main", files...)
	r.hub.Dataset("org/data", hubtest.Regular("README.md", "# data"), hubtest.LFS("train.parquet", hubtest.Seeded(5, 100_000)))
	placed := []struct {
		kind     repo.Type
		id       string
		revision repo.Revision
		files    int
	}{
		{repo.Model, "org/model", "main", len(files)},
		{repo.Model, "org/model", "old", 6},
		{repo.Model, "org/model", "v1.0", 6},
		{repo.Model, "org/model", "refs/pr/1", len(files) + 1},
		{repo.Model, "org/model", repo.Revision(head), len(files)},
		{repo.Dataset, "org/data", "main", 2},
	}
	for _, p := range placed {
		if _, err := r.run(t.Context(), pipeline.Job{Repo: repo.Ref{Type: p.kind, ID: repo.ID(p.id)}, Revision: p.revision}); err != nil {
			t.Fatalf("%s at %s: %v", p.id, p.revision, err)
		}
	}
	for _, name := range clients {
		t.Run(name, func(t *testing.T) {
			interpreter := python(t, name)
			ask := []string{"snapshots"}
			for _, p := range placed {
				ask = append(ask, p.id, string(p.kind), string(p.revision))
			}
			for _, env := range [][]string{{"HF_HUB_OFFLINE=1"}, nil} { // a process each: starting one takes half a second
				got := r.client(t, interpreter, env, ask...)
				if got.Error != "" || got.Log != "" || len(got.Snapshots) != len(placed) {
					t.Fatalf("%v: %d snapshots, error %q, log %q", env, len(got.Snapshots), got.Error, got.Log)
				}
				for i, p := range placed {
					if n := len(got.Snapshots[i].Files); n != p.files {
						t.Errorf("%s at %s, %v: %d files, want %d", p.id, p.revision, env, n, p.files)
					}
				}
			}
			scan := r.client(t, interpreter, nil, "scan")
			if scan.Error != "" || scan.Log != "" || len(scan.Warnings) != 0 || len(scan.Repos) != 2 {
				t.Errorf("scan: %+v", scan)
			}
			if refs := fmt.Sprint(scan.Repos["model/org/model"].Refs); refs != "[main old refs/pr/1 v1.0]" {
				t.Errorf("refs %s", refs)
			}
		})
	}
}

// TestPeerWeUseWhatTheOfficialClientPlaced without fetching a byte.
func TestPeerWeUseWhatTheOfficialClientPlaced(t *testing.T) {
	t.Parallel() // with the others that wait for processes
	for _, name := range clients {
		t.Run(name, func(t *testing.T) {
			interpreter := python(t, name)
			r := newRig(t, hubtest.Options{})
			files := sampleFiles()
			r.hub.Model("org/model", files...)
			if got := r.client(t, interpreter, nil, "download", "org/model", "model", ""); got.Error != "" {
				t.Fatal(got.Error)
			}
			r.hub.ResetLog()
			res, err := r.run(t.Context(), model("org/model"))
			if err != nil {
				t.Fatal(err)
			}
			if n := r.hub.ContentBytes(); n != 0 || res.Skipped != len(files) {
				t.Errorf("%d content bytes fetched, %d of %d skipped", n, res.Skipped, len(files))
			}
			r.wantFiles(res, files...)
		})
	}
}

// TestPeerOfficialClientKnowsWhatIsNotThere: a name the repository does not have
// is known to be missing offline, too.
func TestPeerOfficialClientKnowsWhatIsNotThere(t *testing.T) {
	t.Parallel() // with the others that wait for processes
	interpreter := python(t, "HFD_PYTHON")
	r := newRig(t, hubtest.Options{})
	r.hub.Model("org/model", hubtest.Regular("config.json", "{}"))
	if _, err := r.run(t.Context(), model("org/model")); err != nil {
		t.Fatal(err)
	}
	job := model("org/model")
	job.Paths = []string{"adapter_config.json"}
	if _, err := r.run(t.Context(), job); fault.KindOf(err) != fault.EntryNotFound {
		t.Fatalf("%v", err)
	}
	const script = `import sys
from huggingface_hub import try_to_load_from_cache, _CACHED_NO_EXIST
print(try_to_load_from_cache("org/model", "adapter_config.json", cache_dir=sys.argv[1]) is _CACHED_NO_EXIST)`
	out, err := exec.CommandContext(t.Context(), interpreter, "-c", script, r.root).CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "True" {
		t.Errorf("%v: %s", err, out)
	}
}
