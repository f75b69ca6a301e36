package storetest

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
)

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
	const many = 1500 // more than any store keeps for a watcher
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
