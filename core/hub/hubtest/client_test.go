package hubtest_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"go.uber.org/goleak"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// answer is what testdata/client.py prints.
type answer struct {
	Error    string
	Commit   string
	Files    any
	Size     int64
	Branches []string
	Tags     []string
	Pulls    []string
}

// python finds an interpreter with the official client; CI must have it.
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

func ask(t *testing.T, interpreter string, h *hubtest.Hub, args ...string) answer {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), interpreter, append([]string{"testdata/client.py"}, args...)...)
	cmd.Env = append(os.Environ(),
		"HF_ENDPOINT="+h.URL(), "HF_HOME="+t.TempDir(), "HF_TOKEN=", "HF_HUB_DISABLE_TELEMETRY=1",
		"HF_HUB_DISABLE_PROGRESS_BARS=1", "HF_HUB_DISABLE_UPDATE_CHECK=1", "NO_PROXY=127.0.0.1")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("client: %v", err)
	}
	var a answer
	if err := json.Unmarshal(out, &a); err != nil {
		t.Fatalf("client printed %q", out)
	}
	return a
}

func sampleHub(t *testing.T) (h *hubtest.Hub, head repo.Commit) {
	t.Helper()
	h = hubtest.Start(t, hubtest.Options{})
	files := []hubtest.File{
		hubtest.Regular("config.json", `{"model_type":"x"}`), hubtest.Regular("empty.txt", ""),
		hubtest.Regular("dir/with space/é#%+.txt", "odd name"),
		hubtest.LFS("model.safetensors", hubtest.Seeded(1, 3<<20+5)), hubtest.LFS("empty.bin", hubtest.Bytes(nil)),
	}
	r := h.Model("org/model", files...)
	old := r.Commit("old", files[:2]...)
	r.Tag("v1.0", old)
	r.Commit("refs/pr/1", append(files, hubtest.Regular("new.txt", "proposed"))...)
	head = r.Commit("main", files...)
	h.Dataset("org/data", hubtest.Regular("README.md", "# data"), hubtest.LFS("train.parquet", hubtest.Seeded(2, 100_000)))
	h.Model("org/gated", hubtest.Regular("README.md", "# card"), hubtest.LFS("w.bin", hubtest.Seeded(3, 1000))).Gate("manual")
	h.Grant(h.Token("hf_friend", "friend"), repo.Ref{Type: repo.Model, ID: "org/gated"})
	h.Token("hf_stranger", "stranger")
	var many []hubtest.File
	for i := range 2500 {
		many = append(many, hubtest.Regular(fmt.Sprintf("d%02d/f%04d.txt", i%50, i), fmt.Sprint(i%7)))
	}
	h.Model("org/many", many...)
	return h, head
}

// TestOfficialClientDownloads is the test of the test hub.
func TestOfficialClientDownloads(t *testing.T) {
	for _, name := range []string{"HFD_PYTHON", "HFD_PYTHON_OLD"} {
		t.Run(name, func(t *testing.T) {
			interpreter := python(t, name)
			h, head := sampleHub(t)
			cases := []struct {
				name  string
				args  []string
				files int
				want  answer
			}{
				{"model", []string{"snapshot", "org/model", "model", "", ""}, 5, answer{Commit: string(head)}},
				{"tag", []string{"snapshot", "org/model", "model", "v1.0", ""}, 2, answer{}},
				{"pull request", []string{"snapshot", "org/model", "model", "refs/pr/1", ""}, 6, answer{}},
				{"commit", []string{"snapshot", "org/model", "model", string(head), ""}, 5, answer{Commit: string(head)}},
				{"dataset", []string{"snapshot", "org/data", "dataset", "", ""}, 2, answer{}},
				{"gated with access", []string{"snapshot", "org/gated", "model", "", "hf_friend"}, 2, answer{}},
				{"gated, no token", []string{"snapshot", "org/gated", "model", "", ""}, 0, answer{Error: "GatedRepoError"}},
				{"gated, not granted", []string{"one", "org/gated", "model", "w.bin", "hf_stranger"}, 0, answer{Error: "GatedRepoError"}},
				{"card of a gated one", []string{"one", "org/gated", "model", "README.md", ""}, 0, answer{Size: 6}},
				{"missing file", []string{"one", "org/model", "model", "nothing.bin", ""}, 0, answer{Error: "RemoteEntryNotFoundError"}},
				{"missing revision", []string{"snapshot", "org/model", "model", "nope", ""}, 0, answer{Error: "RevisionNotFoundError"}},
				{"missing repository", []string{"snapshot", "org/nothing", "model", "", "hf_stranger"}, 0, answer{Error: "RepositoryNotFoundError"}},
				// The client reads a bare 401 as "not found" for https addresses only.
				{"missing repository, no token", []string{"snapshot", "org/nothing", "model", "", ""}, 0, answer{Error: "HfHubHTTPError"}},
				{"other spelling", []string{"one", "ORG/Model", "model", "config.json", ""}, 0, answer{Size: 18}},
				{"odd name", []string{"one", "org/model", "model", "dir/with space/é#%+.txt", ""}, 0, answer{Size: 8}},
				{"three pages", []string{"snapshot", "org/many", "model", "", ""}, 2500, answer{}},
			}
			for _, c := range cases {
				t.Run(c.name, func(t *testing.T) {
					h.ResetLog()
					got := ask(t, interpreter, h, c.args...)
					if got.Error != c.want.Error || c.want.Commit != "" && got.Commit != c.want.Commit || got.Size != c.want.Size {
						t.Errorf("got %+v", got)
					}
					if files, ok := got.Files.(map[string]any); c.files > 0 && (!ok || len(files) != c.files) {
						t.Errorf("%d files, want %d", len(files), c.files)
					}
					if c.name == "three pages" && name == "HFD_PYTHON" { // the old one believes the info answer
						pages := h.Requests(func(q hubtest.Request) bool { return q.Path == "/api/models/org/many/tree/"+got.Commit })
						if len(pages) != 3 {
							t.Errorf("%d pages were read, want 3", len(pages))
						}
					}
				})
			}
		})
	}
}

func TestOfficialClientReadsRefs(t *testing.T) {
	interpreter := python(t, "HFD_PYTHON")
	h, _ := sampleHub(t)
	got := ask(t, interpreter, h, "info", "org/model", "model", "")
	want := answer{Branches: []string{"main", "old"}, Tags: []string{"v1.0"}, Pulls: []string{"refs/pr/1"}, Files: 5.0}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
