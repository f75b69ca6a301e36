package analyzers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/core/retry"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// stub is an analyzer of functions.
type stub struct {
	name    string
	claim   sdk.Claim
	match   func(r sdk.Repo) error
	analyze func(ctx context.Context, r sdk.Repo, o sdk.Options) (sdk.Report, error)
}

func (s stub) Describe(context.Context) (sdk.Info, error) { return sdk.Info{Name: s.name}, nil }

func (s stub) Match(_ context.Context, r sdk.Repo) (sdk.Claim, error) {
	if s.match != nil {
		if err := s.match(r); err != nil {
			return sdk.Claim{}, err
		}
	}
	return s.claim, nil
}

func (s stub) Analyze(ctx context.Context, r sdk.Repo, o sdk.Options) (sdk.Report, error) {
	if s.analyze == nil {
		return sdk.Report{Sections: []sdk.Section{{Key: s.name, Data: []byte(`{"a":1}`)}}}, nil
	}
	return s.analyze(ctx, r, o)
}

func claims(kind string, rank sdk.Rank) sdk.Claim {
	return sdk.Claim{Rank: rank, Type: kind, Evidence: "seen"}
}

// hubWith is a service of these analyzers over a test hub.
func hubWith(t *testing.T, h *hubtest.Hub, list ...sdk.Analyzer) *Service {
	t.Helper()
	c, err := hub.New(hub.Options{
		Endpoint: h.URL(), UserAgent: "test", NoEnvProxy: true, Retry: retry.Policy{Attempts: 2, Initial: time.Millisecond, Max: time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	r, err := NewRegistry(t.Context(), list...)
	if err != nil {
		t.Fatal(err)
	}
	return New(c, r, nil)
}

func keys(r Report) []string {
	var out []string
	for _, s := range r.Sections {
		out = append(out, s.Key+" by "+s.By)
	}
	return out
}

func analyzeModel(t *testing.T, s *Service, o sdk.Options) Report {
	t.Helper()
	no := false
	got, err := s.Analyze(t.Context(), Query{ID: "org/m", Dataset: &no, Options: o})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestHighestClaimNamesAndOthersAddSections(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/m", files()...)
	s := hubWith(t, h, stub{name: "side", claim: claims("side", sdk.RankSide)}, stub{name: "none"},
		stub{name: "first", claim: claims("best", 700)}, stub{name: "second", claim: claims("other", 700)})
	got := analyzeModel(t, s, sdk.Options{})
	if got.Type != "best" || got.By != "first" || got.Evidence != "seen" {
		t.Errorf("%s by %s: %s", got.Type, got.By, got.Evidence)
	}
	if diff := cmp.Diff([]string{"first by first", "second by second", "side by side"}, keys(got)); diff != "" {
		t.Error(diff)
	}
}

func TestF42_AnalyzerThatFailsCostsItsSection(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/m", files()...)
	good := stub{name: "good", claim: claims("good", 100)}
	for name, bad := range map[string]stub{
		"match fails":  {match: func(sdk.Repo) error { return errors.New("boom") }},
		"match panics": {match: func(sdk.Repo) error { panic("boom") }},
		"analyze fails": {claim: claims("bad", 50), analyze: func(context.Context, sdk.Repo, sdk.Options) (sdk.Report, error) {
			return sdk.Report{}, errors.New("boom")
		}},
		"analyze panics": {claim: claims("bad", 50), analyze: func(context.Context, sdk.Repo, sdk.Options) (sdk.Report, error) {
			panic("boom")
		}},
	} {
		bad.name = "bad"
		got := analyzeModel(t, hubWith(t, h, bad, good), sdk.Options{})
		if got.Type != "good" || len(got.Sections) != 1 || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "bad") || !strings.Contains(got.Warnings[0], "boom") {
			t.Errorf("%s: %s, %v, %q", name, got.Type, keys(got), got.Warnings)
		}
	}
}

func TestSectionsCannotStandInForOtherKeys(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/m", files()...)
	s := hubWith(t, h, stub{name: "a", claim: claims("a", 100), analyze: func(context.Context, sdk.Repo, sdk.Options) (sdk.Report, error) {
		return sdk.Report{Sections: []sdk.Section{
			{Key: "files", Data: []byte(`{}`)}, {Key: "", Data: []byte(`{}`)}, {Key: "x", Data: []byte(`[1]`)}, {Key: "y", Data: []byte(`{"broken`)}, {Key: "good", Data: []byte(`{}`)},
		}}, nil
	}})
	if diff := cmp.Diff([]string{"good by a"}, keys(analyzeModel(t, s, sdk.Options{}))); diff != "" {
		t.Error(diff)
	}
}

func TestTwoAnalyzersOfOneName(t *testing.T) {
	if _, err := NewRegistry(t.Context(), stub{name: "a"}, stub{name: "a"}); err == nil {
		t.Error("no error")
	}
	r, err := NewRegistry(t.Context(), stub{name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	more, err := r.With(t.Context(), stub{name: "b"})
	if err != nil || len(more.Analyzers()) != 2 || len(r.Analyzers()) != 1 {
		t.Errorf("%v, %d, %d", err, len(more.Analyzers()), len(r.Analyzers()))
	}
}

func TestItemsAreFinished(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/m", hubtest.LFS("m-Q4_0.gguf", hubtest.Text("1234")), hubtest.LFS("m-Q8_0.gguf", hubtest.Text("12345678")), hubtest.Regular("a.json", "{}"))
	s := hubWith(t, h, stub{name: "a", claim: claims("a", 100), analyze: func(_ context.Context, _ sdk.Repo, o sdk.Options) (sdk.Report, error) {
		return sdk.Report{Items: []sdk.Item{
			{ID: "x", Label: "four", Size: 4, Quality: 3, Files: []string{"m-Q4_0.gguf"}, RAM: 10 << 30},
			{ID: "x", Label: "eight", Size: 8, Quality: 5, Files: []string{"m-Q8_0.gguf"}, RAM: 30 << 30, Recommended: true},
			{ID: "b", Label: "branch", Files: []string{"z.gguf"}, Revision: "4bpw"},
			{ID: "c", Label: "nothing to download", Files: []string{"a.json"}},
		}}, nil
	}})
	got := analyzeModel(t, s, sdk.Options{Memory: 24 << 30})
	yes, no := true, false
	want := []sdk.Item{
		{ID: "x", Label: "four", Size: 4, SizeHuman: "4 B", Quality: 3, QualityStars: "★★★☆☆", Files: []string{"m-Q4_0.gguf"}, Filter: "q4_0", RAM: 10 << 30, RAMHuman: "10.0 GiB", Fits: &yes},
		{ID: "x-2", Label: "eight", Size: 8, SizeHuman: "8 B", Quality: 5, QualityStars: "★★★★★", Files: []string{"m-Q8_0.gguf"}, Filter: "q8_0", RAM: 30 << 30, RAMHuman: "30.0 GiB", Fits: &no, Recommended: true},
		{ID: "b", Label: "branch", SizeHuman: "0 B", Files: []string{"z.gguf"}, Revision: "4bpw"},
	}
	if diff := cmp.Diff(want, got.Items); diff != "" {
		t.Error(diff)
	}
	if got.Needs != 30<<30 || got.CommandFull != "hfdownloader download org/m -F q8_0 --exact" || len(got.Warnings) != 1 {
		t.Errorf("%d, %s, %q", got.Needs, got.CommandFull, got.Warnings)
	}
}

func TestCommands(t *testing.T) {
	for _, c := range []struct {
		name      string
		ref       repo.Ref
		rev       repo.Revision
		items     []sdk.Item
		all, full string
	}{
		{"plain", repo.Ref{Type: repo.Model, ID: "o/m"}, "main", nil, "hfdownloader download o/m", ""},
		{"a dataset at a tag", repo.Ref{Type: repo.Dataset, ID: "o/d"}, "v1", nil, "hfdownloader download o/d --dataset -b v1", ""},
		{"a hostile branch", repo.Ref{Type: repo.Model, ID: "o/m"}, "a';rm -rf ~;'", nil, `hfdownloader download o/m -b 'a'\''` + `;rm -rf ~;'\'''`, ""},
		{"filters once each", repo.Ref{Type: repo.Model, ID: "o/m"}, "main", []sdk.Item{{Recommended: true, Filter: "b,a"}, {Filter: "x"}, {Recommended: true, Filter: "a"}}, "hfdownloader download o/m", "hfdownloader download o/m -F a,b --exact"},
		{"a filter with a space", repo.Ref{Type: repo.Model, ID: "o/m"}, "main", []sdk.Item{{Recommended: true, Filter: "a b"}}, "hfdownloader download o/m", "hfdownloader download o/m -F 'a b' --exact"},
		{"a branch", repo.Ref{Type: repo.Model, ID: "o/m"}, "main", []sdk.Item{{Recommended: true, Revision: "4.0bpw"}}, "hfdownloader download o/m", "hfdownloader download o/m -b 4.0bpw"},
	} {
		all, full := commands(c.ref, c.rev, c.items)
		if all != c.all || full != c.full {
			t.Errorf("%s: %s | %s", c.name, all, full)
		}
	}
}

func TestAnalysesAreKeptByCommit(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	m := h.Model("org/m", files()...)
	var runs atomic.Int32
	s := hubWith(t, h, stub{name: "a", claim: claims("a", 100), analyze: func(context.Context, sdk.Repo, sdk.Options) (sdk.Report, error) {
		runs.Add(1)
		return sdk.Report{}, nil
	}})
	analyzeModel(t, s, sdk.Options{})
	h.ResetLog()
	analyzeModel(t, s, sdk.Options{})
	if runs.Load() != 1 || len(listings(h)) != 0 {
		t.Errorf("%d runs, listings %q", runs.Load(), listings(h))
	}
	analyzeModel(t, s, sdk.Options{Context: 4096})
	m.Commit("main", files()[0])
	if got := analyzeModel(t, s, sdk.Options{}); runs.Load() != 3 || len(got.Files) != 1 {
		t.Errorf("%d runs, %d files of the new commit", runs.Load(), len(got.Files))
	}
}

func TestSafety(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/m", hubtest.LFS("pytorch_model.bin", hubtest.Text("p")), hubtest.LFS("model.safetensors", hubtest.Text("s")), hubtest.LFS("x/old.ckpt", hubtest.Text("c")),
		hubtest.LFS("training_args.bin", hubtest.Text("t")), hubtest.Regular("modeling_x.py", "pass"), hubtest.Regular("config.json", `{"auto_map":{"AutoModel":"modeling_x.X"}}`)).
		Info(map[string]any{"cardData": map[string]any{"license": "mit"}})
	got := analyzeModel(t, hubWith(t, h), sdk.Options{}).Safety
	want := Safety{
		Pickles: []Pickle{{Path: "pytorch_model.bin", Size: 1, Twin: "model.safetensors", Scan: "nothing found"}, {Path: "x/old.ckpt", Size: 1, Scan: "nothing found"}},
		Code:    []string{"modeling_x.py"}, AutoMap: true, License: "mit",
	}
	slices.SortFunc(got.Pickles, func(a, b Pickle) int { return strings.Compare(a.Path, b.Path) })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// reader is an analyzer that does something with the repository.
func reader(f func(ctx context.Context, r sdk.Repo) error) stub {
	return stub{name: "reader", claim: claims("reader", 100), analyze: func(ctx context.Context, r sdk.Repo, _ sdk.Options) (sdk.Report, error) {
		return sdk.Report{}, f(ctx, r)
	}}
}

func TestReadsCostOnce(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/m", hubtest.LFS("w.gguf", hubtest.Seeded(1, 1<<20)))
	var first, second, across []byte
	s := hubWith(t, h, reader(func(ctx context.Context, r sdk.Repo) error {
		var err error
		if first, err = r.ReadAt(ctx, "w.gguf", 100, 50); err != nil {
			return err
		}
		if _, err = r.ReadAt(ctx, "w.gguf", 200, 50); err != nil {
			return err
		}
		h.ResetLog()
		if second, err = r.ReadAt(ctx, "w.gguf", 110, 20); err != nil {
			return err
		}
		across, err = r.ReadAt(ctx, "w.gguf", 120, 120) // 150 to 200 is missing
		return err
	}))
	got := analyzeModel(t, s, sdk.Options{})
	if len(got.Warnings) > 0 {
		t.Fatal(got.Warnings)
	}
	var ranges []string
	for _, q := range h.Requests(hubtest.To(hubtest.CDNHost)) {
		if r := q.Header.Get("Range"); r != "" {
			ranges = append(ranges, r)
		}
	}
	if diff := cmp.Diff([]string{"bytes=150-199"}, ranges); diff != "" {
		t.Error(diff)
	}
	if string(first[10:30]) != string(second) || string(across[:30]) != string(first[20:]) || len(across) != 120 {
		t.Error("not the same bytes")
	}
}

func TestBudgetEndsReads(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/m", hubtest.LFS("w.gguf", hubtest.Seeded(1, 1<<30)))
	s := hubWith(t, h, reader(func(ctx context.Context, r sdk.Repo) error {
		for off := int64(0); off < 1<<30; off += 16 << 20 {
			if _, err := r.ReadAt(ctx, "w.gguf", off, 16<<20); err != nil {
				return fmt.Errorf("after %d MiB: %w", off>>20, err)
			}
		}
		return nil
	}))
	got := analyzeModel(t, s, sdk.Options{})
	if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "after 64 MiB") || !strings.Contains(got.Warnings[0], "budget") {
		t.Error(got.Warnings)
	}
}

func TestReadsOfWhatIsNotThere(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/m", hubtest.Regular("a", "abc"))
	s := hubWith(t, h, reader(func(ctx context.Context, r sdk.Repo) error {
		if _, err := r.ReadAt(ctx, "b", 0, 1); !errors.Is(err, sdk.ErrNoFile) {
			t.Errorf("no file: %v", err)
		}
		if data, err := r.ReadAt(ctx, "a", 1, 100); err != nil || string(data) != "bc" {
			t.Errorf("to the end: %q, %v", data, err)
		}
		if data, err := r.ReadAt(ctx, "a", 3, 1); err != nil || len(data) != 0 {
			t.Errorf("behind the end: %q, %v", data, err)
		}
		if _, err := r.ReadAt(ctx, "a", -1, 1); err == nil {
			t.Error("before the start: no error")
		}
		return nil
	}))
	if got := analyzeModel(t, s, sdk.Options{}); len(got.Warnings) > 0 {
		t.Error(got.Warnings)
	}
}

func TestBranches(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	m := h.Model("org/m", hubtest.Regular("README.md", "x"))
	m.Commit("4.0bpw", hubtest.LFS("w.safetensors", hubtest.Text("four")))
	s := hubWith(t, h, reader(func(ctx context.Context, r sdk.Repo) error {
		b, ok := r.(sdk.Branched)
		if !ok {
			t.Fatal("no branches")
		}
		names, err := b.Branches(ctx)
		if err != nil || !slices.Contains(names, "4.0bpw") {
			t.Errorf("%q, %v", names, err)
		}
		at, err := b.At(ctx, "4.0bpw")
		if err != nil {
			return err
		}
		data, err := sdk.ReadFile(ctx, at, "w.safetensors", 100)
		if string(data) != "four" {
			t.Errorf("%q, %v", data, err)
		}
		if _, err := b.At(ctx, "none"); err == nil {
			t.Error("a branch that is not there")
		}
		return err
	}))
	if got := analyzeModel(t, s, sdk.Options{}); len(got.Warnings) > 0 {
		t.Error(got.Warnings)
	}
}

func TestFacts(t *testing.T) {
	got := factsOf(hub.Details{
		Info:        hub.Info{Pipeline: "text-generation", Tags: []string{"license:mit", "base_model:o/base", "base_model:quantized:o/base"}, Gated: "auto"},
		Card:        []byte(`{"license":["apache-2.0"],"base_model":"/root/secret"}`),
		Safetensors: []byte(`{"parameters":{"BF16":"7","X":-1},"total":7}`),
		BaseModels:  []byte(`{"models":[{"id":"o/other"}]}`),
	})
	want := sdk.Facts{
		Pipeline: "text-generation", Tags: []string{"license:mit", "base_model:o/base", "base_model:quantized:o/base"}, Gated: "auto", License: "apache-2.0",
		BaseModels: []string{"o/base"}, Card: []byte(`{"license":["apache-2.0"],"base_model":"/root/secret"}`),
		Parameters: map[string]int64{"BF16": 7}, TotalParameters: 7,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseTokens(t *testing.T) {
	for text, want := range map[string]int64{"8192": 8192, "32k": 32768, " 128K ": 131072, "1m": 1 << 20, "": 0, "0": 0, "-1": 0, "k": 0, "9999999999999": 0, "3m5": 0} {
		if got, err := ParseTokens(text); got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
}
