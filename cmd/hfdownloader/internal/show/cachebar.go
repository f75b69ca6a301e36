package show

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// VerifyBar is one line on a terminal that says how far verifying and repairing
// are. Off a terminal it says nothing. It is a pipeline.Sink, safe from any
// goroutine.
type VerifyBar struct {
	w    io.Writer
	mu   sync.Mutex
	draw bool
	last time.Time // progress of a file was drawn
}

// NewVerifyBar draws only on a terminal.
func NewVerifyBar(w io.Writer, tty bool) *VerifyBar {
	return &VerifyBar{w: w, draw: tty}
}

// Verified hears how far verifying is.
func (b *VerifyBar) Verified(p cache.VerifyProgress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	line := fmt.Sprintf("verifying %3d%%  %d/%d files  %s/%s", percent(p.Bytes, p.BytesTotal), p.Files, p.FilesTotal, size(p.Bytes), size(p.BytesTotal))
	if p.Findings > 0 {
		line += fmt.Sprintf("  %d found", p.Findings)
	}
	b.line(line)
}

// Emit hears of what is fetched.
func (b *VerifyBar) Emit(e pipeline.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := e.(type) {
	case pipeline.FileProgress:
		if now := time.Now(); now.Sub(b.last) >= frame {
			b.last = now
			b.line(fmt.Sprintf("fetching %3d%%  %s/%s  %s", percent(e.Done, e.Total), size(e.Done), size(e.Total), Clean(e.Path)))
		}
	case pipeline.Warning:
		b.line("")
		printf(b.w, "%s", warningLine(e, func(s string) string { return s }))
	}
}

// line draws over the last one; "" takes it away.
func (b *VerifyBar) line(text string) {
	if b.draw {
		_, _ = io.WriteString(b.w, "\r"+eraseLine+ansi.Truncate(text, b.width(), "…"))
	}
}

// width leaves the last column free: it would wrap on some terminals.
func (b *VerifyBar) width() int {
	if n := TerminalWidth(b.w, true); n > 0 {
		return n - 1
	}
	return 79
}

// eraseLine is ANSI's "erase to the end of the line".
const eraseLine = "\x1b[K"

// Close takes the line away.
func (b *VerifyBar) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.line("")
	b.draw = false
}
