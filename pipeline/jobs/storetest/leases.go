package storetest

import (
	"testing"

	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
)

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
