package s3

import (
	"io"
	"net/http"
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
	resp, err := g.RoundTripper.RoundTrip(r)
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

// CloseIdleConnections passes the call on.
func (g guard) CloseIdleConnections() {
	if c, ok := g.RoundTripper.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}
