package page

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// listening takes down what the page tells through the browser, which shows none
// without a screen, and lets the test hide the page.
const listening = `
	window.told = [];
	window.away = false;
	window.Notification = class {
		static permission = "default";
		static async requestPermission() { return (this.permission = "granted"); }
		constructor(title, options) { window.told.push(title + ": " + options.body); window.last = this; }
		close() { this.closed = true; }
	};
	Object.defineProperty(document, "hidden", {get: () => window.away});
`

// TestEndOfAJobIsTold once its user has asked for that and looks elsewhere; a
// press on what is told shows the job.
func TestEndOfAJobIsTold(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		p := open(t, hubtest.Options{})
		for i := range 3 {
			p.hub.Model(fmt.Sprintf("northwind/m%d", i), hubtest.LFS("w.bin", hubtest.Seeded(uint64(i), 1000)))
		}
		p.hub.Model("northwind/locked", hubtest.LFS("w.bin", hubtest.Seeded(9, 1000))).Gate("manual")
		done := func(repo, status string) string {
			id := p.start(map[string]any{"repo": repo})
			p.becomes(id, status)
			return id
		}
		p.visit("/jobs")
		p.do("listen", chromedp.Evaluate[chromedp.Void]("void (() => {"+listening+"})()"))
		eval[bool](p, `window.away = true`)
		p.shows("Completed", "job-"+done("northwind/m0", "completed"))
		by.press(p, "notify")
		eval[bool](p, `window.away = false, true`)
		p.shows("Completed", "job-"+done("northwind/m1", "completed"))
		eval[bool](p, `window.away = true`)
		last := done("northwind/m2", "completed")
		failed := done("northwind/locked", "failed")
		p.waitFor("the failure to be told", `window.told.length >= 2`)
		if told := eval[[]string](p, `window.told`); len(told) != 2 || told[0] != "Downloaded: northwind/m2" || told[1] != "Download failed: northwind/locked" {
			t.Errorf("told: %q; want what ended after it was asked for, while nobody looked (%s)", told, last)
		}
		eval[bool](p, `window.last.onclick(), true`)
		p.waitFor("the job", `location.pathname === "/jobs/`+failed+`" && window.last.closed`)
	})
}
