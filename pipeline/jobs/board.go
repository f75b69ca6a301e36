package jobs

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// View is a job as it is now. Many may have the same slices: they are only read.
type View struct {
	Record
	Files []File
}

// entry is a job on the board; Manager.mu guards it.
type entry struct {
	rec  Record
	live *tracker // of the run here, nil otherwise
}

// record is with the progress of now.
func (e *entry) record() Record {
	rec := e.rec
	if e.live != nil && rec.Status == Running {
		var commit repo.Commit
		if rec.Progress, commit = e.live.progress(); commit != "" {
			rec.Commit = commit
		}
	}
	return rec
}

// Get gives one job with all its files.
func (m *Manager) Get(ctx context.Context, id string) (View, error) {
	m.mu.Lock()
	e, ok := m.jobs[id]
	if !ok {
		m.mu.Unlock()
		return View{}, ErrNotFound
	}
	v := View{Record: e.record()}
	live := e.live
	m.mu.Unlock()
	var err error
	v.Files, err = m.filesOf(ctx, &v.Record, live)
	return v, err
}

// List gives jobs newest first, and how many there are without limit and offset.
func (m *Manager) List(ctx context.Context, q Query) ([]View, int, error) {
	total, text := 0, strings.ToLower(q.Search)
	m.mu.Lock()
	most := len(m.age)
	if q.Limit > 0 {
		most = min(most, q.Limit)
	}
	views, lives := make([]View, 0, most), make([]*tracker, 0, most)
	for i := len(m.age) - 1; i >= 0; i-- {
		if len(q.Status) == 0 && text == "" && q.Limit > 0 && len(views) == q.Limit {
			total = len(m.age) // none is left out: nothing to look at in the others
			break
		}
		e := m.age[i]
		if len(q.Status) > 0 && !slices.Contains(q.Status, e.rec.Status) {
			continue
		}
		if !strings.Contains(strings.ToLower(string(e.rec.Spec.Repo.ID)), text) {
			continue
		}
		total++
		if total > q.Offset && (q.Limit <= 0 || len(views) < q.Limit) {
			views, lives = append(views, View{Record: e.record()}), append(lives, e.live)
		}
	}
	m.mu.Unlock()
	for i, live := range lives {
		var err error
		if views[i].Files, err = m.filesOf(ctx, &views[i].Record, live); err != nil {
			return nil, 0, err
		}
	}
	return views, total, nil
}

// Files gives a page of a job's files.
func (m *Manager) Files(ctx context.Context, id string, q FileQuery) ([]File, int, error) {
	m.mu.Lock()
	e, ok := m.jobs[id]
	if !ok {
		m.mu.Unlock()
		return nil, 0, ErrNotFound
	}
	rec, live := e.rec, e.live
	m.mu.Unlock()
	files, err := m.filesOf(ctx, &rec, live)
	if err != nil {
		return nil, 0, err
	}
	page, total := q.page(files)
	return page, total, nil
}

// InUse says that a queued, running or paused job is about the repository.
func (m *Manager) InUse(ref repo.Ref) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.age {
		if !e.rec.Status.Ended() && e.rec.Spec.Repo == ref {
			return true
		}
	}
	return false
}

// filesOf finds a job's files: those of the run here, else those stored.
func (m *Manager) filesOf(ctx context.Context, rec *Record, live *tracker) ([]File, error) {
	if live != nil {
		return live.files(), nil
	}
	if rec.Started.IsZero() {
		return nil, nil // it never ran
	}
	if files, ok := m.files.get(rec.ID, rec.Revision); ok {
		return files, nil
	}
	files, _, err := m.o.Store.Files(ctx, rec.ID, 0, 0)
	if errors.Is(err, ErrNotFound) {
		return nil, nil // removed this moment
	}
	if err != nil {
		return nil, err
	}
	m.files.put(rec.ID, rec.Revision, files)
	return files, nil
}

// apply takes a record in, unless a newer one is there, and tells subscribers. A
// run here whose job is not running any more ends.
func (m *Manager) apply(rec Record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, known := m.jobs[rec.ID]
	if !known {
		e = &entry{}
		m.jobs[rec.ID] = e
		m.age = append(m.age, e)
	} else if rec.Revision <= e.rec.Revision {
		return
	}
	before := e.rec.Status
	e.rec = rec
	if r := m.running[rec.ID]; r != nil {
		r.controls.SetOrder(orderOf(rec))
		r.controls.SetLimit(rec.Limit)
		if rec.Status != Running {
			r.cancel(errChanged)
		}
	}
	m.tell(e, rec.Status != before, Update{Event: eventOf(before, rec.Status)})
}

// forget takes a removed job off.
func (m *Manager) forget(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.jobs[id]
	if !ok {
		return
	}
	delete(m.jobs, id)
	m.age = slices.DeleteFunc(m.age, func(other *entry) bool { return other == e })
	if r := m.running[id]; r != nil {
		r.cancel(errChanged)
	}
	m.tell(e, true, Update{Removed: true})
}

// orderOf makes one number of priority and rank: smaller goes first.
func orderOf(rec Record) int64 { return -int64(rec.Priority)<<40 + rec.Rank }

// Records gives all jobs without their files, newest first.
func (m *Manager) Records() []Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]Record, 0, len(m.age))
	for i := len(m.age) - 1; i >= 0; i-- {
		out = append(out, m.age[i].record())
	}
	return out
}
