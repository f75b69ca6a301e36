package hubtest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// wish is a case of testdata/client.py.
type wish struct {
	Do       string `json:"do"`
	Repo     string `json:"repo"`
	Kind     string `json:"kind"`
	Revision string `json:"revision"`
	Path     string `json:"path"`
	Token    string `json:"token"`
}

// outcome is what testdata/client.py prints for one case.
type outcome struct {
	Error, Text    string
	Commit         string
	Files          map[string]string // path to SHA-256
	Missing        []string          // paths below .no_exist
	Warnings       []string
	Branches, Tags []string
	Pulls, Listed  []string
	Paths          []string
	Sizes          map[string]int64
	Commits        int
	User           string
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

// run starts the official client's interpreter, with what its user would have
// set and nothing that makes it another client.
func run(t *testing.T, interpreter string, h *hubtest.Hub, script string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), interpreter, append([]string{script}, args...)...)
	cmd.Env = []string{
		"HF_ENDPOINT=" + h.URL(), "HF_HOME=" + t.TempDir(), "HF_HUB_DISABLE_TELEMETRY=1", "HF_HUB_DISABLE_PROGRESS_BARS=1",
		"HF_HUB_DISABLE_UPDATE_CHECK=1", "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "PYTHONDONTWRITEBYTECODE=1",
	}
	if h.CA() != nil {
		ca := filepath.Join(t.TempDir(), "ca.pem")
		if err := os.WriteFile(ca, h.CA(), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd.Env = append(cmd.Env, "SSL_CERT_FILE="+ca)
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("client: %v", err)
	}
	return out
}

func ask(t *testing.T, interpreter string, h *hubtest.Hub, cases ...wish) []outcome {
	t.Helper()
	doc, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	printed := run(t, interpreter, h, "testdata/client.py", string(doc))
	var out []outcome
	if err := json.Unmarshal(printed, &out); err != nil || len(out) != len(cases) {
		t.Fatalf("client printed %q", printed)
	}
	return out
}

// samples is a hub with something of everything, and what is in it.
type samples struct {
	*hubtest.Hub
	files, more, many, data, gated []hubtest.File
	head                           repo.Commit
}

func newSamples(t *testing.T) *samples {
	t.Helper()
	s := &samples{Hub: hubtest.Start(t, hubtest.Options{})}
	s.files = []hubtest.File{
		hubtest.Regular("config.json", `{"model_type":"x"}`), hubtest.Regular("empty.txt", ""),
		hubtest.Regular("dir/with space/é#%+.txt", "odd name"),
		hubtest.LFS("model.safetensors", hubtest.Seeded(1, 3<<20+5)), hubtest.LFS("empty.bin", hubtest.Bytes(nil)),
	}
	s.files[3].XetHash = strings.Repeat("c9", 32) // not said: without Options.Xet there are none
	s.more = append(slices.Clone(s.files), hubtest.Regular("new.txt", "proposed"))
	r := s.Model("org/model", s.files[:2]...)
	r.Tag("v1.0", r.Commit("main", s.files[:2]...))
	r.Commit("refs/pr/1", s.more...)
	s.head = r.Commit("main", s.files...)
	s.Rename("model", "org/model")

	s.data = []hubtest.File{hubtest.Regular("README.md", "# data"), hubtest.LFS("train.parquet", hubtest.Seeded(2, 100_000))}
	s.Dataset("org/data", s.data...)
	s.Space("org/space", hubtest.Regular("app.py", "print()"))
	s.gated = []hubtest.File{hubtest.Regular("README.md", "# card"), hubtest.LFS("w.bin", hubtest.Seeded(3, 1000))}
	gated := s.Model("org/gated", s.gated...).Gate("manual").Ref()
	s.Grant(s.Token("hf_friend", "friend"), gated)
	s.Ask(s.Token("hf_stranger", "stranger"), gated)
	for i := range 2500 {
		s.many = append(s.many, hubtest.Regular(fmt.Sprintf("d%02d/f%04d.txt", i%50, i), fmt.Sprint(i%7)))
	}
	s.Model("org/many", s.many...)
	return s
}

func sumsOf(files []hubtest.File) map[string]string {
	sums := map[string]string{}
	for _, f := range files {
		sums[f.Path] = f.Content.SHA256()
	}
	return sums
}

// TestOfficialClientDownloads is the test of the test hub: the official client,
// unchanged, the newest and one of before 1.18, gets right content and the right
// errors.
func TestOfficialClientDownloads(t *testing.T) {
	for _, name := range []string{"HFD_PYTHON", "HFD_PYTHON_OLD"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			judge(t, name)
		})
	}
}

func judge(t *testing.T, name string) {
	interpreter := python(t, name)
	s := newSamples(t)
	head := string(s.head)
	type files = []hubtest.File
	cases := []struct {
		name string
		wish wish
		want files
		err  string
	}{
		{"model", wish{"snapshot", "org/model", "model", "", "", ""}, s.files, ""},
		{"model, logged in", wish{"snapshot", "org/model", "model", "", "", "hf_friend"}, s.files, ""},
		{"model at a tag", wish{"snapshot", "org/model", "model", "v1.0", "", ""}, s.files[:2], ""},
		{"model at a pull request", wish{"snapshot", "org/model", "model", "refs/pr/1", "", ""}, s.more, ""},
		{"model at a commit", wish{"snapshot", "org/model", "model", head, "", ""}, s.files, ""},
		{"model by an old name", wish{"snapshot", "model", "model", "", "", ""}, s.files, ""},
		{"dataset", wish{"snapshot", "org/data", "dataset", "", "", ""}, s.data, ""},
		{"space", wish{"snapshot", "org/space", "space", "", "", ""}, files{hubtest.Regular("app.py", "print()")}, ""},
		{"gated with access", wish{"snapshot", "org/gated", "model", "", "", "hf_friend"}, s.gated, ""},
		{"gated, no token", wish{"snapshot", "org/gated", "model", "", "", ""}, nil, "GatedRepoError"},
		{"gated, not granted", wish{"one", "org/gated", "model", "", "w.bin", "hf_stranger"}, nil, "GatedRepoError"},
		{"card of a gated one", wish{"one", "org/gated", "model", "", "README.md", ""}, s.gated[:1], ""},
		{"missing file", wish{"one", "org/model", "model", "", "nothing.bin", ""}, nil, "RemoteEntryNotFoundError"},
		{"missing revision", wish{"snapshot", "org/model", "model", "nope", "", ""}, nil, "RevisionNotFoundError"},
		{"missing repository", wish{"snapshot", "org/nothing", "model", "", "", "hf_stranger"}, nil, "RepositoryNotFoundError"},
		{"other spelling", wish{"one", "ORG/Model", "model", "", "config.json", ""}, s.files[:1], ""},
		{"odd name", wish{"one", "org/model", "model", "", "dir/with space/é#%+.txt", ""}, s.files[2:3], ""},
		{"three pages", wish{"snapshot", "org/many", "model", "", "", ""}, s.many, ""},
	}
	if name == "HFD_PYTHON_OLD" {
		cases = cases[:len(cases)-1] // it believes the info document and reads no pages
	}
	wishes := make([]wish, len(cases))
	for i, c := range cases {
		wishes[i] = c.wish
	}
	for i, got := range ask(t, interpreter, s.Hub, wishes...) {
		t.Run(cases[i].name, func(t *testing.T) {
			if got.Error != cases[i].err {
				t.Fatalf("error %q (%s), want %q", got.Error, got.Text, cases[i].err)
			}
			if cases[i].err == "" && !maps.Equal(got.Files, sumsOf(cases[i].want)) {
				t.Errorf("%d files: %.2000v", len(got.Files), got.Files)
			}
			if len(got.Warnings) > 0 {
				t.Errorf("the cache scan warns: %v", got.Warnings)
			}
			if noted := len(got.Missing) == 1 && strings.HasSuffix(got.Missing[0], "/.no_exist/"+head+"/nothing.bin"); noted != (cases[i].name == "missing file") {
				t.Errorf("noted as missing: %v", got.Missing)
			}
		})
	}
	pages := s.Requests(func(q hubtest.Request) bool { return strings.HasPrefix(q.Path, "/api/models/org/many/tree/") })
	if name == "HFD_PYTHON" && len(pages) != 3 {
		t.Errorf("%d pages were read, want 3", len(pages))
	}
	if n := len(s.Requests(func(q hubtest.Request) bool { return q.Host == hubtest.CDNHost && q.Carries("hf_friend") })); n > 0 {
		t.Errorf("the token went to the storage host %d times", n)
	}
}

func TestOfficialClientReadsTheAPI(t *testing.T) {
	s := newSamples(t)
	for _, name := range []string{"HFD_PYTHON", "HFD_PYTHON_OLD"} {
		t.Run(name, func(t *testing.T) {
			out := ask(t, python(t, name), s.Hub, wish{Do: "look", Repo: "org/model", Kind: "model"},
				wish{Do: "may", Repo: "org/gated", Kind: "model", Token: "hf_friend"}, wish{Do: "may", Repo: "org/gated", Kind: "model", Token: "hf_stranger"})
			want := outcome{
				Commit: string(s.head), Branches: []string{"main"}, Tags: []string{"v1.0"}, Pulls: []string{"refs/pr/1"}, Missing: []string{}, Commits: 2,
				Paths: []string{"dir", "model.safetensors"}, Sizes: map[string]int64{},
			}
			for _, f := range s.files {
				want.Listed = append(want.Listed, f.Path)
				want.Sizes[f.Path] = f.Content.Size()
			}
			slices.Sort(want.Listed)
			slices.Sort(out[0].Listed)
			if fmt.Sprint(out[0]) != fmt.Sprint(want) {
				t.Errorf("got %+v, want %+v", out[0], want)
			}
			if out[1].User != "friend" || out[2].Error != "GatedRepoError" {
				t.Errorf("access: %+v, %+v", out[1], out[2])
			}
		})
	}
}

// TestOfficialClientOverTLS: the client reads a bare 401 as "no such repository"
// for https addresses, and as a plain HTTP error for http ones.
func TestOfficialClientOverTLS(t *testing.T) {
	interpreter := python(t, "HFD_PYTHON")
	for tls, want := range map[bool]string{true: "RepositoryNotFoundError", false: "HfHubHTTPError"} {
		h := hubtest.Start(t, hubtest.Options{TLS: tls, HTTP2: tls})
		file := hubtest.LFS("w.bin", hubtest.Seeded(1, 100_000))
		h.Model("org/m", file)
		out := ask(t, interpreter, h, wish{Do: "snapshot", Repo: "org/m", Kind: "model"}, wish{Do: "one", Repo: "org/nothing", Kind: "model", Path: "x"})
		if out[0].Error != "" || out[0].Files["w.bin"] != file.Content.SHA256() || out[1].Error != want {
			t.Errorf("TLS %v: %+v", tls, out)
		}
	}
}
