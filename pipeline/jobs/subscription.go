package jobs

import "context"

// Event is what happened to a job, "" when only numbers changed.
type Event string

// The events.
const (
	EventStarted   Event = "started"
	EventCompleted Event = "completed"
	EventFailed    Event = "failed"
	EventCancelled Event = "cancelled"
	EventPaused    Event = "paused"
	EventResumed   Event = "resumed" // queued again, by a resume or a retry
)

func eventOf(before, after Status) Event {
	if before == after {
		return ""
	}
	switch after {
	case Running:
		return EventStarted
	case Completed:
		return EventCompleted
	case Failed:
		return EventFailed
	case Cancelled:
		return EventCancelled
	case Paused:
		return EventPaused
	case Queued:
		if before != "" && before != Running {
			return EventResumed
		}
	}
	return ""
}

// Update is a job that changed. Its numbers are absolute: the newest one is the truth.
type Update struct {
	// View.Files are those that changed since this subscription's last update of
	// the job, or all of them with AllFiles.
	View     View
	AllFiles bool
	Event    Event
	Removed  bool // the job was dismissed; View is what it was
}

// Subscription hears of changes. Changes of status come each, in their order;
// progress is what it is when Next looks. One goroutine calls Next.
type Subscription struct {
	m *Manager

	// Manager.mu guards these.
	pending []pendingUpdate
	dirty   map[string]struct{}
	signal  chan struct{} // one place: there is something

	seen map[string]seen // what Next has told of a job's files; its goroutine's
}

type pendingUpdate struct {
	update Update
	live   *tracker
}

type seen struct {
	live    *tracker
	version int64
}

// Subscribe begins a Subscription. What is there now is to be had by List; a
// change after this call is not missed.
func (m *Manager) Subscribe() *Subscription {
	s := &Subscription{m: m, dirty: map[string]struct{}{}, signal: make(chan struct{}, 1), seen: map[string]seen{}}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.subs[s] = struct{}{}
	return s
}

// Close ends it.
func (s *Subscription) Close() {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	delete(s.m.subs, s)
}

// Next waits for changes and gives them, oldest first. Of a job's changes the last
// one while it had a run here has its files.
func (s *Subscription) Next(ctx context.Context) ([]Update, error) {
	for {
		select {
		case <-s.signal:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if updates := s.take(); len(updates) > 0 {
			return updates, nil
		}
	}
}

func (s *Subscription) take() []Update {
	s.m.mu.Lock()
	batch := s.pending
	s.pending = nil
	for id := range s.dirty {
		if e := s.m.jobs[id]; e != nil {
			batch = append(batch, pendingUpdate{Update{View: View{Record: e.record()}}, e.live})
		}
	}
	clear(s.dirty)
	s.m.mu.Unlock()

	updates := make([]Update, len(batch))
	last, told := map[string]bool{}, map[string]bool{}
	var over []string
	for i := len(batch) - 1; i >= 0; i-- {
		u := batch[i].update
		id := u.View.ID
		if live := batch[i].live; live != nil && !told[id] {
			u.View.Files, u.AllFiles = s.changedFiles(id, live)
			told[id] = true
		}
		updates[i] = u
		if !last[id] {
			last[id] = true
			if u.Removed || u.View.Status.Ended() && u.View.Owner == "" {
				over = append(over, id)
			}
		}
	}
	for _, id := range over {
		delete(s.seen, id)
	}
	return updates
}

func (s *Subscription) changedFiles(id string, live *tracker) ([]File, bool) {
	last := s.seen[id]
	if last.live != live {
		last = seen{live: live, version: -1}
	}
	files, version := live.changedSince(last.version)
	all := last.version < 0
	s.seen[id] = seen{live, version}
	return files, all
}

// tell puts an update before every subscription. Called with the lock held.
func (m *Manager) tell(e *entry, certain bool, u Update) {
	if len(m.subs) == 0 {
		return
	}
	u.View.Record = e.record()
	for s := range m.subs {
		if certain {
			s.pending = append(s.pending, pendingUpdate{u, e.live})
			delete(s.dirty, e.rec.ID) // it is in the pending one
		} else {
			s.dirty[e.rec.ID] = struct{}{}
		}
		s.wake()
	}
}

// touch says that a job's progress changed.
func (m *Manager) touch(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for s := range m.subs {
		s.dirty[id] = struct{}{}
		s.wake()
	}
}

func (s *Subscription) wake() {
	select {
	case s.signal <- struct{}{}:
	default:
	}
}
