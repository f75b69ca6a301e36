package contract

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const small = "# Title\n\ntext\n\n## One\n\n### GET /x\n\n**Response** `200 OK`\n\nWhen it is so:\n\n```json\n{}\n```\n\n| A | B |\n|---|---|\n| `1` | two |\n\n## Two\n\n```\nplain\n# no heading\n```\n"

func TestExamples(t *testing.T) {
	got, err := Examples(small)
	if err != nil {
		t.Fatal(err)
	}
	want := []Example{
		{13, "json", []string{"Title", "One", "GET /x"}, []string{"**Response** `200 OK`", "When it is so:"}, "{}\n"},
		{23, "", []string{"Title", "Two"}, nil, "plain\n# no heading\n"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got[1].Heading() != "Two" || (Example{}).Heading() != "" {
		t.Errorf("headings %q, %q", got[1].Heading(), Example{}.Heading())
	}
}

func TestExamplesThatNeverEnd(t *testing.T) {
	if _, err := Examples("a\n```json\n{}\n"); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("%v", err)
	}
}

func TestRows(t *testing.T) {
	if d := cmp.Diff([][]string{{"1", "two"}}, Rows(small, "GET /x")); d != "" {
		t.Error(d)
	}
	if got := Rows(small, "Two"); got != nil {
		t.Errorf("%v", got)
	}
}

func TestParseSample(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want any
	}{
		"plain JSON":     {`{"a": [1, "/* no comment */", null]}`, map[string]any{"a": []any{1.0, "/* no comment */", nil}}},
		"whole object":   {`{"job": { /* job object */ }}`, map[string]any{"job": map[string]any{omitted: "job object"}}},
		"rest of object": {"{\"a\": \"x\\\"y\",\n /* ... full job object ... */\n}", map[string]any{"a": `x"y`, omitted: "full job object"}},
		"in an array":    {`[ /* all current jobs */ ]`, []any{omitted + "all current jobs"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ParseSample(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
	for _, text := range []string{"", "{", `{"a": }`, "/* alone */", `{"a": /* open`, `{"a": "x`, "{} {}"} {
		if got, err := ParseSample(text); err == nil {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
}

func FuzzParseSample(f *testing.F) {
	for _, text := range []string{`{"job": { /* job object */ }}`, `[ /* x */ ]`, `{"a\"": 1.5, "b": [null, true]}`, `/*`, `"\`, `{"`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := ParseSample(text)
		if err == nil && len((Shape{Named: map[string]any{}}).Differences(v, nil)) == 0 && v != nil {
			t.Errorf("%q: nothing is as good as %v", text, v)
		}
	})
}

func FuzzExamples(f *testing.F) {
	f.Add(small)
	f.Add("```\n```\n```")
	f.Add("#\n# \n####### x\n``` \n")
	f.Fuzz(func(t *testing.T, document string) {
		examples, err := Examples(document)
		if err != nil {
			return
		}
		for _, e := range examples {
			if e.Line < 1 || e.Line > strings.Count(document, "\n")+1 {
				t.Errorf("line %d of %q", e.Line, document)
			}
		}
		Rows(document, "x")
	})
}
