package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// binary builds the program once for all tests.
var binary = sync.OnceValues(func() (string, error) { //nolint:gochecknoglobals // built once
	dir, err := os.MkdirTemp("", "hfdownloader-test-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "hfdownloader")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", errors.New(string(out))
	}
	return path, nil
})

// outcome is how a run ended.
type outcome struct {
	code           int
	stdout, stderr string
	took           time.Duration
}

// program is the binary on a hub and a home of its own.
type program struct {
	t    *testing.T
	hub  *hubtest.Hub
	home string
	env  []string
}

func newProgram(t *testing.T, o hubtest.Options) *program {
	t.Helper()
	return &program{t: t, hub: hubtest.Start(t, o), home: t.TempDir()}
}

func (p *program) command(ctx context.Context, args ...string) *exec.Cmd {
	p.t.Helper()
	path, err := binary()
	if err != nil {
		p.t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append([]string{
		"HOME=" + p.home, "HF_HOME=" + filepath.Join(p.home, "hf"), "HF_ENDPOINT=" + p.hub.URL(), "PATH=" + os.Getenv("PATH"), "TMPDIR=" + p.home,
	}, p.env...)
	return cmd
}

func (p *program) run(args ...string) outcome {
	p.t.Helper()
	return p.finish(p.command(p.t.Context(), args...), func(*exec.Cmd) {})
}

// finish starts a command, lets during act on it, and waits.
func (p *program) finish(cmd *exec.Cmd, during func(*exec.Cmd)) outcome {
	p.t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	during(cmd)
	began := time.Now()
	err := cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String(), time.Since(began)}
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	return lines[len(lines)-1]
}

func TestLastLineOfStdoutIsTheSnapshot(t *testing.T) {
	p := newProgram(t, hubtest.Options{})
	commit := p.hub.Model("org/m", hubtest.Regular("config.json", "{}")).Commit("main", hubtest.Regular("config.json", "{}"))
	want := filepath.Join(p.home, "hf", "hub", "models--org--m", "snapshots", string(commit))
	for _, flags := range [][]string{nil, {"--quiet"}} {
		got := p.run(append([]string{"download", "org/m"}, flags...)...)
		if got.code != 0 || lastLine(got.stdout) != want {
			t.Errorf("%v: exit %d, stdout %q, stderr %q", flags, got.code, got.stdout, got.stderr)
		}
	}
}

func TestExitCodes(t *testing.T) {
	p := newProgram(t, hubtest.Options{})
	p.hub.Model("org/m", hubtest.Regular("config.json", "{}"), hubtest.LFS("w.safetensors", hubtest.Seeded(1, 1000)))
	p.hub.Model("org/gated", hubtest.LFS("w.bin", hubtest.Seeded(1, 1000))).Gate("manual")
	p.hub.Model("org/bad", hubtest.LFS("w.bin", hubtest.Seeded(2, 1000)))
	p.hub.Model("org/huge", hubtest.LFS("w.bin", hubtest.SeededAs(1, 1<<60, strings.Repeat("ab", 32))))
	p.hub.Fault(hubtest.Rule{Host: hubtest.CDNHost, Path: p.digest("org/bad"), Do: hubtest.Flip(5)})
	cases := map[string]struct {
		args []string
		code int
	}{
		"done":            {[]string{"download", "org/m"}, 0},
		"no such flag":    {[]string{"download", "org/m", "--nonsense"}, 2},
		"bad repository":  {[]string{"download", "a/b/c"}, 2},
		"nothing matches": {[]string{"download", "org/m", "-F", "q4_k_m"}, 2},
		"no repository":   {[]string{"download", "org/nothing"}, 3},
		"no revision":     {[]string{"download", "org/m", "-b", "nope"}, 3},
		"gated":           {[]string{"download", "org/gated"}, 4},
		"wrong content":   {[]string{"download", "org/bad"}, 5},
		"too large":       {[]string{"download", "org/huge"}, 6},
		"no network":      {[]string{"download", "org/m", "--endpoint", "http://127.0.0.1:1", "--retries", "0", "--cache-dir", filepath.Join(p.home, "other")}, 7},
		"forgot the verb": {[]string{"org/m"}, 2},
		"nothing at all":  {nil, 0},
		"version":         {[]string{"version"}, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := p.run(c.args...)
			if got.code != c.code {
				t.Errorf("exit %d, want %d\nstdout %s\nstderr %s", got.code, c.code, got.stdout, got.stderr)
			}
			if c.code != 0 && !strings.Contains(got.stderr, "error: ") {
				t.Errorf("no error on stderr: %q", got.stderr)
			}
		})
	}
}

// digest is the SHA-256 of a repository's only LFS file, as listed.
func (p *program) digest(id string) string {
	p.t.Helper()
	got := p.run("download", id, "--dry-run", "--plan-format", "json")
	var plan struct {
		Items []struct{ SHA256 string }
	}
	if err := json.Unmarshal([]byte(got.stdout), &plan); err != nil || len(plan.Items) == 0 {
		p.t.Fatalf("plan %q, stderr %q: %v", got.stdout, got.stderr, err)
	}
	return plan.Items[0].SHA256
}

// TestF19_SignalsStopAndKeep: SIGINT and SIGTERM end within 2 s and say how to
// go on; the next run goes on; a second SIGINT ends at once.
func TestF19_SignalsStopAndKeep(t *testing.T) {
	file := hubtest.LFS("w.safetensors", hubtest.Seeded(1, 40<<20))
	cases := map[string]struct {
		signals []os.Signal
		code    int
	}{
		"interrupt":       {[]os.Signal{syscall.SIGINT}, 130},
		"interrupt twice": {[]os.Signal{syscall.SIGINT, syscall.SIGINT}, 130},
		"terminate":       {[]os.Signal{syscall.SIGTERM}, 130},
		"hang up":         {[]os.Signal{syscall.SIGHUP}, 130},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := newProgram(t, hubtest.Options{BytesPerSecond: 2 << 20})
			p.hub.Model("org/m", file)
			enough := make(chan struct{})
			p.hub.Fault(hubtest.Rule{Host: hubtest.CDNHost, From: 8, Times: 1, Do: hubtest.Then(func() { close(enough) })})
			got := p.finish(p.command(t.Context(), "download", "org/m"), func(cmd *exec.Cmd) {
				<-enough // some ranges are through
				for _, s := range c.signals {
					if err := cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
						t.Error(err)
					}
				}
			})
			if got.code != c.code || got.took > 2*time.Second {
				t.Errorf("exit %d after %v, stderr %q", got.code, got.took, got.stderr)
			}
			if len(c.signals) == 1 && !strings.Contains(got.stderr, "again") {
				t.Errorf("stderr does not say how to go on: %q", got.stderr)
			}
			p.hub.ResetLog()
			if again := p.run("download", "org/m", "--quiet"); again.code != 0 {
				t.Fatalf("next run: %+v", again)
			}
			if sent := p.hub.ContentBytes(); sent > 39<<20 {
				t.Errorf("next run fetched %d bytes: nothing was kept", sent)
			}
		})
	}
}

// TestP6_CanaryTokenStaysWithTheHub: a full run with failures, and the token is
// nowhere but in the Hub's own requests.
func TestP6_CanaryTokenStaysWithTheHub(t *testing.T) {
	const canary = "hf_CANARYcanaryCANARYcanary0123456789"
	p := newProgram(t, hubtest.Options{})
	user := p.hub.Token(canary, "owner")
	files := []hubtest.File{
		hubtest.Regular("config.json", "{}"), hubtest.LFS("w.safetensors", hubtest.Seeded(1, 40<<20)), hubtest.LFS("v.safetensors", hubtest.Seeded(2, 3<<20)),
	}
	p.hub.Model("org/private", files...).Hide()
	p.hub.Grant(user, repo.Ref{Type: repo.Model, ID: "org/private"})
	p.hub.Model("org/gated", files...).Gate("manual")
	p.hub.Fault(hubtest.Rule{Host: hubtest.CDNHost, Times: 2, Do: hubtest.CutAfter(100_000)})
	p.hub.Fault(hubtest.Rule{Host: hubtest.CDNHost, From: 2, Times: 2, Do: hubtest.Status(403, "<Error/>")})
	p.hub.Fault(hubtest.Rule{Host: hubtest.CDNHost, From: 5, Times: 1, Do: hubtest.Status(500, "oops "+canary)})
	logFile := filepath.Join(p.home, "log.json")
	p.env = []string{"HF_TOKEN=" + canary}
	var shown strings.Builder
	for _, args := range [][]string{
		{"download", "org/private", "--log-file", logFile, "--log-level", "debug", "-v", "--backoff-initial", "1ms"},
		{"download", "org/private", "--json"},
		{"download", "org/gated", "--json", "--log-file", logFile},
		{"download", "org/nothing", "--log-file", logFile, "-v"},
		{"download", "org/private", "--endpoint", "http://hub.invalid"},
		{"download", "org/private", "--local-dir", filepath.Join(p.home, "plain")},
	} {
		got := p.run(args...)
		shown.WriteString(got.stdout + got.stderr)
	}
	if strings.Contains(shown.String(), canary) {
		t.Errorf("the token was printed:\n%s", shown.String())
	}
	err := filepath.WalkDir(p.home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if err == nil && bytes.Contains(b, []byte(canary)) {
			t.Errorf("the token is in %s", path)
		}
		if strings.Contains(path, canary) {
			t.Errorf("the token is in the name %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, q := range p.hub.Log() {
		raw, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(raw, []byte(canary)) {
			continue
		}
		seen++
		if q.Host != hubtest.HubHost {
			t.Errorf("the token went to %s: %s %s", q.Host, q.Method, q.Path)
		}
	}
	if seen == 0 {
		t.Error("the token was never used: nothing was tested")
	}
}

// TestLargeAndManyThenNothing: 1 GiB, 300 small files and an empty one arrive
// with the right digests; the second run moves no content in at most 2 requests.
func TestLargeAndManyThenNothing(t *testing.T) {
	p := newProgram(t, hubtest.Options{})
	files := []hubtest.File{hubtest.LFS("model.safetensors", hubtest.Seeded(1, 1<<30)), hubtest.Regular("empty.txt", "")}
	for i := range 300 {
		files = append(files, hubtest.Regular(fmt.Sprintf("small/%03d.json", i), strings.Repeat("x", i*50)))
	}
	p.hub.Model("org/m", files...)
	first := p.run("download", "org/m", "--quiet")
	if first.code != 0 {
		t.Fatal(first.stderr)
	}
	snapshot := lastLine(first.stdout)
	for _, f := range files {
		want := digest.Digest{Algo: digest.GitSHA1, Hex: f.Content.GitID()}
		if f.LFS {
			want = digest.Digest{Algo: digest.SHA256, Hex: f.Content.SHA256()}
		}
		file, err := os.Open(filepath.Join(snapshot, f.Path))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := digest.OfReader(file, want.Algo, f.Content.Size()); err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", f.Path, got, err, want)
		}
		file.Close()
	}
	p.hub.ResetLog()
	second := p.run("download", "org/m", "--quiet")
	if second.code != 0 || second.stdout != first.stdout {
		t.Errorf("second run: %+v", second)
	}
	requests := p.hub.Log()
	if len(requests) > 2 || p.hub.ContentBytes() != 0 {
		t.Errorf("second run: %d requests, %d content bytes", len(requests), p.hub.ContentBytes())
	}
	t.Logf("first run %v, second run %v with %d requests", first.took, second.took, len(requests))
}
