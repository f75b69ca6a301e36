// Package live tells WebSocket clients about jobs, in the messages of the API:
// init, job_update and event.
//
// The rules it guards: each message is encoded once for all clients, none is over
// 512 KB, a change of status is never dropped, and a client that reads slowly is
// dropped without anybody waiting for it (reliability.md F39–F41). A Hub is safe
// from any goroutine.
package live

import (
	"context"
	"sync"
	"time"

	"github.com/gofiber/contrib/websocket"
	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
)

// Source is where jobs come from (jobs.Manager).
type Source interface {
	Subscribe() *jobs.Subscription
	// Records gives jobs without their files, newest first.
	Records() []jobs.Record
	List(ctx context.Context, q jobs.Query) ([]jobs.View, int, error)
}

// Options make a Hub.
type Options struct {
	Jobs    Source
	Tasks   Tasks // nil without
	Version string
	Log     zerolog.Logger
}

// Hub holds the clients.
type Hub struct {
	jobs    Source
	tasks   Tasks
	version string
	log     zerolog.Logger
	times   patience
	heard   chan struct{} // closed when changes are listened to: an init before that could go stale

	mu      sync.Mutex
	clients map[*client]struct{}
	taken   int // places, also of clients in their handshake
	closing bool
	serving sync.WaitGroup
	changes uint64 // told or not: whatever makes an older init untrue

	welcome welcome
}

// New makes a Hub; Run makes it speak.
func New(o Options) *Hub {
	return &Hub{
		jobs: o.Jobs, tasks: o.Tasks, version: o.Version, log: o.Log, times: contractTimes(),
		heard: make(chan struct{}), clients: map[*client]struct{}{},
	}
}

// Clients is how many are connected.
func (h *Hub) Clients() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.clients)
}

// Run passes on what happens until ctx ends. It is called once.
func (h *Hub) Run(ctx context.Context) error {
	sub := h.jobs.Subscribe()
	defer sub.Close()
	var others sync.WaitGroup
	if h.tasks != nil {
		tasks := h.tasks.Subscribe()
		defer tasks.Close()
		others.Go(func() { h.followTasks(ctx, tasks) })
	}
	close(h.heard)
	h.follow(ctx, sub.Next)
	others.Wait()
	return nil
}

// breath is the least time between two looks at what changed: each costs a walk
// over the files of a job, and there is a change with every piece that arrives.
const breath = 20 * time.Millisecond

func (h *Hub) follow(ctx context.Context, next func(context.Context) ([]jobs.Update, error)) {
	batches := make(chan []jobs.Update)
	go func() {
		defer close(batches)
		rest := time.NewTicker(breath)
		defer rest.Stop()
		for {
			updates, err := next(ctx)
			if err != nil {
				return
			}
			batches <- updates
			<-rest.C
		}
	}()
	b := newBeat(h.broadcast)
	timer := time.NewTimer(pace)
	defer timer.Stop()
	for {
		select {
		case updates, more := <-batches:
			if !more {
				return
			}
			for _, u := range updates {
				h.changed() // first: who joins after the broadcast must not get an older init
				b.take(u, time.Now())
			}
		case <-timer.C:
			b.flush(time.Now())
			timer.Reset(pace)
		}
	}
}

func (h *Hub) changed() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.changes++
}

// broadcast gives every client a message. The newest about a job replaces one
// that was not sent yet, unless it is to be kept.
func (h *Hub) broadcast(m message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.clients {
		c.push(m)
	}
}

// enter makes a client hear of everything from now on, after its greeting. It is
// false when the server stops.
func (h *Hub) enter(c *client) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closing {
		h.clients[c] = struct{}{}
	}
	return !h.closing
}

// greet sends an init of what is now, which must be after enter.
func (h *Hub) greet(ctx context.Context, c *client) error {
	select {
	case <-h.heard:
	case <-c.end:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
	first, err := h.init(ctx)
	if err == nil {
		c.begin(first)
	}
	return err
}

func (h *Hub) leave(c *client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.clients, c)
}

// Shutdown closes all with 1001, going away, and waits for them to be gone. When
// ctx ends before that, those left are cut.
func (h *Hub) Shutdown(ctx context.Context) error {
	h.mu.Lock()
	h.closing = true
	for c := range h.clients {
		go c.goAway(websocket.CloseGoingAway, stopping) // it may have to wait for a slow one
	}
	h.mu.Unlock()
	done := make(chan struct{})
	go func() {
		h.serving.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		h.mu.Lock()
		for c := range h.clients {
			go c.cut()
		}
		h.mu.Unlock()
		return ctx.Err()
	}
}
