package quantized

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hfdownloader/hfdownloader/analyzers/analyzertest"
	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

func TestBitrateOfBranchNames(t *testing.T) {
	for _, c := range []struct {
		name string
		exl  bool
		bits float64
		head int64
	}{
		{"4.00bpw", false, 4, 0},
		{"4.0bpw_H6", false, 4, 6},
		{"SC_6.00bpw_H6_V6", false, 6, 6},
		{"2.4bpw-h6-exl2", false, 2.4, 6},
		{"4bpw", false, 4, 0},
		{"h8_5.0bpw", false, 5, 8},
		{"4_25", true, 4.25, 0},
		{"4_25", false, 0, 0},
		{"6_5", true, 6.5, 0},
		{"4_0bpw", true, 4, 0},
		{"3.5", true, 3.5, 0},
		{"3.5", false, 0, 0},
		{"gptq-4bit-32g-actorder_True", false, 4, 0},
		{"gptq-8bit--1g-actorder_True", false, 8, 0},
		{"main", true, 0, 0},
		{"v2.0", true, 0, 0},
		{"99bpw", false, 0, 0},
		{"0.0bpw", false, 0, 0},
		{"refs/pr/1", true, 0, 0},
		{"2024_10_01", true, 0, 0},
	} {
		t.Run(fmt.Sprint(c.name, c.exl), func(t *testing.T) {
			if bits, head := bitrate(c.name, c.exl); bits != c.bits || head != c.head {
				t.Errorf("%g and %d, want %g and %d", bits, head, c.bits, c.head)
			}
		})
	}
}

// branched is a repository with branches.
type branched struct {
	*sdktest.Repo
	names  []string
	at     map[string]*sdktest.Repo
	most   atomic.Int64 // listings at the same time
	now    atomic.Int64
	listed atomic.Int64
}

func (b *branched) Branches(context.Context) ([]string, error) { return b.names, nil }

func (b *branched) At(_ context.Context, name string) (sdk.Repo, error) {
	now := b.now.Add(1)
	defer b.now.Add(-1)
	for most := b.most.Load(); now > most && !b.most.CompareAndSwap(most, now); most = b.most.Load() {
	}
	b.listed.Add(1)
	r := b.at[name]
	if r == nil {
		return nil, errors.New("gone")
	}
	return r, nil
}

// withBranches adds the branches of a fixture: "branch/NAME" is a listing,
// "branch/NAME/config.json" a file of it.
func withBranches(t *testing.T, f *analyzertest.Fixture) *branched {
	t.Helper()
	b := &branched{Repo: f.Repo, at: map[string]*sdktest.Repo{}}
	var names []string
	if err := json.Unmarshal(f.Extra["branches.json"], &names); err != nil {
		t.Fatal(err)
	}
	b.names = names
	for _, name := range names {
		listing, ok := f.Extra["branch/"+name]
		if !ok {
			continue // the one that is looked at
		}
		parsed, err := sdktest.Parse([]byte("model " + f.RefValue.ID + "\n-- files --\n" + string(listing)))
		if err != nil {
			t.Fatal(err)
		}
		for extra, data := range f.Extra {
			if path, ok := strings.CutPrefix(extra, "branch/"+name+"/"); ok {
				parsed.SetContent(path, data)
			}
		}
		b.at[name] = parsed.Repo
	}
	return b
}

func TestBranchFixtures(t *testing.T) {
	for _, f := range analyzertest.Load(t, "testdata/branches", nil) {
		t.Run(f.Name, func(t *testing.T) {
			r := withBranches(t, f)
			claim, err := New().Match(t.Context(), r)
			if err != nil || claim.Type != f.Type() {
				t.Fatalf("%+v, %v", claim, err)
			}
			report, err := New().Analyze(t.Context(), r, sdk.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range report.Sections {
				analyzertest.Same(t, s.Key, f.Want[s.Key], s.Data)
			}
			items, err := json.Marshal(report.Items)
			if err != nil {
				t.Fatal(err)
			}
			analyzertest.Within(t, "selectable_items", f.Want["selectable_items"], items)
		})
	}
}

// many is a repository of so many branches of 1 GiB.
func many(n int) *branched {
	b := &branched{Repo: &sdktest.Repo{RefValue: sdk.Ref{Type: "model", ID: "o/n-exl2", Revision: "main"}}, at: map[string]*sdktest.Repo{}}
	for i := range n {
		name := fmt.Sprintf("%d.%02dbpw", 1+i/100, i%100)
		b.names = append(b.names, name)
		b.at[name] = &sdktest.Repo{List: []sdk.File{{Path: "output.safetensors", Size: 1 << 30, LFS: true}}}
	}
	return b
}

func TestBranchListingsAreBounded(t *testing.T) {
	b := many(100)
	report, err := New().Analyze(t.Context(), b, sdk.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if b.listed.Load() != maxBranches || b.most.Load() > branchesAtOnce {
		t.Errorf("%d listings, %d at once", b.listed.Load(), b.most.Load())
	}
	if len(report.Items) != maxBranches || len(report.Warnings) != 1 {
		t.Errorf("%d items, warnings %q", len(report.Items), report.Warnings)
	}
}

func TestBranchThatCannotBeListedIsAWarning(t *testing.T) {
	b := many(2)
	b.names = append(b.names, "4.0bpw")
	report, err := New().Analyze(t.Context(), b, sdk.Options{})
	if err != nil || len(report.Items) != 2 || len(report.Warnings) != 1 {
		t.Errorf("%d items, warnings %q, %v", len(report.Items), report.Warnings, err)
	}
}

func TestBranchesWithoutWeightsAreNotOffered(t *testing.T) {
	b := many(1)
	b.names = append(b.names, "8.0bpw")
	b.at["8.0bpw"] = &sdktest.Repo{List: []sdk.File{{Path: "README.md", Size: 100}}}
	report, err := New().Analyze(t.Context(), b, sdk.Options{})
	if err != nil || len(report.Items) != 1 {
		t.Errorf("%+v, %v", report.Items, err)
	}
}

func TestBestBranch(t *testing.T) {
	for _, c := range []struct {
		name string
		list []branch
		want string
	}{
		{"the nearest", []branch{{Name: "5.0bpw", PerWeight: 5}, {Name: "4.25bpw", PerWeight: 4.25}, {Name: "3.5bpw", PerWeight: 3.5}}, "4.25bpw"},
		{"the plainest", []branch{{Name: "4.0bpw_H8", PerWeight: 4}, {Name: "4.0bpw", PerWeight: 4}}, "4.0bpw"},
		{"of two as near the wider", []branch{{Name: "4.5bpw", PerWeight: 4.5}, {Name: "3.5bpw", PerWeight: 3.5}}, "4.5bpw"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := branchList{c.list}
			if got := l.list[l.best()].Name; got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
