package hub

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

const (
	// maxHops bounds redirects (T12).
	maxHops = 10
	// maxRedirectBody is read of a redirect's text to keep its connection.
	maxRedirectBody = 16 << 10
)

// request is one question and the redirects it leads through.
type request struct {
	method string
	url    *url.URL
	header http.Header     // beside those that every request carries
	body   []byte          // of a POST, which nothing redirects
	via    *http.Transport // for every hop
	wait   time.Duration   // for the headers of each hop
	stay   bool            // give back a redirect away from the Hub instead of following it
	about  about
}

// answer is the last response of a request. Closing its body ends the request.
type answer struct {
	*http.Response
	url    *url.URL
	onHub  bool
	said   promise                 // what the Hub's hops said about the file
	next   *url.URL                // where a redirect away from the Hub leads, with stay
	cancel context.CancelCauseFunc // cuts the body; Close does too
}

// do sends a request and follows redirects by hand: Go's own client would give
// the token to other ports and sub-domains (T11). It knows no cookies and
// answers no challenge (T13).
func (c *Client) do(ctx context.Context, r request) (*answer, error) {
	if c.offline {
		return nil, r.about.fault(fault.Offline, errors.New("the network is switched off")).
			WithHint("unset HF_HUB_OFFLINE (or leave out --offline) to ask the Hub")
	}
	u := r.url
	var said promise
	for range maxHops + 1 {
		a, err := c.hop(ctx, r, u)
		if err != nil {
			return nil, err
		}
		if a.onHub {
			said.hear(a.Header)
			c.notice(a.Header.Get("X-HF-Warning"))
		}
		a.said = said
		if !isRedirect(a.StatusCode) {
			return a, nil
		}
		next, err := nextHop(u, a.Header.Get("Location"))
		if err == nil && r.stay && !c.isHub(next) {
			a.next = next
			return a, nil
		}
		a.discard()
		if err != nil {
			return nil, r.about.fault(fault.Integrity, fmt.Errorf("redirect from %s: %w", u.Host, err)).
				WithHint("the server misbehaves; check the endpoint and the proxy")
		}
		u = next
	}
	return nil, r.about.fault(fault.Integrity, fmt.Errorf("more than %d redirects", maxHops)).
		WithHint("the server sends us in circles; check the endpoint and the proxy")
}

// cause is why reading the body failed: what its request was cut for, if it was.
func (a *answer) cause(err error) error {
	if c := context.Cause(a.Request.Context()); c != nil {
		return c
	}
	return err
}

// discard reads the little that is left, so that the connection can be kept.
func (a *answer) discard() {
	_, _ = io.CopyN(io.Discard, a.Body, maxRedirectBody)
	a.Body.Close()
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	default:
		return false
	}
}

// nextHop is where a redirect leads. Its errors do not show the address, which
// may be signed.
func nextHop(from *url.URL, location string) (*url.URL, error) {
	if location == "" {
		return nil, errors.New("without an address")
	}
	to, err := url.Parse(location)
	if err != nil {
		return nil, errors.New("to a malformed address")
	}
	to = from.ResolveReference(to)
	switch {
	case to.Scheme != "https" && to.Scheme != "http":
		return nil, errors.New("to something that is not http")
	case from.Scheme == "https" && to.Scheme == "http":
		return nil, errors.New("from https down to http")
	case to.User != nil:
		return nil, errors.New("to an address with a user name")
	case to.Hostname() == "":
		return nil, errors.New("to an address without a host")
	}
	to.Fragment = ""
	return to, nil
}

// hop sends one request, again after every wait its server asks for.
func (c *Client) hop(ctx context.Context, r request, u *url.URL) (*answer, error) {
	l := c.limiterOf(u)
	for {
		t, err := l.acquire(ctx)
		if err != nil {
			return nil, c.explain(r.about, u, err)
		}
		began := time.Now()
		a, err := c.roundTrip(ctx, r, u)
		var status int
		var header http.Header
		if err == nil {
			status, header = a.StatusCode, a.Header
			c.log.Debug().Str("method", r.method).Str("host", u.Host).Str("path", u.Path).
				Int("status", a.StatusCode).Dur("took", time.Since(began)).Msg("request")
		}
		again, late := l.done(t, status, header)
		switch {
		case ctx.Err() != nil:
			if a != nil {
				a.Body.Close()
			}
			return nil, c.explain(r.about, u, ctx.Err())
		case err != nil:
			return nil, c.explain(r.about, u, err)
		case again:
			a.discard()
		case late != nil:
			a.discard()
			return nil, c.explain(r.about, u, late)
		default:
			return a, nil
		}
	}
}

var errNoAnswer = errors.New("no answer")

// roundTrip sends one request to one host. The token goes with it only if that
// host, its port and scheme are the Hub's (P6).
func (c *Client) roundTrip(ctx context.Context, r request, u *url.URL) (*answer, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	req, err := http.NewRequestWithContext(ctx, r.method, u.String(), bytes.NewReader(r.body))
	if err != nil {
		cancel(nil)
		return nil, errors.New("malformed address")
	}
	for k, v := range r.header {
		req.Header[k] = v
	}
	if c.userAgent != "" {
		req.Header.Set("User-Agent", c.userAgent)
	}
	onHub := c.isHub(u)
	if onHub {
		req.Header.Set("X-Amzn-Trace-Id", traceID())
		if token := c.secret(); token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
	}
	timer := time.AfterFunc(r.wait, func() { cancel(fmt.Errorf("%w in %v", errNoAnswer, r.wait)) })
	resp, err := r.via.RoundTrip(req)
	inTime := timer.Stop()
	if err != nil {
		if cause := context.Cause(ctx); errors.Is(cause, errNoAnswer) {
			err = cause
		}
		cancel(nil)
		return nil, err
	}
	if !inTime {
		resp.Body.Close()
		return nil, context.Cause(ctx)
	}
	resp.Body = &endingBody{resp.Body, cancel}
	return &answer{Response: resp, url: u, onHub: onHub, cancel: cancel}, nil
}

// endingBody ends its request's context when closed.
type endingBody struct {
	io.ReadCloser
	cancel context.CancelCauseFunc
}

func (b *endingBody) Close() error {
	defer b.cancel(nil)
	return b.ReadCloser.Close()
}

// traceID is a random UUID; the Hub repeats it in X-Request-Id.
func traceID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
