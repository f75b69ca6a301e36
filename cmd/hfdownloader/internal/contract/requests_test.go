package contract

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func withID(path, id string) string { return strings.Replace(path, "{id}", id, 1) }

// requestBody sends a body of the document to the endpoint it stands under.
func (c *contract) requestBody(t *testing.T, e Example) {
	at, _ := endpoint(e.Heading())
	var want struct {
		Repo    string
		Filters []string
	}
	if err := json.Unmarshal([]byte(e.Text), &want); err != nil {
		t.Fatal(err)
	}
	name, embedded, _ := strings.Cut(want.Repo, ":")
	if embedded != "" {
		want.Filters = strings.Split(embedded, ",")
	}
	var j job
	c.call.ask(t, at.method, at.path, e.Text).into(t, 202, &j)
	if j.Repo != name || !slices.Equal(j.Filters, want.Filters) {
		t.Errorf("became %+v", j)
	}
}

// curl runs the commands of an endpoint's example. What they print is compared
// with the responses the document has for it.
func (c *contract) curl(t *testing.T, e Example) {
	id := c.prepare(t, e)
	out, calls := c.bash(t, c.local(e.Text, id))
	c.judge(t, out, calls)
}

// prepare brings about what a command needs: a job for an id, a cached repository.
func (c *contract) prepare(t *testing.T, e Example) (id string) {
	t.Helper()
	if strings.Contains(e.Text, "/api/cache") {
		c.cached(t)
	}
	if !strings.Contains(e.Text, documentJob) {
		return ""
	}
	if strings.HasSuffix(e.Heading(), "/resume") {
		return c.pausedJob(t)
	}
	return c.runningJob(t)
}

// made is a request that curl made.
type made struct {
	status       int
	method, path string
}

// bash runs a script with curl as it is, but that a .curlrc makes it tell on
// stderr what it did.
func (c *contract) bash(t *testing.T, script string, args ...string) (out string, calls []made) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd, cancel := c.bashCommand(t, script, args...)
	defer cancel()
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s%s", err, &stdout, &stderr)
	}
	return stdout.String(), callsIn(stderr.String())
}

func (c *contract) bashCommand(t *testing.T, script string, args ...string) (*exec.Cmd, context.CancelFunc) {
	t.Helper()
	for _, tool := range []string{"bash", "curl", "jq", "bc"} {
		find(t, tool)
	}
	path := c.script(t, "script.sh", script)
	dir := filepath.Dir(path)
	rc := "silent\nshow-error\nwrite-out = \"%{stderr}@ %{http_code} %{method} %{url_effective}\\n\"\n"
	if err := os.WriteFile(filepath.Join(dir, ".curlrc"), []byte(rc), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	cmd := exec.CommandContext(ctx, "bash", append([]string{path}, args...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "CURL_HOME=" + dir}
	return cmd, cancel
}

// find looks for a program that an example needs.
func find(t *testing.T, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("CI has no %v", names)
	}
	t.Skipf("needs %v", names)
	return ""
}

var callLine = regexp.MustCompile(`(?m)^@ (\d+) (\S+) (\S+)$`)

func callsIn(stderr string) []made {
	var calls []made
	for _, m := range callLine.FindAllStringSubmatch(stderr, -1) {
		status, _ := strconv.Atoi(m[1])
		if u, err := url.Parse(m[3]); err == nil {
			calls = append(calls, made{status, m[2], u.RequestURI()})
		}
	}
	return calls
}

// judge holds each call of a script, and what was printed for it, to the document.
func (c *contract) judge(t *testing.T, out string, calls []made) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(out))
	for _, call := range calls {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			t.Fatalf("%+v: %v in %s", call, err, out)
		}
		c.judgeOne(t, call, raw)
	}
	if err := d.Decode(&json.RawMessage{}); !errors.Is(err, io.EOF) || len(calls) == 0 {
		t.Errorf("%d calls for %s", len(calls), out)
	}
}

func (c *contract) judgeOne(t *testing.T, call made, raw json.RawMessage) {
	t.Helper()
	c.see(answer{call.method, call.path, call.status, http.Header{"Content-Type": {"application/json"}}, string(raw)})
	if call.status/100 != 2 {
		t.Errorf("%+v: %s", call, raw)
	}
	shape, got, fits, bad := Shape{Named: c.named}, decode(t, string(raw)), false, []string(nil)
	for _, e := range c.responsesTo(call) {
		want := sample(t, e.Text)
		leaveOutOtherTypes(want, got)
		d := shape.Differences(want, got)
		fits = fits || len(d) == 0
		bad = append(bad, d...)
	}
	if !fits {
		t.Errorf("%+v: like no response of the document: %q", call, bad)
	}
}

// responsesTo are the examples of answers to a call with its status.
func (c *contract) responsesTo(call made) (list []Example) {
	path, _, _ := strings.Cut(call.path, "?")
	for _, e := range c.examples {
		at, ok := endpoint(e.Heading())
		_, status := responseName(e)
		if ok && at.method == call.method && matches(at.path, path) && status == strconv.Itoa(call.status) {
			list = append(list, e)
		}
	}
	return list
}
