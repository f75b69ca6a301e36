package jobs

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"time"
)

// WrongStatus says that a job's status does not allow the change.
type WrongStatus struct{ Status Status }

// Error names the status.
func (e *WrongStatus) Error() string { return "the job is " + string(e.Status) }

// Submit queues a job, durably, unless an equal one is queued or running: then
// that one is the answer and added is false.
func (m *Manager) Submit(ctx context.Context, spec Spec) (job View, added bool, err error) {
	spec = spec.clean()
	id := make([]byte, 6)
	_, _ = rand.Read(id) // never fails
	rec := Record{
		ID: hex.EncodeToString(id), Spec: spec, Status: Queued, Output: m.o.Output(spec.Repo), Created: m.o.Now().UTC(),
	}
	if rec, added, err = m.add(ctx, rec); err != nil {
		return View{}, false, err
	}
	if !added {
		job, err = m.Get(ctx, rec.ID)
		return job, false, err
	}
	m.pass(ctx)
	return View{Record: rec}, true, nil
}

func (m *Manager) add(ctx context.Context, rec Record) (Record, bool, error) {
	m.write.Lock()
	defer m.write.Unlock()
	rec, added, err := m.o.Store.Submit(ctx, rec, rec.Spec.key())
	if err == nil {
		m.apply(rec)
	}
	return rec, added, err
}

// Pause stops a running job; what it has stays. ErrNotFound or *WrongStatus.
func (m *Manager) Pause(ctx context.Context, id string) error {
	return m.change(ctx, id, func(r *Record) bool {
		ok := r.Status == Running
		r.Status, r.Progress = Paused, m.progressOf(id, r.Progress)
		return ok
	})
}

// Resume queues a paused job again; what it has is skipped.
func (m *Manager) Resume(ctx context.Context, id string) error {
	err := m.change(ctx, id, func(r *Record) bool {
		ok := r.Status == Paused
		r.requeue()
		return ok
	})
	if err == nil {
		m.pass(ctx)
	}
	return err
}

// Retry queues a failed or cancelled job again.
func (m *Manager) Retry(ctx context.Context, id string) error {
	err := m.change(ctx, id, func(r *Record) bool {
		ok := r.Status == Failed || r.Status == Cancelled
		r.requeue()
		return ok
	})
	if err == nil {
		m.pass(ctx)
	}
	return err
}

// Cancel ends a queued, running or paused job.
func (m *Manager) Cancel(ctx context.Context, id string) error {
	return m.change(ctx, id, func(r *Record) bool {
		ok := !r.Status.Ended()
		r.Status, r.Ended, r.Progress = Cancelled, m.o.Now().UTC(), m.progressOf(id, r.Progress)
		return ok
	})
}

// Dismiss forgets an ended or paused job. Files stay.
func (m *Manager) Dismiss(ctx context.Context, id string) error {
	m.write.Lock()
	defer m.write.Unlock()
	for {
		r, err := m.o.Store.Get(ctx, id)
		if err != nil {
			return err
		}
		if r.Status.Active() {
			return &WrongStatus{r.Status}
		}
		if err = m.o.Store.Remove(ctx, id, r.Revision); errors.Is(err, ErrConflict) {
			continue
		}
		if err == nil {
			m.forget(id)
		}
		return err
	}
}

// Move says where in the queue a job is.
type Move struct {
	Priority *int // larger first; nil leaves it
	Top      bool // before all of its priority
}

// Move changes the place of a job that has not ended; a running one gets files
// and connections by it from now on.
func (m *Manager) Move(ctx context.Context, id string, move Move) error {
	return m.change(ctx, id, func(r *Record) bool {
		if move.Priority != nil {
			r.Priority = *move.Priority
		}
		if move.Top {
			r.Rank = min(r.Rank, m.firstRank()-1)
		}
		return !r.Status.Ended()
	})
}

// SetLimit changes a job's speed limit, at once; 0 lifts it.
func (m *Manager) SetLimit(ctx context.Context, id string, bytesPerSecond int64) error {
	return m.change(ctx, id, func(r *Record) bool {
		r.Limit = max(0, bytesPerSecond)
		return !r.Status.Ended()
	})
}

// change compares and sets until nobody elsewhere was faster. edit reports whether the
// status allowed it.
func (m *Manager) change(ctx context.Context, id string, edit func(*Record) bool) error {
	m.write.Lock()
	defer m.write.Unlock()
	for {
		r, err := m.o.Store.Get(ctx, id)
		if err != nil {
			return err
		}
		before := r.Status
		if !edit(&r) {
			return &WrongStatus{before}
		}
		r, err = m.o.Store.Replace(ctx, r, nil)
		if errors.Is(err, ErrConflict) {
			continue
		}
		if err == nil {
			m.apply(r)
		}
		return err
	}
}

func (r *Record) requeue() {
	r.Status, r.Progress, r.Ended = Queued, Progress{}, time.Time{}
	r.noError()
}

func (r *Record) noError() { r.Error, r.Kind, r.Hint, r.Link = "", "", "", "" }

// progressOf is what a run here has done, with no speed any more.
func (m *Manager) progressOf(id string, stored Progress) Progress {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.jobs[id]; e != nil && e.live != nil {
		stored, _ = e.live.progress()
	}
	stored.BytesPerSecond, stored.Activity = 0, ""
	return stored
}

// firstRank is the smallest of the jobs that have not ended.
func (m *Manager) firstRank() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	first := int64(0)
	for _, e := range m.age {
		if !e.rec.Status.Ended() {
			first = min(first, e.rec.Rank)
		}
	}
	return first
}
