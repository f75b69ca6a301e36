package contract

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// commandLine starts the program as the document says, at a free port when the
// document's one is in use.
func (c *contract) commandLine(t *testing.T, e Example) {
	args, _ := commandLine(e)
	if slices.Equal(args, c.command) {
		if a := c.call.ask(t, "GET", "/api/health", ""); a.status != 200 {
			t.Error(a)
		}
		return
	}
	if args[0] != "serve" || slices.Contains(args, "--port") {
		t.Fatalf("nobody knows how to check %q", args)
	}
	c.another(t, args[1:]...)
}

// workflow gets its job's id from a download it is about to find running.
func (c *contract) workflow(t *testing.T, e Example) {
	id := c.runningJob(t)
	out, calls := c.bash(t, c.local(e.Text, id))
	if len(calls) != 4 {
		t.Errorf("%+v", calls)
	}
	c.judge(t, out, calls)
}

// pauseResume runs three times: the pause follows the start at once.
func (c *contract) pauseResume(t *testing.T, e Example) {
	hold(t, c.hub, mebi/4, large())
	for range 3 {
		c.clear(t)
		out, calls := c.bash(t, c.local(e.Text, ""))
		if len(calls) != 3 || calls[0].status != 202 {
			t.Fatalf("%+v\n%s", calls, out)
		}
		c.judge(t, out, calls[1:])
	}
}

var progressLine = regexp.MustCompile(`(?m)^Progress: [0-9]*\.[0-9]%$`)

// monitor watches a job that goes on once the script has shown some progress.
func (c *contract) monitor(t *testing.T, e Example) {
	id, release := c.running(t)
	cmd, cancel := c.bashCommand(t, c.local(e.Text, ""), id)
	defer cancel()
	var out, calls record
	cmd.Stdout, cmd.Stderr = &out, &calls
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a line of progress", func() bool { return progressLine.MatchString(out.String()) })
	release()
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s%s", err, &out, &calls)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if last := lines[len(lines)-1]; last != "Job completed" {
		t.Errorf("the last line is %q of %q", last, lines)
	}
	for _, line := range lines[:len(lines)-1] {
		if !progressLine.MatchString(line) {
			t.Errorf("line %q", line)
		}
	}
	for _, call := range callsIn(calls.String()) {
		if call.status != 200 {
			t.Errorf("%+v", call)
		}
	}
}

// jq runs the lines of the document on a running job.
func (c *contract) jq(t *testing.T, e Example) {
	id := c.runningJob(t)
	out, calls := c.bash(t, c.local(e.Text, ""))
	if len(calls) != 3 {
		t.Errorf("%+v", calls)
	}
	d := json.NewDecoder(strings.NewReader(out))
	var j job
	var speed float64
	if err := d.Decode(&j); err != nil || j.ID != id || j.Status != "running" {
		t.Errorf("running jobs: %+v, %v", j, err)
	}
	if err := d.Decode(&speed); err != nil || speed < 0 {
		t.Errorf("speed: %v, %v", speed, err)
	}
	if rest := strings.TrimSpace(out[d.InputOffset():]); rest != "TheBloke/Mistral-7B-GGUF" {
		t.Errorf("repositories: %q", rest)
	}
}
