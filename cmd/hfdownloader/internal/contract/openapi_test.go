package contract

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// machine is the OpenAPI document, as the server gives it.
type machine struct{ doc *openapi3.T }

func readMachine(t *testing.T, a answer) machine {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData([]byte(a.text))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	closed := false // clients must live with more keys, our answers must not have any
	for name, schema := range doc.Components.Schemas {
		if schema.Value.Type.Is("object") && name != "Analysis" { // a type adds its own section
			schema.Value.AdditionalProperties = openapi3.BoolSchema{Has: &closed}
		}
	}
	return machine{doc}
}

// problem says how an answer differs from the OpenAPI document; "" is not at all.
func (m machine) problem(a answer) string {
	path, _, _ := strings.Cut(a.path, "?")
	item := m.find(path)
	if item == nil || item.GetOperation(a.method) == nil {
		return m.undocumented(a)
	}
	responses := item.GetOperation(a.method).Responses
	want := responses.Value(strconv.Itoa(a.status))
	if want == nil && a.status >= 400 {
		want = responses.Default()
	}
	if want == nil {
		return fmt.Sprintf("%s: the status is not in the OpenAPI document", a)
	}
	media := want.Value.Content.Get(a.header.Get("Content-Type"))
	if media == nil {
		return fmt.Sprintf("%s: no such content %q", a, a.header.Get("Content-Type"))
	}
	if media.Schema.Value.Type.Is("string") {
		return ""
	}
	var v any
	if err := json.Unmarshal([]byte(a.text), &v); err != nil {
		return fmt.Sprintf("%s: %v", a, err)
	}
	if err := media.Schema.Value.VisitJSON(v, openapi3.EnableJSONSchema2020()); err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return fmt.Sprintf("%s %s: %d: %s", a.method, path, a.status, first)
	}
	return ""
}

// undocumented may be an answer of HTTP alone.
func (m machine) undocumented(a answer) string {
	if a.status == 204 || a.status == 404 || a.status == 405 {
		return ""
	}
	return fmt.Sprintf("%s: not in the OpenAPI document", a)
}

// find gives the path item a request is about: exact ones before those with
// variables, and {repo} takes slashes.
func (m machine) find(path string) *openapi3.PathItem {
	if item := m.doc.Paths.Value(path); item != nil {
		return item
	}
	for _, p := range m.doc.Paths.InMatchingOrder() {
		if matches(p, path) {
			return m.doc.Paths.Value(p)
		}
	}
	return nil
}

// matches reports whether a path is one of "/api/jobs/{id}/pause"; {repo} is the
// only variable with slashes in it.
func matches(pattern, path string) bool {
	prefix, rest, variable := strings.Cut(pattern, "{")
	if !variable {
		return pattern == path
	}
	name, suffix, _ := strings.Cut(rest, "}")
	value, ok := strings.CutPrefix(path, prefix)
	if !ok {
		return false
	}
	value, ok = strings.CutSuffix(value, suffix)
	return ok && value != "" && (name == "repo" || !strings.Contains(value, "/"))
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, path string
		want          bool
	}{
		{"/api/jobs", "/api/jobs", true},
		{"/api/jobs", "/api/jobs/x", false},
		{"/api/jobs/{id}", "/api/jobs/x", true},
		{"/api/jobs/{id}", "/api/jobs/", false},
		{"/api/jobs/{id}", "/api/jobs/x/pause", false},
		{"/api/jobs/{id}/pause", "/api/jobs/x/pause", true},
		{"/api/cache/{repo}", "/api/cache/a/b", true},
		{"/api/cache/{repo}", "/api/analyze/a/b", false},
	} {
		if got := matches(c.pattern, c.path); got != c.want {
			t.Errorf("%s, %s: %v", c.pattern, c.path, got)
		}
	}
}

// TestMachineNoticesWrongAnswers proves that the check can fail.
func TestMachineNoticesWrongAnswers(t *testing.T) {
	m := localMachine(t)
	header := map[string][]string{"Content-Type": {"application/json"}}
	right := answer{"GET", "/api/health", 200, header, `{"status":"ok","version":"1","time":"2024-01-15T10:30:00Z"}`}
	if p := m.problem(right); p != "" {
		t.Error(p)
	}
	for name, a := range map[string]answer{
		"missing key":    {"GET", "/api/health", 200, header, `{"status":"ok","version":"1"}`},
		"one key more":   {"GET", "/api/health", 200, header, `{"status":"ok","version":"1","time":"2024-01-15T10:30:00Z","more":1}`},
		"no JSON":        {"GET", "/api/health", 200, header, `ok`},
		"wrong type":     {"GET", "/api/jobs", 200, header, `{"jobs":null,"count":0,"total":0}`},
		"unknown status": {"GET", "/api/health", 201, header, right.text},
		"other content":  {"GET", "/api/health", 200, map[string][]string{"Content-Type": {"text/plain"}}, right.text},
		"unknown path":   {"GET", "/api/nothing", 200, header, `{}`},
	} {
		if m.problem(a) == "" {
			t.Errorf("%s: %s is accepted", name, a)
		}
	}
}

// localMachine reads the document from its source.
func localMachine(t *testing.T) machine {
	t.Helper()
	data, err := os.ReadFile("../../../../web/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	return readMachine(t, answer{text: string(data)})
}
