package web_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/cache/friendly"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
	"github.com/hfdownloader/hfdownloader/web/api"
)

var update = flag.Bool("update", false, "write the golden files") //nolint:gochecknoglobals // a test flag

// golden compares a body with testdata/golden/NAME.json, where it stands indented.
func golden(t *testing.T, name, body string) {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(body), "", "  "); err != nil {
		t.Fatalf("no JSON: %v\n%s", err, body)
	}
	b.WriteByte('\n')
	file := filepath.Join("testdata", "golden", name+".json")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Errorf("(-golden +answer)\n%s", d)
	}
}

// full is a desk that has something to say about everything.
func full() *desk {
	return &desk{
		views: []jobs.View{runningJob(), failedJob()}, files: runningJob().Files, items: planItems(), report: report(),
		repos: cachedRepos(), cached: cachedFiles(),
		rebuilt: friendly.Report{ReposScanned: 2, SymlinksCreated: 1, SymlinksUpdated: 2, OrphansRemoved: 3},
	}
}

func gated() error {
	return fault.New(fault.Gated, "list files of", "owner/name", errors.New("restricted")).WithHint("accept the terms")
}

func someBranches(d *desk) {
	d.branches = []api.Compared{
		{Ref: model("owner/name"), Revision: "main", Have: older, Latest: commit, Changed: 2, Fetch: 4096, Filters: []string{"q4_k_m"}, Excludes: []string{".md"}, Exact: true, Subdir: true},
		{Ref: model("owner/same"), Revision: "main", Have: commit, Latest: commit},
		{Ref: model("owner/only-commit"), Revision: "v1", Have: older, Latest: commit},
		{Ref: model("other/name"), Revision: "main", Have: older, Err: gated()},
		{Ref: model("other/broken"), Revision: "main", Have: older, Err: errors.New("inner text")},
	}
}

func someRemoval(d *desk) {
	d.removal = cache.Removal{Refs: []string{"main", "v1.0"}, Frees: 4368438272, Unfinished: make([]cache.Partial, 2)}
}

func damagedRepo(d *desk) {
	d.repos = d.repos[1:]
	d.repos[0].Damage = fault.New(fault.Disk, "read the cached", "facebook/flores", errors.New("it has no snapshots")).WithHint("delete it")
}

func broken(err error) func(*desk) { return func(d *desk) { d.err = err } }

func wrong(s jobs.Status) func(*desk) { return broken(&jobs.WrongStatus{Status: s}) }

var errNone = jobs.ErrNotFound

// TestBodies holds every answer of the API to its bytes.
func TestBodies(t *testing.T) {
	const mistral = `{"repo":"TheBloke/Mistral-7B-GGUF","filters":["q4_k_m"]}`
	for _, c := range []struct {
		name         string
		method, path string
		body         string
		desk         func(*desk)
		status       int
	}{
		{"health", "GET", "/health", "", nil, 200},
		{"download-new", "POST", "/download", mistral, nil, 202},
		{"download-existing", "POST", "/download", mistral, func(d *desk) { d.same = true }, 200},
		{"plan", "POST", "/plan", mistral, nil, 200},
		{"plan", "POST", "/download", `{"repo":"TheBloke/Mistral-7B-GGUF","filters":["q4_k_m"],"dryRun":true}`, nil, 200},
		{"plan-empty", "POST", "/plan", mistral, func(d *desk) { d.items = nil }, 200},
		{"plugins", "GET", "/plugins", "", func(d *desk) { d.plugins = somePlugins() }, 200},
		{"plugin-disabled", "POST", "/plugins/model-card/disable", "", nil, 200},
		{"plugin-none", "POST", "/plugins/none/disable", "", broken(fault.New(fault.EntryNotFound, "disable", "none", nil)), 404},
		{"plugins-none", "GET", "/plugins", "", nil, 200},
		{"plugins-failed", "GET", "/plugins", "", broken(errors.New("the record is broken")), 500},
		{"jobs", "GET", "/jobs", "", nil, 200},
		{"jobs-empty", "GET", "/jobs", "", func(d *desk) { d.views = nil }, 200},
		{"job", "GET", "/jobs/a1b2c3d4e5f6", "", nil, 200},
		{"job-none", "GET", "/jobs/000000000000", "", nil, 404},
		{"job-files", "GET", "/jobs/a1b2c3d4e5f6/files?limit=2&offset=4", "", nil, 200},
		{"job-files-empty", "GET", "/jobs/a1b2c3d4e5f6/files", "", func(d *desk) { d.files = nil }, 200},
		{"job-none", "GET", "/jobs/000000000000/files", "", broken(errNone), 404},
		{"cancel", "DELETE", "/jobs/a1b2c3d4e5f6", "", nil, 200},
		{"cancel-none", "DELETE", "/jobs/a1b2c3d4e5f6", "", broken(errNone), 404},
		{"cancel-none", "DELETE", "/jobs/a1b2c3d4e5f6", "", wrong(jobs.Completed), 404},
		{"pause", "POST", "/jobs/a1b2c3d4e5f6/pause", "", nil, 200},
		{"pause-none", "POST", "/jobs/a1b2c3d4e5f6/pause", "", broken(errNone), 404},
		{"pause-none", "POST", "/jobs/a1b2c3d4e5f6/pause", "", wrong(jobs.Queued), 404},
		{"resume", "POST", "/jobs/a1b2c3d4e5f6/resume", "", nil, 200},
		{"resume-none", "POST", "/jobs/a1b2c3d4e5f6/resume", "", broken(errNone), 404},
		{"resume-none", "POST", "/jobs/a1b2c3d4e5f6/resume", "", wrong(jobs.Running), 404},
		{"retry", "POST", "/jobs/a1b2c3d4e5f6/retry", "", nil, 200},
		{"retry-none", "POST", "/jobs/a1b2c3d4e5f6/retry", "", wrong(jobs.Running), 404},
		{"dismiss", "POST", "/jobs/a1b2c3d4e5f6/dismiss", "", nil, 200},
		{"job-none", "POST", "/jobs/a1b2c3d4e5f6/dismiss", "", broken(errNone), 404},
		{"dismiss-active", "POST", "/jobs/a1b2c3d4e5f6/dismiss", "", wrong(jobs.Running), 409},
		{"pause-all", "POST", "/jobs/pause-all", "", nil, 200},
		{"resume-all", "POST", "/jobs/resume-all", "", nil, 200},
		{"pause-all-failed", "POST", "/jobs/pause-all", "", broken(fault.New(fault.Disk, "save a job", "", errors.New("no space")).WithHint("free some")), 500},
		{"move", "POST", "/jobs/a1b2c3d4e5f6/move", `{"top":true}`, nil, 200},
		{"cancel-none", "POST", "/jobs/a1b2c3d4e5f6/move", `{"top":true}`, wrong(jobs.Completed), 404},
		{"limit", "POST", "/jobs/a1b2c3d4e5f6/limit", `{"limitRate":"5MiB"}`, nil, 200},
		{"settings", "GET", "/settings", "", nil, 200},
		{"settings-checked", "POST", "/settings?dryRun=true", `{"connections":16}`, nil, 200},
		{"settings-bad", "POST", "/settings?dryRun=true", `{"connections":0}`, nil, 400},
		{"settings-bad", "POST", "/settings", `{"connections":0}`, nil, 400},
		{"settings-saved", "POST", "/settings", `{"connections":16}`, nil, 200},
		{"analyze", "GET", "/analyze/TheBloke/Mistral-7B-Instruct-v0.2-GGUF", "", nil, 200},
		{"analyze-selection", "GET", "/analyze/owner/name", "", func(d *desk) { d.report.NeedsSelection = true }, 200},
		{"plan-gated", "POST", "/plan", mistral, broken(gated()), 401},
		{"analyze-none", "GET", "/analyze/owner/name", "", broken(fault.New(fault.RepoNotFound, "find", "owner/name", errors.New("404"))), 404},
		{"cache", "GET", "/cache", "", nil, 200},
		{"cache-empty", "GET", "/cache", "", func(d *desk) { d.repos = nil }, 200},
		{"outdated-cut", "GET", "/outdated?repo=owner/name", "", func(d *desk) { someBranches(d); d.cut = true }, 200},
		{"cache-models", "GET", "/cache?type=model", "", nil, 200},
		{"cached", "GET", "/cache/TheBloke/Mistral-7B-GGUF", "", nil, 200},
		{"cached-part", "GET", "/cache/facebook/flores", "", func(d *desk) {
			d.repos[1].Commits = []repo.Commit{commit}
			d.listing = make([]repo.File, 3)
		}, 200},
		{"cached-none", "GET", "/cache/owner/name", "", nil, 404},
		{"cache-deleted", "DELETE", "/cache/TheBloke/Mistral-7B-GGUF", "", nil, 200},
		{"outdated", "GET", "/outdated", "", someBranches, 200},
		{"outdated-one", "GET", "/outdated?repo=other/name,owner/same", "", someBranches, 200},
		{"outdated-none", "GET", "/outdated?type=dataset", "", someBranches, 200},
		{"outdated-broken", "GET", "/outdated", "", broken(errors.New("inner text")), 500},
		{"cache-removal", "DELETE", "/cache/TheBloke/Mistral-7B-GGUF?dryRun=true&revision=main", "", someRemoval, 200},
		{"cache-removal-whole", "DELETE", "/cache/TheBloke/Mistral-7B-GGUF?dryRun=true", "", func(d *desk) { someRemoval(d); d.removal.Whole, d.inUse = true, true }, 200},
		{"cache-revision-deleted", "DELETE", "/cache/TheBloke/Mistral-7B-GGUF?revision=" + string(older), "", someRemoval, 200},
		{"cache-revision-none", "DELETE", "/cache/TheBloke/Mistral-7B-GGUF?revision=v9", "", nil, 404},
		{"cache-in-use", "DELETE", "/cache/TheBloke/Mistral-7B-GGUF?revision=main", "", func(d *desk) { d.inUse = true }, 409},
		{"cache-damaged", "GET", "/cache", "", damagedRepo, 200},
		{"cache-in-use", "DELETE", "/cache/TheBloke/Mistral-7B-GGUF", "", func(d *desk) { d.inUse = true }, 409},
		{"cached-none", "DELETE", "/cache/owner/name", "", nil, 404},
		{"rebuild", "POST", "/cache/rebuild", "", nil, 200},
		{"rebuild-same", "POST", "/cache/rebuild", `{"clean":true}`, func(d *desk) { d.rebuilt = friendly.Report{ReposScanned: 2} }, 200},
		{"rebuild-errors", "POST", "/cache/rebuild", `{}`, func(d *desk) { d.rebuilt = friendly.Report{Errors: []string{"owner/name: no space"}} }, 200},
		{"repo-bad", "POST", "/download", `{"repo":"gpt2"}`, nil, 400},
		{"repo-missing", "POST", "/download", `{}`, nil, 400},
		{"disk", "GET", "/jobs", "", broken(fault.New(fault.Disk, "read jobs", "", errors.New("no space")).WithHint("free some")), 500},
	} {
		t.Run(c.name+" "+c.method+" "+strings.ReplaceAll(c.path, "/", "_"), func(t *testing.T) {
			d := full()
			if c.desk != nil {
				c.desk(d)
			}
			got := ask(t, c.method, serve(t, services(t, d))+"/api"+c.path, c.body)
			if got.status != c.status {
				t.Errorf("status %d, want %d", got.status, c.status)
			}
			if kind := got.header.Get("Content-Type"); kind != "application/json" {
				t.Errorf("Content-Type %q", kind)
			}
			golden(t, c.name, got.body)
		})
	}
}
