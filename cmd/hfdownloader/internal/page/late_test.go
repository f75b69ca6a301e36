package page

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// late holds the answers to what the page does until the socket has told of more.
const late = `
	const quick = window.fetch;
	window.drawn = [];
	window.fetch = async (...a) => {
		const answer = await quick(...a);
		if (a[1]?.method !== "POST") return answer;
		await new Promise(done => setTimeout(done, 1000));
		setTimeout(() => requestAnimationFrame(() => window.drawn.push(a[0])), 50);
		return answer;
	};
`

// TestLateAnswerIsNoNews: an answer that comes after the socket told of the end does
// not put a job back to where it was.
func TestLateAnswerIsNoNews(t *testing.T) {
	p := open(t, hubtest.Options{}, "--retries", "0")
	p.hub.Model("northwind/tiny", hubtest.Regular("config.json", "{}"), hubtest.LFS("model.safetensors", hubtest.Seeded(15, 3*mebi)))
	whole := p.hub.Fault(hubtest.Rule{Host: hubtest.CDNHost, Do: hubtest.Flip(5)})
	p.visit("/")
	p.do("answers that come late", chromedp.Evaluate[chromedp.Void]("void (() => {"+late+"})()"))
	p.enter("dl-input", "northwind/tiny")
	p.click("dl-start")
	p.waitFor("the job", `location.pathname.startsWith("/jobs/")`)
	p.shows("Failed")
	whole()
	p.click("job-retry")
	p.shows("Completed")
	p.waitFor("the answer", `window.drawn.some(at => String(at).endsWith("/retry"))`)
	if got := eval[string](p, `document.querySelector("main [role=status]").innerText`); got != "Completed" {
		t.Errorf("the answer made it %q", got)
	}
}
