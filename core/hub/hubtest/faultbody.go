package hubtest

import (
	"net/http"
	"strings"
	"time"
)

// Drop closes the connection without a word.
func Drop() Fault {
	return func(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) }
}

// CutAfter gives n bytes of the body and closes the connection (FIN).
func CutAfter(n int64) Fault {
	return through(func(w http.ResponseWriter, _ *http.Request, p []byte, at int64) error {
		if at+int64(len(p)) <= n {
			return give(w, p)
		}
		_ = give(w, p[:max(0, n-at)])
		flush(w)
		panic(http.ErrAbortHandler)
	})
}

// ResetAfter gives up to n bytes of the body and resets the connection (RST);
// what the client has not read by then is lost.
func ResetAfter(n int64) Fault {
	return through(func(w http.ResponseWriter, r *http.Request, p []byte, at int64) error {
		if at+int64(len(p)) <= n {
			return give(w, p)
		}
		_ = give(w, p[:max(0, n-at)])
		flush(w)
		if c, ok := r.Context().Value(connKey{}).(*connection); ok {
			if tcp := tcpOf(c.conn); tcp != nil {
				_ = tcp.SetLinger(0)
				_ = tcp.Close()
			}
		}
		panic(http.ErrAbortHandler)
	})
}

// StallAfter gives n bytes of the body and then nothing until the client leaves
// or the hub ends.
func StallAfter(n int64) Fault { return StallUntil(n, nil) }

// StallUntil gives n bytes of the body, and the rest when released.
func StallUntil(n int64, release <-chan struct{}) Fault {
	return through(func(w http.ResponseWriter, r *http.Request, p []byte, at int64) error {
		if at > n || at+int64(len(p)) <= n {
			return give(w, p)
		}
		_ = give(w, p[:n-at])
		flush(w)
		select {
		case <-release:
			return give(w, p[n-at:])
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	})
}

// When runs a function once n bytes of the body have been given.
func When(n int64, f func()) Fault {
	return through(func(w http.ResponseWriter, _ *http.Request, p []byte, at int64) error {
		if at > n || at+int64(len(p)) <= n {
			return give(w, p)
		}
		_ = give(w, p[:n-at])
		flush(w)
		f()
		return give(w, p[n-at:])
	})
}

// Flip changes one byte of the body.
func Flip(at int64) Fault {
	return through(func(w http.ResponseWriter, _ *http.Request, p []byte, from int64) error {
		if at < from || at >= from+int64(len(p)) {
			return give(w, p)
		}
		q := append([]byte(nil), p...)
		q[at-from] ^= 0x5a
		return give(w, q)
	})
}

// SlowTo gives the body at a rate in bytes a second.
func SlowTo(rate int64) Fault {
	const steps = 20 // a second
	return through(func(w http.ResponseWriter, r *http.Request, p []byte, _ int64) error {
		for len(p) > 0 {
			n := int(min(int64(len(p)), max(1, rate/steps)))
			if err := give(w, p[:n]); err != nil {
				return err
			}
			flush(w)
			p = p[n:]
			if !rest(r.Context(), time.Duration(int64(n)*int64(time.Second)/rate)) {
				panic(http.ErrAbortHandler)
			}
		}
		return nil
	})
}

// Endless gives blanks and more of them.
func Endless(headers ...string) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		Status(http.StatusOK, "", headers...)(w, nil, nil)
		junk := []byte(strings.Repeat(" ", 64<<10))
		for give(w, junk) == nil {
		}
	}
}

// eachPart handles one part of a body that begins at byte at.
type eachPart func(w http.ResponseWriter, r *http.Request, p []byte, at int64) error

// through passes the body through a function of its parts.
func through(each eachPart) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(&bodyWriter{ResponseWriter: w, r: r, each: each}, r)
	}
}

type bodyWriter struct {
	http.ResponseWriter
	r    *http.Request
	each eachPart
	at   int64
}

func (b *bodyWriter) Write(p []byte) (int, error) {
	if err := b.each(b.ResponseWriter, b.r, p, b.at); err != nil {
		return 0, err
	}
	b.at += int64(len(p))
	return len(p), nil
}

func (b *bodyWriter) Unwrap() http.ResponseWriter { return b.ResponseWriter }

func give(w http.ResponseWriter, p []byte) error {
	_, err := w.Write(p)
	return err
}

// flush sends what was given; a writer that cannot will send it itself.
func flush(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }
