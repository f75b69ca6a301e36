package page

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// TestAccessibleDialogs: what opens over a page is as accessible as the page, takes
// the focus, and gives it back when Escape closes it.
func TestAccessibleDialogs(t *testing.T) {
	p := world(t)
	all := places(p)
	for _, c := range []struct {
		name, place string
		open        func()
	}{
		{"keys", "jobs", func() { p.click("help") }},
		{"limit of a job", "job", func() { p.click("job-more"); p.click("job-limit") }},
		{"cancel a job", "job", func() { p.click("job-more"); p.click("job-cancel") }},
		{"delete from the cache", "cached", func() { p.click("cache-delete") }},
		{"a new mirror", "mirror", func() { p.click("mirror-add") }},
	} {
		for _, scheme := range []string{"light", "dark"} {
			p.colours(scheme)
			p.visit(all[c.place])
			p.settled()
			c.open()
			p.waitFor("the dialog", `document.querySelector("dialog[open]") !== null`)
			p.accessible(fmt.Sprintf("%s, %s", c.name, scheme))
			if !eval[bool](p, `document.querySelector("dialog[open]").contains(document.activeElement)`) {
				t.Errorf("%s: the focus is behind it", c.name)
			}
			if !eval[bool](p, `!!document.querySelector("dialog[open]").getAttribute("aria-labelledby") || !!document.querySelector("dialog[open]").getAttribute("aria-label")`) {
				t.Errorf("%s has no name", c.name)
			}
			p.press(kb.Escape)
			p.waitFor("it to close", `document.querySelector("dialog[open]") === null`)
			p.waitFor("the focus to be back from "+c.name, `document.activeElement !== document.body`)
		}
	}
}
