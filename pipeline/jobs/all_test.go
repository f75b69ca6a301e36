package jobs_test

import (
	"context"
	"errors"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
)

// TestPauseAllStopsEverything: what waits must not start in the place of what
// was stopped.
func TestPauseAllStopsEverything(t *testing.T) {
	q := start(t, t.TempDir(), 2, untilStopped)
	var ids []string
	for n := range 5 {
		ids = append(ids, q.submit(n))
	}
	q.until(ids[0], jobs.Running)
	q.until(ids[1], jobs.Running)
	q.must(q.Cancel(t.Context(), ids[4]))
	if n, err := q.PauseAll(t.Context()); n != 4 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	for _, id := range ids[:4] {
		if s := q.get(id).Status; s != jobs.Paused {
			t.Errorf("%s is %s", id, s)
		}
	}
	if n, err := q.PauseAll(t.Context()); n != 0 || err != nil {
		t.Errorf("again: %d, %v", n, err)
	}
	if n, err := q.ResumeAll(t.Context()); n != 4 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	q.until(ids[0], jobs.Running)
	q.until(ids[1], jobs.Running)
	if s := q.get(ids[2]).Status; s != jobs.Queued {
		t.Errorf("the third is %s", s)
	}
	if s := q.get(ids[4]).Status; s != jobs.Cancelled {
		t.Errorf("the cancelled one is %s", s)
	}
}

// TestGatedJobTellsWhereToAsk: and forgets it when it is tried again.
func TestGatedJobTellsWhereToAsk(t *testing.T) {
	for kind, link := range map[fault.Kind]string{fault.Gated: "https://hub/o/m1", fault.Unauthorized: ""} {
		fail := true
		q := start(t, t.TempDir(), 1, func(context.Context, pipeline.Job, *pipeline.Controls, pipeline.Sink) error {
			if !fail {
				return nil
			}
			return fault.New(kind, "list", "o/m1", errors.New("no")).WithHint("accept with hf_secret")
		})
		id := q.submit(1)
		v := q.until(id, jobs.Failed)
		if v.Link != link || v.Hint != "accept with ***" || v.Kind != kind.String() {
			t.Errorf("%s: %q, %q, %q", kind, v.Link, v.Hint, v.Kind)
		}
		fail = false
		q.must(q.Retry(t.Context(), id))
		if v := q.until(id, jobs.Completed); v.Link != "" || v.Hint != "" || v.Error != "" {
			t.Errorf("%s, retried: %+v", kind, v.Record)
		}
	}
}

func TestListFindsByName(t *testing.T) {
	q := start(t, t.TempDir(), 1, untilStopped)
	for n := range 12 {
		q.submit(n)
	}
	for search, want := range map[string]int{"": 12, "O/M1": 3, "m11": 1, "none": 0} {
		list, total, err := q.List(t.Context(), jobs.Query{Search: search, Limit: 2})
		if err != nil || total != want || len(list) != min(2, want) {
			t.Errorf("%q: %d of %d, %v", search, len(list), total, err)
		}
	}
}
