//go:build linux

package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/core/retry"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// rig is a hub, a cache and what happened.
type rig struct {
	t    testing.TB
	hub  *hubtest.Hub
	root string // hub folder of the cache
	set  Settings

	mu     sync.Mutex
	events []pipeline.Event
}

func newRig(t testing.TB, o hubtest.Options) *rig {
	t.Helper()
	h := hubtest.Start(t, o)
	root := filepath.Join(t.TempDir(), "hub")
	limits := pipeline.DefaultLimits()
	limits.MultipartThreshold = 4 << 20
	return &rig{t: t, hub: h, root: root, set: Settings{
		Hub:    hub.Options{Endpoint: h.URL(), UserAgent: "hfdownloader/test", NoEnvProxy: true},
		Cache:  cache.Options{Root: root},
		Retry:  retry.Policy{Attempts: 4, Initial: time.Millisecond, Max: 10 * time.Millisecond, Budget: time.Minute},
		Limits: limits, Logger: zerolog.Nop(),
	}}
}

// Emit records events.
func (r *rig) Emit(e pipeline.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

// run does a job with everything made anew, as a new process would.
func (r *rig) run(ctx context.Context, job pipeline.Job) (pipeline.Result, error) {
	r.t.Helper()
	r.events = nil
	p, err := New(r.set, r)
	if err != nil {
		return pipeline.Result{}, err
	}
	defer func() {
		if err := p.Close(); err != nil {
			r.t.Errorf("close: %v", err)
		}
	}()
	if job.Revision == "" {
		job.Revision = repo.DefaultRevision
	}
	return p.Run(ctx, job, r)
}

func model(id string) pipeline.Job {
	return pipeline.Job{Repo: repo.Ref{Type: repo.Model, ID: repo.ID(id)}}
}

// wantFiles compares a snapshot with what the hub has, byte by byte, and without
// holding a file in memory: the race detector looks at every byte that is copied.
func (r *rig) wantFiles(res pipeline.Result, files ...hubtest.File) {
	r.t.Helper()
	for _, f := range files {
		got, err := os.Open(filepath.Join(res.Path, f.Path))
		if err != nil {
			r.t.Errorf("%v", err)
			continue
		}
		same := &comparer{with: got}
		if err := f.Content.WriteRange(same, 0, f.Content.Size()); err != nil {
			r.t.Errorf("%s: %v", f.Path, err)
		} else if n, err := got.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
			r.t.Errorf("%s is longer than %d bytes, %v", f.Path, f.Content.Size(), err)
		}
		_ = got.Close() // only read
	}
}

// comparer is written what a reader should have, and fails where it has not.
type comparer struct {
	with io.Reader
	at   int64
	buf  []byte
}

// Write reads as much and compares.
func (c *comparer) Write(want []byte) (int, error) {
	if len(c.buf) < len(want) {
		c.buf = make([]byte, len(want))
	}
	got := c.buf[:len(want)]
	if n, err := io.ReadFull(c.with, got); err != nil {
		return 0, fmt.Errorf("it ends at byte %d: %w", c.at+int64(n), err)
	}
	if !bytes.Equal(got, want) {
		return 0, fmt.Errorf("it differs in the %d bytes from %d on", len(want), c.at)
	}
	c.at += int64(len(want))
	return len(want), nil
}

func sampleFiles() []hubtest.File {
	files := []hubtest.File{
		hubtest.Regular("config.json", `{"model_type":"x"}`), hubtest.Regular("empty.txt", ""),
		hubtest.Regular("dir/with space/é#%+.txt", "odd"),
		hubtest.LFS("model.safetensors", hubtest.Seeded(1, 20<<20+5)), hubtest.LFS("empty.bin", hubtest.Bytes(nil)),
		hubtest.LFS("middle.bin", hubtest.Seeded(2, 3<<20)), hubtest.LFS("twin.bin", hubtest.Seeded(2, 3<<20)),
	}
	for i := range 30 {
		files = append(files, hubtest.Regular(fmt.Sprintf("small/%02d.json", i), fmt.Sprint("content ", i)))
	}
	return files
}

func TestDownloadAndAgain(t *testing.T) {
	r := newRig(t, hubtest.Options{})
	files := sampleFiles()
	r.hub.Model("org/model", files...)
	res, err := r.run(t.Context(), model("org/model"))
	if err != nil {
		t.Fatal(err)
	}
	r.wantFiles(res, files...)
	var want int64
	for _, f := range files[:6] { // the twin is fetched once
		want += f.Content.Size()
	}
	for _, f := range files[7:] {
		want += f.Content.Size()
	}
	// On a busy machine ranges are split, and what was on its way comes twice.
	if got := r.hub.ContentBytes(); got < want || got > want*11/10 {
		t.Errorf("%d content bytes sent, want %d", got, want)
	}
	r.hub.ResetLog()
	again, err := r.run(t.Context(), model("org/model"))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(r.hub.Log()); n > 2 || r.hub.ContentBytes() != 0 {
		t.Errorf("second run: %d requests, %d content bytes", n, r.hub.ContentBytes())
	}
	if again.Skipped != len(files) || again.Path != res.Path {
		t.Errorf("second run: %+v", again)
	}
}

// warned reports whether a warning with these words was given.
func (r *rig) warned(words string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		if w, ok := e.(pipeline.Warning); ok && strings.Contains(w.Message, words) {
			return true
		}
	}
	return false
}
