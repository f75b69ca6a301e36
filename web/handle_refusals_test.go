package web_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/web/api"
)

// refused reads the body of a refusal.
func refused(t *testing.T, r reply) api.Error {
	t.Helper()
	var e api.Error
	d := json.NewDecoder(strings.NewReader(r.body))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil || e.Error == "" {
		t.Errorf("no refusal: %v\n%s", err, r.body)
	}
	return e
}

// TestBadBodiesAreRefused: each names what is wrong, and reaches nothing.
func TestBadBodiesAreRefused(t *testing.T) {
	const job = "/jobs/a1b2c3d4e5f6"
	d := full()
	base := serve(t, services(t, d)) + "/api"
	for _, c := range []struct {
		path, body     string
		title, details string // details: a part
	}{
		{"/download", ``, "Invalid request body", "empty"},
		{"/download", `nonsense`, "Invalid request body", "not valid JSON"},
		{"/download", `[]`, "Invalid request body", "want a JSON object"},
		{"/download", `"x"`, "Invalid request body", "want a JSON object"},
		{"/download", `{"repo":"a/b"`, "Invalid request body", "ends too early"},
		{"/download", `{"repo":"a/b"} {}`, "Invalid request body", "follows"},
		{"/download", `{"repo":"a/b"}x`, "Invalid request body", "follows"},
		{"/download", `{"repo":"a/b","repo":"c/d"}`, "Invalid request body", `"repo" is given twice`},
		{"/download", `{"repo":5}`, "Invalid request body", "repo: want a string"},
		{"/download", `{"repo":null}`, "Invalid request body", "repo: want a string"},
		{"/download", `{"repo":"a/b","revision":1}`, "Invalid request body", "revision: want a string"},
		{"/download", `{"repo":"a/b","dataset":"yes"}`, "Invalid request body", "dataset: want true or false"},
		{"/download", `{"repo":"a/b","filters":"q4"}`, "Invalid request body", "filters: want an array of strings"},
		{"/download", `{"repo":"a/b","filters":[1]}`, "Invalid request body", "filters: want an array of strings"},
		{"/download", `{"repo":"a/b","filters":[null]}`, "Invalid request body", "filters: want an array of strings"},
		{"/download", `{"repo":"a/b","excludes":{}}`, "Invalid request body", "excludes: want an array of strings"},
		{"/download", `{"repo":"a/b","appendFilterSubdir":1}`, "Invalid request body", "appendFilterSubdir: want true or false"},
		{"/download", `{"repo":"a/b","exactMatch":1}`, "Invalid request body", "exactMatch: want true or false"},
		{"/download", `{"repo":"a/b","dryRun":"true"}`, "Invalid request body", "dryRun: want true or false"},
		{"/download", `{"repo":"a/b","filters":["../x"],"appendFilterSubdir":true}`, "Invalid filters", "filters: "},
		{"/download", `{"repo":"a/b","revision":"../x"}`, "Invalid revision", "revision: "},
		{"/download", `{"Repo":"a/b"}`, "Missing required field: repo", ""},
		{"/download", `{"repo":""}`, "Missing required field: repo", ""},
		{"/download", `{"repo":"  "}`, "Missing required field: repo", ""},
		{"/download", `{"repo":":q4"}`, "Invalid repo format", "Expected owner/name"},
		{"/download", `{"repo":"gpt2"}`, "Invalid repo format", "Expected owner/name"},
		{"/download", `{"repo":"a/b/c"}`, "Invalid repo format", "Expected owner/name"},
		{"/download", `{"repo":"../.."}`, "Invalid repo format", "Expected owner/name"},
		{"/download", `{"repo":"a/.."}`, "Invalid repo format", "Expected owner/name"},
		{"/download", `{"repo":"a\\b/c"}`, "Invalid repo format", "Expected owner/name"},
		{"/download", `{"repo":"a/b\u0000"}`, "Invalid repo format", "Expected owner/name"},
		{"/download", `{"repo":"a/b:q4","filters":["q5"]}`, "Invalid repo format", "Expected owner/name"},
		{"/plan", `{"repo":"gpt2"}`, "Invalid repo format", "Expected owner/name"},
		{"/plan", `{"repo":["a/b"]}`, "Invalid request body", "repo: want a string"},
		{job + "/move", `{}`, "Invalid request body", "priority"},
		{job + "/move", `{"top":false}`, "Invalid request body", "priority"},
		{job + "/move", `{"top":"yes"}`, "Invalid request body", "top: want true or false"},
		{job + "/move", `{"priority":1.5}`, "Invalid request body", "priority: want a whole number"},
		{job + "/move", `{"priority":1001}`, "Invalid request body", "priority: out of range"},
		{job + "/limit", `{}`, "Invalid request body", "limitRate: missing"},
		{job + "/limit", `{"limitRate":5}`, "Invalid request body", "limitRate: want a string"},
		{job + "/limit", `{"limitRate":"fast"}`, "Invalid request body", "limitRate: "},
		{job + "/limit", `{"limitRate":"-1"}`, "Invalid request body", "limitRate: "},
		{"/settings?dryRun=yes", `{}`, "Invalid parameter", "dryRun: "},
		{"/settings?dryRun=true", `{"cacheDir":"/etc"}`, "Invalid settings", "cacheDir"},
		{"/settings?dryRun=true", `{"limitRate":"fast"}`, "Invalid settings", "limitRate: "},
		{"/cache/rebuild", `{"clean":1}`, "Invalid request body", "clean: want true or false"},
	} {
		got := ask(t, http.MethodPost, base+c.path, c.body)
		e := refused(t, got)
		if got.status != 400 || e.Error != c.title || !strings.Contains(e.Details, c.details) {
			t.Errorf("%s %s: %d %s", c.path, c.body, got.status, got.body)
		}
		if c.details == "" && e.Details != "" {
			t.Errorf("%s %s: details %q", c.path, c.body, e.Details)
		}
	}
	if len(d.asked) > 0 {
		t.Errorf("reached the services: %q", d.asked)
	}
}

func TestBadParametersAreRefused(t *testing.T) {
	d := full()
	base := serve(t, services(t, d)) + "/api"
	for _, c := range []struct{ path, title, details string }{
		{"/jobs?limit=x", "Invalid parameter", `limit: "x"`},
		{"/jobs?limit=-1", "Invalid parameter", `limit: "-1"`},
		{"/jobs?offset=99999999999", "Invalid parameter", "offset: "},
		{"/jobs?status=running,lost", "Invalid parameter", `status: "lost"`},
		{"/jobs/a1b2c3d4e5f6/files?limit=1e3", "Invalid parameter", "limit: "},
		{"/jobs/a1b2c3d4e5f6/files?status=active", "Invalid parameter", `status: "active"`},
		{"/jobs/a1b2c3d4e5f6/files?sort=name", "Invalid parameter", `sort: "name"`},
		{"/jobs/a1b2c3d4e5f6/files?sort=size&order=down", "Invalid parameter", `order: "down"`},
		{"/outdated?repo=a/b,gpt2", "Invalid repo format", "Expected owner/name"},
		{"/outdated?repo=a/b/../c", "Invalid repo format", "Expected owner/name"},
		{"/outdated?type=space", "Invalid parameter", "type: "},
		{"/cache?type=space", "Invalid parameter", "type: "},
		{"/cache/a/b?type=x", "Invalid parameter", "type: "},
		{"/analyze/a/b?dataset=maybe", "Invalid parameter", "dataset: "},
		{"/analyze/a/b?revision=..%2Fx", "Invalid revision", "revision: "},
		{"/analyze/gpt2", "Invalid repo format", "Expected owner/name"},
		{"/analyze/", "Invalid repo format", "Expected owner/name"},
		{"/analyze/a/b/c", "Invalid repo format", "Expected owner/name"},
		{"/analyze/..%2F..", "Invalid repo format", "Expected owner/name"},
		{"/analyze/a%252Fb", "Invalid repo format", "Expected owner/name"},
		{"/cache/..%2f..%2fetc", "Invalid repo format", "Expected owner/name"},
		{"/cache/a/%2e%2e", "Invalid repo format", "Expected owner/name"},
		{"/cache/a%zz", "Invalid repo format", "Expected owner/name"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base, nil)
		if err != nil {
			t.Fatal(err)
		}
		raw, query, _ := strings.Cut("/api"+c.path, "?")
		r.URL.Opaque, r.URL.RawQuery = raw, query // as it stands, not cleaned
		got := send(t, r)
		e := refused(t, got)
		if got.status != 400 || e.Error != c.title || !strings.Contains(e.Details, c.details) {
			t.Errorf("%s: %d %s", c.path, got.status, got.body)
		}
	}
	if len(d.asked) > 0 {
		t.Errorf("reached the services: %q", d.asked)
	}
}

// TestT29_FormBodiesAreRefused: a form can be sent by any page without asking.
func TestT29_FormBodiesAreRefused(t *testing.T) {
	d := full()
	base := serve(t, services(t, d)) + "/api"
	for _, path := range []string{"/download", "/plan", "/settings", "/cache/rebuild", "/cache/export", "/jobs/a1b2c3d4e5f6/move", "/jobs/a1b2c3d4e5f6/limit"} {
		for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp"} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+path, strings.NewReader(`{"repo":"a/b","top":true,"limitRate":"1"}`))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", kind)
			got := send(t, r)
			// A broken multipart body fails in the framework, before any handler.
			early := got.status == http.StatusBadRequest && strings.HasPrefix(kind, "multipart/")
			if refused(t, got); got.status != http.StatusUnsupportedMediaType && !early {
				t.Errorf("%s as %q: %d %s", path, kind, got.status, got.body)
			}
		}
	}
	if len(d.asked) > 0 {
		t.Errorf("reached the services: %q", d.asked)
	}
}

func TestJSONWithACharsetIsJSON(t *testing.T) {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, serve(t, services(t, full()))+"/api/download", strings.NewReader(`{"repo":"a/b"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "Application/JSON; charset=utf-8")
	if got := send(t, r); got.status != http.StatusAccepted {
		t.Errorf("%d %s", got.status, got.body)
	}
}
