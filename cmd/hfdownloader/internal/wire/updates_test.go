//go:build linux

package wire

import (
	"context"
	"slices"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/match"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/web/api"
)

func everything(repo.Ref) bool { return true }

// TestComparingEndsWithItsTime: what was answered by then is told, and that it is
// not all.
func TestComparingEndsWithItsTime(t *testing.T) {
	r := newRig(t, hubtest.Options{})
	for _, id := range []string{"org/quick", "org/stuck"} {
		r.hub.Model(id, hubtest.Regular("config.json", id))
		if _, err := r.run(t.Context(), model(id)); err != nil {
			t.Fatal(err)
		}
	}
	p, err := New(r.set, r)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	u := updates{pipeline: p}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r.hub.Fault(hubtest.Rule{Host: hubtest.HubHost, Path: "org/stuck", Do: hubtest.Chain(hubtest.Then(cancel), hubtest.Hang())})
	one, err := u.Outdated(ctx, func(ref repo.Ref) bool { return ref.ID == "org/quick" })
	if err != nil || !one.Complete || len(one.Branches) != 1 {
		t.Fatalf("%+v, %v", one, err)
	}
	both, err := u.Outdated(ctx, everything)
	if err != nil || both.Complete || slices.ContainsFunc(both.Branches, func(b api.Compared) bool { return b.Ref.ID == "org/stuck" }) {
		t.Errorf("%+v, %v", both, err)
	}
}

// TestTheHubIsNotAskedAgainWhenItIsGone: each branch says so all the same.
func TestTheHubIsNotAskedAgainWhenItIsGone(t *testing.T) {
	r := newRig(t, hubtest.Options{})
	const repos = 3 * askers
	for i := range repos {
		id := "org/m" + string(rune('a'+i))
		r.hub.Model(id, hubtest.Regular("config.json", id))
		if _, err := r.run(t.Context(), model(id)); err != nil {
			t.Fatal(err)
		}
	}
	r.set.Retry.Attempts = 0
	p, err := New(r.set, r)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	r.hub.ResetLog()
	r.hub.Fault(hubtest.Rule{Host: hubtest.HubHost, Do: hubtest.Status(503, "")})
	got, err := updates{pipeline: p}.Outdated(t.Context(), everything)
	if err != nil || !got.Complete || len(got.Branches) != repos {
		t.Fatalf("%d of %d, %v", len(got.Branches), repos, err)
	}
	for _, b := range got.Branches {
		if b.Err == nil {
			t.Errorf("%s is current", b.Ref)
		}
	}
	if n := len(r.hub.Log()); n > 2*askers {
		t.Errorf("%d requests", n)
	}
}

// TestPickedFiltersChooseTheSame: what they say, the filter stage understands.
func TestPickedFiltersChooseTheSame(t *testing.T) {
	file := func(path string, payload bool) repo.File {
		f := repo.File{Path: path, Size: 1}
		if payload {
			f.LFS = &repo.LFS{Size: 1}
		}
		return f
	}
	all := []repo.File{
		file("README.md", false), file("a.bin", true), file("config.json", false), file("fp16/a.bin", true), file("model-00001-of-00002.safetensors", true), file("model-00002-of-00002.safetensors", true),
	}
	for name, wanted := range map[string][]string{
		"one of two names":  {"a.bin", "config.json"},
		"the nested one":    {"fp16/a.bin"},
		"a shard":           {"model-00002-of-00002.safetensors"},
		"several":           {"a.bin", "fp16/a.bin", "model-00001-of-00002.safetensors"},
		"all payload":       {"a.bin", "fp16/a.bin", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"},
		"small files alone": {"config.json"},
	} {
		filters, excludes, exact := picked(all, wanted, false)
		sel, err := match.Select(all, match.Options{Filters: filters, Excludes: excludes, Exact: exact})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var got, want []string
		for _, item := range sel.Items {
			got = append(got, item.File.Path)
		}
		for _, f := range all {
			if f.LFS == nil || slices.Contains(wanted, f.Path) {
				want = append(want, f.Path)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q by %q without %q", name, got, want, filters, excludes)
		}
	}
}
