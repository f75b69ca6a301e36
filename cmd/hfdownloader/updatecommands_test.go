package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// TestOutdatedAndUpdate: what is behind, what of it would be fetched with the
// filters of the last download, and that no more than that is fetched.
func TestOutdatedAndUpdate(t *testing.T) {
	p := newProgram(t, hubtest.Options{})
	small, kept := hubtest.Regular("config.json", "{}"), hubtest.LFS("m.Q4_K_M.gguf", hubtest.Seeded(1, 50_000))
	m := p.hub.Model("org/m", small, kept, hubtest.LFS("m.Q8_0.gguf", hubtest.Seeded(2, 90_000)))
	p.hub.Model("org/same", small)
	other := p.hub.Model("org/other", small, hubtest.Regular("a.txt", "a"), hubtest.Regular("b.txt", "b"))
	p.steps([]step{
		{args: []string{"outdated"}, stdout: `^0 of 0 branches behind\n$`},
		{args: []string{"download", "org/m", "-F", "q4_k_m"}},
		{args: []string{"download", "org/same"}},
		{args: []string{"download", "org/other", "a.txt", "--no-manifest", "--no-friendly"}},
		{args: []string{"outdated", "--check"}, stdout: `^0 of 3 branches behind\n$`},
	})
	p.hub.ResetLog()
	p.steps([]step{{args: []string{"outdated", "--quiet"}, stdout: `^$`}})
	if n := len(p.hub.Log()); n != 3 {
		t.Errorf("%d requests for 3 branches", n)
	}
	// One quantization changes that was never downloaded, one that was; a file comes.
	m.Commit("main", hubtest.Regular("config.json", `{"new":1}`), kept, hubtest.LFS("m.Q8_0.gguf", hubtest.Seeded(3, 90_000)), hubtest.LFS("x.Q4_K_M.gguf", hubtest.Seeded(4, 20_000)))
	other.Commit("main", small, hubtest.Regular("a.txt", "aaaa"), hubtest.Regular("b.txt", "bbbb"))
	p.steps([]step{
		{args: []string{"outdated"}, stdout: `(?s)^BRANCH +HAVE +HUB +CHANGED +TO FETCH\norg/m@main +\S+ +\S+ +2 files +20 KiB\norg/other@main .* 1 file +4 B\n\norg/m@main\n  changed +9 B  config.json\n  added +20 KiB  x.Q4_K_M.gguf\n.*2 of 3 branches behind, 20 KiB to fetch: hfdownloader update\n$`},
		{args: []string{"outdated", "--check", "--quiet"}, code: 1, stdout: `^org/m@main\norg/other@main\n$`, stderr: `^$`},
		{args: []string{"outdated", "org/same", "--check"}, stdout: `0 of 1 branch behind`},
		{args: []string{"update", "--dry-run"}, stdout: `2 of 3 branches behind`},
		{args: []string{"outdated", "org/nothing"}, code: 3},
	})
	var doc struct {
		Behind       int
		BytesToFetch int64
		Branches     []struct {
			ID      string
			Changes []struct{ Path, Change string }
		}
	}
	if err := json.Unmarshal([]byte(p.run("outdated", "--json").stdout), &doc); err != nil || doc.Behind != 2 || doc.BytesToFetch != 20_013 || len(doc.Branches) != 3 {
		t.Errorf("%+v, %v", doc, err)
	}
	p.steps([]step{
		{args: []string{"update", "--dry-run", "--quiet"}, stdout: `^org/m@main\norg/other@main\n$`, stderr: `^$`},
		{args: []string{"update", "--dry-run", "--json"}, stdout: `(?s)^\{\n  "branches": .*"behind": 2,`},
	})
	p.hub.ResetLog()
	p.steps([]step{{args: []string{"update"}, stdout: `2 of 3 branches updated\n$`}})
	if got := p.hub.ContentBytes(); got != 20_013 {
		t.Errorf("%d bytes fetched, want 20013", got)
	}
	p.steps([]step{
		{args: []string{"outdated", "--check"}, stdout: `^0 of 3 branches behind\n$`},
		{args: []string{"update", "--quiet"}, stdout: `^$`},
		{args: []string{"info", "org/m", "--json"}, stdout: `"command": "hfdownloader download org/m -F q4_k_m"`}, // so the next update does the same
	})
	if _, err := os.Stat(filepath.Join(p.home, "hf", "models", "org", "other")); err == nil {
		t.Error("what had no view has one now")
	}
	updateSummaries(t, p, m)
	// Without the Hub it is an error and not "current".
	p.env = []string{"HF_ENDPOINT=http://127.0.0.1:1"}
	if got := p.run("outdated", "--check"); got.code != 7 || !strings.Contains(got.stdout, "3 could not be asked about") {
		t.Errorf("without the Hub: %+v", got)
	}
}

// updateSummaries: the last line of update --json sums up, also when a branch could
// not be asked about, and then stderr says why.
func updateSummaries(t *testing.T, p *program, m *hubtest.Repo) {
	t.Helper()
	m.Commit("main", hubtest.Regular("config.json", `{"newer":1}`))
	p.hub.Fault(hubtest.Rule{Path: "org/same", Times: 1, Do: hubtest.Status(404, "", "X-Error-Code: RepoNotFound")})
	got := p.run("update", "--json")
	var sum struct {
		Event                                     string
		Total, Updated, Current, Failed, NotTried int
		BytesFetched                              int64
		Branches                                  []struct{ ID, Status, Path, Error, ErrorKind string }
	}
	if err := json.Unmarshal([]byte(lastLine(got.stdout)), &sum); err != nil || got.code != 3 {
		t.Fatalf("%+v, %v", got, err)
	}
	if sum.Event != "summary" || sum.Total != 3 || sum.Updated != 1 || sum.Current != 1 || sum.Failed != 1 || sum.NotTried != 0 || sum.BytesFetched != 11 {
		t.Errorf("%+v", sum)
	}
	for _, b := range sum.Branches {
		if (b.Status == "updated") != (b.Path != "") || (b.Status == "failed") != (b.Error != "") {
			t.Errorf("%+v", b)
		}
	}
	if !strings.Contains(got.stderr, "error: ") || !strings.Contains(got.stderr, "org/same") {
		t.Errorf("stderr %q", got.stderr)
	}
}
