package web_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs/sqlite"
	"github.com/hfdownloader/hfdownloader/web"
	"github.com/hfdownloader/hfdownloader/web/api"
	"github.com/hfdownloader/hfdownloader/web/settings"
)

// The services are what the packages give.
var (
	_ web.Jobs     = (*jobs.Manager)(nil)
	_ web.Cache    = (*cache.Store)(nil)
	_ web.Analyzer = (*analyzers.Service)(nil)
	_ web.Settings = (*settings.Service)(nil)
)

// stuck is a runner whose downloads go on until they are stopped.
type stuck struct{}

func (stuck) RunWith(ctx context.Context, job pipeline.Job, _ *pipeline.Controls, _ pipeline.Sink) (pipeline.Result, error) {
	<-ctx.Done()
	return pipeline.Result{Repo: job.Repo}, ctx.Err()
}

// realQueue serves a real queue on a real store.
func realQueue(t *testing.T) string {
	t.Helper()
	store, err := sqlite.Open(sqlite.Options{Dir: t.TempDir(), Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	m, err := jobs.New(t.Context(), jobs.Options{
		Store: store, Runner: stuck{}, Owner: "test", Output: func(repo.Ref) string { return hubDir }, Log: zerolog.Nop(),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	s := services(t, full())
	s.Jobs = m
	return serve(t, s) + "/api"
}

// TestLifeOfAJob walks the document's graph, and off it.
func TestLifeOfAJob(t *testing.T) {
	base := realQueue(t)
	const body = `{"repo":"owner/name","filters":["b","a"]}`
	var job api.Job
	got := ask(t, http.MethodPost, base+"/download", body)
	if err := json.Unmarshal([]byte(got.body), &job); err != nil || got.status != 202 || job.Status != "queued" {
		t.Fatalf("%d %s", got.status, got.body)
	}
	one := base + "/jobs/" + job.ID
	for _, c := range []struct {
		method, url, body string
		status            int
		then              string // the job's status afterwards
	}{
		{"POST", base + "/download", `{"repo":"owner/name:a,b"}`, 200, ""},
		{"POST", one + "/resume", "", 404, ""},
		{"POST", one + "/dismiss", "", 409, ""},
		{"DELETE", base + "/cache/facebook/flores", "", 200, ""},
		{"POST", one + "/pause", "", 200, "paused"},
		{"POST", one + "/pause", "", 404, "paused"},
		{"POST", one + "/retry", "", 404, "paused"},
		{"POST", one + "/resume", "", 200, ""},
		{"POST", one + "/limit", `{"limitRate":"1KiB"}`, 200, ""},
		{"POST", one + "/move", `{"priority":7}`, 200, ""},
		{"DELETE", one, "", 200, "cancelled"},
		{"DELETE", one, "", 404, "cancelled"},
		{"POST", one + "/pause", "", 404, "cancelled"},
		{"POST", one + "/move", `{"top":true}`, 404, "cancelled"},
		{"POST", one + "/retry", "", 200, ""},
		{"DELETE", one, "", 200, "cancelled"},
		{"POST", one + "/dismiss", "", 200, "gone"},
		{"POST", one + "/dismiss", "", 404, "gone"},
	} {
		if got := ask(t, c.method, c.url, c.body); got.status != c.status {
			t.Fatalf("%s %s: %d %s, want %d", c.method, c.url, got.status, got.body, c.status)
		}
		var now api.Job
		got := ask(t, http.MethodGet, one, "")
		if err := json.Unmarshal([]byte(got.body), &now); err != nil {
			t.Fatal(err)
		}
		if got.status == 404 {
			now.Status = "gone"
		}
		if c.then != "" && now.Status != c.then {
			t.Errorf("%s %s: then %s, want %s", c.method, c.url, now.Status, c.then)
		}
	}
}
