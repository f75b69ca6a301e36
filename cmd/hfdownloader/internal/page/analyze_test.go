package page

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// TestAnalyzeTakesTheChoiceAlong: what is ticked there is ticked on Download.
func TestAnalyzeTakesTheChoiceAlong(t *testing.T) {
	hands(t, func(t *testing.T, by hand) {
		p := open(t, hubtest.Options{})
		addAtlas(p.hub)
		p.visit("/analyze")
		by.fill(p, "an-input", atlas)
		by.press(p, "an-go")
		p.shows(atlas, "an-head")
		for _, item := range []string{"item-q4_k_m", "item-q5_k_m", "item-q8_0"} {
			if eval[bool](p, `document.querySelector(`+quote(has(item))+`).checked`) != (item == "item-q8_0") {
				by.press(p, item)
			}
		}
		by.press(p, "an-download")
		p.analysed(atlas)
		p.shows("20.0 MiB", "dl-sum")
	})
}

// TestAnalyzedFilesAreFound: searched and ordered, among many.
func TestAnalyzedFilesAreFound(t *testing.T) {
	p := open(t, hubtest.Options{})
	files := []hubtest.File{hubtest.LFS("weights/needle.safetensors", hubtest.Seeded(1, mebi))}
	for i := range 3000 {
		files = append(files, hubtest.Regular(fmt.Sprintf("data/part-%04d.txt", i), "x"))
	}
	p.hub.Model("northwind/many", files...)
	p.visit("/analyze/northwind/many")
	p.shows("3,001 files", "an-count")
	if got := eval[int](p, `document.querySelectorAll(".an-files [role=row]").length`); got > 100 {
		t.Errorf("%d rows at once", got)
	}
	p.enter("an-search", "needle weights")
	p.shows("1 of 3,001 files, 1.00 MiB", "an-count")
	p.shows("weights/needle.safetensors")
}

// TestLongNamesStayInside: names of the Hub do not break the page, also on a phone.
func TestLongNamesStayInside(t *testing.T) {
	p := open(t, hubtest.Options{})
	long := strings.Repeat("x", 250)
	p.hub.Model("northwind/long", hubtest.Regular("config.json", `{"architectures": ["`+strings.Repeat("A", 10_000)+`"]}`),
		hubtest.LFS(long+"/"+long+".Q4_K_M.gguf", hubtest.Seeded(1, mebi)), hubtest.LFS("\u202efugg.Q8_0.gguf", hubtest.Seeded(2, mebi)))
	p.do("size", chromedp.EmulateViewport(360, 780))
	for _, path := range []string{"/?repo=northwind/long", "/analyze/northwind/long", "/analyze/" + strings.Repeat("a", 5000) + "/b"} {
		p.visit(path)
		p.waitFor("an answer", `document.querySelector("[data-testid=problem], [data-testid=an-head], [data-testid=dl-about]") !== null`)
		p.settled()
		if over := eval[float64](p, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
			t.Errorf("%.40s: %v pixels too wide", path, over)
		}
	}
}

// TestRawAnswer has what no section shows.
func TestRawAnswer(t *testing.T) {
	p := open(t, hubtest.Options{})
	addAtlas(p.hub)
	p.visit("/analyze/" + atlas)
	p.click("an-raw")
	p.shows(`"cli_command"`)
}
