package hubtest

import (
	"context"
	"net"
	"sync/atomic"
	"time"
)

// listener sets up connections: small buffers, a rate.
type listener struct {
	net.Listener
	rate int64
}

func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(socketBuffer) // a wish
	}
	if l.rate <= 0 {
		return c, nil
	}
	return &slowConn{Conn: c, rate: l.rate}, nil
}

// slowConn sends at a rate: a chunk, then the time it should have taken. Being
// late is made up for, but not idle time.
type slowConn struct {
	net.Conn
	rate int64
	next time.Time
}

// slowTick is how long a chunk takes.
const slowTick = 10 * time.Millisecond

func (c *slowConn) Write(p []byte) (int, error) {
	chunk := max(1, int(c.rate*int64(slowTick)/int64(time.Second)))
	sent := 0
	for sent < len(p) {
		now := time.Now()
		if c.next.Before(now.Add(-slowTick)) {
			c.next = now
		}
		n, err := c.Conn.Write(p[sent:min(len(p), sent+chunk)])
		sent += n
		if err != nil {
			return sent, err
		}
		c.next = c.next.Add(time.Duration(int64(n) * int64(time.Second) / c.rate))
		pause(time.Until(c.next))
	}
	return sent, nil
}

// pause waits; it is the medium's slowness, not a test's.
func pause(d time.Duration) {
	if d > 0 {
		<-time.After(d)
	}
}

type connKey struct{}

// withConn numbers connections.
func withConn(ctx context.Context, _ net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, connSeq.Add(1))
}

var connSeq atomic.Int64 //nolint:gochecknoglobals // connection numbers are unique over all hubs of a process

func connOf(ctx context.Context) int64 {
	id, _ := ctx.Value(connKey{}).(int64)
	return id
}
