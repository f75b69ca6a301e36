package jobs

import (
	"context"
	"errors"
)

// PauseAll stops every running job, and every queued one: it would only start in
// their place. It says how many it changed, also with an error.
func (m *Manager) PauseAll(ctx context.Context) (int, error) {
	pause := func(id string) error {
		return m.change(ctx, id, func(r *Record) bool {
			ok := r.Status.Active()
			r.Status, r.Progress = Paused, m.progressOf(id, r.Progress)
			return ok
		})
	}
	queued, err := each(m.ids(Queued), pause) // first: none may start when a running one ends
	if err != nil {
		return queued, err
	}
	running, err := each(m.ids(Running), pause)
	return queued + running, err
}

// ResumeAll queues every paused job again, at its old place.
func (m *Manager) ResumeAll(ctx context.Context) (int, error) {
	n, err := each(m.ids(Paused), func(id string) error {
		return m.change(ctx, id, func(r *Record) bool {
			ok := r.Status == Paused
			r.requeue()
			return ok
		})
	})
	if n > 0 {
		m.pass(ctx)
	}
	return n, err
}

// ids are those of jobs with a status, oldest first.
func (m *Manager) ids(s Status) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []string
	for _, e := range m.age {
		if e.rec.Status == s {
			out = append(out, e.rec.ID)
		}
	}
	return out
}

// each counts what could be changed. A job that went elsewhere meanwhile is no error.
func each(ids []string, change func(id string) error) (n int, err error) {
	for _, id := range ids {
		var wrong *WrongStatus
		switch err := change(id); {
		case err == nil:
			n++
		case errors.As(err, &wrong), errors.Is(err, ErrNotFound):
		default:
			return n, err
		}
	}
	return n, nil
}
