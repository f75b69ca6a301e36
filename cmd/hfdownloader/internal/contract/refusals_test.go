package contract

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// commonError provokes an error body of the document.
func (c *contract) commonError(t *testing.T, e Example) {
	ask := map[string]struct {
		status int
		ask    func(*testing.T) answer
	}{
		"Invalid repo format": {400, c.post("/api/download", `{"repo": "invalid"}`)},
		"Job not found":       {404, c.get("/api/jobs/" + documentJob)},
		"Analysis failed":     {404, c.get("/api/analyze/owner/nothing")},
	}
	want, _ := sample(t, e.Text).(map[string]any)
	title, _ := want["error"].(string)
	p, ok := ask[title]
	if !ok {
		t.Fatalf("nobody knows how to get %q", title)
	}
	got := p.ask(t)
	if got.status != p.status {
		t.Errorf("%s, want %d", got, p.status)
	}
	for _, d := range Unlike(any(want), got.value(t)) {
		t.Error(d)
	}
	if len(want) == 1 {
		isError(t, got)
	}
}

// errorFormat: error and details, or error alone.
func (c *contract) errorFormat(t *testing.T, e Example) {
	c.differs(t, e, c.call.ask(t, "POST", "/api/download", `{"repo": "invalid"}`).value(t))
	isError(t, c.call.ask(t, "GET", "/api/jobs/"+documentJob, ""))
}

// isError: every refusal is {error, details?}, as JSON, and says something.
func isError(t *testing.T, a answer) {
	t.Helper()
	body, _ := a.value(t).(map[string]any)
	for key, value := range body {
		if text, _ := value.(string); text == "" || key != "error" && key != "details" {
			t.Errorf("%s: %s is %v", a, key, value)
		}
	}
	if body["error"] == nil || !strings.HasPrefix(a.header.Get("Content-Type"), "application/json") {
		t.Errorf("%s as %s", a, a.header.Get("Content-Type"))
	}
}

// checkCodes provokes every status code of the document's table.
func (c *contract) checkCodes(t *testing.T) {
	c.clear(t)
	provoke := map[string]func(*testing.T) answer{
		"200": c.get("/api/jobs"),
		"202": c.post("/api/download", `{"repo": "owner/repo"}`),
		"204": c.preflight,
		"400": c.post("/api/download", `no JSON`),
		"401": c.noPassword,
		"404": c.get("/api/nothing"),
		"500": c.brokenHub,
	}
	rows := Rows(c.document, "HTTP Status Codes")
	if len(rows) < 7 {
		t.Fatalf("rows %v", rows)
	}
	for _, row := range rows {
		t.Run(row[0]+" "+row[1], func(t *testing.T) {
			ask, ok := provoke[row[0]]
			if !ok {
				t.Fatal("nobody knows how to get this status")
			}
			a := ask(t)
			if strconv.Itoa(a.status) != row[0] {
				t.Fatal(a)
			}
			if a.status >= 400 {
				isError(t, a)
			}
		})
	}
}

const tool = "https://tools.example"

func (c *contract) preflight(t *testing.T) answer {
	_, call := c.another(t, "--allow-origin", tool)
	return call.ask(t, "OPTIONS", "/api/download", "",
		"Origin: "+tool, "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: Content-Type")
}

func (c *contract) noPassword(t *testing.T) answer {
	_, call := c.another(t, "--auth-user", "admin", "--auth-pass", "secret123")
	a := call.ask(t, "GET", "/api/jobs", "")
	if a.header.Get("WWW-Authenticate") == "" {
		t.Errorf("%s does not say how to log in", a)
	}
	return a
}

// brokenHub is one that answers 503.
func (c *contract) brokenHub(t *testing.T) answer {
	c.set(t, `{"retries": 0}`)
	return c.call.ask(t, "GET", "/api/analyze/owner/broken", "")
}

// authorization uses the document's header on servers started with its flags.
func (c *contract) authorization(t *testing.T, e Example) {
	var flags []string
	for _, other := range c.examples {
		if args, ok := commandLine(other); ok && slices.Contains(args, "--auth-user") {
			flags = args[1:]
		}
	}
	_, call := c.another(t, flags...)
	header := strings.TrimSpace(e.Text)
	if a := call.ask(t, "GET", "/api/jobs", "", header); a.status != 200 {
		t.Errorf("with the header: %s", a)
	}
	for _, wrong := range []string{"X-None: 1", header[:len(header)-4] + "NDU2", strings.Replace(header, "Basic", "Bearer", 1)} {
		a := call.ask(t, "GET", "/api/jobs", "", wrong)
		if a.status != 401 {
			t.Errorf("with %q: %s", wrong, a)
		}
		isError(t, a)
	}
}

// checkCORS compares the headers of a preflight with the document's table.
func (c *contract) checkCORS(t *testing.T) {
	rows := Rows(c.document, "Headers")
	if len(rows) < 4 {
		t.Fatalf("rows %v", rows)
	}
	a := c.preflight(t)
	for _, row := range rows {
		want, got := row[1], a.header.Get(row[0])
		if row[0] == "Access-Control-Allow-Origin" {
			want = tool
		}
		if got != want {
			t.Errorf("%s: %q, want %q", row[0], got, want)
		}
	}
}

// checkLocked: settings the document names as locked, and values that cannot be,
// are refused by name, and nothing changes with them.
func (c *contract) checkLocked(t *testing.T) {
	c.clear(t)
	bodies := map[string]string{ // name in the details, body
		"connections":        `{"connections": 0}`,
		"maxActive":          `{"maxActive": 33}`,
		"retries":            `{"retries": 1.5}`,
		"verify":             `{"verify": "md5"}`,
		"multipartThreshold": `{"multipartThreshold": "many"}`,
		"token":              `{"token": 5}`,
		"endpoint":           `{"endpoint": "http://127.0.0.1:1"}`,
		"unknownKey":         `{"unknownKey": 1}`,
	}
	locked := regexp.MustCompile("(?m)^- `(\\w+)` cannot be changed via API$").FindAllStringSubmatch(c.document, -1)
	if len(locked) != 3 {
		t.Fatalf("locked: %v", locked)
	}
	for _, m := range locked {
		bodies[m[1]] = `{"` + m[1] + `": "/elsewhere"}`
	}
	before := c.call.ask(t, "GET", "/api/settings", "").text
	for _, name := range slices.Sorted(maps.Keys(bodies)) {
		mixed := strings.Replace(bodies[name], "{", `{"connections": 3, `, 1)
		if name == "connections" {
			mixed = `{"retries": 3, "connections": 0}`
		}
		for _, body := range []string{bodies[name], mixed} {
			a := c.call.ask(t, "POST", "/api/settings", body)
			var e struct{ Details string }
			if a.status != 400 || json.Unmarshal([]byte(a.text), &e) != nil || !strings.Contains(e.Details, name) {
				t.Errorf("%s: %s", body, a)
			}
		}
	}
	if after := c.call.ask(t, "GET", "/api/settings", "").text; after != before {
		t.Errorf("changed from %s to %s", before, after)
	}
}
