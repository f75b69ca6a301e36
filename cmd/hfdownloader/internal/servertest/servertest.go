// Package servertest runs the real program for tests, as a server on a home of
// its own.
package servertest

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
)

// Program builds the program, once a Program; Remove removes it.
type Program struct {
	once sync.Once
	path string
	err  error
}

// Path is the built program.
func (p *Program) Path() (string, error) {
	p.once.Do(func() {
		dir, err := os.MkdirTemp("", "hfdownloader-test-")
		if err != nil {
			p.err = err
			return
		}
		p.path = filepath.Join(dir, "hfdownloader")
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
		defer cancel()
		if out, err := exec.CommandContext(ctx, "go", "build", "-o", p.path, "github.com/hfdownloader/hfdownloader/cmd/hfdownloader").CombinedOutput(); err != nil {
			p.err = errors.New(string(out))
		}
	})
	return p.path, p.err
}

// Remove takes what was built away.
func (p *Program) Remove() {
	if p.path != "" {
		_ = os.RemoveAll(filepath.Dir(p.path)) // in the folder for temporary files
	}
}

// Home is where one server keeps everything; a second server on the same home is
// the first one restarted.
type Home struct {
	Dir      string
	Endpoint string   // of the hub
	Extra    []string // more variables, as NAME=value
}

// Env is all a server sees of the environment.
func (h Home) Env() []string {
	return append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + h.Dir, "TMPDIR=" + h.Dir,
		"HF_HOME=" + filepath.Join(h.Dir, "hf"), "XDG_STATE_HOME=" + filepath.Join(h.Dir, "state"),
		"XDG_CONFIG_HOME=" + filepath.Join(h.Dir, "config"), "XDG_DATA_HOME=" + filepath.Join(h.Dir, "data"),
		"HF_ENDPOINT=" + h.Endpoint,
	}, h.Extra...)
}

// HubDir is the cache of the server.
func (h Home) HubDir() string { return filepath.Join(h.Dir, "hf", "hub") }

// Process is a running server.
type Process struct {
	URL   string // http://127.0.0.1:PORT, "" when it did not start
	Log   *Record
	Ended chan struct{} // closed once the process is gone and its output read

	cmd *exec.Cmd
}

// Record is output that is read while it is written.
type Record struct {
	mu   sync.Mutex
	text strings.Builder
}

func (r *Record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *Record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// startTime is how long a server may take to say where it listens.
const startTime = 20 * time.Second

// Launch starts the program and waits for the line that says where it listens;
// an empty URL is an answer too: it did not start, and has ended.
func Launch(t *testing.T, program *Program, h Home, args ...string) *Process {
	t.Helper()
	path, err := program.Path()
	if err != nil {
		t.Fatal(err)
	}
	p := &Process{cmd: exec.CommandContext(context.WithoutCancel(t.Context()), path, args...), Log: &Record{}, Ended: make(chan struct{})} // ends in Kill
	p.cmd.Env, p.cmd.Stderr = h.Env(), p.Log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	lines := make(chan string, 1)
	go p.read(out, lines)
	select {
	case line := <-lines:
		p.URL, _ = strings.CutPrefix(line, "Listening on ")
	case <-time.After(startTime):
		t.Fatalf("the server said nothing in %v: %s", startTime, p.Log)
	}
	return p
}

// Serve starts a server on a free port, unless args name one.
func Serve(t *testing.T, program *Program, h Home, args ...string) *Process {
	t.Helper()
	p := Launch(t, program, h, append([]string{"serve", "--port", "0"}, args...)...)
	if p.URL == "" {
		<-p.Ended
		t.Fatalf("no server: %s", p.Log)
	}
	return p
}

// read takes everything the program prints, so that it never waits for us.
func (p *Process) read(out io.Reader, first chan<- string) {
	defer close(p.Ended)
	r := bufio.NewReader(out)
	line, _ := r.ReadString('\n')
	first <- strings.TrimSpace(line)
	_, _ = io.Copy(p.Log, r)
	_ = p.cmd.Wait() // how it ended is in ProcessState
}

// Kill is kill -9.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.Ended
}

// Stop asks the server to end, which it does in 5 s and with code 0.
func (p *Process) Stop(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.Ended:
	case <-time.After(5 * time.Second):
		t.Fatalf("still running 5 s after SIGTERM: %s", p.Log)
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("exit %d: %s", code, p.Log)
	}
}
