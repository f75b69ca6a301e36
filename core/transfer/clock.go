package transfer

import "time"

// Clock tells the time and ticks; injected so that sleep and clock jumps can be
// tested without waiting.
type Clock interface {
	// Now has both a wall and a monotonic reading.
	Now() time.Time
	// Ticker sends about every d until stop is called.
	Ticker(d time.Duration) (c <-chan time.Time, stop func())
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Ticker(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTicker(d)
	return t.C, t.Stop
}
