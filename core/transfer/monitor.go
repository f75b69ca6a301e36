package transfer

import (
	"context"
	"time"
)

// Rules of the monitor.
const (
	tickEvery = 200 * time.Millisecond
	// crawlRate and crawlFor: T17's "below 1 KiB/s for 60 s counts as stalled".
	crawlRate = 1 << 10
	crawlFor  = 60 * time.Second
	// sleepGap: wall time that passed without the monotonic clock means the
	// machine slept; its sockets are dead (F16).
	sleepGap = 20 * time.Second
	// takeOverGain: a slow connection loses its range when another would need
	// this many times less for it.
	takeOverGain = 3
	// takeOverFloor: below this much waiting it is not worth a new request.
	takeOverFloor = 300 * time.Millisecond
)

// monitor watches the connections of one file: cuts silent ones, takes ranges
// from slow ones when another connection is free, and reports progress.
func (f *fetch) monitor(ctx context.Context) error {
	tick, stop := f.engine.clock.Ticker(tickEvery)
	defer stop()
	last, wall := f.engine.clock.Now(), f.engine.clock.Wall()
	f.report()
	for {
		select {
		case <-ctx.Done():
			f.report()
			return nil
		case <-tick:
		}
		now, today := f.engine.clock.Now(), f.engine.clock.Wall()
		slept := today.Sub(wall)-now.Sub(last) > sleepGap
		f.mu.Lock()
		f.measure(now, now.Sub(last))
		f.cutSilent(now, slept)
		f.rescue(now)
		f.mu.Unlock()
		last, wall = now, today
		f.report()
	}
}

func (f *fetch) report() {
	if f.task.OnProgress == nil {
		return
	}
	f.mu.Lock()
	held := f.board.held()
	for fl := range f.flights {
		if fl.opened.Load() {
			held += f.openBytes(fl)
		}
	}
	n := len(f.flights)
	f.mu.Unlock()
	f.reported = max(f.reported, min(held, f.task.Size))
	f.task.OnProgress(f.reported, n)
}

// openBytes is what a flight holds of its unfinished piece, as far as its
// count of bytes tells without looking at the worker's own fields.
func (f *fetch) openBytes(fl *flight) int64 { return fl.bytes.Load() % PieceSize }

// measure updates each flight's rate. Called with the lock held.
func (f *fetch) measure(now time.Time, elapsed time.Duration) {
	if elapsed <= 0 {
		return
	}
	for fl := range f.flights {
		n := fl.bytes.Load()
		if n > fl.seen {
			fl.since = now
		}
		current := float64(n-fl.seen) / elapsed.Seconds()
		if fl.rate == 0 {
			fl.rate = current
		} else {
			fl.rate += 0.3 * (current - fl.rate)
		}
		fl.seen = n
		if current > 0 {
			f.pace.measured(fl.rate)
		}
	}
}

// cutSilent ends flights that gave nothing for the stall time, crawl, or slept.
func (f *fetch) cutSilent(now time.Time, slept bool) {
	for fl := range f.flights {
		switch {
		case slept:
			fl.cancel(errStalled)
		case f.engine.stall > 0 && now.Sub(fl.since) >= f.engine.stall:
			fl.cancel(errStalled)
		case f.engine.stall > 0 && !f.engine.limited(f.task.Limit) && fl.opened.Load() && fl.rate < crawlRate:
			if fl.slowed.IsZero() {
				fl.slowed = now
			} else if now.Sub(fl.slowed) >= crawlFor {
				fl.cancel(errStalled)
			}
		default:
			fl.slowed = time.Time{}
		}
	}
}

// rescue gives the range of the slowest flight to a waiting worker, when that
// one would be through with it several times sooner.
func (f *fetch) rescue(now time.Time) {
	if f.idle == 0 || len(f.board.free) > 0 || f.pace.rate == 0 || f.engine.limited(f.task.Limit) {
		return
	}
	var worst *flight
	var worstTime time.Duration
	for fl := range f.flights {
		rest := float64(f.board.end(fl.lease) - int64(fl.lease.cur)*PieceSize)
		fresh := f.pace.latency + seconds(rest/f.pace.rate)
		left := now.Sub(fl.started) // nothing came yet: as long as it took so far
		if fl.rate > 0 {
			left = seconds(rest / fl.rate)
		}
		if left > takeOverFloor+takeOverGain*fresh && left > worstTime {
			worst, worstTime = fl, left
		}
	}
	if worst != nil {
		worst.cancel(errTakenOver)
	}
}

func seconds(s float64) time.Duration {
	return time.Duration(min(s, 1e6) * float64(time.Second))
}

// pace remembers what connections of this file are like.
type pace struct {
	latency time.Duration // from request to headers
	rate    float64       // bytes a second of a good connection
}

func (p *pace) opened(d time.Duration) {
	if p.latency == 0 || d < p.latency {
		p.latency = d
	} else {
		p.latency += (d - p.latency) / 8
	}
}

func (p *pace) measured(rate float64) {
	if rate > p.rate {
		p.rate = rate
	} else {
		p.rate += 0.02 * (rate - p.rate)
	}
}

// Range sizes. A range is long enough that asking for the next costs 2 % of its
// time (latencyShare latencies), and not longer: pieces then come nearly in
// order and the hash finds them in memory.
const (
	latencyShare = 50
	firstRange   = 4  // pieces, while nothing is known
	leastRange   = 2  // pieces
	mostRange    = 64 // pieces
)

// pieces is the length of the next range when left pieces are missing and conns
// connections share them.
func (p *pace) pieces(left, conns int) int {
	if conns == 1 {
		return left
	}
	want := firstRange
	if p.rate > 0 {
		want = int(latencyShare * p.latency.Seconds() * p.rate / PieceSize)
		want = min(max(want, leastRange), mostRange)
	}
	return min(want, max(1, (left+conns-1)/conns))
}

// splitTime: a lease that its owner ends sooner is not worth splitting.
const splitTime = 100 * time.Millisecond

// worth is how many pieces a lease must have ahead to be split: those of
// splitTime or four latencies, whichever is more. While nothing is known, none is.
func (p *pace) worth() int {
	if p.rate == 0 {
		return mostRange
	}
	return int(p.rate * max(splitTime, 4*p.latency).Seconds() / PieceSize)
}
