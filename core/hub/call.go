package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// maxPage bounds one JSON answer, decompressed (T19, T18).
const maxPage = 16 << 20

// again runs try until it succeeds or its error is final (retry.Policy).
func (c *Client) again(ctx context.Context, try func() error) error {
	run := c.tries()
	for {
		err := try()
		if err == nil {
			return nil
		}
		if err := run.Wait(ctx, err, c.notify(err)); err != nil {
			return err
		}
	}
}

// notify tells about a wait before a new try after err.
func (c *Client) notify(err error) func(attempt int, wait time.Duration) {
	return func(attempt int, wait time.Duration) {
		c.log.Debug().Err(err).Int("attempt", attempt).Dur("wait", wait).Msg("retry")
		if c.onRetry != nil {
			c.onRetry(attempt, wait, err)
		}
	}
}

// get sends one API request and expects 200.
func (c *Client) get(ctx context.Context, a about, u *url.URL, wait time.Duration) (*answer, error) {
	resp, err := c.do(ctx, request{method: http.MethodGet, url: u, via: c.api, wait: wait, about: a})
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, c.refusal(a, resp)
	}
	return resp, nil
}

// getJSON asks for a JSON object and decodes it into v, with retries.
func (c *Client) getJSON(ctx context.Context, a about, u *url.URL, v any) error {
	return c.again(ctx, func() error {
		resp, err := c.get(ctx, a, u, c.metadataTimeout)
		if err != nil {
			return err
		}
		body, err := c.readPage(a, resp, nil)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(body, v); err != nil {
			return c.garbled(a, resp, err)
		}
		return nil
	})
}

// garbled: an answer that is not the JSON it should be. A web page that a portal
// or proxy put in its place often goes away (F3), so it is tried again.
func (c *Client) garbled(a about, resp *answer, err error) error {
	return a.fault(fault.Unavailable, fmt.Errorf("the answer of %s is not as it should be: %s", resp.url.Host, c.clean(err.Error()))).
		WithHint("a proxy or portal may answer in the Hub's place; check the endpoint and the network")
}

var errSilent = errors.New("stopped sending")

// readPage reads a whole body of at most maxPage bytes into buf's memory and
// closes it. Silence longer than the read timeout is an error (P10).
func (c *Client) readPage(a about, resp *answer, buf []byte) ([]byte, error) {
	defer resp.Body.Close()
	timer := time.AfterFunc(c.readTimeout, func() { resp.cancel(errSilent) })
	defer timer.Stop()
	if n := resp.ContentLength; n > 0 && n <= maxPage && int64(cap(buf)) <= n {
		buf = make([]byte, 0, n+1)
	}
	buf = buf[:0]
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := resp.Body.Read(buf[len(buf):min(cap(buf), maxPage+1)])
		buf = buf[:len(buf)+n]
		switch {
		case len(buf) > maxPage:
			return nil, a.fault(fault.Integrity, fmt.Errorf("an answer of more than %d MiB", maxPage>>20)).
				WithHint("this is no answer of a Hub; check the endpoint")
		case errors.Is(err, io.EOF):
			return buf, nil
		case err != nil:
			return nil, c.explain(a, resp.url, resp.cause(err))
		}
		if n > 0 {
			timer.Reset(c.readTimeout)
		}
	}
}
