package show

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/hfdownloader/hfdownloader/core/mirror"
)

// mirrorJSONGap is the least time between two lines of progress as JSON.
const mirrorJSONGap = time.Second

// MirrorProgress says how far a push or pull is, how fast, and how long it will
// take: one line on a terminal, a line now and then on stdout for a log, a line of
// JSON on stderr with --json, where stdout is one document; nothing when quiet.
// Moved is safe from any goroutine. Close must be called.
type MirrorProgress struct {
	out, err io.Writer
	mode     Mode
	verb     string // "pushing" or "pulling"
	now      func() time.Time

	mu    sync.Mutex
	is    mirror.Progress
	heard bool
	meter meter
	last  time.Time // something was written
	bar   *VerifyBar
	stop  chan struct{}
	ended chan struct{}
}

// NewMirrorProgress begins; Auto is a line on a terminal, else a log's.
func NewMirrorProgress(o Options, verb string) *MirrorProgress {
	if o.Now == nil {
		o.Now = time.Now
	}
	p := &MirrorProgress{out: o.Out, err: o.Err, mode: o.Mode, verb: verb, now: o.Now, last: o.Now()}
	if p.mode == Auto {
		p.mode = Plain
		if o.TTY {
			p.mode = Live
		}
	}
	if p.mode == Live {
		p.bar, p.stop, p.ended = NewVerifyBar(o.Err, true), make(chan struct{}), make(chan struct{})
		go p.draw()
	}
	return p
}

// draw draws at a steady pace, so that the speed falls while nothing comes.
func (p *MirrorProgress) draw() {
	defer close(p.ended)
	tick := time.NewTicker(frame)
	defer tick.Stop()
	for {
		p.mu.Lock()
		p.bar.line(p.line(p.bar.width()))
		p.mu.Unlock()
		select {
		case <-tick.C:
		case <-p.stop:
			return
		}
	}
}

// Moved hears how far it is.
func (p *MirrorProgress) Moved(is mirror.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if !p.heard || is.Verifying != p.is.Verifying {
		p.meter = meter{}
		p.meter.add(now, 0)
	}
	p.is, p.heard = is, true
	p.meter.add(now, is.Done)
	switch {
	case p.mode == Plain && now.Sub(p.last) >= plainGap:
		p.last = now
		printf(p.out, "%s", p.line(0))
	case p.mode == JSON && now.Sub(p.last) >= mirrorJSONGap:
		p.last = now
		writeJSON(p.err, p.json(), "")
	}
}

// line is where it is, in at most width columns; 0 is no end. A figure that does
// not fit is left out, a name is cut.
func (p *MirrorProgress) line(width int) string {
	if !p.heard {
		return "comparing…"
	}
	verb := p.verb
	if p.is.Verifying {
		verb = "verifying"
	}
	text := fmt.Sprintf("%s %d%%", verb, percent(p.is.Done, p.is.Total))
	speed := p.meter.speed(p.now())
	parts := []string{fmt.Sprintf("%s of %s", size(p.is.Done), size(p.is.Total)), rate(speed)}
	if left, ok := timeLeft(p.is.Total-p.is.Done, speed); ok {
		parts = append(parts, span(left)+" left")
	}
	for _, part := range parts {
		if fits := width == 0 || ansi.StringWidth(text)+2+ansi.StringWidth(part) <= width; part != "" && fits {
			text += ", " + part
		}
	}
	const leastName = 8
	name := ": " + Clean(p.is.Ref.String())
	if free := width - ansi.StringWidth(text); width > 0 && free < ansi.StringWidth(name) {
		if free < leastName {
			return text
		}
		name = shorten(name, free)
	}
	return text + name
}

// mirrorProgressJSON is a line of progress; sizes are in bytes (docs/mirror.md).
type mirrorProgressJSON struct {
	Time      time.Time `json:"time"`
	Event     string    `json:"event"` // "progress"
	Repo      string    `json:"repo"`
	RepoType  string    `json:"repoType"`
	Verifying bool      `json:"verifying"`
	Bytes     int64     `json:"bytes"`
	Total     int64     `json:"total"`
	Speed     int64     `json:"bytesPerSecond"`
	Left      *int64    `json:"secondsLeft"` // null while nobody can know
}

func (p *MirrorProgress) json() mirrorProgressJSON {
	speed := p.meter.speed(p.now())
	line := mirrorProgressJSON{
		Time: p.now().UTC(), Event: "progress", Repo: string(p.is.Ref.ID), RepoType: string(p.is.Ref.Type),
		Verifying: p.is.Verifying, Bytes: p.is.Done, Total: p.is.Total, Speed: int64(speed),
	}
	if left, ok := timeLeft(p.is.Total-p.is.Done, speed); ok {
		seconds := int64(left.Round(time.Second) / time.Second)
		line.Left = &seconds
	}
	return line
}

// Close takes the line away.
func (p *MirrorProgress) Close() {
	if p.mode != Live {
		return
	}
	close(p.stop)
	<-p.ended
	p.bar.Close()
}
