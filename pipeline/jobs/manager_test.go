package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// work is a Runner of a function.
type work func(ctx context.Context, job pipeline.Job, c *pipeline.Controls, out pipeline.Sink) error

func (w work) RunWith(ctx context.Context, job pipeline.Job, c *pipeline.Controls, out pipeline.Sink) (pipeline.Result, error) {
	return pipeline.Result{}, w(ctx, job, c, out)
}

// untilStopped is work that goes on until it is ended.
func untilStopped(ctx context.Context, _ pipeline.Job, _ *pipeline.Controls, _ pipeline.Sink) error {
	<-ctx.Done()
	return fault.New(fault.Canceled, "canceled", "", ctx.Err())
}

func done(context.Context, pipeline.Job, *pipeline.Controls, pipeline.Sink) error { return nil }

// queue is a running Manager on a real store.
type queue struct {
	*jobs.Manager
	t    *testing.T
	stop func() // ends Run and closes the store
}

func start(t *testing.T, dir string, max int, w work) *queue {
	t.Helper()
	return startAt(t, dir, max, w, time.Now)
}

// startAt is start with a clock. Leases are too long for Run to look at the queue
// by itself in a test.
func startAt(t *testing.T, dir string, max int, w work, now func() time.Time) *queue {
	t.Helper()
	store, err := sqlite.Open(sqlite.Options{Dir: dir, Now: now, Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	m, err := jobs.New(t.Context(), jobs.Options{
		Store: store, Runner: w, Output: func(repo.Ref) string { return "/hub" }, MaxRunning: max, Owner: "me", Log: zerolog.Nop(),
		Lease: time.Hour, Now: now, Page: func(r repo.Ref) string { return "https://hub/" + r.String() },
		Redact: func(s string) string { return strings.ReplaceAll(s, "hf_secret", "***") },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	q := &queue{Manager: m, t: t, stop: sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})}
	t.Cleanup(q.stop)
	return q
}

func spec(n int) jobs.Spec {
	return jobs.Spec{Repo: repo.Ref{Type: repo.Model, ID: repo.ID(fmt.Sprintf("o/m%d", n))}}
}

func (q *queue) submit(n int) string {
	q.t.Helper()
	v, added, err := q.Submit(q.t.Context(), spec(n))
	if err != nil || !added || v.Status != jobs.Queued {
		q.t.Fatalf("%+v, added %v, %v", v, added, err)
	}
	return v.ID
}

func (q *queue) get(id string) jobs.View {
	q.t.Helper()
	v, err := q.Get(q.t.Context(), id)
	if err != nil {
		q.t.Fatal(err)
	}
	return v
}

// until waits for a status; everything on the way there is told to the subscription.
func (q *queue) until(id string, want jobs.Status) jobs.View {
	q.t.Helper()
	sub := q.Subscribe()
	defer sub.Close()
	ctx, cancel := context.WithTimeout(q.t.Context(), 20*time.Second)
	defer cancel()
	for {
		if v := q.get(id); v.Status == want {
			return v
		}
		if _, err := sub.Next(ctx); err != nil {
			q.t.Fatalf("%s is %s, not %s", id, q.get(id).Status, want)
		}
	}
}

func (q *queue) must(err error) {
	q.t.Helper()
	if err != nil {
		q.t.Fatal(err)
	}
}

func wantWrong(t *testing.T, err error, status jobs.Status) {
	t.Helper()
	var wrong *jobs.WrongStatus
	if !errors.As(err, &wrong) || wrong.Status != status {
		t.Errorf("%v, want the refusal of a job that is %s", err, status)
	}
}

func TestLifeOfAJob(t *testing.T) {
	files := func(ctx context.Context, _ pipeline.Job, _ *pipeline.Controls, out pipeline.Sink) error {
		item := func(path string, size int64) pipeline.Item {
			return pipeline.Item{File: repo.File{Path: path, Size: size}}
		}
		out.Emit(pipeline.Resolved{Commit: "c"})
		out.Emit(pipeline.Planned{Items: []pipeline.Item{item("a", 10), item("b", 5), item("c", 1)}})
		out.Emit(pipeline.FileChanged{Path: "c", Status: pipeline.FileSkipped, Size: 1})
		out.Emit(pipeline.FileProgress{Path: "a", Done: 4, Total: 10})
		out.Emit(pipeline.FileChanged{Path: "a", Status: pipeline.FileComplete, Size: 10, Reason: "sha256"})
		out.Emit(pipeline.FileProgress{Path: "b", Done: 2, Total: 5})
		out.Emit(pipeline.FileChanged{Path: "b", Status: pipeline.FileFailed, Size: 5, Err: errors.New("hf_secret")})
		return fault.New(fault.Integrity, "verify", "b", errors.New("wrong for hf_secret")).WithHint("do this")
	}
	q := start(t, t.TempDir(), 1, files)
	v := q.until(q.submit(1), jobs.Failed)
	want := jobs.Progress{TotalFiles: 3, CompletedFiles: 2, TotalBytes: 16, DownloadedBytes: 13}
	if v.Progress != want || v.Commit != "c" || v.Output != "/hub" || v.Started.IsZero() || v.Ended.IsZero() {
		t.Errorf("%+v", v)
	}
	if !strings.Contains(v.Error, "verify b") || !strings.Contains(v.Error, "do this") || strings.Contains(v.Error, "hf_secret") {
		t.Errorf("error %q", v.Error)
	}
	if len(v.Files) != 3 || v.Files[0].Check != "sha256" || v.Files[1].Done != 2 || v.Files[1].Error != "***" || v.Files[2].Status != pipeline.FileSkipped {
		t.Errorf("%+v", v.Files)
	}
	page, total, err := q.Files(t.Context(), v.ID, jobs.FileQuery{Limit: 1, Offset: 1})
	if err != nil || total != 3 || len(page) != 1 || page[0].Path != "b" {
		t.Errorf("%v, %d, %v", page, total, err)
	}
}

func TestF36_WhatIsAllowedWhen(t *testing.T) {
	do := map[string]func(*queue, string) error{
		"pause":   func(q *queue, id string) error { return q.Pause(t.Context(), id) },
		"resume":  func(q *queue, id string) error { return q.Resume(t.Context(), id) },
		"cancel":  func(q *queue, id string) error { return q.Cancel(t.Context(), id) },
		"retry":   func(q *queue, id string) error { return q.Retry(t.Context(), id) },
		"dismiss": func(q *queue, id string) error { return q.Dismiss(t.Context(), id) },
	}
	reach := map[jobs.Status]func(*queue) string{
		jobs.Queued: func(q *queue) string {
			q.submit(0)
			return q.submit(1)
		},
		jobs.Running: func(q *queue) string { return q.submit(0) },
		jobs.Paused: func(q *queue) string {
			id := q.submit(0)
			q.must(q.Pause(t.Context(), id))
			return id
		},
		jobs.Cancelled: func(q *queue) string {
			id := q.submit(0)
			q.must(q.Cancel(t.Context(), id))
			return id
		},
	}
	after := map[string]map[jobs.Status]jobs.Status{ // "" is gone; what is missing is refused
		"pause":   {jobs.Running: jobs.Paused},
		"resume":  {jobs.Paused: jobs.Running},
		"cancel":  {jobs.Queued: jobs.Cancelled, jobs.Running: jobs.Cancelled, jobs.Paused: jobs.Cancelled},
		"retry":   {jobs.Cancelled: jobs.Running},
		"dismiss": {jobs.Paused: "", jobs.Cancelled: ""},
	}
	for name, change := range do {
		for from, arrive := range reach {
			t.Run(name+" "+string(from), func(t *testing.T) {
				q := start(t, t.TempDir(), 1, untilStopped)
				id := arrive(q)
				q.until(id, from)
				err := change(q, id)
				to, allowed := after[name][from]
				switch {
				case !allowed:
					wantWrong(t, err, from)
				case err != nil:
					t.Error(err)
				case to == "":
					if _, err := q.Get(t.Context(), id); !errors.Is(err, jobs.ErrNotFound) {
						t.Errorf("it is still there: %v", err)
					}
				default:
					q.until(id, to)
				}
				if err := change(q, "000000000000"); !errors.Is(err, jobs.ErrNotFound) {
					t.Errorf("of no job: %v", err)
				}
			})
		}
	}
}

func TestF35_EqualRequestsAreOneJob(t *testing.T) {
	q := start(t, t.TempDir(), 1, untilStopped)
	var mu sync.Mutex
	ids, added := map[string]bool{}, 0
	var wait sync.WaitGroup
	for n := range 1000 {
		wait.Go(func() {
			s := spec(1)
			s.Filters = [][]string{{"a", "B"}, {"b", "a", "A"}}[n%2]
			v, isNew, err := q.Submit(t.Context(), s)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			ids[v.ID] = true
			if isNew {
				added++
			}
		})
	}
	wait.Wait()
	if len(ids) != 1 || added != 1 {
		t.Errorf("%d jobs, %d added", len(ids), added)
	}
	other := spec(1)
	other.Filters = []string{"a"}
	if _, isNew, err := q.Submit(t.Context(), other); !isNew || err != nil {
		t.Errorf("other filters are another job: %v, %v", isNew, err)
	}
}

func TestF36_PauseAndResumeIsNoCancel(t *testing.T) {
	release := make(chan struct{})
	var runs sync.WaitGroup
	runs.Add(2)
	first := true
	q := start(t, t.TempDir(), 1, func(ctx context.Context, _ pipeline.Job, _ *pipeline.Controls, _ pipeline.Sink) error {
		defer runs.Done()
		if first {
			first = false
			<-ctx.Done()
			<-release // winding down takes its time
			return ctx.Err()
		}
		return nil
	})
	id := q.submit(1)
	q.must(q.Pause(t.Context(), id))
	q.must(q.Resume(t.Context(), id))
	if v := q.get(id); v.Status != jobs.Queued {
		t.Errorf("it is %s while its former run winds down", v.Status)
	}
	close(release)
	runs.Wait()
	q.until(id, jobs.Completed)
}

func TestP12_RestartKeepsEveryJob(t *testing.T) {
	dir := t.TempDir()
	q := start(t, dir, 1, untilStopped)
	running, queued, paused, ended := q.submit(0), q.submit(1), q.submit(2), q.submit(3)
	q.must(q.Cancel(t.Context(), ended))
	q.must(q.Move(t.Context(), paused, jobs.Move{Top: true}))
	q.must(q.Pause(t.Context(), running))
	q.until(paused, jobs.Running)
	q.must(q.Pause(t.Context(), paused))
	q.must(q.Resume(t.Context(), running))
	q.until(running, jobs.Running) // it came first
	before := q.get(running)
	q.stop()

	again := start(t, dir, 1, untilStopped)
	for id, want := range map[string]jobs.Status{running: jobs.Running, queued: jobs.Queued, paused: jobs.Paused, ended: jobs.Cancelled} {
		if v := again.until(id, want); v.Spec.Repo.ID == "" {
			t.Errorf("%+v", v)
		}
	}
	if v := again.get(running); v.Created != before.Created || v.Rank != before.Rank {
		t.Errorf("%+v was %+v", v.Record, before.Record)
	}
	if list, total, err := again.List(t.Context(), jobs.Query{}); len(list) != 4 || total != 4 || err != nil || list[3].ID != running {
		t.Errorf("%d of %d, %v", len(list), total, err)
	}
}

func TestOrderOfTheQueue(t *testing.T) {
	var mu sync.Mutex
	var began []string
	next := make(chan struct{})
	q := start(t, t.TempDir(), 1, func(ctx context.Context, job pipeline.Job, _ *pipeline.Controls, _ pipeline.Sink) error {
		mu.Lock()
		began = append(began, string(job.Repo.ID))
		mu.Unlock()
		select {
		case <-next:
		case <-ctx.Done():
		}
		return ctx.Err()
	})
	var ids []string
	for n := range 5 {
		ids = append(ids, q.submit(n))
	}
	high := 5
	q.must(q.Move(t.Context(), ids[4], jobs.Move{Priority: &high}))
	q.must(q.Move(t.Context(), ids[3], jobs.Move{Top: true}))
	close(next)
	for _, id := range ids {
		q.until(id, jobs.Completed)
	}
	if got := strings.Join(began, " "); got != "o/m0 o/m4 o/m3 o/m1 o/m2" {
		t.Errorf("began %s", got)
	}
	wantWrong(t, q.Move(t.Context(), ids[0], jobs.Move{Top: true}), jobs.Completed)
}

func TestF44_ControlsReachARunningJob(t *testing.T) {
	controls := make(chan *pipeline.Controls, 1)
	q := start(t, t.TempDir(), 1, func(ctx context.Context, job pipeline.Job, c *pipeline.Controls, out pipeline.Sink) error {
		controls <- c
		return untilStopped(ctx, job, c, out)
	})
	id := q.submit(0)
	c := <-controls
	before := c.Order()
	high := 1
	q.must(q.Move(t.Context(), id, jobs.Move{Priority: &high}))
	q.must(q.SetLimit(t.Context(), id, 5<<20))
	if c.Order() >= before || q.get(id).Limit != 5<<20 {
		t.Errorf("order %d was %d, limit %d", c.Order(), before, q.get(id).Limit)
	}
}

func TestF22_PanicFailsItsJobOnly(t *testing.T) {
	q := start(t, t.TempDir(), 2, func(_ context.Context, job pipeline.Job, _ *pipeline.Controls, _ pipeline.Sink) error {
		if job.Repo.ID == "o/m0" {
			panic("hf_secret")
		}
		return nil
	})
	bad, good := q.submit(0), q.submit(1)
	if v := q.until(bad, jobs.Failed); strings.Contains(v.Error, "hf_secret") || v.Error == "" {
		t.Errorf("error %q", v.Error)
	}
	q.until(good, jobs.Completed)
}

func TestListOfManyJobs(t *testing.T) {
	q := start(t, t.TempDir(), 1, untilStopped)
	for n := range 300 {
		q.submit(n)
	}
	list, total, err := q.List(t.Context(), jobs.Query{Limit: 100, Offset: 50, Status: []jobs.Status{jobs.Queued}})
	if err != nil || total != 299 || len(list) != 100 || list[0].Spec.Repo.ID != "o/m249" {
		t.Errorf("%d of %d, %v", len(list), total, err)
	}
}

// TestF36_RandomInterleavings: sixteen clients change four jobs in any order and at
// once with their ends; what a subscriber sees keeps to the graph.
func TestF36_RandomInterleavings(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	q := start(t, t.TempDir(), 2, func(ctx context.Context, job pipeline.Job, _ *pipeline.Controls, _ pipeline.Sink) error {
		timer := time.NewTimer(time.Duration(len(job.Repo.ID)) * time.Millisecond)
		defer timer.Stop()
		select {
		case <-timer.C:
			if job.Repo.ID == "o/m3" {
				return errors.New("fails")
			}
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	sub := q.Subscribe()
	watched, finished := make(chan map[string][]jobs.Status), make(chan struct{})
	go watch(t.Context(), sub, finished, watched)

	var ids []string
	for n := range 4 {
		ids = append(ids, q.submit(n))
	}
	var clients sync.WaitGroup
	for n := range 16 {
		clients.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(n)))
			for range 100 {
				id := ids[random.IntN(len(ids))]
				var err error
				switch random.IntN(6) {
				case 0:
					err = q.Pause(t.Context(), id)
				case 1, 2:
					err = q.Resume(t.Context(), id)
				case 3:
					err = q.Retry(t.Context(), id)
				case 4:
					err = q.Cancel(t.Context(), id)
				case 5:
					_, err = q.PauseAll(t.Context())
				}
				var wrong *jobs.WrongStatus
				if err != nil && !errors.As(err, &wrong) {
					t.Errorf("client %d: %v", n, err)
				}
			}
		})
	}
	clients.Wait()
	for n, id := range ids { // whatever it is, it can be brought to its end
		for _, err := range []error{q.Resume(t.Context(), id), q.Retry(t.Context(), id)} {
			var wrong *jobs.WrongStatus
			if err != nil && !errors.As(err, &wrong) {
				t.Error(err)
			}
		}
		if v := q.get(id); v.Status != jobs.Completed {
			q.until(id, []jobs.Status{jobs.Completed, jobs.Failed}[n/3])
		}
	}
	close(finished)
	keepsToTheGraph(t, <-watched)
}

// watch notes the statuses a subscriber is told, until finished.
func watch(ctx context.Context, sub *jobs.Subscription, finished <-chan struct{}, watched chan<- map[string][]jobs.Status) {
	defer sub.Close()
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		<-finished
		cancel()
	}()
	told := map[string][]jobs.Status{}
	for {
		updates, err := sub.Next(ctx)
		if err != nil {
			watched <- told
			return
		}
		for _, u := range updates {
			list := told[u.View.ID]
			if len(list) == 0 || list[len(list)-1] != u.View.Status {
				told[u.View.ID] = append(list, u.View.Status)
			}
		}
	}
}

// keepsToTheGraph: the documented arrows, and back to the queue by a retry.
func keepsToTheGraph(t *testing.T, told map[string][]jobs.Status) {
	t.Helper()
	arrows := map[jobs.Status]string{
		jobs.Queued: "running cancelled paused", jobs.Running: "completed failed cancelled paused", jobs.Paused: "queued cancelled",
		jobs.Failed: "queued", jobs.Cancelled: "queued", jobs.Completed: "",
	}
	for id, list := range told {
		for i := 1; i < len(list); i++ {
			if !strings.Contains(arrows[list[i-1]], string(list[i])) {
				t.Errorf("%s went from %s to %s", id, list[i-1], list[i])
			}
		}
	}
}
