package contract

import (
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/servertest"
	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

const (
	documentHost = "localhost:8080"
	documentJob  = "a1b2c3d4e5f6"
)

// contract is the document, and a server that has to keep it.
type contract struct {
	document string
	examples []Example
	named    map[string]any // what comments in examples stand for
	hub      *hubtest.Hub
	home     servertest.Home
	command  []string // how the document starts a server
	server   *process
	host     string // stands for documentHost
	call     *caller
	machine  machine

	mu       sync.Mutex
	codes    map[int]int // how often each status came
	answers  int
	problems []string // with the OpenAPI document
}

// TestDocument takes every example of docs/api-reference.md to a real server on a
// real port.
func TestDocument(t *testing.T) {
	c := newContract(t)
	covered := 0
	for _, e := range c.examples {
		t.Run(fmt.Sprintf("line %d, %s", e.Line, e.Heading()), func(t *testing.T) {
			check := c.check(e)
			if check == nil {
				t.Fatalf("nobody checks this example (%s); say in check how it is done", e.Lang)
			}
			c.clear(t)
			check(t, e)
			if !t.Failed() {
				covered++
			}
		})
	}
	t.Run("status codes", c.checkCodes)
	t.Run("CORS", c.checkCORS)
	t.Run("settings restrictions", c.checkLocked)
	t.Logf("examples covered: %d of %d", covered, len(c.examples))
	t.Logf("status codes covered: %s", c.codesSeen())
	t.Run("OpenAPI", func(t *testing.T) {
		slices.Sort(c.problems)
		for _, p := range slices.Compact(c.problems) {
			t.Error(p)
		}
		t.Logf("answers that are as the OpenAPI document says: %d of %d", c.answers-len(c.problems), c.answers)
	})
	c.server.Stop(t)
}

func newContract(t *testing.T) *contract {
	t.Helper()
	c := &contract{codes: map[int]int{}, hub: newHub(t)}
	text, err := os.ReadFile("../../../../docs/api-reference.md")
	if err != nil {
		t.Fatal(err)
	}
	c.document = string(text)
	if c.examples, err = Examples(c.document); err != nil {
		t.Fatal(err)
	}
	if len(c.examples) < 50 {
		t.Fatalf("only %d examples found", len(c.examples))
	}
	c.name(t)
	c.home = home(t.TempDir(), c.hub.URL())
	c.start(t)
	c.call = newCaller(t, c.server.URL, nil)
	c.machine = readMachine(t, c.call.ask(t, "GET", "/api/openapi.json", ""))
	c.call.seen = c.see
	return c
}

// start runs the command the document begins with, at another port only when its
// own is taken.
func (c *contract) start(t *testing.T) {
	t.Helper()
	for _, e := range c.examples {
		if args, ok := commandLine(e); ok {
			c.command = args
			break
		}
	}
	c.host = documentHost
	if free("127.0.0.1:8080") && free("[::1]:8080") {
		if c.server = launch(t, c.home, c.command...); c.server.URL != "" {
			return
		}
	}
	c.server = serve(t, c.home)
	c.host = localhost(c.server)
	t.Logf("port 8080 is taken: %s stands for %s", c.host, documentHost)
}

// free reports whether nobody listens there.
func free(address string) bool {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return true
	}
	_ = conn.Close()
	return false
}

// localhost is a server under the name the document uses.
func localhost(p *process) string {
	return strings.Replace(p.URL, "http://127.0.0.1:", "localhost:", 1)
}

// name says what the comments in examples stand for.
func (c *contract) name(t *testing.T) {
	t.Helper()
	c.named = map[string]any{"payload": map[string]any{}}
	for _, e := range c.examples {
		switch e.Heading() + " " + e.Lang {
		case "GET /api/jobs json":
			j := first(sample(t, e.Text), "jobs")
			c.named["job object"], c.named["full job object"], c.named["all current jobs"] = j, j, j
		case "GET /api/analyze/{repo} json":
			if f := first(sample(t, e.Text), "files"); f != nil {
				c.named["FileInfo"] = f
			}
		}
	}
}

// first is the first element of an array in an object.
func first(v any, key string) any {
	object, _ := v.(map[string]any)
	list, _ := object[key].([]any)
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// see takes note of every answer.
func (c *contract) see(a answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.codes[a.status]++
	c.answers++
	if p := c.machine.problem(a); p != "" {
		c.problems = append(c.problems, p)
	}
}

func (c *contract) codesSeen() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var seen, missing []string
	want := map[string]bool{}
	for _, row := range Rows(c.document, "HTTP Status Codes") {
		want[row[0]] = true
	}
	for code := range maps.Keys(want) {
		var n int
		if _, err := fmt.Sscan(code, &n); err != nil || c.codes[n] == 0 {
			missing = append(missing, code)
			continue
		}
		seen = append(seen, code)
	}
	slices.Sort(seen)
	if len(missing) == 0 {
		return strings.Join(seen, " ") + ", all of the document"
	}
	return strings.Join(seen, " ") + ", not " + strings.Join(missing, " ")
}

// differs compares an answer with an example.
func (c *contract) differs(t *testing.T, e Example, got any) {
	t.Helper()
	for _, d := range (Shape{Named: c.named, Full: true}).Differences(sample(t, e.Text), got) {
		t.Errorf("unlike line %d: %s", e.Line, d)
	}
}

// local puts the server's address, and the job's id, in place of the document's.
func (c *contract) local(text, id string) string {
	text = strings.ReplaceAll(text, documentHost, c.host)
	if id != "" {
		text = strings.ReplaceAll(text, documentJob, id)
	}
	return text
}

// another starts a server of its own on the same hub.
func (c *contract) another(t *testing.T, args ...string) (*process, *caller) {
	t.Helper()
	p := serve(t, home(t.TempDir(), c.hub.URL()), args...)
	return p, newCaller(t, p.URL, c.see)
}

func (c *contract) script(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
