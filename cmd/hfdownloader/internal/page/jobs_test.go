package page

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// Issue 7's bounds on a job of very many files.
const (
	manyFiles = 50_000
	minFrames = 30         // a second, while scrolling
	maxMemory = 300 * mebi // of the page
)

// scroll moves the table of files by so many pixels a second and gives how many
// frames the browser drew in each second, and the longest wait between two.
const scroll = `new Promise(done => {
	const box = document.querySelector("[data-testid=rows]"), frames = [], speed = %d, long = %d;
	const start = performance.now();
	const step = now => {
		frames.push(now);
		if (now - start > long) {
			let worst = 0;
			for (let i = 1; i < frames.length; i++) worst = Math.max(worst, frames[i] - frames[i - 1]);
			return done({frames: (frames.length - 1) / (frames.at(-1) - frames[0]) * 1000, worst, top: box.scrollTop, rows: box.querySelectorAll("[role=row]").length});
		}
		box.scrollTop = (now - start) / 1000 * speed;
		requestAnimationFrame(step);
	};
	requestAnimationFrame(step);
})`

type scrolled struct {
	Frames, Worst, Top float64
	Rows               int
}

// TestManyFiles: 50,000 files of a job that runs are scrolled smoothly, any of them
// is found, and the page stays small.
func TestManyFiles(t *testing.T) {
	p := open(t, hubtest.Options{})
	files := make([]hubtest.File, manyFiles)
	for i := range files {
		files[i] = hubtest.Regular(fmt.Sprintf("data/train/sample-%05d.json", i), fmt.Sprintf(`{"id": %d}`, i))
	}
	p.hub.Dataset("northwind/many-samples", files...)
	p.hub.Fault(hubtest.Rule{Path: "/resolve/", Do: hubtest.Delay(50 * time.Millisecond)}) // it runs as long as the test looks
	id := p.start(map[string]any{"repo": "northwind/many-samples", "dataset": true})
	p.visit("/jobs/" + id)
	p.shows("50,000 files")
	p.shows("sample-00000.json")
	for _, s := range []struct {
		name             string
		pixels, duration int // a second; ms
	}{
		{"reading", 1_200, 4_000}, {"flying", 320_000, 6_000},
	} {
		got := eval[scrolled](p, fmt.Sprintf(scroll, s.pixels, s.duration))
		t.Logf("%s, %d pixels a second: %.1f frames a second, longest wait %.0f ms, %d rows exist, at %.0f px", s.name, s.pixels, got.Frames, got.Worst, got.Rows, got.Top)
		if got.Frames < minFrames {
			t.Errorf("%s: %.1f frames a second, want >= %d", s.name, got.Frames, minFrames)
		}
		if got.Rows > 100 {
			t.Errorf("%s: %d rows exist at once", s.name, got.Rows)
		}
	}
	p.waitFor("the last rows", `document.querySelector("[data-testid=rows]").innerText.includes("sample-49999.json")`)
	p.enter("files-search", "sample-31415")
	p.shows("1 file match")
	p.shows("sample-31415.json")
	p.small()
	p.ask("DELETE", "/api/jobs/"+id, nil)
	p.shows("Cancelled")
}

// small wants the page's memory within bounds, as the browser counts it and as the
// system does.
func (p *page) small() {
	p.t.Helper()
	figures := map[string]float64{}
	p.do("measure", chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		if _, err := cdp.Call(ctx, tab, performance.Enable, performance.EnableParams{}); err != nil {
			return err
		}
		got, err := cdp.Call(ctx, tab, performance.GetMetrics, cdp.Empty{})
		if err != nil {
			return err
		}
		for _, m := range got.Metrics {
			figures[m.Name] = m.Value
		}
		return nil
	}))
	heap, nodes := figures["JSHeapTotalSize"], figures["Nodes"]
	p.t.Logf("heap in use %.1f MiB, held %.1f MiB; %.0f DOM nodes", figures["JSHeapUsedSize"]/mebi, heap/mebi, nodes)
	if heap == 0 || heap >= maxMemory {
		p.t.Errorf("the heap holds %.1f MiB, want < %d", heap/mebi, maxMemory/mebi)
	}
	process := float64(largestRenderer())
	p.t.Logf("the process of the page has %.1f MiB", process/mebi)
	if process >= maxMemory || process == 0 && runtime.GOOS == "linux" {
		p.t.Errorf("the process of the page has %.1f MiB, want < %d", process/mebi, maxMemory/mebi)
	}
}
