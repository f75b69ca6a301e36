package contract

import (
	"encoding/json"
	"strings"
	"testing"
)

func sample(t *testing.T, text string) any {
	t.Helper()
	v, err := ParseSample(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestShape(t *testing.T) {
	named := map[string]any{"job object": map[string]any{"id": "x"}, "all jobs": map[string]any{"id": "x"}}
	for name, c := range map[string]struct{ example, got, want string }{
		"the same":             {`{"a": 1, "b": "x", "c": true, "d": null}`, `{"a": 2, "b": "", "c": false, "d": null}`, ""},
		"more keys":            {`{"a": 1}`, `{"a": 1, "b": 2}`, ""},
		"missing key":          {`{"a": {"b": 1}}`, `{"a": {}}`, ".a.b: missing"},
		"number for text":      {`{"a": "x"}`, `{"a": 1}`, "no text"},
		"text for number":      {`{"a": 1}`, `{"a": "1"}`, "no number"},
		"part of a number":     {`{"a": 1}`, `{"a": 1.5}`, "no number"},
		"null for text":        {`{"a": "x"}`, `{"a": null}`, "no text"},
		"number for truth":     {`{"a": true}`, `{"a": 1}`, "neither"},
		"null for array":       {`{"a": []}`, `{"a": null}`, "no array"},
		"null for object":      {`{"a": {}}`, `{"a": null}`, "no object"},
		"time":                 {`"2024-01-15T10:30:00Z"`, `"2026-11-23T08:00:00Z"`, ""},
		"no time":              {`"2024-01-15T10:30:00Z"`, `"yesterday"`, "no time"},
		"null then a time":     {`null`, `"2026-11-23T08:00:00Z"`, ""},
		"null then a number":   {`null`, `5`, "no text"},
		"null then any text":   {`null`, `"x"`, "no time"},
		"optional in array":    {`[{"a": 1}, {"a": 1, "b": "x"}]`, `[{"a": 1}]`, ""},
		"optional of wrong":    {`[{"a": 1}, {"a": 1, "b": "x"}]`, `[{"a": 1, "b": 1}]`, "[0].b"},
		"missing in array":     {`[{"a": 1}, {"a": 1, "b": "x"}]`, `[{"a": 1}, {"b": "x"}]`, "[1].a: missing"},
		"wrong element":        {`["x"]`, `["x", 1]`, "[1]"},
		"comment":              {`{"job": { /* job object */ }}`, `{"job": {"id": "y"}}`, ""},
		"comment, wrong":       {`{"job": { /* job object */ }}`, `{"job": {}}`, ".job.id: missing"},
		"comment in array":     {`[ /* all jobs */ ]`, `[{"id": 1}]`, "[0].id"},
		"comment of something": {`{ /* no one knows */ }`, `{}`, "nobody said"},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(Shape{Named: named}.Differences(sample(t, c.example), decode(t, c.got)), "; ")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("differences %q, want %q", got, c.want)
			}
		})
	}
}

func TestFullShapeWantsElements(t *testing.T) {
	example := sample(t, `{"files": [{"a": 1}], "error": []}`)
	got := Shape{Full: true}.Differences(example, decode(t, `{"files": [], "error": []}`))
	if len(got) != 1 || !strings.HasPrefix(got[0], ".files: empty") {
		t.Errorf("%q", got)
	}
}

func TestUnlike(t *testing.T) {
	example := sample(t, `{"id": "a", "list": [{"id": "b", "n": 1}], "more": { /* x */ }}`)
	for text, want := range map[string]int{
		`{"id": "z", "list": [{"id": "y", "n": 1}], "more": {}, "extra": 1}`: 0,
		`{"id": "z", "list": [{"id": "y", "n": 2}]}`:                         1,
		`{"id": "z", "list": []}`:                                            1,
		`{"id": "z"}`:                                                        1,
	} {
		if got := Unlike(example, decode(t, text), "id"); len(got) != want {
			t.Errorf("%s: %q", text, got)
		}
	}
}

func decode(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v: %q", err, text)
	}
	return v
}
