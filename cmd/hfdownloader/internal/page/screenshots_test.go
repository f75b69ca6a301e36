package page

import (
	"bytes"
	"flag"
	"fmt"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

var screenshots = flag.String("screenshots", "", "write pictures of every page into this folder") //nolint:gochecknoglobals // a test flag

// TestScreenshots takes a picture of every page, light, dark and on a phone, and
// wants something on it. To look at them:
//
//	go test ./cmd/hfdownloader/internal/page -run TestScreenshots -screenshots FOLDER
func TestScreenshots(t *testing.T) {
	dir := *screenshots
	if dir == "" {
		dir = t.TempDir()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	p := world(t)
	places := places(p)
	p.visit("/") // once, so that the graphs grow meanwhile
	if *screenshots != "" {
		p.waitFor("a graph for people to look at", `performance.now() > 25_000`)
	}
	for _, look := range []struct {
		name, scheme  string
		width, height int64
	}{
		{"phone", "light", 390, 800}, {"dark", "dark", 1280, 860}, {"light", "light", 1280, 860},
	} {
		p.do("size", chromedp.EmulateViewport(look.width, look.height))
		p.colours(look.scheme)
		for _, name := range slices.Sorted(maps.Keys(places)) {
			p.turnTo(places[name])
			p.settled()
			picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name+"-"+look.name+".png"), picture, 0o644); err != nil {
				t.Fatal(err)
			}
			if blank(t, picture) {
				t.Errorf("there is nothing on %s, %s", name, look.name)
			}
		}
	}
}

// turnTo shows another page without loading it anew, as the back button does.
func (p *page) turnTo(path string) {
	p.t.Helper()
	turn := fmt.Sprintf(`history.pushState(null, "", %q), dispatchEvent(new PopStateEvent("popstate"))`, path)
	p.do("turn to "+path, chromedp.Evaluate[chromedp.Void]("void ("+turn+")"))
	p.waitFor("the page", `document.querySelector("main h1") !== null`)
}

// blank reports whether a picture has fewer than 50 colours.
func blank(t *testing.T, data []byte) bool {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	colours := map[color.Color]bool{}
	r := picture.Bounds()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if colours[picture.At(x, y)] = true; len(colours) >= 50 {
				return false
			}
		}
	}
	return true
}
