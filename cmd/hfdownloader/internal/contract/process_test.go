package contract

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain removes the binary the tests built.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if path, err := binary(); err == nil {
			_ = os.RemoveAll(filepath.Dir(path))
		}
		os.Exit(code)
	}))
}

// binary builds the program once for all tests.
var binary = sync.OnceValues(func() (string, error) { //nolint:gochecknoglobals // built once
	dir, err := os.MkdirTemp("", "hfdownloader-contract-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "hfdownloader")
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, "go", "build", "-o", path, "../..").CombinedOutput()
	if err != nil {
		return "", errors.New(string(out))
	}
	return path, nil
})

// home is where one server keeps everything; a second server on the same home is
// the first one restarted.
type home struct {
	dir      string
	endpoint string // of the hub
}

func (h home) env() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + h.dir, "TMPDIR=" + h.dir,
		"HF_HOME=" + filepath.Join(h.dir, "hf"), "XDG_STATE_HOME=" + filepath.Join(h.dir, "state"),
		"HF_ENDPOINT=" + h.endpoint,
	}
}

// hubDir is the cache of the server.
func (h home) hubDir() string { return filepath.Join(h.dir, "hf", "hub") }

// process is a running server.
type process struct {
	url   string // http://127.0.0.1:PORT
	cmd   *exec.Cmd
	log   *record
	ended chan struct{} // closed once the process is gone and its output read
}

// record is output that is read while it is written.
type record struct {
	mu   sync.Mutex
	text strings.Builder
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// launch starts the program and waits for the line that says where it listens;
// "" is an answer too: it did not start, and has ended.
func launch(t *testing.T, h home, args ...string) *process {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(path, args...), log: &record{}, ended: make(chan struct{})} // ends with the test, see kill
	p.cmd.Env, p.cmd.Stderr = h.env(), p.log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	lines := make(chan string, 1)
	go p.read(out, lines)
	select {
	case line := <-lines:
		p.url, _ = strings.CutPrefix(line, "Listening on ")
	case <-time.After(20 * time.Second):
		t.Fatalf("the server said nothing in 20 s: %s", p.log)
	}
	return p
}

// read takes everything the program prints, so that it never waits for us.
func (p *process) read(out io.Reader, first chan<- string) {
	defer close(p.ended)
	r := bufio.NewReader(out)
	line, _ := r.ReadString('\n')
	first <- strings.TrimSpace(line)
	_, _ = io.Copy(p.log, r)
	_ = p.cmd.Wait() // how it ended is in ProcessState
}

// kill is kill -9.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.ended
}

// stop asks the server to end, which it does in 5 s and with code 0.
func (p *process) stop(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.ended:
	case <-time.After(5 * time.Second):
		t.Fatalf("still running 5 s after SIGTERM: %s", p.log)
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("exit %d: %s", code, p.log)
	}
}

// serve starts a server on a free port.
func serve(t *testing.T, h home, args ...string) *process {
	t.Helper()
	p := launch(t, h, append([]string{"serve", "--port", "0"}, args...)...)
	if p.url == "" {
		<-p.ended
		t.Fatalf("no server: %s", p.log)
	}
	return p
}

// eventually waits until ok; 15 seconds are a failure.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(15 * time.Second)
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not in 15 s: %s", what)
		}
	}
}
