package jobs_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
)

// clock can be put forward.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time        { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) jump(by time.Duration) { c.ahead.Add(int64(by)) }

func TestF17_ClockJumpStartsNoJobTwice(t *testing.T) {
	var c clock
	runs := make(chan string, 10)
	q := startAt(t, t.TempDir(), 2, func(ctx context.Context, job pipeline.Job, controls *pipeline.Controls, out pipeline.Sink) error {
		runs <- string(job.Repo.ID)
		return untilStopped(ctx, job, controls, out)
	}, c.now)
	q.until(q.submit(0), jobs.Running)
	c.jump(48 * time.Hour)
	q.until(q.submit(1), jobs.Running) // Run has claimed all it could
	q.stop()
	close(runs)
	var got []string
	for id := range runs {
		got = append(got, id)
	}
	slices.Sort(got)
	if !slices.Equal(got, []string{"o/m0", "o/m1"}) {
		t.Errorf("runs %q, want one of each job", got)
	}
}

func TestF17_RunThatWasPausedDoesNotFailTheResumedJob(t *testing.T) {
	var c clock
	release := make(chan struct{})
	var runs atomic.Int32
	q := startAt(t, t.TempDir(), 2, func(ctx context.Context, job pipeline.Job, controls *pipeline.Controls, out pipeline.Sink) error {
		if job.Repo.ID == "o/m0" && runs.Add(1) == 1 {
			<-ctx.Done()
			<-release // winding down takes its time
			return errors.New("cut off in the middle")
		}
		return done(ctx, job, controls, out)
	}, c.now)
	id := q.submit(0)
	q.until(id, jobs.Running)
	q.must(q.Pause(t.Context(), id))
	q.must(q.Resume(t.Context(), id))
	c.jump(48 * time.Hour)               // its lease is over before the run has ended
	q.until(q.submit(1), jobs.Completed) // Run has claimed all it could
	close(release)
	q.until(id, jobs.Completed)
	if n := runs.Load(); n != 2 {
		t.Errorf("%d runs, want 2", n)
	}
}

func TestF44_MoreRoomIsUsedAtOnce(t *testing.T) {
	q := start(t, t.TempDir(), 1, untilStopped)
	first, second := q.submit(0), q.submit(1)
	q.until(first, jobs.Running)
	q.SetMaxRunning(2)
	q.until(second, jobs.Running)
}

// TestLastFilesReachSubscribers: what a run tells while it winds down comes after
// the job's last status, and is told although the run is gone when they look.
func TestLastFilesReachSubscribers(t *testing.T) {
	q := start(t, t.TempDir(), 1, func(ctx context.Context, _ pipeline.Job, _ *pipeline.Controls, out pipeline.Sink) error {
		out.Emit(pipeline.Planned{Items: []pipeline.Item{{File: repo.File{Path: "a", Size: 10}}, {File: repo.File{Path: "b", Size: 5}}}})
		<-ctx.Done()
		out.Emit(pipeline.FileProgress{Path: "a", Done: 7, Total: 10})
		return ctx.Err()
	})
	id := q.submit(0)
	q.until(id, jobs.Running)
	sub := q.Subscribe()
	defer sub.Close()
	q.must(q.Cancel(t.Context(), id))
	told := map[string]jobs.File{}
	hear := func() jobs.View {
		updates, err := sub.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range updates {
			for _, f := range u.View.Files {
				told[f.Path] = f
			}
		}
		return updates[len(updates)-1].View
	}
	hear() // that it is cancelled, with or without the rest
	for settled := q.Subscribe(); q.get(id).Owner != ""; {
		if _, err := settled.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for v := hear(); v.Owner != ""; v = hear() {
	}
	for _, f := range q.get(id).Files {
		if told[f.Path] != f {
			t.Errorf("told %+v, it is %+v", told[f.Path], f)
		}
	}
	if told["a"].Done != 7 {
		t.Errorf("%+v", told)
	}
}
