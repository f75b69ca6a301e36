package api_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/cache/friendly"
	"github.com/hfdownloader/hfdownloader/core/config"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
	"github.com/hfdownloader/hfdownloader/web/api"
)

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 1: "1", 1000: "1KB", 1024: "1KiB", 1025: "1025", 32 << 20: "32MiB", 512_000: "500KiB", 1_000_000: "1MB", 5 << 40: "5TiB",
	} {
		if got := api.Size(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestSizeReadsBackAsTheSameNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, 1<<53).Draw(t, "n") // beyond, the parser of sizes rounds
		if got, err := config.ParseSize(api.Size(n)); err != nil || got != n {
			t.Fatalf("%d became %s, then %d, %v", n, api.Size(n), got, err)
		}
	})
}

func TestRate(t *testing.T) {
	for n, want := range map[int64]string{-1: "", 0: "", 1 << 20: "1MiB"} {
		if got := api.Rate(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestHuman(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 123: "123 B", 1023: "1023 B", 1024: "1.0 KiB", 1 << 20: "1.0 MiB", 1<<20 - 1: "1.0 MiB", 4500000000: "4.2 GiB", math.MaxInt64: "8.0 EiB",
	} {
		if got := api.Human(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestFileStatusWords(t *testing.T) {
	for s, want := range map[pipeline.FileStatus]string{
		pipeline.FilePending: "pending", pipeline.FileActive: "downloading", pipeline.FileVerifying: "verifying",
		pipeline.FilePlacing: "verifying", pipeline.FileComplete: "complete", pipeline.FileSkipped: "skipped",
		pipeline.FileFailed: "error", "": "pending",
	} {
		if got := api.FileStatus(s); got != want {
			t.Errorf("%s: %s, want %s", s, got, want)
		}
	}
}

func TestStampIsUTCWithoutFraction(t *testing.T) {
	at := time.Date(2024, 1, 15, 12, 30, 0, 999e6, time.FixedZone("", 2*60*60))
	if got := api.Stamp(at); got != "2024-01-15T10:30:00Z" {
		t.Error(got)
	}
}

func TestF17_SpeedIsNeverNegative(t *testing.T) {
	if got := api.ProgressOf(jobs.Progress{BytesPerSecond: math.MinInt64}).BytesPerSecond; got != 0 {
		t.Error(got)
	}
}

// TestArraysAreNeverNull: an empty value of every reply.
func TestArraysAreNeverNull(t *testing.T) {
	for name, v := range map[string]any{
		"job": api.JobOf(jobs.View{}), "files": api.FilesOf(nil), "plan": api.PlanOf(jobs.Spec{}, api.Planned{}),
		"cached": api.DetailsOf(cache.Holding{}, nil, api.View{Manifest: &friendly.Manifest{}}), "selection": api.SelectionOf(""),
	} {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.NewReplacer(`"startedAt":null`, "", `"endedAt":null`, "").Replace(string(data))
		if strings.Contains(text, "null") {
			t.Errorf("%s: %s", name, data)
		}
	}
}

func TestJobSharesNothingWithItsView(t *testing.T) {
	v := jobs.View{Record: jobs.Record{Spec: jobs.Spec{Filters: []string{"a"}, Excludes: []string{"b"}}}, Files: []jobs.File{{Path: "c"}}}
	j := api.JobOf(v)
	v.Spec.Filters[0], v.Spec.Excludes[0], v.Files[0].Path = "x", "x", "x"
	if j.Filters[0] != "a" || j.Excludes[0] != "b" || j.Files[0].Path != "c" {
		t.Errorf("%+v", j)
	}
}

func TestFiltersOfAManifestsCommand(t *testing.T) {
	for command, want := range map[string][]string{
		"":                                           {},
		"hfdownloader download a/b":                  {},
		"hfdownloader download a/b -F q4":            {"q4"},
		"hfdownloader download a/b -Fq4,q5":          {"q4", "q5"},
		"hfdownloader download a/b -F=q4 -F q5":      {"q4", "q5"},
		"hfdownloader download a/b --filters 'q4, '": {"q4"},
		"hfdownloader download a/b --filters=q4,,q5": {"q4", "q5"},
		"hfdownloader download a/b -F":               {},
		"hfdownloader download a/b --Force":          {},
	} {
		m := api.CachedOf(cache.Holding{}, api.View{Manifest: &friendly.Manifest{Command: command}})
		if d := cmp.Diff(want, m.Manifest.Filters); d != "" {
			t.Errorf("%s: %s", command, d)
		}
		status := "complete"
		if len(want) > 0 {
			status = "filtered"
		}
		if m.DownloadStatus != status {
			t.Errorf("%s: %s", command, m.DownloadStatus)
		}
	}
}

func TestBranchPeopleMean(t *testing.T) {
	const a, b repo.Commit = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	for _, c := range []struct {
		refs         []cache.RefCommit
		name, commit string
	}{
		{nil, "", "bbbbbbb"},
		{[]cache.RefCommit{{Name: "a1", Commit: b}, {Name: "main", Commit: a}}, "main", "aaaaaaa"},
		{[]cache.RefCommit{{Name: "a1", Commit: b}, {Name: "master", Commit: a}}, "master", "aaaaaaa"},
		{[]cache.RefCommit{{Name: "v1", Commit: a}, {Name: "v2", Commit: b}}, "v2", "bbbbbbb"},
		{[]cache.RefCommit{{Name: "v1", Commit: a}}, "", "bbbbbbb"},
	} {
		info := cache.RepoInfo{Refs: c.refs, Commits: []repo.Commit{b, a}} // newest first
		if got := api.CachedOf(cache.Holding{RepoInfo: info}, api.View{}); got.Branch != c.name || got.Commit != c.commit {
			t.Errorf("%v: %s at %s", c.refs, got.Branch, got.Commit)
		}
	}
}

// TestManifestWithoutATime: others may have written it.
func TestManifestWithoutATime(t *testing.T) {
	info := cache.RepoInfo{Modified: time.Date(2024, 1, 15, 10, 30, 0, 0, time.UTC)}
	got := api.CachedOf(cache.Holding{RepoInfo: info}, api.View{Manifest: &friendly.Manifest{}})
	if got.Downloaded != "2024-01-15T10:30:00Z" || got.Manifest.Downloaded != got.Downloaded {
		t.Errorf("%s, %s", got.Downloaded, got.Manifest.Downloaded)
	}
}

func TestOwnerOfALegacyName(t *testing.T) {
	for id, want := range map[repo.ID][2]string{"owner/name": {"owner", "name"}, "gpt2": {"", "gpt2"}} {
		got := api.CachedOf(cache.Holding{RepoInfo: cache.RepoInfo{Ref: repo.Ref{Type: repo.Model, ID: id}}}, api.View{})
		if got.Owner != want[0] || got.Name != want[1] {
			t.Errorf("%s: %q, %q", id, got.Owner, got.Name)
		}
	}
}
