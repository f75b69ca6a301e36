package tasks

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// ErrNotFound: there is no such task, or it is not in a state for that.
var ErrNotFound = errors.New("no such task")

// keep is how many ended tasks are remembered, and most how many may wait or run.
const (
	keep = 100
	most = 100
)

// Options make a Manager.
type Options struct {
	Runners map[string]Runner // by kind
	Lanes   map[string]string // of kinds that must not run beside each other; others have one of their own
	Path    string            // the file tasks are kept in; "" keeps none
	Log     zerolog.Logger
	Redact  func(string) string // nil leaves texts as they are
	Now     func() time.Time    // nil is time.Now
}

// Manager holds the tasks.
type Manager struct {
	o Options

	mu      sync.Mutex
	tasks   map[string]*Task
	cancels map[string]context.CancelCauseFunc // of those that run
	subs    map[*Subscription]struct{}
	work    context.Context //nolint:containedctx // of Run: tasks outlive the requests that start them
	running sync.WaitGroup
}

// Open reads what is kept. Damage of the file is logged and costs the history only.
func Open(o Options) *Manager {
	if o.Redact == nil {
		o.Redact = func(s string) string { return s }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	m := &Manager{o: o, tasks: map[string]*Task{}, cancels: map[string]context.CancelCauseFunc{}, subs: map[*Subscription]struct{}{}}
	m.load()
	return m
}

// Run works until ctx ends, and then until nothing runs any more. It is called once.
func (m *Manager) Run(ctx context.Context) error {
	work, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(nil)
	m.mu.Lock()
	m.work = work
	m.schedule()
	m.mu.Unlock()
	<-ctx.Done()
	m.mu.Lock()
	m.work = nil // nothing starts any more
	m.mu.Unlock()
	stop(errStopping)
	m.running.Wait()
	return nil
}

var (
	errStopping  = errors.New("the server stops")
	errCancelled = errors.New("cancelled")
)

// Start queues work of a kind there is a Runner for.
func (m *Manager) Start(kind, subject string, request any) (Task, error) {
	data, err := json.Marshal(request)
	if err != nil || m.o.Runners[kind] == nil {
		return Task{}, fault.New(fault.Internal, "start", kind, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	open := 0
	for _, t := range m.tasks {
		if !t.Status.Ended() {
			open++
			if t.Kind == kind && string(t.Request) == string(data) {
				return *t, nil // the same is on its way
			}
		}
	}
	if open >= most {
		return Task{}, fault.New(fault.Invalid, "start", kind, errors.New("too much is waiting")).WithHint("cancel some of it, or wait")
	}
	t := &Task{ID: newID(), Kind: kind, Subject: subject, Status: Queued, Request: data, Created: m.o.Now()}
	m.tasks[t.ID] = t
	m.changed(t)
	m.schedule()
	return *t, nil
}

func newID() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// Get gives one task; ErrNotFound.
func (m *Manager) Get(id string) (Task, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t := m.tasks[id]; t != nil {
		return *t, nil
	}
	return Task{}, ErrNotFound
}

// List gives all, newest first.
func (m *Manager) List() []Task {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.list()
}

func (m *Manager) list() []Task {
	out := make([]Task, 0, len(m.tasks))
	for _, t := range m.tasks {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b Task) int {
		if c := b.Created.Compare(a.Created); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out
}

// Cancel ends a task that waits or runs; ErrNotFound for others.
func (m *Manager) Cancel(id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.tasks[id]
	switch {
	case t == nil || t.Status.Ended():
		return ErrNotFound
	case t.Status == Queued:
		t.end(m.o.Now(), nil, errCancelled, true, m.o.Redact)
		m.changed(t)
	default:
		m.cancels[id](errCancelled)
	}
	return nil
}

// Dismiss forgets a task that has ended; ErrNotFound for others.
func (m *Manager) Dismiss(id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t := m.tasks[id]; t == nil || !t.Status.Ended() {
		return ErrNotFound
	}
	delete(m.tasks, id)
	m.save()
	return nil
}

// Retry queues the work of a task that has ended once more, as a new one.
func (m *Manager) Retry(id string) (Task, error) {
	t, err := m.Get(id)
	if err != nil || !t.Status.Ended() || m.o.Runners[t.Kind] == nil {
		return Task{}, ErrNotFound
	}
	return m.Start(t.Kind, t.Subject, t.Request)
}

// lane is what only one task at a time may be in.
func (m *Manager) lane(t *Task) string {
	if l, ok := m.o.Lanes[t.Kind]; ok {
		return l
	}
	return t.Kind
}

// schedule starts what may run: the oldest of each lane in which none runs.
func (m *Manager) schedule() {
	if m.work == nil {
		return
	}
	busy := map[string]bool{}
	for _, t := range m.tasks {
		if t.Status == Running {
			busy[m.lane(t)] = true
		}
	}
	list := m.list()
	slices.Reverse(list)
	for _, next := range list {
		if t := m.tasks[next.ID]; t.Status == Queued && !busy[m.lane(t)] {
			busy[m.lane(t)] = true
			m.begin(t)
		}
	}
}

func (m *Manager) begin(t *Task) {
	ctx, cancel := context.WithCancelCause(m.work)
	t.Status, t.Started = Running, m.o.Now()
	m.cancels[t.ID] = cancel
	m.changed(t)
	id, run, request := t.ID, m.o.Runners[t.Kind], t.Request
	m.running.Go(func() {
		result, err := m.do(ctx, id, run, request)
		m.finish(ctx, id, result, err)
		cancel(nil)
	})
}

// do runs the work; its panic is an error of this task alone.
func (m *Manager) do(ctx context.Context, id string, run Runner, request json.RawMessage) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			m.o.Log.Error().Str("task", id).Interface("panic", p).Msg("a task panicked")
			err = fault.New(fault.Internal, "run", "task "+id, errors.New("it failed inside")).WithHint("the server's log has more")
		}
	}()
	speed := meter{now: m.o.Now}
	return run(ctx, request, func(p Progress) {
		m.mu.Lock()
		defer m.mu.Unlock()
		if t := m.tasks[id]; t != nil && t.Status == Running {
			p.BytesPerSecond = speed.at(p.Done)
			t.Progress = p
			m.tell(t)
		}
	})
}

func (m *Manager) finish(ctx context.Context, id string, result any, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.tasks[id]
	delete(m.cancels, id)
	cause := context.Cause(ctx)
	if err != nil && errors.Is(cause, errStopping) {
		t.interrupted(m.o.Now())
	} else {
		t.end(m.o.Now(), result, err, errors.Is(cause, errCancelled), m.o.Redact)
	}
	m.changed(t)
	m.forgetOld()
	m.schedule()
}

// forgetOld keeps the newest of those that have ended.
func (m *Manager) forgetOld() {
	ended := 0
	for _, t := range m.list() {
		if t.Status.Ended() {
			if ended++; ended > keep {
				delete(m.tasks, t.ID)
			}
		}
	}
}

// changed is a change of status: it is told and on disk.
func (m *Manager) changed(t *Task) {
	m.save()
	m.tell(t)
}
