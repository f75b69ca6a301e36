package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
	"github.com/hfdownloader/hfdownloader/web/api"
	"github.com/hfdownloader/hfdownloader/web/settings"
)

// TestDownloadIsUnderstood: what a body means for the queue.
func TestDownloadIsUnderstood(t *testing.T) {
	d := full()
	s := services(t, d)
	url := serve(t, s) + "/api/download"
	verify := "sha256"
	if err := s.Settings.Update(t.Context(), settings.Patch{Verify: &verify}); err != nil {
		t.Fatal(err)
	}
	spec := func(change func(*jobs.Spec)) jobs.Spec {
		s := jobs.Spec{Repo: model("owner/name"), Revision: "main", Filters: []string{}, Excludes: []string{}, Verify: "sha256"}
		change(&s)
		return s
	}
	for _, c := range []struct {
		body string
		want jobs.Spec
	}{
		{`{"repo":"owner/name"}`, spec(func(*jobs.Spec) {})},
		{`{"repo":" owner/name "}`, spec(func(*jobs.Spec) {})},
		{`{"repo":"owner/name","revision":""}`, spec(func(*jobs.Spec) {})},
		{`{"repo":"owner/name","revision":"refs/pr/1"}`, spec(func(s *jobs.Spec) { s.Revision = "refs/pr/1" })},
		{`{"repo":"owner/name","dataset":true}`, spec(func(s *jobs.Spec) { s.Repo.Type = repo.Dataset })},
		{`{"repo":"owner/name:q4_k_m, q5_k_m,,"}`, spec(func(s *jobs.Spec) { s.Filters = []string{"q4_k_m", "q5_k_m"} })},
		{`{"repo":"owner/name:q4_k_m","filters":[]}`, spec(func(s *jobs.Spec) { s.Filters = []string{"q4_k_m"} })},
		{`{"repo":"owner/name:q4_k_m","filters":[" "]}`, spec(func(s *jobs.Spec) { s.Filters = []string{"q4_k_m"} })},
		{`{"repo":"owner/name:"}`, spec(func(*jobs.Spec) {})},
		{`{"repo":"owner/name","filters":[" q4 ",""],"excludes":["a","b"]}`, spec(func(s *jobs.Spec) { s.Filters, s.Excludes = []string{"q4"}, []string{"a", "b"} })},
		{`{"repo":"owner/name","exactMatch":true,"appendFilterSubdir":true}`, spec(func(s *jobs.Spec) { s.Exact, s.AppendFilterSubdir = true, true })},
		{`{"repo":"owner/name","outputDir":"/etc","flat":true,"REPO":1}`, spec(func(*jobs.Spec) {})},
	} {
		if got := ask(t, http.MethodPost, url, c.body); got.status != http.StatusAccepted {
			t.Errorf("%s: %d %s", c.body, got.status, got.body)
		}
		if diff := cmp.Diff(c.want, d.spec); diff != "" {
			t.Errorf("%s: %s", c.body, diff)
		}
	}
}

func TestRepoParameterTakesSlashAndEscape(t *testing.T) {
	d := full()
	base := serve(t, services(t, d)) + "/api"
	for _, path := range []string{"/analyze/Owner/Na.me_1-x", "/analyze/Owner%2FNa.me_1-x", "/analyze/Owner%2fNa.me_1-x", "/analyze/Owner/Na%2Eme_1-x"} {
		if got := ask(t, http.MethodGet, base+path, ""); got.status != 200 || d.wanted.ID != "Owner/Na.me_1-x" {
			t.Errorf("%s: %d, asked for %q", path, got.status, d.wanted.ID)
		}
	}
}

func TestAnalyzeQuery(t *testing.T) {
	yes, no := true, false
	d := full()
	base := serve(t, services(t, d)) + "/api/analyze/owner/name"
	for _, c := range []struct {
		query    string
		dataset  *bool
		revision repo.Revision
	}{
		{"", nil, "main"},
		{"?dataset=true", &yes, "main"},
		{"?dataset=false&revision=v1.0", &no, "v1.0"},
		{"?revision=refs%2Fpr%2F1", nil, "refs/pr/1"},
	} {
		ask(t, http.MethodGet, base+c.query, "")
		if diff := cmp.Diff(c.dataset, d.wanted.Dataset); diff != "" || d.wanted.Revision != c.revision {
			t.Errorf("%s: %s, %s", c.query, diff, d.wanted.Revision)
		}
	}
}

func TestJobListQuery(t *testing.T) {
	d := full()
	base := serve(t, services(t, d)) + "/api/jobs"
	for query, want := range map[string]jobs.Query{
		"":                           {},
		"?limit=100&offset=20":       {Limit: 100, Offset: 20},
		"?status=running":            {Status: []jobs.Status{jobs.Running}},
		"?status=queued,paused,&x=y": {Status: []jobs.Status{jobs.Queued, jobs.Paused}},
	} {
		if got := ask(t, http.MethodGet, base+query, ""); got.status != 200 {
			t.Errorf("%s: %d", query, got.status)
		}
		if diff := cmp.Diff(want, d.query); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
}

func TestJobCallsNameTheJob(t *testing.T) {
	d := full()
	base := serve(t, services(t, d)) + "/api/jobs/a1b2c3d4e5f6"
	for _, c := range []struct{ method, path, body, want string }{
		{"DELETE", "", "", "cancel a1b2c3d4e5f6"},
		{"POST", "/pause", "", "pause a1b2c3d4e5f6"},
		{"POST", "/resume", "", "resume a1b2c3d4e5f6"},
		{"POST", "/retry", "", "retry a1b2c3d4e5f6"},
		{"POST", "/dismiss", "", "dismiss a1b2c3d4e5f6"},
		{"POST", "/move", `{"priority":-1000}`, "move a1b2c3d4e5f6"},
		{"POST", "/limit", `{"limitRate":"1.5KiB"}`, "limit a1b2c3d4e5f6"},
		{"GET", "/files", "", "files a1b2c3d4e5f6"},
	} {
		d.asked = nil
		if got := ask(t, c.method, base+c.path, c.body); got.status != 200 || !slices.Equal(d.asked, []string{c.want}) {
			t.Errorf("%s %s: %d, asked %q", c.method, c.path, got.status, d.asked)
		}
	}
	if d.limit != 1536 || d.move.Priority == nil || *d.move.Priority != -1000 {
		t.Errorf("limit %d, move %+v", d.limit, d.move)
	}
	if got := ask(t, "POST", base+"/limit", `{"limitRate":""}`); got.status != 200 || d.limit != 0 {
		t.Errorf("cleared: %d, limit %d", got.status, d.limit)
	}
}

// TestCacheDeleteFindsTheKind: the model first, then the dataset, or what ?type= says.
func TestCacheDeleteFindsTheKind(t *testing.T) {
	for _, c := range []struct{ path, want string }{
		{"/TheBloke/Mistral-7B-GGUF", "delete TheBloke/Mistral-7B-GGUF"},
		{"/facebook/flores", "delete datasets/facebook/flores"},
		{"/facebook%2Fflores?type=dataset", "delete datasets/facebook/flores"},
		{"/facebook/flores?type=model", ""},
	} {
		d := full()
		got := ask(t, http.MethodDelete, serve(t, services(t, d))+"/api/cache"+c.path, "")
		if (got.status == 200) != (c.want != "") || c.want != "" && !slices.Contains(d.asked, c.want) {
			t.Errorf("%s: %d, asked %q", c.path, got.status, d.asked)
		}
		if c.want != "" && !slices.Contains(d.asked, strings.Replace(c.want, "delete", "remove view of", 1)) {
			t.Errorf("%s: the view stays", c.path)
		}
	}
}

func TestCacheInUseIsNotDeleted(t *testing.T) {
	d := full()
	d.inUse = true
	ask(t, http.MethodDelete, serve(t, services(t, d))+"/api/cache/facebook/flores", "")
	if slices.Contains(d.asked, "delete datasets/facebook/flores") {
		t.Error("deleted")
	}
}

func TestServerWithoutViews(t *testing.T) {
	s := services(t, full())
	s.Views = nil
	base := serve(t, s) + "/api/cache"
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "", 200}, {"GET", "/facebook/flores", 200}, {"DELETE", "/facebook/flores", 200}, {"POST", "/rebuild", 400},
	} {
		if got := ask(t, c.method, base+c.path, ""); got.status != c.status {
			t.Errorf("%s %s: %d %s", c.method, c.path, got.status, got.body)
		}
	}
}

// keeping is a queue that keeps every spec it was given.
type keeping struct {
	*desk
	kept []jobs.Spec
}

func (k *keeping) Submit(_ context.Context, s jobs.Spec) (jobs.View, bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept = append(k.kept, s)
	return documentJob(s), true, nil
}

// TestT38_JobsKeepTheirWordsWhenBuffersAreReused: 64 clients at once, each with
// words of its own, which later requests must not overwrite.
func TestT38_JobsKeepTheirWordsWhenBuffersAreReused(t *testing.T) {
	k := &keeping{desk: full()}
	s := services(t, k.desk)
	s.Jobs = k
	url := serve(t, s) + "/api/download"
	const clients, each = 64, 10
	want := map[string]bool{}
	var all sync.WaitGroup
	for c := range clients {
		for n := range each {
			want[fmt.Sprintf("owner%02d/name%02d r%02d f%02d", c, n, c, n)] = true
		}
		all.Go(func() {
			for n := range each {
				body := fmt.Sprintf(`{"repo":"owner%02d/name%02d","revision":"r%02d","filters":["f%02d"]}`, c, n, c, n)
				got := ask(t, http.MethodPost, url, body)
				var job api.Job
				if err := json.Unmarshal([]byte(got.body), &job); err != nil || job.Repo != fmt.Sprintf("owner%02d/name%02d", c, n) {
					t.Errorf("%s: answered %s", body, got.body)
				}
			}
		})
	}
	all.Wait()
	for _, s := range k.kept {
		key := fmt.Sprintf("%s %s %s", s.Repo.ID, s.Revision, s.Filters[0])
		if !want[key] {
			t.Fatalf("%q was never asked for, or twice", key)
		}
		delete(want, key)
	}
	if len(want) > 0 {
		t.Errorf("%d specs are lost", len(want))
	}
}

// TestInternalErrorsShowNoInnerText: what is no fault of a known kind may hold anything.
func TestInternalErrorsShowNoInnerText(t *testing.T) {
	base := serve(t, services(t, func() *desk { d := full(); d.err = errors.New("inner " + canary); return d }())) + "/api"
	for _, r := range []struct{ method, path, body string }{
		{"GET", "/jobs", ""},
		{"GET", "/jobs/a1b2c3d4e5f6", ""},
		{"DELETE", "/jobs/a1b2c3d4e5f6", ""},
		{"POST", "/jobs/a1b2c3d4e5f6/dismiss", ""},
		{"POST", "/download", `{"repo":"a/b"}`},
		{"POST", "/plan", `{"repo":"a/b"}`},
		{"GET", "/analyze/a/b", ""},
		{"GET", "/cache", ""},
		{"GET", "/cache/a/b", ""},
		{"DELETE", "/cache/facebook/flores", ""},
		{"POST", "/cache/rebuild", ""},
	} {
		got := ask(t, r.method, base+r.path, r.body)
		if e := refused(t, got); got.status != 500 || strings.Contains(e.Details, "inner") {
			t.Errorf("%s %s: %d %s", r.method, r.path, got.status, got.body)
		}
	}
}

// TestFileQueryIsUnderstood: what the page of a job's files asks for.
func TestFileQueryIsUnderstood(t *testing.T) {
	d := full()
	base := serve(t, services(t, d)) + "/api/jobs/a1b2c3d4e5f6/files"
	for query, want := range map[string]jobs.FileQuery{
		"":                            {},
		"?limit=100&offset=200":       {Limit: 100, Offset: 200},
		"?search=Q4%20K&sort=path":    {Search: "Q4 K", Sort: jobs.ByPath},
		"?status=error,complete":      {Status: []pipeline.FileStatus{pipeline.FileFailed, pipeline.FileComplete}},
		"?status=,verifying&order=":   {Status: []pipeline.FileStatus{pipeline.FileVerifying, pipeline.FilePlacing}},
		"?status=downloading":         {Status: []pipeline.FileStatus{pipeline.FileActive}},
		"?sort=size&order=desc":       {Sort: jobs.BySize, Desc: true},
		"?sort=progress&order=asc":    {Sort: jobs.ByProgress},
		"?status=pending,skipped&x=y": {Status: []pipeline.FileStatus{pipeline.FilePending, pipeline.FileSkipped}},
	} {
		got := ask(t, http.MethodGet, base+query, "")
		if diff := cmp.Diff(want, d.fileQuery); diff != "" || got.status != http.StatusOK {
			t.Errorf("%s: %d %s", query, got.status, diff)
		}
	}
}

func TestJobSearchIsUnderstood(t *testing.T) {
	d := full()
	ask(t, http.MethodGet, serve(t, services(t, d))+"/api/jobs?search=Mis%26tral&status=failed,paused", "")
	want := jobs.Query{Search: "Mis&tral", Status: []jobs.Status{jobs.Failed, jobs.Paused}}
	if diff := cmp.Diff(want, d.query); diff != "" {
		t.Error(diff)
	}
}

// TestCheckedSettingsAreNotSaved: nor shown.
func TestCheckedSettingsAreNotSaved(t *testing.T) {
	s := services(t, full())
	before := s.Settings.Get()
	got := ask(t, http.MethodPost, serve(t, s)+"/api/settings?dryRun=true", `{"connections":64,"token":"hf_zyxwvutsrqponmlk"}`)
	if got.status != http.StatusOK || s.Settings.Get() != before || strings.Contains(got.body, "hf_") {
		t.Errorf("%d %s", got.status, got.body)
	}
}
