package web_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/cache/friendly"
	"github.com/hfdownloader/hfdownloader/core/machine"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
	"github.com/hfdownloader/hfdownloader/web"
	"github.com/hfdownloader/hfdownloader/web/api"
	"github.com/hfdownloader/hfdownloader/web/settings"
)

// at is the document's time.
func at(seconds int) time.Time { return time.Date(2024, 1, 15, 10, 30, seconds, 123e6, time.UTC) }

// desk stands for everything behind the API: it answers what it was told and
// keeps what it was asked.
type desk struct {
	mu        sync.Mutex
	views     []jobs.View
	files     []jobs.File
	err       error // the answer of every call, when set
	same      bool  // Submit finds the same job
	inUse     bool
	asked     []string
	spec      jobs.Spec
	query     jobs.Query
	fileQuery jobs.FileQuery
	move      jobs.Move
	limit     int64
	items     []pipeline.Item
	report    analyzers.Report
	wanted    analyzers.Query
	repos     []cache.Holding
	removal   cache.Removal
	listing   []repo.File // of the cached revision
	cached    []cache.CachedFile
	clean     bool
	rebuilt   friendly.Report
	plugins   []api.Plugin
	memory    int64
	cards     []machine.GPU
	branches  []api.Compared
	cut       bool   // comparing takes too long
	dead      string // a folder whose disk does not answer
}

func (d *desk) note(what string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, what)
	return d.err
}

func (d *desk) Submit(_ context.Context, s jobs.Spec) (jobs.View, bool, error) {
	err := d.note("submit")
	d.mu.Lock()
	defer d.mu.Unlock()
	d.spec = s
	return documentJob(s), !d.same, err
}
func (d *desk) InUse(repo.Ref) bool { return d.inUse }
func (d *desk) Get(_ context.Context, id string) (jobs.View, error) {
	if err := d.note("get " + id); err != nil {
		return jobs.View{}, err
	}
	i := slices.IndexFunc(d.views, func(v jobs.View) bool { return v.ID == id })
	if i < 0 {
		return jobs.View{}, jobs.ErrNotFound
	}
	return d.views[i], nil
}
func (d *desk) List(_ context.Context, q jobs.Query) ([]jobs.View, int, error) {
	d.query = q
	return d.views, len(d.views), d.note("list")
}
func (d *desk) Files(_ context.Context, id string, q jobs.FileQuery) ([]jobs.File, int, error) {
	d.fileQuery = q
	return d.files, 50_000, d.note("files " + id)
}
func (d *desk) Pause(_ context.Context, id string) error   { return d.note("pause " + id) }
func (d *desk) Resume(_ context.Context, id string) error  { return d.note("resume " + id) }
func (d *desk) Retry(_ context.Context, id string) error   { return d.note("retry " + id) }
func (d *desk) PauseAll(context.Context) (int, error)      { return 3, d.note("pause all") }
func (d *desk) ResumeAll(context.Context) (int, error)     { return 1, d.note("resume all") }
func (d *desk) Cancel(_ context.Context, id string) error  { return d.note("cancel " + id) }
func (d *desk) Dismiss(_ context.Context, id string) error { return d.note("dismiss " + id) }
func (d *desk) Move(_ context.Context, id string, m jobs.Move) error {
	d.move = m
	return d.note("move " + id)
}
func (d *desk) SetLimit(_ context.Context, id string, n int64) error {
	d.limit = n
	return d.note("limit " + id)
}
func (d *desk) Plan(_ context.Context, s jobs.Spec) (api.Planned, error) {
	d.spec = s
	return api.Planned{Items: d.items, Commit: commit, Cached: make([]bool, len(d.items))}, d.note("plan")
}
func (d *desk) Analyze(_ context.Context, q analyzers.Query) (analyzers.Report, error) {
	d.wanted = q
	return d.report, d.note("analyze")
}
func (d *desk) Inventory(context.Context) (cache.Inventory, error) {
	return cache.Inventory{Repos: d.repos}, d.note("inventory")
}
func (d *desk) Tree(repo.Ref, repo.Commit) ([]repo.File, bool, error) {
	return d.listing, d.listing != nil, nil
}
func (d *desk) Unfinished(ref repo.Ref) ([]cache.Partial, error) {
	i := slices.IndexFunc(d.repos, func(r cache.Holding) bool { return r.Ref == ref })
	return d.repos[i].Unfinished, d.note("unfinished " + ref.String())
}
func (d *desk) PlanRemoval(_ context.Context, ref repo.Ref, commits ...repo.Commit) (cache.Removal, error) {
	d.removal.Ref, d.removal.Commits = ref, commits
	return d.removal, d.note("plan " + ref.String())
}
func (d *desk) Repo(_ context.Context, ref repo.Ref) (cache.RepoInfo, []cache.CachedFile, bool, error) {
	err := d.note("repo " + ref.String())
	i := slices.IndexFunc(d.repos, func(r cache.Holding) bool { return r.Ref == ref })
	if i < 0 {
		return cache.RepoInfo{}, nil, false, err
	}
	return d.repos[i].RepoInfo, d.cached, true, err
}
func (d *desk) Delete(_ context.Context, ref repo.Ref) error { return d.note("delete " + ref.String()) }
func (d *desk) Manifest(ref repo.Ref) (friendly.Manifest, bool, error) {
	if ref.Type == repo.Dataset {
		return friendly.Manifest{}, false, nil
	}
	return manifest(), true, nil
}
func (d *desk) Rebuild(_ context.Context, clean bool) (friendly.Report, error) {
	d.clean = clean
	return d.rebuilt, d.note("rebuild")
}
func (d *desk) Remove(_ context.Context, r cache.Removal) error {
	return d.note("remove " + r.String())
}

// deskViews is the desk's readable view.
type deskViews struct{ *desk }

func (d deskViews) Remove(ref repo.Ref, commits ...repo.Commit) error {
	return d.note("remove view of " + cache.Removal{Ref: ref, Commits: commits}.String())
}

// memory keeps settings.
type memory struct {
	mu       sync.Mutex
	doc      []byte
	revision int64
}

func (m *memory) Settings(context.Context) ([]byte, int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.doc, m.revision, nil
}

func (m *memory) SaveSettings(_ context.Context, doc []byte, revision int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if revision != m.revision {
		return jobs.ErrConflict
	}
	m.doc, m.revision = slices.Clone(doc), revision+1
	return nil
}

const canary = "hf_abcdefghijklmnop"

// place are the document's folders.
func place() web.Place {
	return web.Place{
		CacheDir: "/home/user/.cache/huggingface/hub", ViewDir: "/home/user/.cache/huggingface", LinkMode: "auto", StandardCache: true,
	}
}

// services are the desk and real settings.
func services(t testing.TB, d *desk) web.Services {
	t.Helper()
	s, err := settings.Open(t.Context(), settings.Options{
		Store: &memory{}, Log: zerolog.Nop(),
		Base: settings.Values{Token: canary, Connections: 8, MaxActive: 3, MultipartThreshold: 32 << 20, Verify: "size", Retries: 4},
	})
	if err != nil {
		t.Fatal(err)
	}
	return web.Services{Jobs: d, Planner: d, Analyzer: d, Cache: d, Views: deskViews{d}, Settings: s, Plugins: deskPlugins{d}, Machine: d, Updates: d, Place: place()}
}

// somePlugins are one that runs and one that was changed.
func somePlugins() []api.Plugin {
	at := "2026-01-02T03:04:05Z"
	return []api.Plugin{
		{
			Name: "model-card", Version: "0.1.0", Description: "Checks licence and card.", Homepage: "https://example.com", License: "MIT",
			State: "enabled", SHA256: "aa", EnabledSHA256: "aa", ProgramSHA256: "bb", Size: 100, EnabledAt: &at, Running: true,
			Analyzers: []api.PluginAnalyzer{{Name: "model-card", Version: "0.1.0", Types: []string{"model-card"}}},
		},
		{Name: "other", State: "changed", EnableCommand: "hfdownloader plugins enable other", Problem: "its files are not those that were enabled", Analyzers: []api.PluginAnalyzer{}, Failures: 2},
	}
}

// serve starts the real server on a real port; it ends with the test.
func serve(t testing.TB, api web.Services) string {
	t.Helper()
	s, err := web.New(web.Options{Version: "3.0.0", Log: zerolog.Nop(), Now: func() time.Time { return at(0) }})
	if err != nil {
		t.Fatal(err)
	}
	runTasks(t, &api)
	s.Open(web.Content{API: api})
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		http.DefaultTransport.(*http.Transport).CloseIdleConnections() //nolint:errcheck // it is one
		stop()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("serve: %v", err)
		}
	})
	return "http://" + l.Addr().String()
}

// reply is one answer, read to its end.
type reply struct {
	status int
	header http.Header
	body   string
}

// ask sends a request; a body goes as JSON.
func ask(t testing.TB, method, url, body string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return send(t, r)
}

func send(t testing.TB, r *http.Request) reply {
	t.Helper()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := reply{res.StatusCode, res.Header, string(data)}
	path := r.URL.Path
	if r.URL.Opaque != "" {
		path = r.URL.Opaque
	}
	conform(t, r.Method, path, got)
	return got
}
