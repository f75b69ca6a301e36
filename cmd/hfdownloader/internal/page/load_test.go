package page

import (
	"sync"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// settled waits until nothing on the page is about to come.
func (p *page) settled() {
	p.t.Helper()
	p.waitFor("rest", `document.querySelector("main .skeleton, main .spinner, main [aria-busy=true]") === null && document.fonts.status === "loaded"`)
}

// maxLoad is issue 7's bound on a first visit, in bytes.
const maxLoad = 150_000

// TestFirstVisit prints what a first visit carries over, as the browser counts it
// with headers, and when there is something to see and to use.
func TestFirstVisit(t *testing.T) {
	p := open(t, hubtest.Options{})
	var mu sync.Mutex
	var sum int64
	err := chromedp.Listen(p.ctx, func(ev any) {
		if e, ok := ev.(*network.EventLoadingFinished); ok {
			mu.Lock()
			defer mu.Unlock()
			sum += int64(e.EncodedDataLength)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	p.visit("/")
	p.settled()
	p.waitFor("the server's word", `document.querySelector("[data-testid=free-space]") !== null`)
	mu.Lock()
	first := sum
	mu.Unlock() // the tab waits for who listens
	t.Logf("first load: %d bytes", first)
	if first == 0 || first >= maxLoad {
		t.Errorf("%d bytes, want < %d", first, maxLoad)
	}
	paint, useful := p.painted("paint"), p.painted("largest-contentful-paint")
	t.Logf("first paint after %.0f ms, the largest after %.0f ms", paint, useful)
}

// painted is when, in ms after the visit began, the last entry of a kind was.
func (p *page) painted(kind string) float64 {
	p.t.Helper()
	return eval[float64](p, `new Promise(done => new PerformanceObserver(l => done(l.getEntries().at(-1).startTime)).observe({type: `+quote(kind)+`, buffered: true}))`)
}

// TestSecondVisitLoadsNoAsset: what has a digest in its name stays in the browser.
func TestSecondVisitLoadsNoAsset(t *testing.T) {
	p := open(t, hubtest.Options{})
	p.visit("/")
	p.visit("/jobs")
	if n := eval[int](p, `performance.getEntriesByType("resource").filter(e => e.name.includes("/assets/") && e.transferSize > 0).length`); n != 0 {
		t.Errorf("%d assets were loaded again", n)
	}
}
