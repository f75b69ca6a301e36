package hubtest

import (
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"
	"time"
)

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

// Then runs a function before the true answer.
func Then(f func()) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		f()
		next.ServeHTTP(w, r)
	}
}

// Delay waits before the true answer.
func Delay(d time.Duration) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if !rest(r.Context(), d) {
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(w, r)
	}
}

// Hang never answers.
func Hang() Fault {
	return func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
}

// Headers changes headers of an otherwise true answer; an empty value removes one.
func Headers(lines ...string) Fault {
	return atHead(func(h http.Header) {
		for _, line := range lines {
			name, value, _ := strings.Cut(line, ": ")
			if value == "" {
				h.Del(strings.TrimSuffix(name, ":"))
			} else {
				h.Set(name, value)
			}
		}
	})
}

// AsIfRange answers as if the request had asked for this range; "" is none.
func AsIfRange(v string) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		other := r.Clone(r.Context())
		if v == "" {
			other.Header.Del("Range")
		} else {
			other.Header.Set("Range", v)
		}
		next.ServeHTTP(w, other)
	}
}

// IgnoreRange answers as if no range was asked for.
func IgnoreRange() Fault { return AsIfRange("") }

// OtherRange answers truthfully for bytes shifted by n.
func OtherRange(n int64) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		first, last, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Range"), "bytes="), "-")
		v := r.Header.Get("Range")
		if a, ok := decimal(first); ok {
			v = fmt.Sprintf("bytes=%d-", a+n)
		}
		if b, ok := decimal(last); ok && first != "" {
			v += fmt.Sprint(b + n)
		}
		AsIfRange(v)(w, r, next)
	}
}

// Gzip compresses the body, whatever the client accepts.
func Gzip() Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		z := gzip.NewWriter(w)
		next.ServeHTTP(&headWriter{ResponseWriter: w, edit: func(h http.Header) {
			h.Set("Content-Encoding", "gzip")
			h.Del("Content-Length")
		}, body: z}, r)
		_ = z.Close() // the client may be gone
	}
}

// atHead edits the headers at the moment they leave.
func atHead(edit func(http.Header)) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(&headWriter{ResponseWriter: w, edit: edit, body: w}, r)
	}
}

type headWriter struct {
	http.ResponseWriter
	edit func(http.Header)
	body interface{ Write([]byte) (int, error) }
	done bool
}

func (h *headWriter) WriteHeader(status int) {
	if !h.done {
		h.done = true
		h.edit(h.Header())
	}
	h.ResponseWriter.WriteHeader(status)
}

func (h *headWriter) Write(p []byte) (int, error) {
	if !h.done {
		h.WriteHeader(http.StatusOK)
	}
	return h.body.Write(p)
}

func (h *headWriter) Unwrap() http.ResponseWriter { return h.ResponseWriter }
