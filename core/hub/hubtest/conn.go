package hubtest

import (
	"net"
	"sync"
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
	return &slowConn{Conn: c, rate: l.rate, closed: make(chan struct{})}, nil
}

// slowConn sends at a rate: a chunk, then the time it should have taken. A
// timer that was late is made up for; idle time is not.
type slowConn struct {
	net.Conn
	rate   int64
	next   time.Time // when the link is free again
	last   time.Time // when the last Write ended
	closed chan struct{}
	once   sync.Once
}

const (
	// slowTick is how long a chunk takes: short enough for a steady stream,
	// long enough for timers.
	slowTick = 10 * time.Millisecond
	// slowDebt is how late a busy link may be without loss of rate; a loaded
	// machine with two cores was seen to be 60 ms late.
	slowDebt = 200 * time.Millisecond
)

func (c *slowConn) Write(p []byte) (int, error) {
	if now := time.Now(); now.Sub(c.last) > slowTick && c.next.Before(now) {
		c.next = now
	}
	chunk := max(1, int(c.rate*int64(slowTick)/int64(time.Second)))
	sent := 0
	for sent < len(p) {
		if least := time.Now().Add(-slowDebt); c.next.Before(least) {
			c.next = least
		}
		n, err := c.Conn.Write(p[sent:min(len(p), sent+chunk)])
		sent += n
		if err != nil {
			return sent, err
		}
		c.next = c.next.Add(time.Duration(int64(n) * int64(time.Second) / c.rate))
		if !c.pause(time.Until(c.next)) {
			return sent, net.ErrClosed
		}
	}
	c.last = time.Now()
	return sent, nil
}

// pause waits, but not on a closed connection.
func (c *slowConn) pause(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-c.closed:
		return false
	}
}

// Close ends a pause, too.
func (c *slowConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

// NetConn is the connection below, in the manner of tls.Conn.
func (c *slowConn) NetConn() net.Conn { return c.Conn }

// tcpOf finds the TCP connection below rate and TLS.
func tcpOf(c net.Conn) *net.TCPConn {
	for {
		switch below := c.(type) {
		case *net.TCPConn:
			return below
		case interface{ NetConn() net.Conn }:
			c = below.NetConn()
		default:
			return nil
		}
	}
}
