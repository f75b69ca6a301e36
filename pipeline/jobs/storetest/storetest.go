// Package storetest is what every jobs.Store has to pass: the rules of its
// interfaces, asked for from outside. Only tests call it.
package storetest

import (
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

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%v, want %v", err, want)
	}
}
