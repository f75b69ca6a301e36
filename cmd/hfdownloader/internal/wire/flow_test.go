//go:build linux

package wire

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs/sqlite"
)

// queue is a real queue over the rig's pipeline.
func (r *rig) queue(t *testing.T) *jobs.Manager {
	t.Helper()
	p, err := New(r.set, r)
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(sqlite.Options{Dir: t.TempDir(), Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	m, err := jobs.New(t.Context(), jobs.Options{
		Store: store, Runner: p, Output: func(repo.Ref) string { return r.root }, Owner: "test", Log: zerolog.Nop(),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var run sync.WaitGroup
	run.Go(func() {
		if err := m.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		run.Wait()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// reach waits until a job is as wanted.
func reach(t *testing.T, m *jobs.Manager, id string, want func(jobs.View) bool) jobs.View {
	t.Helper()
	sub := m.Subscribe()
	defer sub.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		v, err := m.Get(ctx, id)
		if err == nil && want(v) {
			return v
		}
		if _, err := sub.Next(ctx); err != nil {
			t.Fatalf("never: %+v", v.Record)
		}
	}
}

func submit(t *testing.T, m *jobs.Manager, id string) string {
	t.Helper()
	v, _, err := m.Submit(t.Context(), jobs.Spec{Repo: repo.Ref{Type: repo.Model, ID: repo.ID(id)}})
	if err != nil {
		t.Fatal(err)
	}
	return v.ID
}

func is(s jobs.Status) func(jobs.View) bool { return func(v jobs.View) bool { return v.Status == s } }

func half(v jobs.View) bool {
	return v.Progress.DownloadedBytes > v.Progress.TotalBytes/3 && v.Progress.TotalBytes > 0
}

// TestF36_PauseInMidFileCostsOnePieceAConnection: what was there is not fetched again.
func TestF36_PauseInMidFileCostsOnePieceAConnection(t *testing.T) {
	const size = 96 << 20
	r := newRig(t, hubtest.Options{BytesPerSecond: 6 << 20})
	r.hub.Model("org/model", hubtest.LFS("model.bin", hubtest.Seeded(1, size)))
	m := r.queue(t)
	id := submit(t, m, "org/model")
	for range 2 {
		reach(t, m, id, half)
		if err := m.Pause(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		reach(t, m, id, func(v jobs.View) bool { return v.Status == jobs.Paused && v.Owner == "" })
		if err := m.Resume(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	v := reach(t, m, id, is(jobs.Completed))
	again := r.hub.ContentBytes() - size
	t.Logf("fetched again: %.1f MiB", float64(again)/(1<<20))
	if most := int64(2 * 8 << 20); again > most {
		t.Errorf("%d bytes fetched again, at most %d", again, most)
	}
	if len(v.Files) != 1 || v.Files[0].Check != "sha256" || v.Progress.DownloadedBytes != size {
		t.Errorf("%+v", v)
	}
	r.wantSound()
}

// answeredLog is the log once no request is under way.
func (r *rig) answeredLog() []hubtest.Request {
	r.t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for range 5000 {
		log := r.hub.Log()
		if !slices.ContainsFunc(log, func(q hubtest.Request) bool { return q.Ended.IsZero() }) {
			return log
		}
		<-tick.C
	}
	r.t.Fatal("requests go on")
	return nil
}

func TestF36_CancelFreesTheConnections(t *testing.T) {
	r := newRig(t, hubtest.Options{BytesPerSecond: 1 << 20})
	r.hub.Model("org/model", hubtest.LFS("model.bin", hubtest.Seeded(1, 64<<20)))
	m := r.queue(t)
	id := submit(t, m, "org/model")
	reach(t, m, id, func(v jobs.View) bool { return v.Progress.DownloadedBytes > 4<<20 })
	began := time.Now()
	if err := m.Cancel(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	for _, q := range r.answeredLog() {
		if late := q.Ended.Sub(began); late > time.Second {
			t.Errorf("%s ended %v after the cancel", q.Path, late)
		}
	}
	reach(t, m, id, func(v jobs.View) bool { return v.Status == jobs.Cancelled && v.Owner == "" })
}

// TestF44_JobLimitHoldsAndIsLifted: unlimited it takes a moment, at 1 MiB/s to the
// end longer than reach waits.
func TestF44_JobLimitHoldsAndIsLifted(t *testing.T) {
	t.Parallel()                                             // it waits, and wants it no faster
	const rate, some, ahead = 1 << 20, 3 << 20, 9 * 32 << 10 // a step of every connection, a burst
	r := newRig(t, hubtest.Options{})
	r.hub.Model("org/model", hubtest.LFS("model.bin", hubtest.Seeded(1, 64<<20)))
	m := r.queue(t)
	id := submit(t, m, "org/model")
	if err := m.Pause(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	before := reach(t, m, id, func(v jobs.View) bool { return v.Status == jobs.Paused && v.Owner == "" })
	if err := m.SetLimit(t.Context(), id, rate); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := m.Resume(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	target := before.Progress.DownloadedBytes + some
	v := reach(t, m, id, func(v jobs.View) bool { return v.Progress.DownloadedBytes >= target })
	got := v.Progress.DownloadedBytes - before.Progress.DownloadedBytes
	least := time.Duration(float64(got-ahead) / rate * float64(time.Second))
	if took := time.Since(began); took < least {
		t.Errorf("%d bytes in %v at %d a second", got, took, rate)
	}
	if err := m.SetLimit(t.Context(), id, 0); err != nil {
		t.Fatal(err)
	}
	reach(t, m, id, is(jobs.Completed))
}
