// Package storetest is what every jobs.Store has to pass.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
)

// Clock is the time of the store under test.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is what the store asks.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Add lets time pass.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Open makes an empty store that asks the clock.
type Open func(t *testing.T, c *Clock) jobs.Store

const lease = 30 * time.Second

// Run runs the suite.
func Run(t *testing.T, open Open) {
	for name, check := range map[string]func(t *testing.T, s jobs.Store, c *Clock){
		"F35 of equal requests one is added":         equalRequests,
		"a key is free again once its job has ended": freeKey,
		"a record comes back as it was":              roundTrip,
		"an old revision is refused":                 compareAndSet,
		"the order is priority, then rank":           order,
		"a lease keeps others out until it is over":  leases,
		"who lost a lease changes nothing":           lostLease,
		"a paused job winds down before it starts":   windingDown,
		"P12 a release puts a running job back":      release,
		"pages are newest first":                     pages,
		"files come in pages":                        files,
		"a removed job is gone":                      remove,
		"a watcher hears of every change":            watch,
		"a slow watcher hears that it missed some":   slowWatcher,
		"settings are compared and set":              settings,
	} {
		t.Run(name, func(t *testing.T) {
			c := &Clock{now: time.Unix(1_700_000_000, 0)}
			s := open(t, c)
			defer func() {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}()
			check(t, s, c)
		})
	}
}

func record(n int) jobs.Record {
	return jobs.Record{
		ID:   fmt.Sprintf("%012x", n),
		Spec: jobs.Spec{Repo: repo.Ref{Type: repo.Model, ID: repo.ID(fmt.Sprintf("o/m%d", n))}, Revision: "main", Filters: []string{}, Excludes: []string{}},
	}
}

// add submits a job of its own key.
func add(t *testing.T, s jobs.Store, n int, change func(*jobs.Record)) jobs.Record {
	t.Helper()
	r := record(n)
	if change != nil {
		change(&r)
	}
	got, added, err := s.Submit(t.Context(), r, r.ID)
	if err != nil || !added {
		t.Fatalf("added %v, %v", added, err)
	}
	return got
}

func get(t *testing.T, s jobs.Store, id string) jobs.Record {
	t.Helper()
	r, err := s.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func claim(t *testing.T, s jobs.Store, owner string) jobs.Record {
	t.Helper()
	r, err := s.Claim(t.Context(), owner, lease)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func nothing(t *testing.T, s jobs.Store, owner string) {
	t.Helper()
	wantErr(t, third(s.Claim(t.Context(), owner, lease)), jobs.ErrNone)
}

func third(_ jobs.Record, err error) error { return err }

func setStatus(t *testing.T, s jobs.Store, id string, status jobs.Status) jobs.Record {
	t.Helper()
	r := get(t, s, id)
	r.Status = status
	r, err := s.Replace(t.Context(), r, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func equalRequests(t *testing.T, s jobs.Store, _ *Clock) {
	const requests = 1000
	var mu sync.Mutex
	ids, added := map[string]bool{}, 0
	var wait sync.WaitGroup
	for n := range requests {
		wait.Go(func() {
			got, isNew, err := s.Submit(t.Context(), record(n), "the same")
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			ids[got.ID] = true
			if isNew {
				added++
			}
		})
	}
	wait.Wait()
	if len(ids) != 1 || added != 1 {
		t.Errorf("%d jobs, %d added", len(ids), added)
	}
}

func freeKey(t *testing.T, s jobs.Store, _ *Clock) {
	for n, status := range []jobs.Status{jobs.Completed, jobs.Failed, jobs.Cancelled, jobs.Paused} {
		first := add(t, s, 2*n, nil)
		setStatus(t, s, first.ID, status)
		second := record(2*n + 1)
		if _, added, err := s.Submit(t.Context(), second, first.ID); !added || err != nil {
			t.Errorf("%s: added %v, %v", status, added, err)
		}
		setStatus(t, s, first.ID, jobs.Queued) // both, now
	}
	again := add(t, s, 100, nil)
	setStatus(t, s, again.ID, jobs.Paused)
	setStatus(t, s, again.ID, jobs.Queued)
	if got, added, err := s.Submit(t.Context(), record(101), again.ID); added || got.ID != again.ID || err != nil {
		t.Errorf("a resumed job does not keep its equals out: %+v, %v", got, err)
	}
}

func roundTrip(t *testing.T, s jobs.Store, c *Clock) {
	want := add(t, s, 1, func(r *jobs.Record) {
		r.Spec.Filters, r.Spec.Excludes = []string{"q4", "é\"'"}, []string{"x"}
		r.Spec.Exact, r.Spec.AppendFilterSubdir, r.Spec.Verify = true, true, pipeline.VerifySHA256
		r.Output, r.Commit, r.Error = "/hub", "0123456789012345678901234567890123456789", "no"
		r.Progress = jobs.Progress{TotalFiles: 2, CompletedFiles: 1, TotalBytes: 1 << 62, DownloadedBytes: 5, BytesPerSecond: 6, Activity: "a"}
		r.Created, r.Started, r.Ended = c.Now().UTC(), c.Now().UTC().Add(1), c.Now().UTC().Add(2)
		r.Priority, r.Limit = 3, 7
	})
	if want.Status != jobs.Queued || want.Revision != 1 || want.Rank == 0 {
		t.Errorf("%+v", want)
	}
	if d := cmp.Diff(want, get(t, s, want.ID)); d != "" {
		t.Error(d)
	}
	_, err := s.Get(t.Context(), "no")
	wantErr(t, err, jobs.ErrNotFound)
}

func compareAndSet(t *testing.T, s jobs.Store, _ *Clock) {
	r := add(t, s, 1, nil)
	r.Output = "first"
	next, err := s.Replace(t.Context(), r, nil)
	if err != nil || next.Revision != r.Revision+1 {
		t.Fatalf("%+v, %v", next, err)
	}
	r.Output = "second"
	wantErr(t, third(s.Replace(t.Context(), r, nil)), jobs.ErrConflict)
	if got := get(t, s, r.ID); got.Output != "first" {
		t.Errorf("%+v", got)
	}
	gone := record(9)
	wantErr(t, third(s.Replace(t.Context(), gone, nil)), jobs.ErrNotFound)
}

func order(t *testing.T, s jobs.Store, _ *Clock) {
	for n := range 4 {
		add(t, s, n, func(r *jobs.Record) { r.Priority = n / 3 })
	}
	top := get(t, s, record(2).ID)
	top.Rank = -1
	if _, err := s.Replace(t.Context(), top, nil); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{3, 2, 0, 1} {
		if got := claim(t, s, "me"); got.ID != record(want).ID || got.Status != jobs.Running || got.Owner != "me" {
			t.Errorf("claimed %+v, want %d", got, want)
		}
	}
	nothing(t, s, "me")
}

func leases(t *testing.T, s jobs.Store, c *Clock) {
	add(t, s, 1, nil)
	r := claim(t, s, "a")
	nothing(t, s, "b")
	c.Add(lease - 1)
	if got, err := s.Renew(t.Context(), r.ID, "a", lease); err != nil || got.Status != jobs.Running || got.Revision != r.Revision {
		t.Fatalf("%+v, %v", got, err)
	}
	c.Add(lease - 1)
	nothing(t, s, "b")
	c.Add(2)
	if got := claim(t, s, "b"); got.ID != r.ID || got.Owner != "b" {
		t.Errorf("%+v", got)
	}
}

func lostLease(t *testing.T, s jobs.Store, c *Clock) {
	add(t, s, 1, nil)
	r := claim(t, s, "a")
	c.Add(lease + 1)
	claim(t, s, "b")
	wantErr(t, third(s.Renew(t.Context(), r.ID, "a", lease)), jobs.ErrConflict)
	wantErr(t, s.Release(t.Context(), r.ID, "a", true), jobs.ErrConflict)
	r.Status = jobs.Completed
	wantErr(t, third(s.Replace(t.Context(), r, nil)), jobs.ErrConflict)
	if got := get(t, s, r.ID); got.Owner != "b" || got.Status != jobs.Running {
		t.Errorf("%+v", got)
	}
}

func windingDown(t *testing.T, s jobs.Store, c *Clock) {
	add(t, s, 1, nil)
	r := claim(t, s, "a")
	setStatus(t, s, r.ID, jobs.Paused)
	if got := get(t, s, r.ID); got.Owner != "a" {
		t.Fatalf("Replace changed the owner: %+v", got)
	}
	setStatus(t, s, r.ID, jobs.Queued)
	nothing(t, s, "b")
	if err := s.Release(t.Context(), r.ID, "a", true); err != nil {
		t.Fatal(err)
	}
	if got := claim(t, s, "b"); got.ID != r.ID {
		t.Errorf("%+v", got)
	}
	setStatus(t, s, r.ID, jobs.Paused)
	setStatus(t, s, r.ID, jobs.Queued)
	c.Add(lease + 1) // b died
	if got := claim(t, s, "c"); got.Owner != "c" {
		t.Errorf("%+v", got)
	}
}

func release(t *testing.T, s jobs.Store, _ *Clock) {
	for n, status := range []jobs.Status{jobs.Running, jobs.Paused, jobs.Cancelled} {
		add(t, s, n, nil)
		r := claim(t, s, "a")
		setStatus(t, s, r.ID, status)
		if err := s.Release(t.Context(), r.ID, "a", true); err != nil {
			t.Fatal(err)
		}
		want := status
		if status == jobs.Running {
			want = jobs.Queued
		}
		got := get(t, s, r.ID)
		if got.Status != want || got.Owner != "" || !got.Lease.IsZero() || got.Rank != r.Rank {
			t.Errorf("%s: %+v", status, got)
		}
		setStatus(t, s, r.ID, jobs.Completed)
	}
}

func pages(t *testing.T, s jobs.Store, _ *Clock) {
	for n := range 5 {
		add(t, s, n, nil)
	}
	setStatus(t, s, record(3).ID, jobs.Failed)
	for name, c := range map[string]struct {
		q     jobs.Query
		want  string
		total int
	}{
		"all":         {jobs.Query{}, "43210", 5},
		"a page":      {jobs.Query{Limit: 2, Offset: 1}, "32", 5},
		"the last":    {jobs.Query{Limit: 2, Offset: 4}, "0", 5},
		"beyond":      {jobs.Query{Limit: 2, Offset: 9}, "", 5},
		"queued only": {jobs.Query{Status: []jobs.Status{jobs.Queued}, Limit: 3}, "421", 4},
		"two":         {jobs.Query{Status: []jobs.Status{jobs.Failed, jobs.Queued}}, "43210", 5},
		"none":        {jobs.Query{Status: []jobs.Status{jobs.Paused}}, "", 0},
	} {
		got, total, err := s.List(t.Context(), c.q)
		text := ""
		for _, r := range got {
			text += r.ID[len(r.ID)-1:]
		}
		if text != c.want || total != c.total || err != nil {
			t.Errorf("%s: %q of %d, %v; want %q of %d", name, text, total, err, c.want, c.total)
		}
	}
}

func files(t *testing.T, s jobs.Store, _ *Clock) {
	r := add(t, s, 1, nil)
	if got, total, err := s.Files(t.Context(), r.ID, 0, 0); len(got) != 0 || total != 0 || err != nil {
		t.Errorf("%v, %d, %v", got, total, err)
	}
	want := []jobs.File{
		{Path: "b", Total: 2, Done: 2, Status: pipeline.FileComplete, Check: "sha256"},
		{Path: "a", Total: -1, Status: pipeline.FileFailed, Error: "no"}, {Path: "c", Status: pipeline.FilePending},
	}
	r, err := s.Replace(t.Context(), r, want)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Replace(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ limit, offset, from, to int }{{0, 0, 0, 3}, {2, 0, 0, 2}, {2, 2, 2, 3}, {1, 7, 3, 3}} {
		got, total, err := s.Files(t.Context(), r.ID, c.limit, c.offset)
		if d := cmp.Diff(append([]jobs.File{}, want[c.from:c.to]...), append([]jobs.File{}, got...)); d != "" || total != 3 || err != nil {
			t.Errorf("%+v: %s%d, %v", c, d, total, err)
		}
	}
	_, _, err = s.Files(t.Context(), "no", 0, 0)
	wantErr(t, err, jobs.ErrNotFound)
}

func remove(t *testing.T, s jobs.Store, _ *Clock) {
	r := add(t, s, 1, nil)
	wantErr(t, s.Remove(t.Context(), r.ID, r.Revision+1), jobs.ErrConflict)
	if err := s.Remove(t.Context(), r.ID, r.Revision); err != nil {
		t.Fatal(err)
	}
	_, err := s.Get(t.Context(), r.ID)
	wantErr(t, err, jobs.ErrNotFound)
	wantErr(t, s.Remove(t.Context(), r.ID, r.Revision), jobs.ErrNotFound)
}

func watch(t *testing.T, s jobs.Store, _ *Clock) {
	ctx, stop := context.WithCancel(t.Context())
	changes, err := s.Watch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	r := add(t, s, 1, nil)
	claim(t, s, "a")
	r = setStatus(t, s, r.ID, jobs.Completed)
	if err := s.Remove(t.Context(), r.ID, r.Revision); err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		if id := <-changes; id != r.ID {
			t.Errorf("change %d is of %q", i, id)
		}
	}
	stop()
	for range changes { // is closed
		t.Error("a change of nothing")
	}
}

func slowWatcher(t *testing.T, s jobs.Store, _ *Clock) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	changes, err := s.Watch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	const many = 3000
	for n := range many {
		add(t, s, n, nil)
	}
	told := 0
	for id := range changes {
		if id == "" {
			break
		}
		told++
	}
	if told >= many {
		t.Error("nothing was lost, the test is too small")
	}
	last := add(t, s, many, nil)
	if id := <-changes; id != last.ID {
		t.Errorf("after that: %q", id)
	}
}

func settings(t *testing.T, s jobs.Store, _ *Clock) {
	if doc, revision, err := s.Settings(t.Context()); doc != nil || revision != 0 || err != nil {
		t.Errorf("%s, %d, %v", doc, revision, err)
	}
	if err := s.SaveSettings(t.Context(), []byte("one"), 0); err != nil {
		t.Fatal(err)
	}
	wantErr(t, s.SaveSettings(t.Context(), []byte("two"), 0), jobs.ErrConflict)
	doc, revision, err := s.Settings(t.Context())
	if string(doc) != "one" || err != nil {
		t.Fatalf("%s, %v", doc, err)
	}
	if err := s.SaveSettings(t.Context(), []byte("two"), revision); err != nil {
		t.Fatal(err)
	}
	if doc, _, _ := s.Settings(t.Context()); string(doc) != "two" {
		t.Errorf("%s", doc)
	}
}

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%v, want %v", err, want)
	}
}
