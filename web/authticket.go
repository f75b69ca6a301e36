package web

import (
	"crypto/rand"
	"sync"
	"time"
)

// ticketTime is T33's: long enough to connect.
const ticketTime = 30 * time.Second

// maxTickets bounds those that nobody used.
const maxTickets = 1000

// tickets let a page's WebSocket in, which cannot send a password. Each is good
// once and for a short time.
type tickets struct {
	mu    sync.Mutex
	until map[string]time.Time
}

func (t *tickets) issue(now time.Time) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.until == nil {
		t.until = map[string]time.Time{}
	}
	for ticket, until := range t.until {
		if now.After(until) || len(t.until) >= maxTickets {
			delete(t.until, ticket)
		}
	}
	ticket := rand.Text()
	t.until[ticket] = now.Add(ticketTime)
	return ticket
}

func (t *tickets) use(ticket string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	until, ok := t.until[ticket]
	delete(t.until, ticket)
	return ok && !now.After(until)
}
