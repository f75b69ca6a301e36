package builtin_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/analyzers/analyzertest"
	"github.com/hfdownloader/hfdownloader/core/match"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// selected are the payload files that exact filters leave, with the sum of their
// sizes; without filters all of them.
func selected(t *testing.T, f *analyzertest.Fixture, filters []string) (paths []string, size int64) {
	t.Helper()
	dataset := f.RefValue.Type == "dataset"
	var list []repo.File
	for _, file := range f.List {
		r := repo.File{Path: file.Path, Size: file.Size}
		if file.LFS {
			r.LFS = &repo.LFS{Size: file.Size}
		}
		list = append(list, r)
	}
	got, err := match.Select(list, match.Options{Filters: filters, Exact: len(filters) > 0, Dataset: dataset})
	if err != nil {
		t.Fatal(err)
	}
	for _, picked := range got.Items {
		if match.IsPayload(picked.File, dataset) {
			paths, size = append(paths, picked.File.Path), size+picked.File.Size
		}
	}
	slices.Sort(paths)
	return paths, size
}

// checkFilters is the invariant of analyzers.md §10: a choice's filter alone
// selects its files, and its size is theirs.
func checkFilters(t *testing.T, f *analyzertest.Fixture, items []sdk.Item) {
	t.Helper()
	ids := map[string]bool{}
	for _, item := range items {
		if ids[item.ID] {
			t.Errorf("two choices are %s", item.ID)
		}
		ids[item.ID] = true
		if item.Revision != "" {
			if item.Filter != "" {
				t.Errorf("%s: a branch with the filter %q", item.Label, item.Filter)
			}
			continue
		}
		paths, size := selected(t, f, strings.Split(item.Filter, ","))
		want := slices.Sorted(slices.Values(item.Files))
		if !slices.Equal(paths, want) {
			t.Errorf("%s: %q selects %q, not %q", item.Label, item.Filter, paths, want)
		}
		if size != item.Size {
			t.Errorf("%s: %d bytes, its files have %d", item.Label, item.Size, size)
		}
	}
}

// checkCommand is the invariant's other half: what is recommended is what the full
// command downloads; without one, what is there.
func checkCommand(t *testing.T, f *analyzertest.Fixture, got analyzers.Report) {
	t.Helper()
	var want []string
	var sum int64
	recommended := 0
	for _, item := range got.Items {
		if item.Recommended {
			recommended++
			if item.Revision != "" {
				return // a branch is downloaded whole
			}
			want, sum = append(want, item.Files...), sum+item.Size
		}
	}
	if len(got.Items) > 0 && recommended == 0 {
		t.Error("of the choices none is recommended")
	}
	if got.CommandFull == "" {
		if recommended > 0 {
			t.Error("something is recommended, and no command downloads it")
		}
		return
	}
	words := shellWords(t, got.CommandFull)
	i := slices.Index(words, "-F")
	if i < 0 || !slices.Contains(words, "--exact") {
		t.Fatalf("%s has no exact filter", got.CommandFull)
	}
	paths, size := selected(t, f, strings.Split(words[i+1], ","))
	slices.Sort(want)
	if !slices.Equal(paths, slices.Compact(want)) || size != sum {
		t.Errorf("%s downloads %d bytes, recommended are %d:\n%q\n%q", got.CommandFull, size, sum, paths, want)
	}
}

// shellWords splits a command as a POSIX shell does, as far as ours are quoted.
func shellWords(t *testing.T, command string) []string {
	t.Helper()
	var words []string
	var word strings.Builder
	quoted, escaped := false, false
	for _, c := range command {
		switch {
		case escaped:
			word.WriteRune(c)
			escaped = false
		case c == '\'':
			quoted = !quoted
		case c == '\\' && !quoted:
			escaped = true
		case c == ' ' && !quoted:
			words = append(words, word.String())
			word.Reset()
		default:
			word.WriteRune(c)
		}
	}
	if quoted || escaped {
		t.Fatalf("%s has no end", command)
	}
	return append(words, word.String())
}
