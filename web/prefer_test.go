package web_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/web"
)

// TestStatusInTheBody: a page that prefers it gets refusals as 200 with the status
// inside; nobody else does, and a missing password stays a 401.
func TestStatusInTheBody(t *testing.T) {
	open, locked := openDoor(t, web.Access{}, nil), openDoor(t, web.Access{User: "u", Password: "p"}, nil)
	for name, c := range map[string]struct {
		door   door
		prefer string
		status int
		body   string
	}{
		"preferred":       {open, "status=200", 200, `"status":404`},
		"not asked":       {open, "", 404, `"error":"Job not found"`},
		"another wish":    {open, "respond-async", 404, `"error":"Job not found"`},
		"password missed": {locked, "status=200", 401, `"error"`},
	} {
		t.Run(name, func(t *testing.T) {
			res, body := c.door.request(t, "GET", "/api/jobs/ffffffffffff", "Prefer: "+c.prefer)
			if res.StatusCode != c.status || !strings.Contains(body, c.body) {
				t.Errorf("%d %s", res.StatusCode, body)
			}
		})
	}
}

// TestRefusalsOfThePage say what to do, apart from what happened; others get the
// two fields of the contract (the golden files of the same requests).
func TestRefusalsOfThePage(t *testing.T) {
	gone := fault.New(fault.RepoNotFound, "find", "owner/name", errors.New("404")).WithHint("check the spelling")
	away := fault.New(fault.Unavailable, "ask", "the Hub", errors.New("no route")).WithHint("check the network")
	for name, c := range map[string]struct {
		method, path, body string
		err                error
	}{
		"page-analyze-gated": {"GET", "/analyze/owner/name?dataset=true", "", gated()},
		"page-plan-gated":    {"POST", "/plan", `{"repo":"owner/name"}`, gated()},
		"page-analyze-none":  {"GET", "/analyze/owner/name", "", gone},
		"page-plan-offline":  {"POST", "/plan", `{"repo":"owner/name"}`, away},
		"page-internal":      {"GET", "/jobs", "", errors.New("inner text")},
	} {
		t.Run(name, func(t *testing.T) {
			d := full()
			d.err = c.err
			r, err := http.NewRequestWithContext(t.Context(), c.method, serve(t, services(t, d))+"/api"+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Prefer", "status=200")
			r.Header.Set("Content-Type", "application/json")
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if err != nil || res.StatusCode != http.StatusOK {
				t.Fatalf("%d, %v", res.StatusCode, err)
			}
			golden(t, name, string(body))
			var v any
			if err := json.Unmarshal(body, &v); err != nil {
				t.Fatal(err)
			}
			if err := openAPI(t).Components.Schemas["Error"].Value.VisitJSON(v, openapi3.EnableJSONSchema2020()); err != nil {
				t.Error(err)
			}
		})
	}
}
