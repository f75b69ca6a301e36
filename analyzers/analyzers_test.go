package analyzers

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/core/retry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serviceOf is a service over a client of a test hub.
func serviceOf(t *testing.T, h *hubtest.Hub, token string) *Service {
	t.Helper()
	c, err := hub.New(hub.Options{
		Endpoint: h.URL(), Token: token, UserAgent: "test", NoEnvProxy: true,
		Retry: retry.Policy{Attempts: 2, Initial: time.Millisecond, Max: time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return New(c, Registry{}, nil)
}

func files() []hubtest.File {
	return []hubtest.File{
		hubtest.Regular("config.json", `{"a":1}`),
		hubtest.LFS("w.gguf", hubtest.Text("a hundred thousand weights")),
	}
}

// listings are the requests for listings of files.
func listings(h *hubtest.Hub) []string {
	var out []string
	for _, q := range h.Requests(func(q hubtest.Request) bool { return strings.Contains(q.Path, "/tree/") }) {
		out = append(out, q.Path)
	}
	return out
}

func forced(dataset bool) *bool { return &dataset }

func TestGenericReport(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{PageSize: 1})
	c := h.Model("org/m", files()...)
	main := c.Commit("main", files()...)
	old := c.Commit("a-branch", files()[:1]...)
	c.Commit("refs/pr/1", files()[1:]...)
	c.Commit("refs/convert/parquet", files()[1:]...)
	c.Tag("v1.0", old)
	got, err := serviceOf(t, h, "").Analyze(t.Context(), Query{ID: "org/m"})
	if err != nil {
		t.Fatal(err)
	}
	if got.At.Location() != time.UTC || time.Since(got.At) > time.Minute {
		t.Errorf("at %v", got.At)
	}
	got.At = time.Time{}
	weights := hubtest.Text("a hundred thousand weights")
	lfs := &repo.LFS{SHA256: weights.SHA256(), Size: weights.Size(), PointerSize: got.Files[1].LFS.PointerSize}
	want := Report{
		Ref: repo.Ref{Type: repo.Model, ID: "org/m"}, Revision: "main", Commit: main, Type: "generic", Description: "Repository", Command: "hfdownloader download org/m",
		Files: []repo.File{
			{Path: "config.json", Size: 7, BlobID: hubtest.Text(`{"a":1}`).GitID()},
			{Path: "w.gguf", Size: 26, BlobID: got.Files[1].BlobID, LFS: lfs},
		},
		Refs: []Ref{{"main", Branch, main}, {"a-branch", Branch, old}, {"v1.0", Tag, old}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRevisionIsResolvedOnceAndListedByCommit(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	r := h.Model("org/m", files()...)
	old := r.Commit("old", files()[:1]...)
	r.Tag("v1", old)
	for _, rev := range []repo.Revision{"old", "v1", repo.Revision(old)} {
		t.Run(string(rev), func(t *testing.T) {
			h.ResetLog()
			got, err := serviceOf(t, h, "").Analyze(t.Context(), Query{ID: "org/m", Revision: rev})
			if err != nil {
				t.Fatal(err)
			}
			if got.Commit != old || got.Revision != rev || len(got.Files) != 1 {
				t.Errorf("%s at %s with %d files", got.Revision, got.Commit, len(got.Files))
			}
			if diff := cmp.Diff([]string{"/api/models/org/m/tree/" + string(old)}, listings(h)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// both is a hub where one name is two things.
func both(t *testing.T) *hubtest.Hub {
	t.Helper()
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/both", files()...)
	h.Dataset("org/both", files()[:1]...)
	h.Model("org/m", files()...)
	h.Dataset("org/d", files()[:1]...)
	return h
}

func TestModelOrDataset(t *testing.T) {
	cases := []struct {
		name     string
		id       repo.ID
		forced   *bool
		want     repo.Type
		listings int
	}{
		{"a model", "org/m", nil, repo.Model, 1},
		{"a dataset", "org/d", nil, repo.Dataset, 1},
		{"both", "org/both", nil, "", 0},
		{"both, the model", "org/both", forced(false), repo.Model, 1},
		{"both, the dataset", "org/both", forced(true), repo.Dataset, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := both(t)
			got, err := serviceOf(t, h, "").Analyze(t.Context(), Query{ID: c.id, Dataset: c.forced})
			if err != nil {
				t.Fatal(err)
			}
			if got.Ref != (repo.Ref{Type: c.want, ID: c.id}) || got.NeedsSelection != (c.want == "") {
				t.Errorf("%v, needs selection %v", got.Ref, got.NeedsSelection)
			}
			if (got.Type == TypeDataset) != (c.want == repo.Dataset) {
				t.Errorf("type %q", got.Type)
			}
			if len(got.Warnings) != 0 {
				t.Errorf("warnings %q", got.Warnings)
			}
			if n := len(listings(h)); n != c.listings {
				t.Errorf("%d listings, want %d: existence must not cost one", n, c.listings)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	prepare := func(t *testing.T) *hubtest.Hub {
		h := both(t)
		h.Model("org/private", files()...).Hide()
		h.Model("org/disabled", files()...).Disable()
		h.Token("hf_good", "someone")
		return h
	}
	cases := []struct {
		name, token string
		q           Query
		want        fault.Kind
	}{
		{"no such name", "", Query{ID: "org/none"}, fault.RepoNotFound},
		{"no such name, with a token", "hf_good", Query{ID: "org/none"}, fault.RepoNotFound},
		{"no such dataset", "", Query{ID: "org/m", Dataset: forced(true)}, fault.RepoNotFound},
		{"no such model", "hf_good", Query{ID: "org/d", Dataset: forced(false)}, fault.RepoNotFound},
		{"private", "hf_good", Query{ID: "org/private"}, fault.RepoNotFound},
		{"disabled", "", Query{ID: "org/disabled"}, fault.Gated},
		{"no such revision", "", Query{ID: "org/m", Revision: "none"}, fault.RevisionNotFound},
		{"no such commit", "", Query{ID: "org/d", Revision: repo.Revision(strings.Repeat("a", 40))}, fault.RevisionNotFound},
		{"token refused", "hf_bad", Query{ID: "org/m"}, fault.Unauthorized},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := serviceOf(t, prepare(t), c.token).Analyze(t.Context(), c.q)
			if fault.KindOf(err) != c.want || err == nil {
				t.Errorf("%v: %v, want %v", fault.KindOf(err), err, c.want)
			}
			if fault.HintOf(err) == "" {
				t.Errorf("no hint in %v", err)
			}
			if c.token != "" && strings.Contains(err.Error()+fault.HintOf(err), c.token) {
				t.Errorf("the token is in %v", err)
			}
		})
	}
}

func TestBothWhereOneLacksTheRevision(t *testing.T) {
	h := both(t)
	h.Repo(repo.Model, "org/both").Commit("only-model", files()[0])
	got, err := serviceOf(t, h, "").Analyze(t.Context(), Query{ID: "org/both", Revision: "only-model"})
	if err != nil || !got.NeedsSelection {
		t.Errorf("needs selection %v, %v", got.NeedsSelection, err)
	}
}

func TestGatedWithoutAccessHasSizesButNoChecksums(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/gated", files()...).Gate("manual")
	got, err := serviceOf(t, h, "").Analyze(t.Context(), Query{ID: "org/gated"})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Files) != 2 || got.Files[1].Size != 26 || got.Files[1].LFS == nil || got.Files[1].LFS.SHA256 != "" {
		t.Errorf("files %+v", got.Files)
	}
	if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "terms") {
		t.Errorf("warnings %q", got.Warnings)
	}
}

func TestRefsThatFailAreAWarning(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/m", files()...)
	h.Fault(hubtest.Rule{Path: "/refs", Do: hubtest.Status(http.StatusInternalServerError, "down")})
	got, err := serviceOf(t, h, "").Analyze(t.Context(), Query{ID: "org/m"})
	if err != nil || len(got.Files) != 2 || len(got.Refs) != 0 || len(got.Warnings) != 1 {
		t.Errorf("%d files, refs %v, warnings %q, %v", len(got.Files), got.Refs, got.Warnings, err)
	}
}

func TestListingThatFailsIsAnError(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/m", files()...)
	h.Fault(hubtest.Rule{Path: "/tree/", Do: hubtest.Status(http.StatusInternalServerError, "down")})
	_, err := serviceOf(t, h, "").Analyze(t.Context(), Query{ID: "org/m"})
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("%v", err)
	}
}
