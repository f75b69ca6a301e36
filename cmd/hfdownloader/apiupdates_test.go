package main_test

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// apiOf asks a server and reads its answer, which must be a success.
func apiOf[T any](t *testing.T, method, url, body string) (out T) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil || res.StatusCode >= 300 {
		t.Fatalf("%s %s: %d, %v", method, url, res.StatusCode, err)
	}
	return out
}

// again is a download request of what a row says was selected.
func again(t *testing.T, row api.OutdatedRepo) string {
	t.Helper()
	b, err := json.Marshal(map[string]any{
		"repo": row.Repo, "revision": row.Revision, "dataset": row.Type == "dataset", "filters": row.Filters,
		"excludes": row.Excludes, "exactMatch": row.ExactMatch, "appendFilterSubdir": row.AppendFilterSubdir,
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestOutdatedOverTheAPI: what is behind is what the row's request fetches, and
// the command of its plan, run by a shell, fetches just that.
func TestOutdatedOverTheAPI(t *testing.T) {
	p := newProgram(t, hubtest.Options{})
	small, kept := hubtest.Regular("config.json", "{}"), hubtest.LFS("m.Q4_K_M.gguf", hubtest.Seeded(1, 50_000))
	m := p.hub.Model("org/m", small, kept, hubtest.LFS("m.Q8_0.gguf", hubtest.Seeded(2, 90_000)))
	other := p.hub.Model("org/other", hubtest.LFS("a.bin", hubtest.Seeded(5, 10)), hubtest.LFS("sub/a.bin", hubtest.Seeded(6, 10)))
	p.hub.Dataset("org/same", small)
	whole := p.hub.Dataset("org/whole", hubtest.LFS("d.parquet", hubtest.Seeded(7, 10)))
	gated := p.hub.Model("org/gated", small)
	url := p.serve()
	p.steps([]step{
		{args: []string{"download", "org/m", "-F", "q4_k_m", "--server", url}}, // the server's manifest knows the filter
		{args: []string{"download", "org/other", "a.bin", "--no-manifest", "--no-friendly"}},
		{args: []string{"download", "org/same", "--dataset"}},
		{args: []string{"download", "org/whole", "--dataset", "--no-manifest", "--no-friendly"}},
		{args: []string{"download", "org/gated"}},
	})
	gated.Gate("manual")
	none := apiOf[api.Outdated](t, "GET", url+"/api/outdated?type=dataset", "")
	if len(none.Repos) != 0 || none.Checked != 2 || none.Incomplete {
		t.Errorf("before: %+v", none)
	}
	m.Commit("main", hubtest.Regular("config.json", `{"new":1}`), kept, hubtest.LFS("m.Q8_0.gguf", hubtest.Seeded(3, 90_000)), hubtest.LFS("x.Q4_K_M.gguf", hubtest.Seeded(4, 20_000)))
	other.Commit("main", hubtest.LFS("a.bin", hubtest.Seeded(8, 11)), hubtest.LFS("sub/a.bin", hubtest.Seeded(9, 11)))
	whole.Commit("main", hubtest.LFS("d.parquet", hubtest.Seeded(10, 12)), hubtest.LFS("e.parquet", hubtest.Seeded(11, 13)))
	gated.Commit("main", hubtest.LFS("w.bin", hubtest.Seeded(12, 10)))
	found := apiOf[api.Outdated](t, "GET", url+"/api/outdated", "")
	rows := map[string]api.OutdatedRepo{}
	for _, row := range found.Repos {
		rows[row.Repo] = row
	}
	if found.Count != 3 || len(rows) != 4 {
		t.Errorf("%+v", found)
	}
	if row := rows["org/gated"]; row.Status != "unknown" || row.ErrorKind != "gated" || row.Link != p.hub.URL()+"/org/gated" || row.Hint == "" {
		t.Errorf("%+v", row)
	}
	for repo, want := range map[string]struct {
		filters []string
		bytes   int64
	}{"org/m": {[]string{"q4_k_m"}, 20_009}, "org/other": {[]string{"/a.bin"}, 11}, "org/whole": {nil, 25}} {
		row := rows[repo]
		if row.ChangedBytes == nil || *row.ChangedBytes != want.bytes || !slices.Equal(row.Filters, want.filters) {
			t.Errorf("%s: %+v", repo, row)
			continue
		}
		plan := apiOf[api.Plan](t, "POST", url+"/api/plan", again(t, row))
		if plan.TotalSize-plan.CachedSize != want.bytes || plan.FreeSpace == nil {
			t.Errorf("%s: %+v", repo, plan)
		}
		p.hub.ResetLog()
		p.shell(plan.Command)
		if got := p.hub.ContentBytes(); got != want.bytes {
			t.Errorf("%s: %q fetched %d bytes, want %d", repo, plan.Command, got, want.bytes)
		}
	}
	if after := apiOf[api.Outdated](t, "GET", url+"/api/outdated?repo=org/m,org/other,org/whole", ""); after.Count != 0 || after.Checked != 3 {
		t.Errorf("after: %+v", after)
	}
}

// shell runs a command line as people would.
func (p *program) shell(line string) {
	p.t.Helper()
	path, err := binary()
	if err != nil {
		p.t.Fatal(err)
	}
	bin := p.t.TempDir()
	if err := os.Symlink(path, filepath.Join(bin, "hfdownloader")); err != nil {
		p.t.Fatal(err)
	}
	env := p.command(p.t.Context()).Env
	cmd := exec.CommandContext(p.t.Context(), "sh", "-c", line)
	cmd.Env = append(env, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err != nil {
		p.t.Errorf("%s: %v\n%s", line, err, out)
	}
}

// TestOutdatedWhenTheHubIsGone: one question is enough, and nothing is "current".
func TestOutdatedWhenTheHubIsGone(t *testing.T) {
	p := newProgram(t, hubtest.Options{})
	for _, id := range []string{"org/a", "org/b", "org/c"} {
		p.hub.Model(id, hubtest.Regular("config.json", id))
		p.steps([]step{{args: []string{"download", id}}})
	}
	p.env = []string{"HF_ENDPOINT=http://127.0.0.1:1"}
	got := apiOf[api.Outdated](t, "GET", p.serve("--retries", "0")+"/api/outdated", "")
	if len(got.Repos) != 3 || got.Count != 0 || got.Checked != 0 || got.Repos[0].Status != "unknown" || got.Repos[0].ErrorKind != "unavailable" {
		t.Errorf("%+v", got)
	}
}
