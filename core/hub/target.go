package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// target is where a storage host has the bytes: a signed address, which all
// connections of a file share (hub-protocol.md §6.6).
type target struct {
	url     *url.URL
	renewAt time.Time // zero when the address does not say when it ends
}

const (
	// renewMargin is how long before its end an address is replaced; of a short
	// life a tenth.
	renewMargin = 60 * time.Second
	// signedDate is the form of X-Amz-Date.
	signedDate = "20060102T150405Z"
)

// newTarget reads from a signed address how long it lives. The signer's clock is
// the one that counts, and its answer decides in the end (F17): ours only says
// when to ask anew, and a life that makes no sense is ignored.
func newTarget(u *url.URL, answered http.Header, now time.Time) *target {
	t := &target{url: u}
	signedAt := now
	if date, err := http.ParseTime(answered.Get("Date")); err == nil {
		signedAt = date
	}
	q := u.Query()
	var life time.Duration
	if end, err := strconv.ParseInt(q.Get("Expires"), 10, 64); err == nil {
		life = time.Unix(end, 0).Sub(signedAt)
	} else if sec, err := strconv.ParseInt(q.Get("X-Amz-Expires"), 10, 32); err == nil {
		life = time.Duration(sec) * time.Second
		if at, err := time.Parse(signedDate, q.Get("X-Amz-Date")); err == nil {
			life -= signedAt.Sub(at)
		}
	}
	if life > 0 {
		t.renewAt = now.Add(life - min(renewMargin, life/10))
	}
	return t
}

func (t *target) fresh(now time.Time) bool { return t.renewAt.IsZero() || now.Before(t.renewAt) }

// locator knows where the bytes of one file are and asks the Hub once for all
// connections.
type locator struct {
	mu      sync.Mutex
	target  *target
	direct  bool // the Hub itself served the last answer
	asking  *asking
	storage map[string]string // the storage's own strong etag, by host (T20)
}

// asking is one question under way; others wait for its end.
type asking struct {
	done chan struct{}
	err  error // set before done is closed
}

// locate returns a target, or the answer itself when the Hub serves the bytes.
// asked says that the Hub was asked now, by this call or one it waited for.
func (ct *Content) locate(ctx context.Context, header http.Header) (t *target, a *answer, asked bool, err error) {
	l := &ct.where
	for {
		l.mu.Lock()
		if l.target != nil && l.target.fresh(time.Now()) {
			defer l.mu.Unlock()
			return l.target, nil, asked, nil
		}
		if l.direct {
			l.mu.Unlock()
			t, a, err = ct.ask(ctx, header)
			return t, a, true, err
		}
		if q := l.asking; q != nil {
			l.mu.Unlock()
			if err := q.wait(ctx); err != nil {
				return nil, nil, true, err
			}
			asked = true
			continue
		}
		q := &asking{done: make(chan struct{})}
		l.asking = q
		l.mu.Unlock()

		t, a, err = ct.ask(ctx, header)
		l.mu.Lock()
		l.asking, q.err = nil, err
		l.mu.Unlock()
		close(q.done)
		return t, a, true, err
	}
}

// wait gives the error of the one who asked, unless it only was canceled.
func (q *asking) wait(ctx context.Context) error {
	select {
	case <-q.done:
	case <-ctx.Done():
		return fault.New(fault.Canceled, "canceled", "", ctx.Err())
	}
	if q.err != nil && fault.KindOf(q.err) != fault.Canceled {
		return q.err
	}
	return nil
}

// ask sends the range to the Hub. What it says about the file must be what the
// plan says.
func (ct *Content) ask(ctx context.Context, header http.Header) (*target, *answer, error) {
	a := ct.about()
	u, err := ct.client.resolveURL(ct.ref, ct.commit, ct.file.Path)
	if err != nil {
		return nil, nil, err
	}
	resp, err := ct.client.do(ctx, request{
		method: http.MethodGet, url: u, header: header, via: ct.via(),
		wait: ct.client.readTimeout, stay: true, about: a,
	})
	if err != nil {
		return nil, nil, err
	}
	served := resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusPartialContent
	if resp.next == nil && !served && resp.StatusCode != http.StatusRequestedRangeNotSatisfiable {
		return nil, nil, ct.client.refusal(a, resp)
	}
	if err := resp.said.check(ct.commit, ct.file); err != nil {
		resp.Body.Close()
		if served && isPage(resp, ct.file.Path) {
			return nil, nil, webPage(a, resp)
		}
		return nil, nil, a.fault(fault.Integrity, err).
			WithHint("the file changed on the Hub, or the endpoint is no faithful mirror; try again")
	}
	l := &ct.where
	l.mu.Lock()
	defer l.mu.Unlock()
	l.direct = resp.next == nil
	if resp.next == nil {
		l.target = nil
		return nil, resp, nil
	}
	resp.discard()
	l.target = newTarget(resp.next, resp.Header, time.Now())
	return l.target, nil, nil
}

// forget drops a target that was refused, unless a new one is there already.
func (l *locator) forget(t *target) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.target == t {
		l.target = nil
	}
}

// known is the storage's etag for If-Range, "" if none was seen.
func (l *locator) known(host string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.storage[host]
}

var errChanged = errors.New("the content changed on the storage server while it was read")

// remember keeps the storage's own strong etag and fails when it is another than
// before: the same address then leads to other bytes (T20, F8).
func (l *locator) remember(host, etag string) error {
	if len(etag) < 2 || etag[0] != '"' { // weak or none: says nothing about bytes
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	before, ok := l.storage[host]
	if ok && before != etag {
		return errChanged
	}
	if l.storage == nil {
		l.storage = map[string]string{}
	}
	l.storage[host] = etag
	return nil
}

// webPage: a proxy's or portal's page in place of the file (F3).
func webPage(a about, resp *answer) error {
	return a.fault(fault.Unavailable, fmt.Errorf("%s answered with a web page instead of the file", resp.url.Host)).
		WithHint("a proxy or portal may answer in the server's place; check the network")
}
