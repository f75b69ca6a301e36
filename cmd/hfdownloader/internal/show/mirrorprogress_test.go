package show

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// push tells a push of 100 MiB in ten steps of a second, and its verification.
func push(p *MirrorProgress, c *clock) {
	ref := repo.Ref{Type: repo.Dataset, ID: "owner/a-name-that-is-rather-long-for-a-line"}
	for _, verifying := range []bool{false, true} {
		for i := range int64(11) {
			p.Moved(mirror.Progress{Ref: ref, Verifying: verifying, Done: i * 10 * mib, Total: 100 * mib})
			c.advance(time.Second)
		}
	}
}

// TestMirrorProgressInALog is lines on stdout, JSON on stderr, or nothing.
func TestMirrorProgressInALog(t *testing.T) {
	for name, c := range map[string]struct {
		mode     Mode
		out, err string // golden file; "" is nothing
	}{
		"plain": {Auto, "mirror-progress.txt", ""},
		"json":  {JSON, "", "mirror-progress.json"},
		"quiet": {Quiet, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			at := newClock()
			p := NewMirrorProgress(Options{Out: &out, Err: &errs, Mode: c.mode, Now: at.now}, "pushing")
			push(p, at)
			p.Close()
			for want, got := range map[string]*bytes.Buffer{c.out: &out, c.err: &errs} {
				if want != "" {
					golden(t, want, got.Bytes())
				}
			}
			if c.out == "" && out.Len() > 0 || c.err == "" && errs.Len() > 0 {
				t.Errorf("stdout %q, stderr %q", &out, &errs)
			}
		})
	}
}

// TestMirrorProgressOnATerminal draws one line on stderr and takes it away.
func TestMirrorProgressOnATerminal(t *testing.T) {
	var out, errs bytes.Buffer
	p := NewMirrorProgress(Options{Out: &out, Err: &errs, TTY: true}, "pulling")
	p.Moved(mirror.Progress{Ref: repo.Ref{Type: repo.Model, ID: "org/m\x1b"}, Done: mib, Total: 2 * mib})
	p.Close()
	if got := errs.String(); !strings.HasPrefix(got, "\r"+eraseLine) || !strings.HasSuffix(got, "\r"+eraseLine) || strings.Contains(got, "\n") || out.Len() > 0 {
		t.Errorf("stderr %q, stdout %q", got, &out)
	}
}

// TestMirrorLineFits at any width; figures come before the name, and go whole.
func TestMirrorLineFits(t *testing.T) {
	for width, want := range map[int]string{
		20:  "pushing 70%, 3s left",
		40:  "pushing 70%, 70 MiB of 100 MiB, 10 MiB/s",
		60:  "pushing 70%, 70 MiB of 100 MiB, 10 MiB/s, 3s left: dat…-line",
		80:  "pushing 70%, 70 MiB of 100 MiB, 10 MiB/s, 3s left: datasets/owne…long-for-a-line",
		200: "pushing 70%, 70 MiB of 100 MiB, 10 MiB/s, 3s left: datasets/owner/a-name-that-is-rather-long-for-a-line",
	} {
		c := newClock()
		p := NewMirrorProgress(Options{Mode: Quiet, Now: c.now}, "pushing")
		for i := range int64(8) {
			p.Moved(mirror.Progress{Ref: repo.Ref{Type: repo.Dataset, ID: "owner/a-name-that-is-rather-long-for-a-line"}, Done: i * 10 * mib, Total: 100 * mib})
			if i < 7 {
				c.advance(time.Second)
			}
		}
		if got := p.line(width); got != want || ansi.StringWidth(got) > width {
			t.Errorf("%d columns: %q, want %q", width, got, want)
		}
		c.advance(time.Minute)
		if got := p.line(200); strings.Contains(got, "left") || strings.Contains(got, "/s") {
			t.Errorf("stalled: %q", got)
		}
	}
}
