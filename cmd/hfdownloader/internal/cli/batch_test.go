package cli

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/sdk"
)

func TestLineWords(t *testing.T) {
	for _, c := range []struct {
		line string
		want []string
		bad  bool
	}{
		{line: ""},
		{line: "  # only a comment"},
		{line: "a/b -F q4 # why", want: []string{"a/b", "-F", "q4"}},
		{line: "a/b#c", want: []string{"a/b#c"}},
		{line: `'a b' "c d" e\ f`, want: []string{"a b", "c d", "e f"}},
		{line: `"a\"b" 'a\b' ''`, want: []string{`a"b`, `a\b`, ""}},
		{line: "a\t$HOME `x` $(y)", want: []string{"a", "$HOME", "`x`", "$(y)"}},
		{line: `a "b`, bad: true},
		{line: `a 'b`, bad: true},
		{line: `a \`, bad: true},
	} {
		got, err := lineWords(c.line)
		if (err != nil) != c.bad || cmp.Diff(c.want, got) != "" && !c.bad {
			t.Errorf("%q: %q, %v", c.line, got, err)
		}
	}
}

// FuzzShellWords: what quote writes, both readers read.
func FuzzShellWords(f *testing.F) {
	f.Add("a b", "it's", "")
	f.Add(`\`, "#x", "\t")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if strings.ContainsAny(a+b+c, "\n\x00") {
			t.Skip()
		}
		want := []string{a, b, c}
		line := quote(a) + " " + quote(b) + " " + quote(c)
		if got, ok := shellWords(line); !ok || cmp.Diff(want, got) != "" {
			t.Errorf("%q: %q, %v", line, got, ok)
		}
		if got, err := lineWords(line); err != nil || cmp.Diff(want, got) != "" {
			t.Errorf("%q: %q, %v", line, got, err)
		}
	})
}

func TestWithoutInput(t *testing.T) {
	got := withoutInput([]string{"-q", "download", "-i", "x", "--input=y", "-iz", "--input", "w", "-F", "q4"})
	if diff := cmp.Diff([]string{"-q", "download", "-F", "q4"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestValidTag(t *testing.T) {
	for tag, want := range map[string]bool{
		"m.Q4_K_M": true, "_x-1.2": true, strings.Repeat("a", 80): true,
		"": false, ".x": false, "-x": false, "a b": false, "ä": false, "a:b": false, "..": false, strings.Repeat("a", 81): false,
	} {
		if validTag(tag) != want {
			t.Errorf("%q: %v", tag, !want)
		}
	}
}

func TestFitting(t *testing.T) {
	yes, no := true, false
	q4 := sdk.Item{ID: "q4", Quality: 4, RAM: 5, Fits: &yes}
	q3 := sdk.Item{ID: "q3", Quality: 3, RAM: 4, Fits: &yes, Recommended: true}
	q8 := sdk.Item{ID: "q8", Quality: 5, RAM: 9, Fits: &no}
	eyes := sdk.Item{ID: "eyes", Recommended: true}
	for _, c := range []struct {
		name   string
		report analyzers.Report
		want   string // ids
		hint   string // of the error
	}{
		{"the best that fits", analyzers.Report{Items: []sdk.Item{q8, {ID: "q2", Quality: 2, Fits: &yes}, q4}}, "q4", ""},
		{"the analysis knows better", analyzers.Report{Items: []sdk.Item{q4, q3}}, "q3", ""},
		{"and what it needs", analyzers.Report{Items: []sdk.Item{eyes, q4}}, "q4 eyes", ""},
		{"nothing fits", analyzers.Report{Items: []sdk.Item{q8}}, "", "the smallest needs"},
		{"nothing to choose", analyzers.Report{Needs: 5}, "", ""},
		{"nothing to choose, too large", analyzers.Report{Needs: 50}, "", "nothing smaller"},
		{"not known", analyzers.Report{}, "", "hfdownloader analyze"},
	} {
		items, err := fitting(c.report, 7)
		var ids []string
		for _, item := range items {
			ids = append(ids, item.ID)
		}
		if strings.Join(ids, " ") != c.want || (err == nil) != (c.hint == "") || err != nil && !strings.Contains(fault.HintOf(err), c.hint) {
			t.Errorf("%s: %v, %v", c.name, ids, err)
		}
	}
}
