package page

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// hand uses the page as somebody does: with a mouse, or with the keyboard alone.
type hand interface {
	press(p *page, testid string)       // a button, link, tab or tick
	fill(p *page, testid, text string)  // a field
	choose(p *page, testid, key string) // an entry of a menu: the menu's button, the entry
}

// hands runs a flow once with each.
func hands(t *testing.T, flow func(t *testing.T, by hand)) {
	t.Helper()
	t.Run("mouse", func(t *testing.T) { flow(t, mouse{}) })
	t.Run("keyboard", func(t *testing.T) { flow(t, keyboard{}) })
}

type mouse struct{}

func (mouse) press(p *page, testid string) {
	p.t.Helper()
	p.click(testid)
}

func (mouse) fill(p *page, testid, text string) {
	p.t.Helper()
	p.enter(testid, text)
}

func (mouse) choose(p *page, testid, entry string) {
	p.t.Helper()
	p.click(testid)
	p.click(entry)
}

type keyboard struct{}

func (keyboard) press(p *page, testid string) {
	p.t.Helper()
	p.reach(testid)
	key := kb.Enter
	if eval[bool](p, `["checkbox", "radio"].includes(document.activeElement.type)`) {
		key = " "
	}
	p.waitFor(testid+" to be of use", `!document.activeElement.disabled`)
	p.press(key)
}

func (keyboard) fill(p *page, testid, text string) {
	p.t.Helper()
	p.reach(testid)
	p.do("select", selectAll)
	p.press(kb.Backspace, text)
}

func (keyboard) choose(p *page, testid, entry string) {
	p.t.Helper()
	p.reach(testid)
	p.press(kb.Enter)
	for range 20 {
		if eval[bool](p, `document.activeElement?.matches(`+quote(has(entry))+`) ?? false`) {
			p.press(kb.Enter)
			return
		}
		p.press(kb.ArrowDown)
	}
	p.fatalf("the arrow keys do not reach %s", entry)
}
