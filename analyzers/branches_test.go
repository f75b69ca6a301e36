package analyzers

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// endless is a hub whose listings have so many files.
type endless struct {
	Hub
	files int
}

func (e endless) Tree(context.Context, repo.Ref, repo.Commit) iter.Seq2[repo.File, error] {
	return func(yield func(repo.File, error) bool) {
		for i := range e.files {
			if !yield(repo.File{Path: fmt.Sprint(i)}, nil) {
				return
			}
		}
	}
}

// manyBranches is a view of a hub with n branches, b0 and so on.
func manyBranches(h Hub, n int) *view {
	v := newView(h, repo.Ref{Type: repo.Model, ID: "o/m"}, "main", "", sdk.Facts{}, nil, newBudget())
	var all refsAnswer
	for i := range n {
		all.refs = append(all.refs, Ref{Name: fmt.Sprint("b", i), Type: Branch})
	}
	v.refs = func(context.Context) (refsAnswer, error) { return all, nil }
	return v
}

func TestP9_ListingsOfBranchesAreBounded(t *testing.T) {
	for _, c := range []struct {
		name            string
		branches, files int
		want            int // listings that succeed
		err             error
	}{
		{"in number", maxBranches + 5, 1, maxBranches, errBranches},
		{"in files together", 5, maxBranchFiles / 2, 2, errBranchFiles},
		{"one that never ends", 1, maxBranchFiles + 1, 0, errBranchFiles},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := manyBranches(endless{files: c.files}, c.branches)
			good := 0
			for i := range c.branches {
				_, err := v.At(t.Context(), fmt.Sprint("b", i))
				if err == nil {
					good++
				} else if !errors.Is(err, c.err) {
					t.Fatalf("%v, want %v", err, c.err)
				}
			}
			if good != c.want {
				t.Errorf("%d listings, want %d", good, c.want)
			}
		})
	}
}

// An analyzer whose time is over does not wait for refs that hang.
func TestF42_RefsThatHangEndWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, end := context.WithCancel(t.Context())
		var got error
		registry, err := NewRegistry(t.Context(), reader(func(ctx context.Context, r sdk.Repo) error {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			b, ok := r.(sdk.Branched)
			if !ok {
				t.Error("no branches")
				return nil
			}
			_, got = b.Branches(ctx)
			end() // now the refs may end
			return nil
		}))
		if err != nil {
			t.Fatal(err)
		}
		h := hangingRefs{fake{info: func(context.Context, repo.Type) error { return nil }}}
		_, _ = New(h, registry, nil).Analyze(ctx, Query{ID: "org/m", Dataset: forced(false)})
		if !errors.Is(got, context.Canceled) {
			t.Errorf("%v", got)
		}
	})
}

// hangingRefs answers all but refs.
type hangingRefs struct{ fake }

func (hangingRefs) Refs(ctx context.Context, _ repo.Ref) (hub.Refs, error) {
	return hub.Refs{}, hang(ctx)
}

// bases is a hub of other models: what safetensors each has.
type bases map[string]string

func (b bases) details(ref repo.Ref) (hub.Details, error) {
	s, ok := b[string(ref.ID)]
	if !ok {
		return hub.Details{}, refusal(fault.RepoNotFound)
	}
	return hub.Details{Safetensors: []byte(s)}, nil
}

type basesHub struct {
	Hub
	bases
}

func (b basesHub) Details(_ context.Context, ref repo.Ref, _ repo.Revision) (hub.Details, error) {
	return b.details(ref)
}

func TestSizesOfRelatedDownloads(t *testing.T) {
	h := basesHub{bases: bases{
		"org/base":    `{"parameters":{"BF16":8030261248},"total":8030261248}`,
		"org/silent":  `null`,
		"org/liar":    `{"parameters":{"BF16":-5,"F32":1e300}}`,
		"org/dataset": `{"parameters":{"F32":1}}`,
	}}
	for _, c := range []struct {
		in   sdk.Related
		want int64
	}{
		{sdk.Related{Type: "base_model", Repo: "org/base"}, 16_060_522_496},
		{sdk.Related{Type: "base_model", Repo: "org/base", Size: 5}, 5},
		{sdk.Related{Type: "base_model", Repo: "org/none"}, 0},
		{sdk.Related{Type: "base_model", Repo: "../etc"}, 0},
		{sdk.Related{Type: "base_model", Repo: "org/silent"}, 0},
		{sdk.Related{Type: "base_model", Repo: "org/liar"}, 0},
		{sdk.Related{Type: "dataset", Repo: "org/dataset"}, 0},
	} {
		list := []sdk.Related{c.in}
		New(h, Registry{}, nil).sized(t.Context(), list)
		if list[0].Size != c.want {
			t.Errorf("%+v: %d bytes, want %d", c.in, list[0].Size, c.want)
		}
		if human := list[0].SizeHuman; (human != "") != (c.want > 0) || c.want > 0 && human != sdk.Human(c.want) {
			t.Errorf("%+v: %q", c.in, human)
		}
	}
}

func TestWeightBytes(t *testing.T) {
	for _, c := range []struct {
		elements map[string]int64
		want     int64
	}{
		{nil, 0},
		{map[string]int64{"BF16": 8_030_261_248}, 16_060_522_496},
		{map[string]int64{"F32": 10, "I8": 5, "F4": 4}, 47},
		{map[string]int64{"BF16": 10, "NEW": 1}, 0},
		{map[string]int64{"F64": 1 << 62}, 0},
	} {
		if got := weightBytes(c.elements); got != c.want {
			t.Errorf("%v: %d, want %d", c.elements, got, c.want)
		}
	}
}

// The errors of sdk.ReadAll come in the order of the paths, however long each took.
func TestErrorsOfReadAllAreInOrder(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	var list []hubtest.File
	var paths []string
	for i := range 12 {
		paths = append(paths, fmt.Sprintf("%02d.json", i))
		list = append(list, hubtest.Regular(paths[i], strings.Repeat("x", 20-i)))
	}
	h.Model("org/m", list...)
	s := hubWith(t, h, reader(func(ctx context.Context, r sdk.Repo) error {
		for range 5 {
			_, problems := sdk.ReadAll(ctx, r, 3, paths...)
			var got []string
			for _, p := range problems {
				name, _, _ := strings.Cut(p.Error(), ":")
				got = append(got, name)
			}
			if !slices.Equal(got, paths) {
				t.Errorf("%q", got)
			}
		}
		return nil
	}))
	analyzeModel(t, s, sdk.Options{})
}
