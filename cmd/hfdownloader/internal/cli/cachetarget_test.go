package cli

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// TestCacheTargets: what people type, and what is meant.
func TestCacheTargets(t *testing.T) {
	for arg, want := range map[string]string{
		"models/org/m":                 "models--org--m",
		"model/org/m":                  "models--org--m", // as "hf cache ls" prints it
		"datasets/org/m":               "datasets--org--m",
		"dataset/org/m":                "datasets--org--m",
		"hf://datasets/org/m":          "datasets--org--m",
		"models/gpt2":                  "models--gpt2",
		"model/gpt2":                   "models--gpt2",
		"gpt2":                         "models--gpt2",
		"GPT2":                         "models--gpt2",
		"models/org/m@v1":              "models--org--m/snapshots/" + oldCommit,
		"models/org/m@0123456":         "models--org--m/snapshots/" + oldCommit,
		"models/org/m@" + oldCommit:    "models--org--m/snapshots/" + oldCommit,
		"hf://models/org/m@v1":         "models--org--m/snapshots/" + oldCommit,
		oldCommit:                      "models--org--m/snapshots/" + oldCommit,
		"https://huggingface.co/org/m": "models--org--m",
		"datasets/org/m@main":          "datasets--org--m", // its only revision
		"https://huggingface.co/datasets/org/m/tree/main": "datasets--org--m",
	} {
		t.Run(arg, func(t *testing.T) {
			root := cached(t)
			o := runCache(t, &keeper{}, root, "", false, "rm", "--yes", arg)
			if o.code != 0 || exists(filepath.Join(root, "hub", filepath.FromSlash(want))) {
				t.Errorf("%+v", o)
			}
			left := 0
			for _, at := range []string{"models--org--m/snapshots/" + mainCommit, "models--org--m/snapshots/" + oldCommit, "datasets--org--m", "models--gpt2"} {
				if exists(filepath.Join(root, "hub", filepath.FromSlash(at))) {
					left++
				}
			}
			if wantLeft := map[bool]int{true: 2, false: 3}[want == "models--org--m"]; left != wantLeft {
				t.Errorf("%d of 4 are left, want %d", left, wantLeft)
			}
		})
	}
}

func TestCacheTargetsThatAreWrong(t *testing.T) {
	root := cached(t)
	for _, c := range []struct {
		arg, say string
		code     int
	}{
		{"org/m", "say which: models/org/m or datasets/org/m", ExitUsage},
		{mainCommit, "say which", ExitUsage},
		{"org/none", "cache ls shows what is", ExitNotFound},
		{"models/org/m@v2", "cache ls --revisions", ExitNotFound},
		{"models/org/m@012345", "cache ls --revisions", ExitNotFound}, // too short
		{"models/org/m@", `nothing follows "@"`, ExitUsage},
		{"../hub", "bad repository", ExitUsage},
		{"models/org/m:q4", "single files", ExitUsage},
		{"hf://org/m/config.json", "single files", ExitUsage},
		{strings.Repeat("a", 40), "it is not there", ExitNotFound},
	} {
		o := runCache(t, &keeper{}, root, "", false, "rm", "--yes", c.arg)
		if o.code != c.code || !strings.Contains(o.err, c.say) || !strings.Contains(o.err, "\nhint: ") {
			t.Errorf("%s: %+v", c.arg, o)
		}
	}
	o := runCache(t, &keeper{}, root, "", false, "ls", "-q", "--sort", "name")
	if o.out != "models/gpt2\nmodels/org/m\ndatasets/org/m\n" {
		t.Errorf("something is gone: %q", o.out)
	}
}

// FuzzCacheTarget: whatever is typed names a sound repository, a commit, or
// nothing, and never more than was there.
func FuzzCacheTarget(f *testing.F) {
	for _, seed := range []string{"org/m", "model/org/m@v1", "hf://datasets/org/m@refs/pr/1", "../x", "@", "a@b@c", mainCommit, "https://huggingface.co/org/m/tree/main", "datasets/squad", "x\x00/y", "org/m:q4"} {
		f.Add(seed)
	}
	inv := cache.Inventory{Repos: []cache.Holding{
		{RepoInfo: cache.RepoInfo{Ref: repo.Ref{Type: repo.Model, ID: "org/m"}, Commits: []repo.Commit{mainCommit, oldCommit}, Refs: []cache.RefCommit{{Name: "main", Commit: mainCommit}}}},
		{RepoInfo: cache.RepoInfo{Ref: repo.Ref{Type: repo.Dataset, ID: "squad"}, Commits: []repo.Commit{mainCommit}}},
	}}
	f.Fuzz(func(t *testing.T, text string) {
		found, commits, err := targets([]string{text}, inv)
		if err != nil {
			if fault.HintOf(err) == "" {
				t.Errorf("%q: no hint: %v", text, err)
			}
			return
		}
		if len(found) != 1 || len(commits) != 1 || commits[0] != "" && !hasCommit(found[0], string(commits[0])) {
			t.Errorf("%q: %v, %v", text, found, commits)
		}
	})
}
