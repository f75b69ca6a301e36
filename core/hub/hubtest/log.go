package hubtest

import (
	"net/http"
	"strings"
	"time"
)

// Request is one request as a host saw it.
type Request struct {
	Host      string // HubHost or CDNHost
	Authority string // Host header
	Conn      int64  // number of the connection, counted over both hosts
	Proto     string // "HTTP/1.1"
	Method    string
	Path      string // escaped, as sent
	Query     string
	Range     string
	Header    http.Header
	Status    int   // 0 when no answer began
	Bytes     int64 // of body, taken by the connection
	Began     time.Time
	Ended     time.Time // zero while it runs
}

// Content reports whether the request asked for bytes of files.
func (q Request) Content() bool {
	return q.Method == http.MethodGet && (q.Host == CDNHost || strings.Contains(q.Path, "/resolve/") || strings.Contains(q.Path, "/resolve-cache/"))
}

// Carries reports whether a secret stands anywhere in the request.
func (q Request) Carries(secret string) bool {
	if strings.Contains(q.Path, secret) || strings.Contains(q.Query, secret) {
		return true
	}
	for _, values := range q.Header {
		for _, v := range values {
			if strings.Contains(v, secret) {
				return true
			}
		}
	}
	return false
}

// To chooses the requests to a host, HubHost or CDNHost.
func To(host string) func(Request) bool {
	return func(q Request) bool { return q.Host == host }
}

// Log is a copy of all requests in the order they came, those that still run
// among them. An answer is counted before its last byte leaves, so a client
// that has everything finds its request here complete but for Ended.
func (t *traffic) Log() []Request {
	t.logMu.Lock()
	defer t.logMu.Unlock()
	out := make([]Request, len(t.log))
	for i, q := range t.log {
		out[i] = *q
	}
	return out
}

// ResetLog forgets the requests so far and the counts of what was open at once.
func (t *traffic) ResetLog() {
	t.logMu.Lock()
	defer t.logMu.Unlock()
	t.log = nil
	for name, n := range t.conns.now {
		t.conns.most[name] = n
	}
	for name, n := range t.requests.now {
		t.requests.most[name] = n
	}
}

// Requests are those of the log that match.
func (t *traffic) Requests(match func(Request) bool) []Request {
	var out []Request
	for _, q := range t.Log() {
		if match(q) {
			out = append(out, q)
		}
	}
	return out
}

// BodyBytes is how much body the matching requests got.
func (t *traffic) BodyBytes(match func(Request) bool) int64 {
	var n int64
	for _, q := range t.Requests(match) {
		n += q.Bytes
	}
	return n
}

// ContentBytes is how much content was sent in successful answers.
func (t *traffic) ContentBytes() int64 {
	return t.BodyBytes(func(q Request) bool { return q.Content() && q.Status < 300 })
}
