package live

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/gofiber/fiber/v2"
	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, knownLeaks()...) }

// knownLeaks are what the server's library leaves running for a while, or for ever.
func knownLeaks() []goleak.Option {
	return []goleak.Option{
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"), // ends within 10 s
	}
}

// runner hands its runs to the test.
type runner struct{ runs chan act }

// act is one run: the test plays the pipeline.
type act struct {
	out pipeline.Sink
	end chan error
}

func (r runner) RunWith(ctx context.Context, job pipeline.Job, _ *pipeline.Controls, out pipeline.Sink) (pipeline.Result, error) {
	a := act{out, make(chan error, 1)}
	select {
	case r.runs <- a:
	case <-ctx.Done():
		return pipeline.Result{}, ctx.Err()
	}
	select {
	case err := <-a.end:
		return pipeline.Result{Repo: job.Repo}, err
	case <-ctx.Done():
		return pipeline.Result{}, ctx.Err()
	}
}

// stage is a hub on a real queue, store and port.
type stage struct {
	hub  *Hub
	jobs *jobs.Manager
	runs chan act
	url  string
}

func newStage(t *testing.T, times patience) *stage {
	t.Helper()
	store, err := sqlite.Open(sqlite.Options{Dir: t.TempDir(), Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	s := &stage{runs: make(chan act)}
	s.jobs, err = jobs.New(t.Context(), jobs.Options{
		Store: store, Runner: runner{s.runs}, Owner: "test", Output: func(repo.Ref) string { return "/hub" }, Log: zerolog.Nop(),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.hub = New(Options{Jobs: s.jobs, Version: "3.0.0", Log: zerolog.Nop()})
	s.hub.times = times
	background(t, s.jobs.Run)
	background(t, s.hub.Run)
	s.serve(t)
	return s
}

// background runs something until the test is over.
func background(t *testing.T, run func(context.Context) error) {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// serve puts the handler on a real port.
func (s *stage) serve(t *testing.T) {
	t.Helper()
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get("/api/ws", s.hub.Handler())
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- app.Listener(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := s.hub.Shutdown(ctx); err != nil {
			t.Error("sockets did not close:", err)
		}
		if err := app.ShutdownWithContext(ctx); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	s.url = "ws://" + l.Addr().String() + "/api/ws"
}

// submit queues a job and waits for its run.
func (s *stage) submit(t *testing.T, name string) (string, act) {
	t.Helper()
	ref := repo.Ref{Type: repo.Model, ID: repo.ID("owner/" + name)}
	v, _, err := s.jobs.Submit(t.Context(), jobs.Spec{Repo: ref, Revision: "main"})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case a := <-s.runs:
		return v.ID, a
	case <-time.After(5 * time.Second):
		t.Fatal("the job did not start")
		return "", act{}
	}
}

// plan tells of n files of a size.
func (a act) plan(n int, size int64) {
	items := make([]pipeline.Item, n)
	for i := range items {
		items[i].File = repo.File{Path: pathOf(i), Size: size}
	}
	a.out.Emit(pipeline.Planned{Items: items, TotalBytes: int64(n) * size})
}

func pathOf(i int) string { return fmt.Sprintf("data/train/part-%06d.parquet", i) }

// socket is a client of the test.
type socket struct{ *websocket.Conn }

func (s *stage) dial(t *testing.T) socket {
	t.Helper()
	c, reply, err := websocket.DefaultDialer.DialContext(t.Context(), s.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(); _ = reply.Body.Close() })
	return socket{c}
}

// frame is any message.
type frame struct {
	Type string `json:"type"`
	Data struct {
		// of job_update
		ID       string `json:"id"`
		Status   string `json:"status"`
		Progress struct {
			CompletedFiles  int   `json:"completedFiles"`
			DownloadedBytes int64 `json:"downloadedBytes"`
		} `json:"progress"`
		Files []struct {
			Path   string `json:"path"`
			Status string `json:"status"`
		} `json:"files"`
		// of event
		Event string `json:"event"`
		JobID string `json:"jobId"`
		// of init
		Jobs []struct {
			ID     string `json:"id"`
			Status string `json:"status"`
		} `json:"jobs"`
		Truncated bool `json:"truncated"`
		Count     int  `json:"count"`
	} `json:"data"`
}

func (c socket) next() (frame, int, error) {
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	kind, data, err := c.ReadMessage()
	if err != nil {
		return frame{}, 0, err
	}
	var f frame
	if err = json.Unmarshal(data, &f); err == nil && kind != websocket.TextMessage {
		err = fmt.Errorf("a frame of kind %d", kind)
	}
	return f, len(data), err
}

// until reads to a message and gives all up to it.
func (c socket) until(is func(frame) bool) ([]frame, error) {
	var all []frame
	for {
		f, size, err := c.next()
		if err != nil {
			return all, fmt.Errorf("after %d messages: %w", len(all), err)
		}
		if size > maxMessage {
			return all, fmt.Errorf("a %s of %d bytes", f.Type, size)
		}
		if all = append(all, f); is(f) {
			return all, nil
		}
	}
}

func (c socket) mustUntil(t *testing.T, is func(frame) bool) []frame {
	t.Helper()
	all, err := c.until(is)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func isInit(f frame) bool { return f.Type == "init" }

func event(name string) func(frame) bool {
	return func(f frame) bool { return f.Type == "event" && f.Data.Event == name }
}

// eventually polls.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	end := time.After(10 * time.Second)
	for !ok() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatal("never:", what)
		}
	}
}
