package main_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// serve starts a server on a free port and gives its address. It ends with the test.
func (p *program) serve(args ...string) string {
	p.t.Helper()
	url, _ := p.startServer(args...)
	return url
}

// startServer gives also what stops it.
func (p *program) startServer(args ...string) (url string, stop func()) {
	p.t.Helper()
	cmd := p.command(p.t.Context(), append([]string{"serve", "--port", "0"}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	r := bufio.NewReader(out)
	line, err := r.ReadString('\n')
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(io.Discard, r)
		_ = cmd.Wait()
	}()
	stop = func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-ended
	}
	p.t.Cleanup(stop)
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "Listening on ")
	if err != nil || !ok {
		p.t.Fatalf("the server said %q, %v", line, err)
	}
	return url, stop
}

// TestDownloadOnAServer: followed to its end, with what a local download prints
// and its exit code; the token stays here.
func TestDownloadOnAServer(t *testing.T) {
	const canary = "hf_CANARYcanaryCANARYcanary0123456789"
	p := newProgram(t, hubtest.Options{})
	p.hub.Model("org/m", hubtest.Regular("config.json", "{}"), hubtest.LFS("w.safetensors", hubtest.Seeded(1, 3<<20)))
	p.hub.Model("org/gated", hubtest.LFS("w.bin", hubtest.Seeded(1, 1000))).Gate("manual")
	p.hub.Model("org/bad", hubtest.LFS("w.bin", hubtest.Seeded(2, 1000)))
	p.hub.Fault(hubtest.Rule{Host: hubtest.CDNHost, Path: p.digest("org/bad"), Do: hubtest.Flip(5)})
	url := p.serve()
	p.env = []string{"HF_TOKEN=" + canary, "HFDOWNLOADER_SERVER=" + url}
	p.hub.ResetLog()
	for _, c := range []struct {
		name   string
		args   []string
		code   int
		stdout string
	}{
		{"done", []string{"download", "org/m"}, 0, `(?s)downloading: w.safetensors \(3.0 MiB\).*done: w.safetensors \(3.0 MiB, sha256 checked\).*2 files, 3.0 MiB.*/hub\n$`},
		{"as JSON", []string{"download", "org/m", "-F", "w", "--json"}, 0, `(?s)"event":"plan_item".*"event":"file_done".*"event":"done"`},
		{"only the result", []string{"download", "org/m", "-E", "json", "--quiet"}, 0, `^\S+/hub\n$`},
		{"planned", []string{"download", "org/m", "--dry-run", "--plan-format", "json"}, 0, `"path": "w.safetensors"`},
		{"no repository", []string{"download", "org/nothing"}, 3, ""},
		{"no plan", []string{"download", "org/nothing", "--dry-run"}, 3, ""},
		{"gated", []string{"download", "org/gated"}, 4, ""},
		{"wrong content", []string{"download", "org/bad"}, 5, ""},
		{"nothing matches", []string{"download", "org/m", "-F", "q4_k_m"}, 2, ""},
		{"local flag", []string{"download", "org/m", "--local-dir", "x"}, 2, ""},
		{"token flag", []string{"download", "org/m", "--token", canary}, 2, ""},
		{"single file", []string{"download", "org/m", "config.json"}, 2, ""},
		{"no server", []string{"download", "org/m", "--server", "http://127.0.0.1:1"}, 7, ""},
		{"no address", []string{"download", "org/m", "--server", "127.0.0.1"}, 2, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := p.run(c.args...)
			if got.code != c.code || !regexp.MustCompile(c.stdout).MatchString(got.stdout) {
				t.Errorf("exit %d, want %d\nstdout %s\nstderr %s", got.code, c.code, got.stdout, got.stderr)
			}
			if c.code != 0 && !strings.Contains(got.stderr, "error: ") || strings.Contains(got.stdout+got.stderr, canary) {
				t.Errorf("stderr %q", got.stderr)
			}
		})
	}
	for _, q := range p.hub.Log() {
		if strings.Contains(q.Header.Get("Authorization"), canary) {
			t.Fatalf("the server had the client's token: %s %s", q.Method, q.Path)
		}
	}
}

// TestJobsCommands: each of them changes a real server, and asks for what it needs.
func TestJobsCommands(t *testing.T) {
	p := newProgram(t, hubtest.Options{BytesPerSecond: 1 << 20})
	p.hub.Model("org/slow", hubtest.Regular("config.json", "{}"), hubtest.LFS("w.safetensors", hubtest.Seeded(1, 400<<20)))
	p.hub.Model("org/small", hubtest.Regular("config.json", "{}"))
	p.env = []string{"HFD_AUTH_USER=team", "HFD_AUTH_PASS=a good password"}
	url := p.serve()
	p.env = append(p.env, "HFDOWNLOADER_SERVER="+url)
	got := p.run("download", "org/slow", "--detach")
	id := strings.TrimSpace(got.stdout)
	if got.code != 0 || !regexp.MustCompile(`^[0-9a-f]{12}$`).MatchString(id) {
		t.Fatalf("%+v", got)
	}
	state := func() string { return strings.TrimSpace(p.run("jobs", "get", id, "--quiet").stdout) }
	for p.t.Context().Err() == nil && state() != "running" {
	}
	for _, c := range []struct {
		args   []string
		code   int
		stdout string
	}{
		{[]string{"jobs", "ls"}, 0, `(?s)^ID +REPO +STATUS.*` + id + ` +org/slow +running .*\n1 job\n$`},
		{[]string{"jobs", "ls", "-q"}, 0, `^` + id + `\n$`},
		{[]string{"jobs", "pause", id}, 0, `^` + id + `: Job paused\n$`},
		{[]string{"jobs", "pause", id}, 3, `^$`},
		{[]string{"jobs", "get", id}, 0, `(?s)^id +` + id + `\nrepo +org/slow\nstatus +paused\n`},
		{[]string{"jobs", "watch", id}, 130, ``},
		{[]string{"jobs", "resume", id, "--json"}, 0, `"message": "Job resumed"`},
		{[]string{"jobs", "dismiss", id}, 2, `^$`},
		{[]string{"jobs", "cancel", id, "000000000000"}, 3, id + `: Job cancelled\n000000000000: cancel job .*: Job not found`},
		{[]string{"jobs", "ls"}, 0, `^0 jobs, 1 more with --all\n$`},
		{[]string{"jobs", "ls", "--all", "--json"}, 0, `"status": "cancelled"`},
		{[]string{"jobs", "retry", id, "--quiet"}, 0, `^$`},
		{[]string{"jobs", "cancel", id, "--quiet"}, 0, `^$`},
		{[]string{"jobs", "dismiss", id}, 0, `: Job dismissed\n$`},
		{[]string{"jobs", "get", id}, 3, `^$`},
		{[]string{"jobs", "watch"}, 0, `^no job is queued or running\n$`},
		{[]string{"jobs", "watch", "--quiet"}, 0, `^$`},
		{[]string{"jobs", "watch", "--json"}, 0, `^$`},
		{[]string{"jobs", "ls", "--server", strings.Replace(url, "://", "://team:wrong-password@", 1)}, 0, `0 jobs`}, // the variables go first
	} {
		got := p.run(c.args...)
		if got.code != c.code || !regexp.MustCompile(c.stdout).MatchString(got.stdout) {
			t.Errorf("%q: exit %d, want %d\nstdout %s\nstderr %s", c.args, got.code, c.code, got.stdout, got.stderr)
		}
	}
	p.env = []string{"HFDOWNLOADER_SERVER=" + url}
	if got := p.run("jobs", "ls"); got.code != 4 || !strings.Contains(got.stderr, "HFD_AUTH_USER") {
		t.Errorf("without a password: %+v", got)
	}
	with := strings.Replace(url, "://", "://team:a%20good%20password@", 1)
	if got := p.run("jobs", "ls", "--server", with); got.code != 0 {
		t.Errorf("with a password in the address: %+v", got)
	}
	if got := p.run("jobs", "watch", "x", "--server", strings.Replace(with, "good", "secret", 1)); got.code != 4 || strings.Contains(got.stderr, "secret") {
		t.Errorf("with a wrong one: %+v", got)
	}
}

// TestWatchConnectsAgain: the server stops and comes back while a job is watched;
// the watch sees its end.
func TestWatchConnectsAgain(t *testing.T) {
	p := newProgram(t, hubtest.Options{BytesPerSecond: 1 << 20})
	p.hub.Model("org/m", hubtest.LFS("w.safetensors", hubtest.Seeded(1, 6<<20)))
	url, stop := p.startServer()
	p.env = []string{"HFDOWNLOADER_SERVER=" + url}
	id := strings.TrimSpace(p.run("download", "org/m", "--detach").stdout)
	cmd := p.command(t.Context(), "jobs", "watch", id, "--json")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), `"file_progress"`) {
	}
	stop()
	p.startServer("--port", url[strings.LastIndex(url, ":")+1:])
	last := ""
	broke := false
	for lines.Scan() {
		last = lines.Text()
		broke = broke || strings.Contains(last, "connecting again")
	}
	if err := cmd.Wait(); err != nil || !broke || !strings.Contains(last, `"event":"done"`) {
		t.Errorf("%v, broke %v, last line %s\n%s", err, broke, last, stderr.String())
	}
}

// TestWatchAll: a line for what happens to each job, until nothing does.
func TestWatchAll(t *testing.T) {
	p := newProgram(t, hubtest.Options{BytesPerSecond: 1 << 20})
	p.hub.Model("org/m", hubtest.LFS("w.safetensors", hubtest.Seeded(1, 2<<20)))
	p.env = []string{"HFDOWNLOADER_SERVER=" + p.serve()}
	id := strings.TrimSpace(p.run("download", "org/m", "--detach").stdout)
	if got := p.run("jobs", "watch"); got.code != 0 || !regexp.MustCompile(`(?m)^`+id+` org/m: completed, 100% of 2.0 MiB, 1/1 files$`).MatchString(got.stdout) {
		t.Errorf("%+v", got)
	}
	id = strings.TrimSpace(p.run("download", "org/m", "-E", "json", "--detach").stdout)
	var job struct{ ID, Status string }
	got := p.run("jobs", "watch", "--json")
	if got.code != 0 || got.stdout != "" && json.Unmarshal([]byte(lastLine(got.stdout)), &job) != nil {
		t.Errorf("%+v", got)
	}
	if got.stdout != "" && (job.ID != id || job.Status != "completed") {
		t.Errorf("last %+v", job)
	}
}
