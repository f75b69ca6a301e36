package s3

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
)

// maxAnswer bounds the answers that are parsed as a whole, in bytes: a page of 1,000
// names of 1,024 bytes, each of them escaped, with room.
const maxAnswer = 16 << 20

// maxPages bounds one listing: 20 million objects.
const maxPages = 20_000

type pagesKey struct{}

// paged is a context in which at most maxPages pages are read, for listings the
// client goes through by itself.
func paged(ctx context.Context) context.Context {
	return context.WithValue(ctx, pagesKey{}, new(atomic.Int64))
}

// guard bounds what the store answers. The content of an object is the caller's to bound.
type guard struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (g guard) RoundTrip(r *http.Request) (*http.Response, error) {
	if n, ok := r.Context().Value(pagesKey{}).(*atomic.Int64); ok && n.Add(1) > maxPages {
		return nil, errors.New("the store's listing does not end")
	}
	resp, err := g.RoundTripper.RoundTrip(r)
	if err == nil && (r.Method != http.MethodGet || r.URL.RawQuery != "" || resp.StatusCode >= http.StatusMultipleChoices) {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	}
	return resp, err
}

// CloseIdleConnections passes the call on.
func (g guard) CloseIdleConnections() {
	if c, ok := g.RoundTripper.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}
