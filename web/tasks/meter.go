package tasks

import "time"

// meter measures speed over the last seconds.
type meter struct {
	now   func() time.Time
	since time.Time
	from  int64
	speed int64
}

// window is over which time a speed is taken.
const window = time.Second

func (m *meter) at(done int64) int64 {
	now := m.now()
	if m.since.IsZero() || done < m.from {
		m.since, m.from, m.speed = now, done, 0
	}
	if passed := now.Sub(m.since); passed >= window {
		m.speed = int64(float64(done-m.from) / passed.Seconds())
		m.since, m.from = now, done
	}
	return m.speed
}
