package sdk_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

// asks is an analyzer that does something with the repository in Analyze.
type asks struct {
	name string
	do   func(ctx context.Context, r sdk.Repo) error
}

func (a asks) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: a.name, Version: "1", Types: []string{"t"}}, nil
}

func (a asks) Match(context.Context, sdk.Repo) (sdk.Claim, error) {
	return sdk.Claim{Rank: sdk.RankSide, Type: "t", Evidence: "seen"}, nil
}

func (a asks) Analyze(ctx context.Context, r sdk.Repo, _ sdk.Options) (sdk.Report, error) {
	return sdk.Report{}, a.do(ctx, r)
}

// branched is a repository with every ability.
type branched struct{ *sdktest.Repo }

func (branched) Branches(context.Context) ([]string, error) { return []string{"main", "4bit"}, nil }

func (b branched) At(_ context.Context, branch string) (sdk.Repo, error) {
	if branch != "4bit" {
		return nil, errors.New("there is no branch " + branch)
	}
	other := &sdktest.Repo{RefValue: sdk.Ref{ID: "o/n", Revision: branch}, Contents: map[string]io.ReaderAt{}}
	other.SetContent("four.json", []byte("{}"))
	return other, nil
}

func (branched) Converted(context.Context) (bool, error) { return true, nil }

func repository() *sdktest.Repo {
	r := &sdktest.Repo{
		RefValue: sdk.Ref{Type: "model", ID: "o/n", Revision: "main", Commit: strings.Repeat("a", 40)},
		FactsValue: sdk.Facts{
			Pipeline: "p", Library: "l", Tags: []string{"a", "b"}, Gated: "auto", License: "mit", BaseModels: []string{"x/y"},
			Card: []byte(`{"a":1}`), Parameters: map[string]int64{"BF16": 7}, TotalParameters: 7,
		},
		Contents: map[string]io.ReaderAt{},
	}
	r.SetContent("config.json", []byte(`{"a":"b"}`))
	r.SetContent("big", bytes.Repeat([]byte("0123456789abcdef"), 200_000)) // several pieces
	return r
}

// TestOverTheWire: a repository is the same on both sides.
func TestOverTheWire(t *testing.T) {
	for name, test := range map[string]struct {
		repo sdk.Repo
		do   func(ctx context.Context, r sdk.Repo) error
	}{
		"ref and facts": {repository(), func(_ context.Context, r sdk.Repo) error {
			want := repository()
			return errors.Join(differ(want.Ref(), r.Ref()), differ(want.Facts(), r.Facts()))
		}},
		"files": {repository(), func(ctx context.Context, r sdk.Repo) error {
			files, err := r.Files(ctx)
			return errors.Join(err, differ(repository().List, files))
		}},
		"a read in the middle": {repository(), func(ctx context.Context, r sdk.Repo) error {
			data, err := r.ReadAt(ctx, "config.json", 2, 3)
			return errors.Join(err, differ(`a":`, string(data)))
		}},
		"a read of many pieces": {repository(), func(ctx context.Context, r sdk.Repo) error {
			data, err := r.ReadAt(ctx, "big", 16, 3_000_000)
			return errors.Join(err, differ(3_000_000, len(data)), differ(true, bytes.HasPrefix(data, []byte("0123456789abcdef0"))))
		}},
		"a read over the end": {repository(), func(ctx context.Context, r sdk.Repo) error {
			data, err := r.ReadAt(ctx, "config.json", 7, 100)
			return errors.Join(err, differ(`"}`, string(data)))
		}},
		"a read behind the end": {repository(), func(ctx context.Context, r sdk.Repo) error {
			data, err := r.ReadAt(ctx, "config.json", 700, 100)
			return errors.Join(err, differ(0, len(data)))
		}},
		"a file that is not there": {repository(), func(ctx context.Context, r sdk.Repo) error {
			_, err := r.ReadAt(ctx, "nothing", 0, 1)
			return errors.Join(differ(true, errors.Is(err, sdk.ErrNoFile)), differ("nothing: no such file in the repository", err.Error()))
		}},
		"a read that is too large": {repository(), func(ctx context.Context, r sdk.Repo) error {
			_, err := r.ReadAt(ctx, "big", 0, 65<<20)
			return differ(true, errors.Is(err, sdk.ErrBudget))
		}},
		"too many reads": {repository(), func(ctx context.Context, r sdk.Repo) error {
			for range 4096 {
				if _, err := r.ReadAt(ctx, "config.json", 0, 1); err != nil {
					return err
				}
			}
			_, err := r.ReadAt(ctx, "config.json", 0, 1)
			return differ(true, errors.Is(err, sdk.ErrBudget))
		}},
		"no abilities": {repository(), func(_ context.Context, r sdk.Repo) error {
			_, b := r.(sdk.Branched)
			_, c := r.(sdk.Converted)
			return differ([]bool{false, false}, []bool{b, c})
		}},
		"branches": {branched{repository()}, func(ctx context.Context, r sdk.Repo) error {
			b, ok := r.(sdk.Branched)
			if !ok {
				return errors.New("no branches")
			}
			names, err := b.Branches(ctx)
			other, aerr := b.At(ctx, "4bit")
			if aerr != nil {
				return aerr
			}
			files, ferr := other.Files(ctx)
			_, missing := b.At(ctx, "5bit")
			return errors.Join(err, ferr, differ([]string{"main", "4bit"}, names), differ("4bit", other.Ref().Revision),
				differ("four.json", files[0].Path), differ("there is no branch 5bit", missing.Error()))
		}},
		"converted": {branched{repository()}, func(ctx context.Context, r sdk.Repo) error {
			c, ok := r.(sdk.Converted)
			if !ok {
				return errors.New("it cannot tell")
			}
			yes, err := c.Converted(ctx)
			return errors.Join(err, differ(true, yes))
		}},
		"a read that is given up": {repository(), func(ctx context.Context, r sdk.Repo) error {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			_, err := r.ReadAt(ctx, "big", 0, 1)
			return differ(true, errors.Is(err, context.Canceled))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			a := sdktest.OverTheWire(t, asks{"a", test.do})[0]
			if _, err := a.Analyze(t.Context(), test.repo, sdk.Options{}); err != nil {
				t.Error(err)
			}
		})
	}
}

// differ is an error that shows what is not as wanted.
func differ(want, got any) error {
	if diff := cmp.Diff(want, got); diff != "" {
		return errors.New("-want +got: " + diff)
	}
	return nil
}

// TestLeaseEnds: what an analyzer keeps of a call is worth nothing after it.
func TestLeaseEnds(t *testing.T) {
	kept := make(chan sdk.Repo, 1)
	a := sdktest.OverTheWire(t, asks{"a", func(_ context.Context, r sdk.Repo) error { kept <- r; return nil }})[0]
	if _, err := a.Analyze(t.Context(), repository(), sdk.Options{}); err != nil {
		t.Fatal(err)
	}
	r := <-kept
	if _, err := r.ReadAt(t.Context(), "config.json", 0, 1); err == nil || !strings.Contains(err.Error(), "lease is unknown or over") {
		t.Errorf("after the call: %v", err)
	}
}

// TestPanicIsAnAnswer: and the next call works.
func TestPanicIsAnAnswer(t *testing.T) {
	calls := 0
	a := sdktest.OverTheWire(t, asks{"a", func(context.Context, sdk.Repo) error {
		if calls++; calls == 1 {
			panic("boom")
		}
		return nil
	}})[0]
	if _, err := a.Analyze(t.Context(), repository(), sdk.Options{}); err == nil || err.Error() != "it panicked: boom" {
		t.Errorf("error %v", err)
	}
	if _, err := a.Analyze(t.Context(), repository(), sdk.Options{}); err != nil {
		t.Errorf("the next call: %v", err)
	}
}

// TestSeveralAnalyzers: one plugin may have many.
func TestSeveralAnalyzers(t *testing.T) {
	var seen []string
	mark := func(name string) asks {
		return asks{name, func(context.Context, sdk.Repo) error { seen = append(seen, name); return nil }}
	}
	for _, a := range sdktest.OverTheWire(t, mark("one"), mark("two")) {
		if _, err := a.Analyze(t.Context(), repository(), sdk.Options{}); err != nil {
			t.Error(err)
		}
	}
	if !slices.Equal(seen, []string{"one", "two"}) {
		t.Errorf("asked %v", seen)
	}
}
