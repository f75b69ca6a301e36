package hubtest

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// traffic is what a hub knows about its clients.
type traffic struct {
	logMu    sync.Mutex
	log      []*Request
	conns    tally
	requests tally
	nextConn int64

	closing bool
	running sync.WaitGroup
}

// tally counts what is open by host, and the most that was.
type tally struct{ now, most map[string]int }

func newTally() tally { return tally{map[string]int{}, map[string]int{}} }

func (t tally) add(name string, n int) {
	t.now[name] += n
	t.most[name] = max(t.most[name], t.now[name])
}

func newTraffic() traffic { return traffic{conns: newTally(), requests: newTally()} }

// MostConnections is how many connections were open at once to HubHost or CDNHost.
func (t *traffic) MostConnections(name string) int {
	t.logMu.Lock()
	defer t.logMu.Unlock()
	return t.conns.most[name]
}

// OpenConnections is how many there are now.
func (t *traffic) OpenConnections(name string) int {
	t.logMu.Lock()
	defer t.logMu.Unlock()
	return t.conns.now[name]
}

// MostRequests is how many requests ran at once.
func (t *traffic) MostRequests(name string) int {
	t.logMu.Lock()
	defer t.logMu.Unlock()
	return t.requests.most[name]
}

func (t *traffic) countConn(name string, st http.ConnState) {
	t.logMu.Lock()
	defer t.logMu.Unlock()
	switch st {
	case http.StateNew:
		t.conns.add(name, 1)
	case http.StateClosed, http.StateHijacked:
		t.conns.add(name, -1)
	}
}

type connKey struct{}

// connection is what a request knows of its connection.
type connection struct {
	id   int64
	conn net.Conn
	used atomic.Bool
}

// number is a server's ConnContext.
func (t *traffic) number(ctx context.Context, c net.Conn) context.Context {
	t.logMu.Lock()
	defer t.logMu.Unlock()
	t.nextConn++
	return context.WithValue(ctx, connKey{}, &connection{id: t.nextConn, conn: c})
}

// begin puts a request into the log; false when the hub closes.
func (t *traffic) begin(q *Request) bool {
	t.logMu.Lock()
	defer t.logMu.Unlock()
	if t.closing {
		return false
	}
	t.running.Add(1)
	t.requests.add(q.Host, 1)
	t.log = append(t.log, q)
	return true
}

func (t *traffic) end(q *Request) {
	t.logMu.Lock()
	defer t.logMu.Unlock()
	q.Ended = time.Now()
	t.requests.add(q.Host, -1)
	t.running.Done()
}

// waitIdle lets no new request in and waits for the handlers.
func (t *traffic) waitIdle() {
	t.logMu.Lock()
	t.closing = true
	t.logMu.Unlock()
	t.running.Wait()
}

// logged records requests and makes them wait for the latency.
func (h *Hub) logged(host string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _ := r.Context().Value(connKey{}).(*connection)
		q := &Request{
			Host: host, Authority: r.Host, Conn: conn.id, Proto: r.Proto, Method: r.Method, Path: r.URL.EscapedPath(),
			Query: r.URL.RawQuery, Range: r.Header.Get("Range"), Header: r.Header.Clone(), Began: time.Now(),
		}
		if !h.begin(q) {
			panic(http.ErrAbortHandler)
		}
		defer h.end(q)
		wait := h.opts.Latency
		if !conn.used.Swap(true) {
			wait += h.opts.ConnLatency
		}
		if !rest(r.Context(), wait) {
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(&countedWriter{ResponseWriter: w, traffic: &h.traffic, q: q}, r)
	})
}

// rest waits; false when the context ended first.
func rest(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// countedWriter writes status and bytes into the log. Bytes are counted before
// they leave and taken back when they could not.
type countedWriter struct {
	http.ResponseWriter
	traffic *traffic
	q       *Request
}

func (c *countedWriter) WriteHeader(status int) {
	c.began(status)
	c.ResponseWriter.WriteHeader(status)
}

func (c *countedWriter) Write(p []byte) (int, error) {
	c.began(http.StatusOK)
	c.count(int64(len(p)))
	n, err := c.ResponseWriter.Write(p)
	c.count(int64(n - len(p)))
	return n, err
}

func (c *countedWriter) began(status int) {
	c.traffic.logMu.Lock()
	defer c.traffic.logMu.Unlock()
	if c.q.Status < http.StatusOK { // an interim answer is not the answer
		c.q.Status = status
	}
}

func (c *countedWriter) count(n int64) {
	c.traffic.logMu.Lock()
	defer c.traffic.logMu.Unlock()
	c.q.Bytes += n
}

// Unwrap lets http.ResponseController reach the connection.
func (c *countedWriter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// Hijack gives the connection with the count going on.
func (c *countedWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(c.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	return &countedConn{Conn: conn, log: c, inBody: c.q.Status >= http.StatusOK}, rw, nil
}

// countedConn reads the status from the first line that is written, and counts
// what comes after the head.
type countedConn struct {
	net.Conn
	log    *countedWriter
	inBody bool
	seen   []byte // head so far
}

// maxHead is where countedConn stops looking for the end of a head.
const maxHead = 64 << 10

func (c *countedConn) Write(p []byte) (int, error) {
	body := len(p)
	if !c.inBody {
		before := len(c.seen)
		c.seen = append(c.seen, p...)
		end := bytes.Index(c.seen, []byte("\r\n\r\n"))
		c.inBody = end >= 0 || before > maxHead
		body = 0
		if end >= 0 {
			body = len(c.seen) - end - 4
		}
		var proto string
		var status int
		if n, _ := fmt.Sscanf(string(c.seen[:min(len(c.seen), 64)]), "%s %d", &proto, &status); n == 2 {
			c.log.began(status)
		}
		if c.inBody {
			c.seen = nil
		}
	}
	c.log.count(int64(body))
	n, err := c.Conn.Write(p)
	c.log.count(-int64(min(body, len(p)-n)))
	return n, err
}

// NetConn is the connection below.
func (c *countedConn) NetConn() net.Conn { return c.Conn }
