package jobs

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// Runner does the work of one job (pipeline.Runner). It ends soon after its
// context and leaves everything resumable.
type Runner interface {
	RunWith(ctx context.Context, job pipeline.Job, c *pipeline.Controls, out pipeline.Sink) (pipeline.Result, error)
}

// Options make a Manager.
type Options struct {
	Store  Store
	Runner Runner
	// Output is the folder a job's files go to.
	Output func(repo.Ref) string
	// Page is where people ask for access to a repository; nil when there is none.
	Page func(repo.Ref) string
	// MaxRunning bounds the jobs that run at once; 0 is 3.
	MaxRunning int
	// Owner names this process to the store.
	Owner string
	// Lease is how long a job stays ours without a sign of life; 0 is 30 s.
	Lease time.Duration
	// IgnoreSpace leaves out the check for free space.
	IgnoreSpace bool
	Log         zerolog.Logger
	// Redact takes secrets out of texts that people will see; nil leaves them.
	Redact func(string) string
	// Now is the clock, for tests; nil is time.Now.
	Now func() time.Time
}

// Manager is the queue. Everything it shows comes from memory that follows the
// store, everything it changes goes through the store first.
type Manager struct {
	o      Options
	max    atomic.Int64
	passes chan chan struct{} // asks Run for a look at the queue
	room   chan struct{}      // one place: there may be room for another job
	ended  chan struct{}      // closed when Run is over
	work   sync.WaitGroup     // of the runs

	changes <-chan string // of the store, since before it was read

	// write is held from a change in the store until it is on the board, so that
	// subscribers hear of each status we give.
	write sync.Mutex

	mu      sync.Mutex
	jobs    map[string]*entry
	age     []*entry // oldest first; removed ones are taken out
	running map[string]*run
	subs    map[*Subscription]struct{}
	files   fileCache
}

// New reads what the store has, and follows it until ctx ends.
func New(ctx context.Context, o Options) (*Manager, error) {
	if o.Lease <= 0 {
		o.Lease = 30 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Redact == nil {
		o.Redact = func(s string) string { return s }
	}
	m := &Manager{
		o: o, passes: make(chan chan struct{}), room: make(chan struct{}, 1), ended: make(chan struct{}),
		jobs: map[string]*entry{}, running: map[string]*run{}, subs: map[*Subscription]struct{}{},
	}
	m.SetMaxRunning(o.MaxRunning)
	var err error
	if m.changes, err = o.Store.Watch(ctx); err != nil {
		return nil, err
	}
	return m, m.reload(ctx)
}

// SetMaxRunning changes how many jobs run at once; 0 is 3. Those beyond it go on.
func (m *Manager) SetMaxRunning(n int) {
	if n <= 0 {
		n = pipeline.DefaultLimits().MaxActive
	}
	m.max.Store(int64(n))
	m.roomMade()
}

func (m *Manager) roomMade() {
	select {
	case m.room <- struct{}{}:
	default: // Run has not looked at the last one yet
	}
}

// Run works on jobs until ctx ends. Then those that run go back to the queue,
// resumable; it returns when all of them have. It is called once.
func (m *Manager) Run(ctx context.Context) error {
	defer close(m.ended)
	renew := time.NewTicker(m.o.Lease / 3)
	defer renew.Stop()
	work := context.WithoutCancel(ctx) // a run is ended by its own cancel, which tells why
	for ctx.Err() == nil {
		m.fill(work)
		select {
		case <-ctx.Done():
		case done := <-m.passes:
			m.fill(work)
			close(done)
		case <-m.room:
		case id, more := <-m.changes:
			if !more {
				m.changes = nil // New's context is over: only our own changes are seen
				continue
			}
			m.follow(ctx, id)
		case <-renew.C:
			m.renew(work)
		}
	}
	m.stopAll()
	return nil
}

// passTime bounds the wait for Run, which may not have begun.
const passTime = time.Second

// pass lets Run look at the queue before it returns, so that a job is running
// when there is room for it.
func (m *Manager) pass(ctx context.Context) {
	wait := time.NewTimer(passTime)
	defer wait.Stop()
	done := make(chan struct{})
	select {
	case m.passes <- done:
		<-done
	case <-m.ended:
	case <-wait.C:
	case <-ctx.Done():
	}
}

// fill claims jobs while there is room.
func (m *Manager) fill(ctx context.Context) {
	for {
		m.mu.Lock()
		room := len(m.running) < int(m.max.Load())
		m.mu.Unlock()
		if !room {
			return
		}
		err := m.claim(ctx)
		if errors.Is(err, ErrNone) {
			return
		}
		if err != nil {
			m.o.Log.Error().Err(err).Msg("claiming a job; trying again soon")
			return
		}
	}
}

func (m *Manager) claim(ctx context.Context) error {
	m.write.Lock()
	defer m.write.Unlock()
	rec, err := m.o.Store.Claim(ctx, m.o.Owner, m.o.Lease)
	if err != nil {
		return err
	}
	m.mu.Lock()
	ours := m.running[rec.ID] != nil
	m.mu.Unlock()
	if ours { // the clock jumped over its lease (F17): the claim has renewed it
		m.apply(rec)
		return nil
	}
	return m.start(ctx, rec)
}

// follow takes a change of the store in; "" means that any may be missing.
func (m *Manager) follow(ctx context.Context, id string) {
	m.write.Lock()
	defer m.write.Unlock()
	m.read(ctx, id)
}

// read is follow with the write lock held: what is read is on the board before
// anything newer, also before a removal.
func (m *Manager) read(ctx context.Context, id string) {
	if id == "" {
		if err := m.reload(ctx); err != nil {
			m.o.Log.Error().Err(err).Msg("reading the jobs again")
		}
		return
	}
	rec, err := m.o.Store.Get(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		m.forget(id)
	case err != nil:
		m.o.Log.Error().Err(err).Str("job", id).Msg("reading a job")
	default:
		m.apply(rec)
	}
}

// reload makes the board what the store is.
func (m *Manager) reload(ctx context.Context) error {
	list, _, err := m.o.Store.List(ctx, Query{})
	if err != nil {
		return err
	}
	here := make(map[string]bool, len(list))
	for i := len(list) - 1; i >= 0; i-- {
		here[list[i].ID] = true
		m.apply(list[i])
	}
	m.mu.Lock()
	var gone []string
	for id := range m.jobs {
		if !here[id] {
			gone = append(gone, id)
		}
	}
	m.mu.Unlock()
	for _, id := range gone { // unless it came after the list was made
		if _, err := m.o.Store.Get(ctx, id); errors.Is(err, ErrNotFound) {
			m.forget(id)
		}
	}
	return nil
}

// renew shows that we live. A job that is not ours any more is left at once.
func (m *Manager) renew(ctx context.Context) {
	m.mu.Lock()
	var ids []string
	for id := range m.running {
		ids = append(ids, id)
	}
	m.mu.Unlock()
	for _, id := range ids {
		_, err := m.o.Store.Renew(ctx, id, m.o.Owner, m.o.Lease)
		if errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound) {
			m.stop(id, errLost)
		} else if err != nil {
			m.o.Log.Error().Err(err).Str("job", id).Msg("renewing the lease of a job")
		}
	}
}
