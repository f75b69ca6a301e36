package tasks

import (
	"context"
	"maps"
	"slices"
)

// Subscription hears of changes. Of a task that changed several times only the
// newest is heard, so that nobody has to wait for a slow one.
type Subscription struct {
	manager *Manager
	changed map[string]Task // guarded by the manager's lock
	wake    chan struct{}
}

// Subscribe hears of every change from now on, until Close.
func (m *Manager) Subscribe() *Subscription {
	s := &Subscription{manager: m, changed: map[string]Task{}, wake: make(chan struct{}, 1)}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.subs[s] = struct{}{}
	return s
}

// Close ends it.
func (s *Subscription) Close() {
	s.manager.mu.Lock()
	defer s.manager.mu.Unlock()
	delete(s.manager.subs, s)
}

// Next waits for changes and gives what changed. Its error is that of ctx.
func (s *Subscription) Next(ctx context.Context) ([]Task, error) {
	for {
		s.manager.mu.Lock()
		out := slices.Collect(maps.Values(s.changed))
		clear(s.changed)
		s.manager.mu.Unlock()
		if len(out) > 0 {
			return out, nil
		}
		select {
		case <-s.wake:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// tell tells everybody; the lock is held.
func (m *Manager) tell(t *Task) {
	for s := range m.subs {
		s.changed[t.ID] = *t
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
}

// Wait waits until a task has ended, or ctx, and gives it as it is then.
func (m *Manager) Wait(ctx context.Context, id string) (Task, error) {
	s := m.Subscribe()
	defer s.Close()
	for {
		t, err := m.Get(id)
		if err != nil || t.Status.Ended() {
			return t, err
		}
		if _, err := s.Next(ctx); err != nil {
			return t, nil //nolint:nilerr // it only did not end in time
		}
	}
}
