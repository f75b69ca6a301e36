package show

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/hfdownloader/hfdownloader/pipeline"
)

func stripped(s string) string { return ansi.Strip(s) }

// busy is a view of many files in flight.
func busy(width, height int) *view {
	c := newClock()
	v := newView(newProgress(Options{Now: c.now}), width)
	v.height = height
	var items []pipeline.Item
	for i := range 30 {
		items = append(items, item(fmt.Sprintf("a/very/long/path/to/日本語/model-%05d-of-00030.safetensors", i), int64(i+1)*1023*mib, true))
	}
	for _, e := range begun(items...) {
		v.apply(e)
	}
	for range 3 {
		c.advance(time.Second)
		for i, it := range items {
			v.apply(pipeline.FileProgress{Path: it.File.Path, Done: int64(i) * 1000 * mib * int64(c.at.Second()) / 3, Total: it.File.Size, Conns: 16})
		}
	}
	return v
}

func TestViewFitsTheTerminal(t *testing.T) {
	for _, width := range []int{20, 21, 40, 59, 60, 61, 80, 81, 100, 132, 200} {
		for _, height := range []int{1, 3, 6, 24, 60} {
			lines := strings.Split(stripped(busy(width, height).text()), "\n")
			for _, line := range lines {
				if w := ansi.StringWidth(line); w >= max(width, 21) {
					t.Errorf("%d columns: %d in %q", width, w, line)
				}
			}
			if len(lines) > max(height, 4) {
				t.Errorf("%d rows: %d lines", height, len(lines))
			}
		}
	}
}

func TestViewShowsTheLargestFiles(t *testing.T) {
	text := stripped(busy(120, 24).text())
	for want, there := range map[string]bool{"00029-of": true, "00020-of": true, "00019-of": false, "and 20 more": true, "16×": true, "0/30 files": true} {
		if strings.Contains(text, want) != there {
			t.Errorf("%q: want %v in\n%s", want, there, text)
		}
	}
}

func TestViewReadsNoInputAndLeavesTheTerminalUsable(t *testing.T) {
	for _, environ := range [][]string{{"TERM=xterm-256color", "COLORTERM=truecolor"}, {"TERM=xterm", "NO_COLOR=1"}} {
		var errs bytes.Buffer
		s := New(Options{Mode: Live, Out: io.Discard, Err: &errs, Environ: environ, Width: 100})
		for _, e := range story() {
			s.Emit(e)
		}
		_, _ = io.WriteString(s.Log(), "a log line\n")
		s.Close(outcome(), nil)
		text := errs.String()
		for _, want := range []string{"a log line", "warning: w <&>.safetensors: odd", "retry 1: w <&>.safetensors in 2.0s", "3 files, 15 MiB, fetched 9.0 MiB in 13s"} {
			if !strings.Contains(stripped(text), want) {
				t.Errorf("%q is missing in %q", want, text)
			}
		}
		// Queries, alternate screen, mouse, paste and keyboard modes would need input.
		for _, mode := range []string{"\x1b[?2026$p", "\x1b[c", "\x1b[?1049h", "\x1b[?1000h", "\x1b[?2004h", "\x1b[>4", "\x1b[?u", "\x1b[6n"} {
			if strings.Contains(text, mode) {
				t.Errorf("%q was sent", mode)
			}
		}
		if strings.LastIndex(text, "\x1b[?25l") > strings.LastIndex(text, "\x1b[?25h") {
			t.Error("the cursor stays hidden")
		}
	}
}

// BenchmarkFrame draws the view of 30 files; that happens five times a second.
func BenchmarkFrame(b *testing.B) {
	v := busy(120, 24)
	for b.Loop() {
		_ = v.View()
	}
}
