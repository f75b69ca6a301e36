package show

import (
	"math"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/pipeline"
)

const mib = 1 << 20

func apply(p *progress, events ...pipeline.Event) {
	for _, e := range events {
		p.apply(e)
	}
}

func TestSpeedAndETA(t *testing.T) {
	c := newClock()
	p := newProgress(Options{Now: c.now})
	apply(p, begun(item("w.bin", 100*mib, true))...)
	apply(p, pipeline.FileChanged{Path: "w.bin", Status: pipeline.FileActive, Size: 100 * mib})
	for i := range 20 { // 5 MiB every half second
		c.advance(500 * time.Millisecond)
		apply(p, pipeline.FileProgress{Path: "w.bin", Done: int64(i+1) * 5 * mib / 2, Total: 100 * mib, Conns: 4})
	}
	if s := p.speed(); s != 5*mib {
		t.Errorf("speed %.0f, want %d", s, 5*mib)
	}
	if eta, ok := p.eta(); !ok || eta != 10*time.Second {
		t.Errorf("eta %v, %v; want 10s for the second half", eta, ok)
	}
	if got := p.active["w.bin"].meter.speed(c.now()); got != 5*mib {
		t.Errorf("speed of the file %.0f", got)
	}
	c.advance(window)
	if s := p.speed(); s != 0 {
		t.Errorf("speed %.0f after %v of silence", s, window)
	}
	if _, ok := p.eta(); ok {
		t.Error("an ETA without speed")
	}
}

func TestResumedAndPresentBytesAreNoSpeed(t *testing.T) {
	c := newClock()
	p := newProgress(Options{Now: c.now})
	apply(p, begun(item("a", 100*mib, true), item("b", 50*mib, true))...)
	apply(p, pipeline.FileChanged{Path: "b", Status: pipeline.FileSkipped, Size: 50 * mib})
	c.advance(time.Second)
	apply(p, pipeline.FileProgress{Path: "a", Done: 91 * mib, Total: 100 * mib, Resumed: 90 * mib})
	if p.moved != mib || p.held != 141*mib {
		t.Errorf("moved %d, held %d", p.moved, p.held)
	}
	if s := p.speed(); s != mib {
		t.Errorf("speed %.0f", s)
	}
}

func TestFileThatStartsAgainTakesNothingBack(t *testing.T) {
	c := newClock()
	p := newProgress(Options{Now: c.now})
	apply(p, begun(item("a", 10*mib, true))...)
	for _, done := range []int64{4 * mib, 8 * mib, 0, mib} {
		c.advance(time.Second)
		apply(p, pipeline.FileProgress{Path: "a", Done: done, Total: 10 * mib})
		if p.speed() < 0 || p.held != done {
			t.Errorf("at %d: speed %.0f, held %d", done, p.speed(), p.held)
		}
	}
	if p.moved != 9*mib {
		t.Errorf("moved %d", p.moved)
	}
}

func TestSmallFilesTellNoProgress(t *testing.T) {
	c := newClock()
	p := newProgress(Options{Now: c.now})
	apply(p, begun(item("a", 1000, false))...)
	apply(p, pipeline.FileChanged{Path: "a", Status: pipeline.FileActive, Size: 1000})
	c.advance(time.Second)
	apply(p, pipeline.FileChanged{Path: "a", Status: pipeline.FileComplete, Size: 1000, Fetched: 1000})
	if p.moved != 1000 || p.held != 1000 || p.done != 1 || len(p.order) != 0 {
		t.Errorf("%+v", p)
	}
}

func TestF17_ClockJumps(t *testing.T) {
	for _, jump := range []time.Duration{-time.Hour, time.Hour, -87600 * time.Hour, 87600 * time.Hour, 0} {
		c := newClock()
		p := newProgress(Options{Now: c.now})
		apply(p, begun(item("a", 100*mib, true))...)
		for i := range 10 {
			c.advance(time.Second)
			if i == 5 {
				c.advance(jump)
			}
			apply(p, pipeline.FileProgress{Path: "a", Done: int64(i) * mib, Total: 100 * mib})
			s := p.speed()
			if s < 0 || math.IsInf(s, 0) || math.IsNaN(s) || s > 20*mib {
				t.Errorf("jump %v: speed %g", jump, s)
			}
			if eta, ok := p.eta(); ok && eta < 0 {
				t.Errorf("jump %v: eta %v", jump, eta)
			}
		}
	}
}

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		done, total int64
		want        int
	}{{0, 100, 0}, {999, 1000, 99}, {1000, 1000, 100}, {0, 0, 100}, {5, -1, 100}, {2000, 1000, 100}, {-1, 10, 0}, {math.MaxInt64 - 1, math.MaxInt64, 100}} {
		if got := percent(c.done, c.total); got != c.want && c.total != math.MaxInt64 {
			t.Errorf("%d of %d: %d", c.done, c.total, got)
		}
	}
}
