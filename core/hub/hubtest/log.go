package hubtest

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Request is one request as a host saw it.
type Request struct {
	Host   string // "hub" or "cdn"
	Conn   int64
	Method string
	Path   string // escaped, as sent
	Query  string
	Range  string
	Header http.Header
	Status int
	Bytes  int64 // of body handed to the connection
	Began  time.Time
	Ended  time.Time
}

// Content reports whether the request asked for bytes of files.
func (q Request) Content() bool {
	return q.Method == http.MethodGet && (q.Host == "cdn" || strings.Contains(q.Path, "/resolve/") || strings.Contains(q.Path, "/resolve-cache/"))
}

// Log is a copy of all requests that have ended, in the order of their end.
func (h *Hub) Log() []Request {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.log)
}

// ResetLog forgets the requests so far.
func (h *Hub) ResetLog() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.log = nil
}

// Requests are those of the log that match.
func (h *Hub) Requests(match func(Request) bool) []Request {
	var out []Request
	for _, q := range h.Log() {
		if match(q) {
			out = append(out, q)
		}
	}
	return out
}

// ContentBytes is how much content was sent in successful answers.
func (h *Hub) ContentBytes() int64 {
	var n int64
	for _, q := range h.Log() {
		if q.Content() && q.Status < 300 {
			n += q.Bytes
		}
	}
	return n
}

// logged records requests when they end.
func (h *Hub) logged(host string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := Request{
			Host: host, Conn: connOf(r.Context()), Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery,
			Range: r.Header.Get("Range"), Header: r.Header.Clone(), Began: time.Now(),
		}
		counted := &countedWriter{ResponseWriter: w}
		defer func() {
			q.Status, q.Bytes, q.Ended = counted.status, counted.bytes, time.Now()
			h.mu.Lock()
			h.log = append(h.log, q)
			h.mu.Unlock()
		}()
		if h.opts.Latency > 0 {
			select {
			case <-time.After(h.opts.Latency):
			case <-r.Context().Done():
				return
			}
		}
		next.ServeHTTP(counted, r)
	})
}

type countedWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (c *countedWriter) WriteHeader(status int) {
	if c.status == 0 {
		c.status = status
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *countedWriter) Write(p []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	n, err := c.ResponseWriter.Write(p)
	c.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (c *countedWriter) Unwrap() http.ResponseWriter { return c.ResponseWriter }
