package page

import (
	"bytes"
	"flag"
	"image"
	"image/png"
	"os"
	"path/filepath"
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
	for _, look := range []struct {
		name, scheme  string
		width, height int64
	}{
		{"light", "light", 1280, 860}, {"dark", "dark", 1280, 860}, {"phone", "light", 390, 800},
	} {
		p.do("size", chromedp.EmulateViewport(look.width, look.height))
		p.colours(look.scheme)
		for name, path := range places(p) {
			p.visit(path)
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

// blank reports whether a picture has fewer than 50 colours.
func blank(t *testing.T, data []byte) bool {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	colours := map[[4]uint32]bool{}
	each(picture.Bounds(), func(x, y int) {
		r, g, b, a := picture.At(x, y).RGBA()
		colours[[4]uint32{r, g, b, a}] = true
	})
	return len(colours) < 50
}

func each(r image.Rectangle, f func(x, y int)) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			f(x, y)
		}
	}
}
