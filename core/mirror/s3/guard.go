package s3

import (
	"errors"
	"io"
	"net/http"
	"sync"
)

// maxAnswer bounds the answers that are parsed as a whole, in bytes: a page of 1,000
// names of 1,024 bytes, each of them escaped, with room.
const maxAnswer = 16 << 20

// guard bounds what the store answers. The content of an object is the caller's to bound.
type guard struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (g guard) RoundTrip(r *http.Request) (*http.Response, error) {
	p, listing := r.Context().Value(pagesKey{}).(*pages)
	listing = listing && r.URL.Query().Has("list-type")
	if listing {
		if err := p.ask(r); err != nil {
			return nil, err
		}
	}
	r, end := lent(r)
	resp, err := g.RoundTripper.RoundTrip(r)
	end()
	if err != nil {
		return nil, err
	}
	if listing && resp.StatusCode == http.StatusOK {
		p.answer(r)
	}
	if r.Method != http.MethodGet || r.URL.RawQuery != "" || resp.StatusCode >= http.StatusMultipleChoices {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	}
	return resp, nil
}

// lent is a request whose body is not read after end: a transport may read on after
// an early answer, when the client has rewound the body for its next try.
func lent(r *http.Request) (_ *http.Request, end func()) {
	if r.Body == nil || r.Body == http.NoBody {
		return r, func() {}
	}
	b := &body{ReadCloser: r.Body}
	r = r.WithContext(r.Context()) // a copy
	r.Body, r.GetBody = b, nil
	return r, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.over = true
	}
}

type body struct {
	io.ReadCloser

	mu   sync.Mutex
	over bool
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over {
		return 0, errors.New("the request is over")
	}
	return b.ReadCloser.Read(p)
}

// CloseIdleConnections passes the call on.
func (g guard) CloseIdleConnections() {
	if c, ok := g.RoundTripper.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}
