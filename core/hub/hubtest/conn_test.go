package hubtest

import (
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// instant is a connection that takes everything at once.
type instant struct {
	net.Conn
	n int
}

func (c *instant) Write(p []byte) (int, error) { c.n += len(p); return len(p), nil }
func (c *instant) Close() error                { return nil }

func TestSlowConnKeepsItsRate(t *testing.T) {
	for _, c := range []struct {
		name  string
		write []int // sizes
		pause time.Duration
		rate  int64
		want  time.Duration
	}{
		{"one write", []int{6 << 20}, 0, 20 << 20, 300 * time.Millisecond},
		{"small writes", []int{1000, 1000, 1000}, 0, 100_000, 30 * time.Millisecond},
		{"idle time is lost", []int{2 << 20, 2 << 20}, time.Second, 20 << 20, 1200 * time.Millisecond},
		{"lateness is made up for", []int{2 << 20, 2 << 20}, slowTick, 20 << 20, 200 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn := &slowConn{Conn: &instant{}, rate: c.rate, closed: make(chan struct{})}
				began := time.Now()
				for i, n := range c.write {
					if i > 0 && c.pause > 0 {
						<-time.After(c.pause)
					}
					if got, err := conn.Write(make([]byte, n)); got != n || err != nil {
						t.Fatal(got, err)
					}
				}
				if got := time.Since(began); got < c.want-time.Microsecond || got > c.want+2*slowTick {
					t.Errorf("took %v, want %v", got, c.want)
				}
			})
		})
	}
}

func TestSlowConnEndsWhenClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn := &slowConn{Conn: &instant{}, rate: 1, closed: make(chan struct{})}
		began := time.Now()
		go func() {
			<-time.After(time.Second / 2)
			_ = conn.Close()
		}()
		if _, err := conn.Write(make([]byte, 100)); err == nil || time.Since(began) > time.Second {
			t.Errorf("ended after %v with %v", time.Since(began), err)
		}
	})
}
