package hub

import (
	"context"
	"crypto/sha256"
	"errors"
	"iter"
	"net/url"
	"sync"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/retry"
)

const (
	// maxPages bounds one listing (T13).
	maxPages = 10_000
	// readAhead is how many pages may be under way before the caller asks.
	readAhead = 3
	// keptBuffer is the largest buffer worth keeping for the next page, in bytes.
	keptBuffer = 2 << 20
)

// pager fetches the pages of one listing in order. The request for the next
// page leaves as soon as the headers of this one are here; bodies are read and
// decoded beside it.
type pager struct {
	client  *Client
	about   about
	first   *url.URL
	seen    map[[sha256.Size]byte]struct{} // addresses asked for
	buffers sync.Pool                      // of *[]byte
	running sync.WaitGroup
}

func newPager(c *Client, a about, first *url.URL) *pager {
	return &pager{client: c, about: a, first: first, seen: map[[sha256.Size]byte]struct{}{}}
}

// result is one page or why there is none.
type result struct {
	page *page
	err  error
}

// all gives the pages in order; an error is the last element. When it returns,
// every goroutine it started has ended.
func (p *pager) all(ctx context.Context) iter.Seq2[*page, error] {
	return func(yield func(*page, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer p.running.Wait()
		defer cancel()
		queue := make(chan chan result, readAhead)
		p.running.Go(func() {
			defer close(queue)
			p.chase(ctx, queue)
		})
		for slot := range queue {
			r := <-slot
			if !yield(r.page, r.err) || r.err != nil {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(nil, p.client.explain(p.about, p.first, err))
		}
	}
}

// chase follows the next links and starts a reader for each page.
func (p *pager) chase(ctx context.Context, queue chan<- chan result) {
	for u := p.first; u != nil; {
		slot := make(chan result, 1)
		select {
		case queue <- slot:
		case <-ctx.Done():
			return
		}
		run := p.client.tries()
		resp, next, err := p.open(ctx, run, u)
		if err != nil {
			slot <- result{err: err}
			return
		}
		here := u
		p.running.Go(func() { slot <- p.finish(ctx, run, here, next, resp) })
		u = next
	}
}

// open asks for a page until its headers are good.
func (p *pager) open(ctx context.Context, run *retry.Run, u *url.URL) (resp *answer, next *url.URL, err error) {
	key := sha256.Sum256([]byte(u.RequestURI()))
	p.seen[key] = struct{}{}
	for {
		if resp, next, err = p.ask(ctx, u); err == nil {
			return resp, next, nil
		}
		if err = run.Wait(ctx, err, p.client.notify(err)); err != nil {
			return nil, nil, err
		}
	}
}

// ask sends the request and judges its next link. A link back is a fault of the
// moment or an attack: it is tried again and then refused (T13, F34).
func (p *pager) ask(ctx context.Context, u *url.URL) (*answer, *url.URL, error) {
	resp, err := p.client.get(ctx, p.about, u, p.client.readTimeout)
	if err != nil {
		return nil, nil, err
	}
	next, err := p.client.nextPage(resp.Header.Values("Link"), u)
	if err != nil {
		resp.Body.Close()
		return nil, nil, p.fail(err)
	}
	if next != nil {
		if _, again := p.seen[sha256.Sum256([]byte(next.RequestURI()))]; again {
			resp.Body.Close()
			return nil, nil, p.about.fault(fault.Unavailable, errors.New("the next page is one that was read already")).
				WithHint("the Hub's listing goes in circles; try again, or another endpoint")
		}
	}
	return resp, next, nil
}

// finish reads and decodes a page, and asks for it again when that fails.
func (p *pager) finish(ctx context.Context, run *retry.Run, u, next *url.URL, resp *answer) result {
	for {
		d, err := p.read(resp)
		if err == nil {
			d.from, d.next = u, next
			return result{page: d}
		}
		if err := run.Wait(ctx, err, p.client.notify(err)); err != nil {
			return result{err: err}
		}
		if resp, err = p.reopen(ctx, run, u, next); err != nil {
			return result{err: err}
		}
	}
}

// repeat asks for a page anew that said nothing new.
func (p *pager) repeat(ctx context.Context, d *page) (*page, error) {
	run := p.client.tries()
	resp, err := p.reopen(ctx, run, d.from, d.next)
	if err != nil {
		return nil, err
	}
	r := p.finish(ctx, run, d.from, d.next, resp)
	return r.page, r.err
}

// reopen asks for a page whose next link is known already.
func (p *pager) reopen(ctx context.Context, run *retry.Run, u, next *url.URL) (*answer, error) {
	for {
		resp, err := p.client.get(ctx, p.about, u, p.client.readTimeout)
		if err != nil {
			if err := run.Wait(ctx, err, p.client.notify(err)); err != nil {
				return nil, err
			}
			continue
		}
		again, err := p.client.nextPage(resp.Header.Values("Link"), u)
		if err == nil && (again == nil) == (next == nil) && (next == nil || again.String() == next.String()) {
			return resp, nil
		}
		resp.Body.Close()
		return nil, p.fail(errors.New("a page has another next page than before"))
	}
}

// read decodes the body of a page.
func (p *pager) read(resp *answer) (*page, error) {
	var buf []byte
	if b, ok := p.buffers.Get().(*[]byte); ok {
		buf = *b
	}
	body, err := p.client.readPage(p.about, resp, buf)
	if err != nil {
		return nil, err
	}
	if cap(body) <= keptBuffer {
		defer p.buffers.Put(&body)
	}
	d, err := decodePage(body)
	switch {
	case errors.Is(err, errEntry), errors.Is(err, errDepth):
		return nil, p.fail(err)
	case err != nil:
		return nil, p.client.garbled(p.about, resp, err)
	}
	return &d, nil
}

func (p *pager) fail(err error) error {
	return p.about.fault(fault.Integrity, errors.New(p.client.clean(err.Error()))).
		WithHint("the endpoint does not list files like a Hub; check it")
}
