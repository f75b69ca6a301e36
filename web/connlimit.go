package web

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// limitConnections answers connections beyond max with 503 and closes them (T36).
func limitConnections(l net.Listener, most int64) net.Listener {
	return &limitedListener{Listener: l, most: most}
}

type limitedListener struct {
	net.Listener
	most int64
	open atomic.Int64
}

const busy = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: 64\r\nRetry-After: 10\r\nConnection: close\r\n\r\n" +
	`{"error":"Server is busy","details":"too many open connections"}`

// Accept implements net.Listener.
func (l *limitedListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.open.Add(1) <= l.most {
			return &countedConn{Conn: c, open: &l.open}, nil
		}
		l.open.Add(-1)
		_ = c.SetWriteDeadline(time.Now().Add(time.Second)) // it fits the socket's buffer
		_, _ = c.Write([]byte(busy))
		_ = c.Close()
	}
}

type countedConn struct {
	net.Conn
	open *atomic.Int64
	once sync.Once
}

// Close implements net.Conn.
func (c *countedConn) Close() error {
	c.once.Do(func() { c.open.Add(-1) })
	return c.Conn.Close()
}
