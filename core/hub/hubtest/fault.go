package hubtest

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Rule changes what matching requests get.
type Rule struct {
	Host   string // "hub" or "cdn"; "" is both
	Method string // "" is any
	Path   string // substring of the escaped path; "" is any
	// Ranged: only requests with a Range header.
	Ranged bool
	// From and Times choose by number among the matching requests: the first
	// From are left alone, then Times are changed; 0 Times is all of them.
	From, Times int
	Do          Fault

	seen int
}

// Fault answers a request in place of, or around, the handler that would.
type Fault func(w http.ResponseWriter, r *http.Request, next http.Handler)

// Fault adds a rule; the first that matches wins. The result takes it away.
func (h *Hub) Fault(rule Rule) (remove func()) {
	r := &rule
	h.mu.Lock()
	defer h.mu.Unlock()
	h.rules = append(h.rules, r)
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		for i, other := range h.rules {
			if other == r {
				h.rules = append(h.rules[:i:i], h.rules[i+1:]...)
				return
			}
		}
	}
}

// faulty applies the rules.
func (h *Hub) faulty(host string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if do := h.pick(host, r); do != nil {
			do(w, r, next)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (h *Hub) pick(host string, r *http.Request) Fault {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, rule := range h.rules {
		if rule.Host != "" && rule.Host != host || rule.Method != "" && rule.Method != r.Method ||
			!strings.Contains(r.URL.EscapedPath(), rule.Path) || rule.Ranged && r.Header.Get("Range") == "" {
			continue
		}
		rule.seen++
		if rule.seen <= rule.From || rule.Times > 0 && rule.seen > rule.From+rule.Times {
			continue
		}
		return rule.Do
	}
	return nil
}

// Status answers with a status, headers ("Name: value") and a body.
func Status(code int, body string, headers ...string) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		for _, line := range headers {
			name, value, _ := strings.Cut(line, ": ")
			w.Header().Add(name, value)
		}
		w.WriteHeader(code)
		_, _ = w.Write([]byte(body)) // the client may be gone
	}
}

// Redirect sends the client to any place.
func Redirect(code int, to string) Fault { return Status(code, "", "Location: "+to) }

// CutAfter gives n bytes of the body and breaks the connection.
func CutAfter(n int64) Fault {
	return through(func(p []byte, at int64) ([]byte, bool) {
		if at+int64(len(p)) > n {
			return p[:max(0, n-at)], true
		}
		return p, false
	})
}

// Flip changes one byte of the body.
func Flip(at int64) Fault {
	return through(func(p []byte, from int64) ([]byte, bool) {
		if at < from || at >= from+int64(len(p)) {
			return p, false
		}
		q := append([]byte(nil), p...)
		q[at-from] ^= 0x5a
		return q, false
	})
}

// StallAfter gives n bytes of the body and then nothing until the client leaves
// or the hub ends.
func StallAfter(n int64) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(&filter{ResponseWriter: w, each: func(p []byte, at int64) ([]byte, bool) {
			if at+int64(len(p)) <= n {
				return p, false
			}
			_, _ = w.Write(p[:max(0, n-at)])
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
			return nil, true
		}}, r)
	}
}

// SlowTo gives the body at a rate in bytes a second.
func SlowTo(rate int64) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(&filter{ResponseWriter: w, each: func(p []byte, _ int64) ([]byte, bool) {
			for len(p) > 0 {
				n := int(min(int64(len(p)), max(1, rate/20)))
				if _, err := w.Write(p[:n]); err != nil {
					return nil, true
				}
				_ = http.NewResponseController(w).Flush()
				p = p[n:]
				select {
				case <-time.After(time.Duration(int64(n) * int64(time.Second) / rate)):
				case <-r.Context().Done():
					return nil, true
				}
			}
			return nil, false
		}}, r)
	}
}

// Headers changes headers of an otherwise true answer; an empty value removes one.
func Headers(lines ...string) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(&headerWriter{ResponseWriter: w, lines: lines}, r)
	}
}

// IgnoreRange answers as if no range was asked for.
func IgnoreRange() Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		whole := r.Clone(r.Context())
		whole.Header.Del("Range")
		next.ServeHTTP(w, whole)
	}
}

// OtherRange answers for bytes shifted by n.
func OtherRange(n int64) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		other := r.Clone(r.Context())
		var first, last int64
		if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &first, &last); err == nil {
			other.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", first+n, last+n))
		}
		next.ServeHTTP(w, other)
	}
}

// Raw takes the connection and writes bytes to it as they are.
func Raw(text string) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		defer conn.Close()
		_, _ = conn.Write([]byte(text)) // the client may be gone
	}
}

// Endless gives more and more.
func Endless(headers ...string) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		Status(http.StatusOK, "", headers...)(w, nil, nil)
		junk := []byte(strings.Repeat(" ", 64<<10))
		for {
			if _, err := w.Write(junk); err != nil {
				return
			}
		}
	}
}

// Then runs a function before the true answer.
func Then(f func()) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		f()
		next.ServeHTTP(w, r)
	}
}

// through passes the body through a function of its parts; end breaks the
// connection after what the function gave.
func through(each func(p []byte, at int64) (out []byte, end bool)) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(&filter{ResponseWriter: w, each: each}, r)
	}
}

type filter struct {
	http.ResponseWriter
	each func(p []byte, at int64) ([]byte, bool)
	at   int64
}

func (f *filter) Write(p []byte) (int, error) {
	out, end := f.each(p, f.at)
	f.at += int64(len(p))
	if len(out) > 0 {
		if _, err := f.ResponseWriter.Write(out); err != nil {
			return 0, err
		}
	}
	if end {
		_ = http.NewResponseController(f.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	return len(p), nil
}

func (f *filter) Unwrap() http.ResponseWriter { return f.ResponseWriter }

type headerWriter struct {
	http.ResponseWriter
	lines []string
	done  bool
}

func (h *headerWriter) WriteHeader(status int) {
	if !h.done {
		h.done = true
		for _, line := range h.lines {
			name, value, _ := strings.Cut(line, ": ")
			if value == "" {
				h.Header().Del(name)
			} else {
				h.Header().Set(name, value)
			}
		}
	}
	h.ResponseWriter.WriteHeader(status)
}

func (h *headerWriter) Write(p []byte) (int, error) {
	if !h.done {
		h.WriteHeader(http.StatusOK)
	}
	return h.ResponseWriter.Write(p)
}

func (h *headerWriter) Unwrap() http.ResponseWriter { return h.ResponseWriter }
