package web_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// loadOpenAPI reads the document as it is served, once.
var loadOpenAPI = sync.OnceValues(func() (*openapi3.T, error) { //nolint:gochecknoglobals // all tests read it, none changes it
	data, err := os.ReadFile("openapi.json")
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, err
	}
	// Clients must live with fields they do not know; our own answers must not have any.
	closed := false
	for name, s := range doc.Components.Schemas {
		if s.Value.Type.Is("object") && name != "Analysis" {
			s.Value.AdditionalProperties = openapi3.BoolSchema{Has: &closed}
		}
	}
	return doc, nil
})

func openAPI(t testing.TB) *openapi3.T {
	t.Helper()
	doc, err := loadOpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestOpenAPIDocumentIsValid(t *testing.T) {
	doc := openAPI(t)
	if err := doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("version %s", doc.OpenAPI)
	}
}

func TestOpenAPIDocumentIsServed(t *testing.T) {
	want, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	got := ask(t, http.MethodGet, serve(t, services(t, full()))+"/api/openapi.json", "")
	if got.status != 200 || got.body != string(want) || got.header.Get("Content-Type") != "application/json" {
		t.Errorf("%d, %d bytes, %s", got.status, len(got.body), got.header.Get("Content-Type"))
	}
}

// conform holds an answer to the document. Every answer of this package's tests
// goes through it.
func conform(t testing.TB, method, path string, r reply) {
	t.Helper()
	item := pathOf(openAPI(t), path)
	if item == nil {
		return // no path of the API; the 404 has no schema
	}
	op := item.GetOperation(method)
	if op == nil {
		return // 405
	}
	answer := op.Responses.Value(strconv.Itoa(r.status))
	if answer == nil {
		if r.status < 400 {
			t.Errorf("%s %s: %d is not documented", method, path, r.status)
			return
		}
		answer = op.Responses.Default()
	}
	media := answer.Value.Content.Get(r.header.Get("Content-Type"))
	if media == nil {
		t.Errorf("%s %s: %d as %q is not documented", method, path, r.status, r.header.Get("Content-Type"))
		return
	}
	if media.Schema.Value.Type.Is("string") {
		return // text
	}
	var v any
	if err := json.Unmarshal([]byte(r.body), &v); err != nil {
		t.Errorf("%s %s: %v", method, path, err)
		return
	}
	if err := media.Schema.Value.VisitJSON(v, openapi3.EnableJSONSchema2020()); err != nil {
		t.Errorf("%s %s: %d %s: %v", method, path, r.status, r.body, err)
	}
}

// pathOf finds the path a request is about: exact ones first, and {repo} takes
// slashes.
func pathOf(doc *openapi3.T, path string) *openapi3.PathItem {
	if item := doc.Paths.Value(path); item != nil {
		return item
	}
	for _, p := range doc.Paths.InMatchingOrder() {
		prefix, rest, variable := strings.Cut(p, "{")
		if !variable || !strings.HasPrefix(path, prefix) {
			continue
		}
		name, suffix, _ := strings.Cut(rest, "}")
		value, ok := strings.CutSuffix(strings.TrimPrefix(path, prefix), suffix)
		if ok && (name == "repo" || !strings.Contains(value, "/")) {
			return doc.Paths.Value(p)
		}
	}
	return nil
}

// TestConformCatches proves that the check can fail.
func TestConformCatches(t *testing.T) {
	doc := openAPI(t)
	for _, c := range []struct{ path, body string }{
		{"/api/health", `{"status":"ok","version":"1"}`},
		{"/api/health", `{"status":"fine","version":"1","time":"2024-01-15T10:30:00Z"}`},
		{"/api/health", `{"status":"ok","version":"1","time":"2024-01-15T10:30:00Z","more":1}`},
		{"/api/jobs", `{"jobs":null,"count":0,"total":0}`},
		{"/api/jobs", `{"jobs":[{}],"count":0,"total":0}`},
		{"/api/cache/a/b", `{"error":"x"}`},
	} {
		var v any
		if err := json.Unmarshal([]byte(c.body), &v); err != nil {
			t.Fatal(err)
		}
		schema := pathOf(doc, c.path).Get.Responses.Value("200").Value.Content.Get("application/json").Schema
		if err := schema.Value.VisitJSON(v, openapi3.EnableJSONSchema2020()); err == nil {
			t.Errorf("%s: %s is accepted", c.path, c.body)
		}
	}
}
