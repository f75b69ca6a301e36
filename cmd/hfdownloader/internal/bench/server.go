//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// trial is a case about the server: it is not held against other tools.
type trial struct {
	id, title string
	run       func(ctx context.Context, w *workshop, runs int) ([]verdict, error)
}

func trials() []trial {
	return []trial{
		{"live", "a download with 1,000 WebSocket clients, 50 of which never read", liveTrial},
		{"list", "10,000 jobs in the store, 50 clients at once", listTrial},
		{"many", "a dataset of 50,000 files, watched", manyTrial},
		{"analyze", "a dataset of 100,000 files, analyzed", analyzeTrial},
	}
}

// server is a running "hfdownloader serve".
type server struct {
	url  string // http://127.0.0.1:PORT
	pid  int
	home string
	cmd  *exec.Cmd
	http *http.Client
}

// startServer runs the built program on a home of its own.
func (w *workshop) startServer(ctx context.Context, home, hub string, args ...string) (*server, error) {
	args = append([]string{"serve", "--port", "0", "--state-dir", filepath.Join(home, "state")}, args...)
	cmd := exec.CommandContext(ctx, w.binary, args...)
	cmd.Env = append(os.Environ(), "HOME="+home, "HF_HOME="+filepath.Join(home, "hf"), "HF_ENDPOINT="+hub)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	log, err := os.Create(filepath.Join(home, "server.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close() //nolint:errcheck // the process has its own
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, err
	}
	r := bufio.NewReader(out)
	line, _ := r.ReadString('\n')
	go io.Copy(io.Discard, r) //nolint:errcheck // it must not wait for us
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "Listening on ")
	if !ok {
		_ = cmd.Wait()
		text, _ := os.ReadFile(log.Name())
		return nil, fmt.Errorf("the server did not start: %q %s", line, text)
	}
	return &server{url, cmd.Process.Pid, home, cmd, &http.Client{Timeout: time.Minute}}, nil
}

func (s *server) stop() {
	s.http.CloseIdleConnections()
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
}

// call makes a request and decodes the answer.
func (s *server) call(ctx context.Context, method, path string, body, into any) error {
	var in io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		in = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, s.url+"/api"+path, in)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	reply, err := s.http.Do(req)
	if err != nil {
		return err
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	if err != nil {
		return err
	}
	if reply.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s %s", method, path, reply.Status, text)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(text, into)
}

// jobState is what we look at of a job.
type jobState struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Error  string `json:"error"`
}

func (s *server) submit(ctx context.Context, repo string, dataset bool) (string, error) {
	var j jobState
	err := s.call(ctx, http.MethodPost, "/download", map[string]any{"repo": repo, "dataset": dataset}, &j)
	return j.ID, err
}

// completed polls until the job is; the list of ended jobs stays short.
func (s *server) completed(ctx context.Context, id string) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		var list struct {
			Jobs []jobState `json:"jobs"`
		}
		if err := s.call(ctx, http.MethodGet, "/jobs?status=completed,failed,cancelled", nil, &list); err != nil {
			return err
		}
		for _, j := range list.Jobs {
			if j.ID == id && j.Status != "completed" {
				return fmt.Errorf("the job is %s: %s", j.Status, j.Error)
			}
			if j.ID == id {
				return nil
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// forget makes the next download one from the start.
func (s *server) forget(ctx context.Context, id, repo string) error {
	if err := s.call(ctx, http.MethodPost, "/jobs/"+id+"/dismiss", nil, nil); err != nil {
		return err
	}
	return s.call(ctx, http.MethodDelete, "/cache/"+repo, nil, nil)
}

// load is what the process holds.
type load struct{ goroutines, files int }

func (s *server) load(ctx context.Context) (load, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/api/metrics", nil)
	if err != nil {
		return load{}, err
	}
	reply, err := s.http.Do(req)
	if err != nil {
		return load{}, err
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	if err != nil {
		return load{}, err
	}
	var l load
	for line := range strings.Lines(string(text)) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(line), "go_goroutines "); ok {
			l.goroutines, err = strconv.Atoi(v)
		}
	}
	if err != nil || l.goroutines == 0 {
		return load{}, fmt.Errorf("no goroutines in the metrics: %w", err)
	}
	fds, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.pid))
	l.files = len(fds)
	return l, err
}

// peak is the most memory the process has had, in bytes.
func (s *server) peak() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if v, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(v), " kB"), 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("no VmHWM")
}

// peakBelow judges the peak.
func (s *server) peakBelow(bound int64) (verdict, error) {
	peak, err := s.peak()
	return verdict{fmt.Sprintf("server's peak memory %.1f MiB, wanted < %d MiB", float64(peak)/(1<<20), bound>>20), peak < bound}, err
}
