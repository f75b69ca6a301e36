package page

import (
	"context"
	_ "embed"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// axe is the accessibility checker, as published.
//
//go:embed testdata/axe/axe.min.js
var axe string

// finding is what axe says of one rule.
type finding struct {
	ID     string   `json:"id"`
	Impact string   `json:"impact"`
	Help   string   `json:"help"`
	Nodes  []string `json:"nodes"`
}

const findAll = `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v =>
	({id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.slice(0, 5).map(n => n.html.slice(0, 200) + " | " + (n.any[0]?.message ?? n.all[0]?.message ?? ""))})))`

// accessible wants no serious or critical finding on what the tab shows.
func (p *page) accessible(what string) {
	p.t.Helper()
	p.do("axe", chromedp.Evaluate[chromedp.Void]("void (() => {"+axe+"})()"))
	for _, f := range eval[[]finding](p, findAll) {
		text := fmt.Sprintf("%s: %s: %s: %s", what, f.Impact, f.ID, f.Help)
		for _, n := range f.Nodes {
			text += "\n\t" + n
		}
		if f.Impact == "serious" || f.Impact == "critical" {
			p.t.Error(text)
		} else {
			p.t.Log(text)
		}
	}
}

// places are all pages, with what they show in a world.
func places(p *page) map[string]string {
	p.t.Helper()
	_, list := p.ask("GET", "/api/jobs?limit=1", nil)
	jobs, _ := list["jobs"].([]any)
	newest, _ := jobs[0].(map[string]any)
	return map[string]string{
		"download": "/", "chosen": "/?repo=" + hubtest.SampleRepo, "jobs": "/jobs", "job": fmt.Sprint("/jobs/", newest["id"]),
		"cache": "/cache", "cached": "/cache/model/northwind/tiny", "analyze": "/analyze", "analysis": "/analyze/demo/tiny-diffusion", "refused": "/analyze/northwind/private-weights",
		"mirror": "/mirror", "plugins": "/plugins", "settings": "/settings", "nowhere": "/no/such/page",
	}
}

// colours makes the page light or dark as the system would.
func (p *page) colours(scheme string) {
	p.t.Helper()
	p.do("colours", chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
		})
		return err
	}))
}

// TestAccessible: no serious or critical finding on any page, light and dark, on
// a desk and on a phone.
func TestAccessible(t *testing.T) {
	p := world(t)
	for name, path := range places(p) {
		for _, scheme := range []string{"light", "dark"} {
			for _, width := range []int64{1280, 360} {
				p.do("size", chromedp.EmulateViewport(width, 860))
				p.colours(scheme)
				p.visit(path)
				p.settled()
				p.accessible(fmt.Sprintf("%s, %s, %d", name, scheme, width))
				if over := eval[float64](p, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
					t.Errorf("%s, %d: %v pixels too wide", name, width, over)
				}
			}
		}
	}
}
