package live

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
)

// at is an update some milliseconds after the start.
type at struct {
	ms     int
	status jobs.Status
	done   int64
	event  jobs.Event
}

func (a at) update() jobs.Update {
	u := jobs.Update{Event: a.event}
	u.View.ID, u.View.Status, u.View.Progress.DownloadedBytes = "job", a.status, a.done
	return u
}

// TestPace: progress four times a second, changes of status at once, and nothing
// that counts is left out.
func TestPace(t *testing.T) {
	for _, c := range []struct {
		name    string
		updates []at
		want    []string // milliseconds, what was sent
	}{
		{
			"the first at once",
			[]at{{0, jobs.Running, 1, ""}},
			[]string{"0 running 1"},
		}, {
			"progress is held and merged",
			[]at{{0, jobs.Running, 1, ""}, {100, jobs.Running, 2, ""}, {200, jobs.Running, 3, ""}},
			[]string{"0 running 1", "250 running 3"},
		}, {
			"slow progress is not held",
			[]at{{0, jobs.Running, 1, ""}, {600, jobs.Running, 2, ""}},
			[]string{"0 running 1", "600 running 2"},
		}, {
			"a status does not wait",
			[]at{{0, jobs.Running, 1, ""}, {40, jobs.Paused, 2, jobs.EventPaused}},
			[]string{"0 running 1", "40 paused 2", "40 download_paused"},
		}, {
			"no status is merged with the next",
			[]at{
				{0, jobs.Running, 1, jobs.EventStarted}, {0, jobs.Paused, 1, jobs.EventPaused},
				{0, jobs.Queued, 0, jobs.EventResumed}, {0, jobs.Cancelled, 0, jobs.EventCancelled},
			},
			[]string{
				"0 running 1", "0 download_started", "0 paused 1", "0 download_paused",
				"0 queued 0", "0 download_resumed", "0 cancelled 0", "0 download_cancelled",
			},
		}, {
			"the end is told once",
			[]at{{0, jobs.Completed, 9, jobs.EventCompleted}, {40, jobs.Completed, 9, ""}},
			[]string{"0 completed 9", "0 download_complete"},
		}, {
			"unless its numbers were not the last",
			[]at{{0, jobs.Cancelled, 5, jobs.EventCancelled}, {40, jobs.Cancelled, 9, ""}},
			[]string{"0 cancelled 5", "0 download_cancelled", "250 cancelled 9"},
		}, {
			"held progress does not follow the end",
			[]at{{0, jobs.Running, 1, ""}, {40, jobs.Running, 2, ""}, {80, jobs.Completed, 9, jobs.EventCompleted}},
			[]string{"0 running 1", "80 completed 9", "80 download_complete"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if d := cmp.Diff(c.want, broadcasts(t, c.updates)); d != "" {
					t.Error(d)
				}
			})
		})
	}
}

// broadcasts are what a client is sent, by the fake clock of the test.
func broadcasts(t *testing.T, updates []at) []string {
	h := New(Options{})
	c := &client{ready: true, signal: make(chan struct{}, 1), end: make(chan struct{})}
	h.enter(c)
	ctx, stop := context.WithCancel(t.Context())
	feed := make(chan []jobs.Update)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		h.follow(ctx, func(ctx context.Context) ([]jobs.Update, error) {
			select {
			case u := <-feed:
				return u, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		})
	}()
	began := time.Now()
	var sent []string
	listened := make(chan struct{})
	go func() {
		defer close(listened)
		for {
			select {
			case <-c.signal:
				if data, ok := c.next(); ok {
					sent = append(sent, short(t, data, began))
				}
			case <-c.end:
				return
			}
		}
	}()
	for len(updates) > 0 {
		now := updates[0].ms
		var batch []jobs.Update
		for len(updates) > 0 && updates[0].ms == now {
			batch = append(batch, updates[0].update())
			updates = updates[1:]
		}
		<-time.After(time.Until(began.Add(time.Duration(now) * time.Millisecond)))
		feed <- batch
		synctest.Wait()
	}
	<-time.After(2 * time.Second)
	stop()
	<-ended
	close(c.end)
	<-listened
	return sent
}

func short(t *testing.T, data []byte, began time.Time) string {
	var f frame
	if err := json.Unmarshal(data, &f); err != nil {
		t.Error(err)
	}
	ms := time.Since(began).Milliseconds()
	ms -= ms % breath.Milliseconds() // it rests between looks
	if ms >= 240 && ms < 270 {
		ms = 250
	}
	if f.Type == "event" {
		return fmt.Sprintf("%d %s", ms, f.Data.Event)
	}
	return fmt.Sprintf("%d %s %d", ms, f.Data.Status, f.Data.Progress.DownloadedBytes)
}

// TestAtMostFourASecond: a busy job for ten seconds.
func TestAtMostFourASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var updates []at
		for ms := 0; ms < 10_000; ms += 25 {
			updates = append(updates, at{ms, jobs.Running, int64(ms), ""})
		}
		sent := broadcasts(t, updates)
		if len(sent) < 30 || len(sent) > 41 {
			t.Errorf("%d messages in ten seconds", len(sent))
		}
	})
}

// TestRemovedJobMakesInitOld though nothing is sent.
func TestRemovedJobMakesInitOld(t *testing.T) {
	h := New(Options{})
	ctx, stop := context.WithCancel(t.Context())
	first := true
	h.follow(ctx, func(ctx context.Context) ([]jobs.Update, error) {
		if first {
			first = false
			return []jobs.Update{{Removed: true}}, nil
		}
		stop()
		return nil, ctx.Err()
	})
	if h.changes != 1 {
		t.Errorf("%d changes", h.changes)
	}
}

// TestFilesShown: all of them when they are known to be all, else those that changed.
func TestFilesShown(t *testing.T) {
	file := func(i int, s pipeline.FileStatus) jobs.File { return jobs.File{Path: pathOf(i), Status: s} }
	update := func(all bool, files ...jobs.File) jobs.Update {
		u := jobs.Update{AllFiles: all}
		u.View.ID, u.View.Status, u.View.Started, u.View.Files = "job", jobs.Running, time.Unix(1, 0), files
		return u
	}
	for _, c := range []struct {
		name      string
		updates   []jobs.Update
		files     []string // of the last message
		truncated bool
	}{
		{
			"all, then one changes",
			[]jobs.Update{
				update(true, file(0, pipeline.FilePending), file(1, pipeline.FilePending)),
				update(false, file(1, pipeline.FileComplete)),
			},
			[]string{"pending", "complete"}, false,
		}, {
			"planned after the start",
			[]jobs.Update{update(true), update(false, file(0, pipeline.FilePending), file(1, pipeline.FileActive))},
			[]string{"pending", "downloading"}, false,
		}, {
			"never heard of all",
			[]jobs.Update{update(false, file(1, pipeline.FileActive))},
			[]string{"downloading"}, true,
		}, {
			"begun anew",
			[]jobs.Update{update(true, file(0, pipeline.FileComplete)), update(true)},
			[]string{}, false,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var last message
			b := newBeat(func(m message) { last = m })
			now := time.Unix(100, 0)
			for _, u := range c.updates {
				now = now.Add(time.Second)
				b.take(u, now)
			}
			var f frame
			if err := json.Unmarshal(last.data, &f); err != nil {
				t.Fatal(err)
			}
			got := []string{}
			for _, file := range f.Data.Files {
				got = append(got, file.Status)
			}
			if d := cmp.Diff(c.files, got); d != "" || f.Data.Truncated != c.truncated {
				t.Errorf("truncated %v %s", f.Data.Truncated, d)
			}
		})
	}
}
