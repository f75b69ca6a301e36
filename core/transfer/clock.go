package transfer

import "time"

// Clock tells the time and ticks; injected so that sleep and clock jumps can be
// tested without waiting.
type Clock interface {
	// Now is for durations: it goes on evenly, but may stand still while the
	// machine sleeps.
	Now() time.Time
	// Wall is the time of day: it may jump, and it does not stand still.
	Wall() time.Time
	// Ticker sends about every d until stop is called.
	Ticker(d time.Duration) (c <-chan time.Time, stop func())
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Wall() time.Time { return time.Now().Round(0) }

func (systemClock) Ticker(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTicker(d)
	return t.C, t.Stop
}
