package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// Why a run was ended from outside.
var (
	errChanged  = errors.New("the job is not running any more")
	errLost     = errors.New("another process has the job")
	errStopping = errors.New("the server stops")
)

// run is one try at a job in this process.
type run struct {
	id       string
	controls *pipeline.Controls
	cancel   context.CancelCauseFunc
	tracker  *tracker
}

// start runs a job that was claimed. Called with the write lock held.
func (m *Manager) start(ctx context.Context, rec Record) error {
	next := rec
	next.Started, next.Ended, next.Progress = m.o.Now().UTC(), time.Time{}, Progress{}
	next.noError()
	saved, err := m.o.Store.Replace(ctx, next, nil)
	if err != nil { // paused or cancelled in this moment, or the disk is full
		rerr := m.o.Store.Release(ctx, rec.ID, m.o.Owner, true)
		if errors.Is(err, ErrConflict) {
			err = nil
		}
		return errors.Join(err, rerr)
	}
	work, cancel := context.WithCancelCause(ctx)
	r := &run{
		id: rec.ID, cancel: cancel, controls: pipeline.NewControls(orderOf(saved), saved.Limit),
		tracker: newTracker(saved.ID, m.o.Redact, m.touch),
	}
	m.mu.Lock()
	m.running[rec.ID] = r
	if e := m.jobs[rec.ID]; e != nil {
		e.live = r.tracker
	}
	m.mu.Unlock()
	m.apply(saved)
	m.mu.Lock()
	if e := m.jobs[rec.ID]; e == nil || e.rec.Status != Running {
		cancel(errChanged) // it was changed before we were known to run it
	}
	m.mu.Unlock()
	m.work.Go(func() {
		defer cancel(nil)
		err := m.perform(work, saved, r)
		m.finish(ctx, r, err, context.Cause(work))
		m.roomMade()
	})
	return nil
}

// leave takes a run off the board, after it has written all it will. What its
// files are at last goes to subscribers that would else find no run to ask.
func (m *Manager) leave(r *run) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.running, r.id)
	e := m.jobs[r.id]
	if e == nil {
		return
	}
	rec := e.record()
	for s := range m.subs {
		if _, ok := s.dirty[r.id]; ok {
			delete(s.dirty, r.id)
			s.pending = append(s.pending, pendingUpdate{Update{View: View{Record: rec}}, r.tracker})
		}
	}
	e.live = nil
}

// perform runs the pipeline; a panic fails this job only (F22).
func (m *Manager) perform(ctx context.Context, rec Record, r *run) (err error) {
	defer func() {
		if p := recover(); p != nil {
			m.o.Log.Error().Str("job", rec.ID).Str("panic", m.o.Redact(fmt.Sprint(p))).Bytes("stack", debug.Stack()).Msg("a job panicked")
			err = fault.New(fault.Internal, "run the job", "", errors.New("internal error, see the log"))
		}
	}()
	_, err = m.o.Runner.RunWith(ctx, rec.Spec.job(m.o.IgnoreSpace), r.controls, r.tracker)
	return err
}

// finish writes how the run ended, if the job is still ours to write, and lets go
// of it. Somebody who paused or cancelled it has written already.
func (m *Manager) finish(ctx context.Context, r *run, err, cause error) {
	m.write.Lock()
	defer m.write.Unlock()
	ours := m.conclude(ctx, r, err, cause)
	m.leave(r) // before the lease: whoever claims the job next finds no run of it here
	if !ours {
		return
	}
	if rerr := m.o.Store.Release(ctx, r.id, m.o.Owner, true); rerr == nil {
		m.read(ctx, r.id)
	} else if !errors.Is(rerr, ErrNotFound) && !errors.Is(rerr, ErrConflict) {
		m.o.Log.Error().Err(rerr).Str("job", r.id).Msg("letting go of a job")
	}
}

// conclude writes the record's last state and reports whether the lease is ours.
func (m *Manager) conclude(ctx context.Context, r *run, err, cause error) (ours bool) {
	for {
		rec, gerr := m.o.Store.Renew(ctx, r.id, m.o.Owner, m.o.Lease)
		if errors.Is(gerr, ErrConflict) || errors.Is(gerr, ErrNotFound) {
			return false // another's, or nobody's any more
		}
		if gerr != nil {
			m.o.Log.Error().Err(gerr).Str("job", r.id).Msg("the end of a job could not be written; it runs again later")
			return false
		}
		if rec.Status == Queued {
			return true // resumed already: its progress starts anew
		}
		progress, commit := r.tracker.progress()
		progress.BytesPerSecond, progress.Activity = 0, ""
		rec.Progress = progress
		if commit != "" {
			rec.Commit = commit
		}
		if rec.Status == Running && (err == nil || cause == nil) { // what was ended from outside has not failed
			m.outcome(&rec, err)
		}
		saved, serr := m.o.Store.Replace(ctx, rec, r.tracker.files())
		if errors.Is(serr, ErrConflict) {
			continue
		}
		if serr != nil {
			m.o.Log.Error().Err(serr).Str("job", r.id).Msg("the end of a job could not be written; it runs again later")
			return true
		}
		m.apply(saved)
		return true
	}
}

// outcome ends a record.
func (m *Manager) outcome(rec *Record, err error) {
	rec.Ended = m.o.Now().UTC()
	if err == nil {
		rec.Status = Completed
		return
	}
	kind := fault.KindOf(err)
	rec.Status, rec.Error, rec.Kind, rec.Hint = Failed, m.o.Redact(explain(err)), kind.String(), m.o.Redact(fault.HintOf(err))
	if kind == fault.Gated && m.o.Page != nil {
		rec.Link = m.o.Page(rec.Spec.Repo)
	}
	m.o.Log.Warn().Str("job", rec.ID).Str("repo", rec.Spec.Repo.String()).Str("error", rec.Error).Msg("job failed")
}

// explain is an error and what to do about it, in one line.
func explain(err error) string {
	text := err.Error()
	if hint := fault.HintOf(err); hint != "" {
		text += "; " + hint
	}
	return text
}

func (m *Manager) stop(id string, cause error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r := m.running[id]; r != nil {
		r.cancel(cause)
	}
}

// stopAll ends every run and waits for them.
func (m *Manager) stopAll() {
	m.mu.Lock()
	for _, r := range m.running {
		r.cancel(errStopping)
	}
	m.mu.Unlock()
	m.work.Wait()
}
