package hubtest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
)

// The faults of this file write to the connection by hand, because net/http
// would not let them lie. They need HTTP/1; over HTTP/2 the stream is reset.

// Raw writes bytes as they are, in place of an answer, and closes.
func Raw(text string) Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		conn, done := take(w, r)
		defer done()
		_, _ = io.WriteString(conn, text) // the client may be gone
	}
}

// Flood writes a start and then one thing over and over: headers, a status
// line, a body without end.
func Flood(start, again string) Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		conn, done := take(w, r)
		defer done()
		_, err := io.WriteString(conn, start)
		for many := bytes.Repeat([]byte(again), 1+(16<<10)/len(again)); err == nil; {
			_, err = conn.Write(many)
		}
	}
}

// HTTP10 gives the true answer as an HTTP/1.0 server does.
func HTTP10() Fault { return byHand(handWriter{proto: "HTTP/1.0"}) }

// Longer announces and gives n bytes more than there are.
func Longer(n int64) Fault { return byHand(handWriter{proto: "HTTP/1.1", lie: n, extra: n}) }

// Shorter announces and gives n bytes fewer than there are.
func Shorter(n int64) Fault { return byHand(handWriter{proto: "HTTP/1.1", lie: -n, obey: true}) }

// LengthLie announces n bytes more (or fewer) than it gives, and closes.
func LengthLie(n int64) Fault { return byHand(handWriter{proto: "HTTP/1.1", lie: n}) }

// take makes the connection the caller's; it is closed by done, or when the hub ends.
func take(w http.ResponseWriter, r *http.Request) (conn net.Conn, done func()) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	stop := context.AfterFunc(r.Context(), func() { _ = conn.Close() })
	return conn, func() {
		stop()
		_ = conn.Close()
	}
}

// handWriter writes an answer to a connection.
type handWriter struct {
	proto string
	lie   int64 // added to Content-Length
	obey  bool  // give no more than is announced
	extra int64 // bytes after the true ones

	http.ResponseWriter
	r    *http.Request
	conn net.Conn
	done func()
	left int64 // bytes that may be given yet; < 0 is any number
}

func byHand(plan handWriter) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		h := plan
		h.ResponseWriter, h.r = w, r
		next.ServeHTTP(&h, r)
		if h.conn == nil {
			h.WriteHeader(http.StatusOK)
		}
		defer h.done()
		_, _ = h.conn.Write(make([]byte, h.extra)) // the client may be gone
	}
}

func (h *handWriter) WriteHeader(status int) {
	head := h.Header()
	h.left = -1
	if n, err := strconv.ParseInt(head.Get("Content-Length"), 10, 64); err == nil {
		head.Set("Content-Length", strconv.FormatInt(n+h.lie, 10))
		if h.obey {
			h.left = n + h.lie
		}
	}
	head.Set("Connection", "close")
	h.conn, h.done = take(h.ResponseWriter, h.r)
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %d %s\r\n", h.proto, status, http.StatusText(status))
	_ = head.Write(&b) // a buffer takes everything
	b.WriteString("\r\n")
	_, _ = h.conn.Write(b.Bytes()) // the client may be gone
}

func (h *handWriter) Write(p []byte) (int, error) {
	if h.conn == nil {
		h.WriteHeader(http.StatusOK)
	}
	some := p
	if h.left >= 0 {
		some = p[:min(int64(len(p)), h.left)]
		h.left -= int64(len(some))
	}
	if _, err := h.conn.Write(some); err != nil {
		return 0, err
	}
	return len(p), nil
}
