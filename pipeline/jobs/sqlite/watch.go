package sqlite

import (
	"context"
	"sync"
)

// watchBuffer is how many ids a slow watcher may be behind before it is told
// that anything may have changed.
const watchBuffer = 1024

type watchers struct {
	mu   sync.Mutex
	all  map[*watcher]struct{}
	done bool
}

// watcher has one spare place in its channel for "".
type watcher struct {
	ch   chan string
	lost bool // "" is in the channel or has to go there
}

// Watch implements jobs.Store.
func (s *Store) Watch(ctx context.Context) (<-chan string, error) {
	w := &watcher{ch: make(chan string, watchBuffer+1)}
	ws := &s.watch
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if ws.done {
		close(w.ch)
		return w.ch, nil
	}
	if ws.all == nil {
		ws.all = map[*watcher]struct{}{}
	}
	ws.all[w] = struct{}{}
	context.AfterFunc(ctx, func() {
		ws.mu.Lock()
		defer ws.mu.Unlock()
		if _, ok := ws.all[w]; ok {
			delete(ws.all, w)
			close(w.ch)
		}
	})
	return w.ch, nil
}

func (ws *watchers) tell(id string) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for w := range ws.all {
		if w.lost && len(w.ch) == 0 {
			w.lost = false // it has read the ""
		}
		switch {
		case w.lost: // the "" is not read yet, and covers this too
		case len(w.ch) >= watchBuffer:
			w.lost = true
			w.ch <- "" // the spare place
		default:
			w.ch <- id
		}
	}
}

func (ws *watchers) closeAll() {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.done = true
	for w := range ws.all {
		close(w.ch)
	}
	ws.all = nil
}
