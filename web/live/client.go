package live

import (
	"io"
	"net"
	"sync"
	"time"

	"github.com/gofiber/contrib/websocket"
)

// patience is how long a client is waited for.
type patience struct{ ping, read, write time.Duration }

// contractTimes is the table of the contract, Connection Parameters.
func contractTimes() patience {
	return patience{ping: 30 * time.Second, read: 60 * time.Second, write: 10 * time.Second}
}

// maxQueue bounds what waits for one client, in bytes (F39).
const maxQueue = 1 << 20

// client is one connection. Its writer is the only one that sends data.
type client struct {
	conn  *websocket.Conn
	line  io.Closer // the connection under it
	times patience
	close sync.Mutex
	over  bool // conn is given back; close guards it

	mu     sync.Mutex
	queue  []message
	size   int
	ready  bool // init is in the queue, or sent
	gone   bool
	signal chan struct{} // one place
	end    chan struct{} // closed when the reader is over
}

func newClient(conn *websocket.Conn, times patience) *client {
	return &client{conn: conn, line: line(conn), times: times, signal: make(chan struct{}, 1), end: make(chan struct{})}
}

// line finds what to close: closing a connection that was taken over from fasthttp
// does nothing before its handler returns, so nobody waiting in it would wake up.
func line(conn *websocket.Conn) io.Closer {
	if under, ok := conn.NetConn().(interface{ UnsafeConn() net.Conn }); ok {
		return under.UnsafeConn()
	}
	return conn
}

// begin puts init before everything that has come in meanwhile.
func (c *client) begin(first []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queue = append([]message{{keep: true, data: first}}, c.queue...)
	c.size += len(first)
	c.ready = true
	c.wake()
}

// push never waits. When too much is waiting, progress is dropped: more comes; if
// that is not enough, the client.
func (c *client) push(m message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone {
		return
	}
	if !c.replace(m) {
		c.queue = append(c.queue, m)
		c.size += len(m.data)
	}
	if c.size > maxQueue {
		c.shorten()
	}
	if c.size > maxQueue {
		c.gone = true
		c.queue, c.size = nil, 0
		go c.cut() // closing may wait for the writer
		return
	}
	c.wake()
}

// replace puts progress in the place of older progress of the same job, unless
// something was to be kept after that.
func (c *client) replace(m message) bool {
	for i := len(c.queue) - 1; i >= 0 && !m.keep; i-- {
		old := &c.queue[i]
		if old.job != m.job {
			continue
		}
		if old.keep {
			return false
		}
		c.size += len(m.data) - len(old.data)
		*old = m
		return true
	}
	return false
}

func (c *client) shorten() {
	kept := c.queue[:0]
	c.size = 0
	for _, m := range c.queue {
		if m.keep {
			kept = append(kept, m)
			c.size += len(m.data)
		}
	}
	c.queue = kept
}

func (c *client) wake() {
	select {
	case c.signal <- struct{}{}:
	default:
	}
}

// next takes the oldest message.
func (c *client) next() ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ready || len(c.queue) == 0 {
		return nil, false
	}
	m := c.queue[0]
	c.queue[0] = message{}
	c.queue = c.queue[1:]
	c.size -= len(m.data)
	if len(c.queue) > 0 {
		c.wake()
	}
	return m.data, true
}

// write sends until the reader is over or the client does not take it.
func (c *client) write() {
	ping := time.NewTicker(c.times.ping)
	defer ping.Stop()
	for {
		var err error
		select {
		case <-c.end:
			return
		case <-ping.C:
			err = c.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(c.times.write))
		case <-c.signal:
			data, ok := c.next()
			if !ok {
				continue
			}
			if err = c.conn.SetWriteDeadline(time.Now().Add(c.times.write)); err == nil {
				err = c.conn.WriteMessage(websocket.TextMessage, data)
			}
		}
		if err != nil {
			c.cut()
			return
		}
	}
}

// read takes in and ignores what the client says, until it is gone.
func (c *client) read() {
	defer close(c.end)
	c.conn.SetReadLimit(maxMessage)
	alive := func(string) error { return c.conn.SetReadDeadline(time.Now().Add(c.times.read)) }
	c.conn.SetPongHandler(alive)
	for alive("") == nil {
		if _, _, err := c.conn.ReadMessage(); err != nil {
			return
		}
	}
}

// goAway says why and closes.
func (c *client) goAway(code int, why string) {
	c.close.Lock()
	defer c.close.Unlock()
	if c.over {
		return
	}
	text := websocket.FormatCloseMessage(code, why)
	_ = c.conn.WriteControl(websocket.CloseMessage, text, time.Now().Add(time.Second)) // it is closed anyway
	_ = c.line.Close()
}

// cut closes the connection: reader and writer end.
func (c *client) cut() {
	c.close.Lock()
	defer c.close.Unlock()
	if !c.over {
		_ = c.line.Close()
	}
}

// release is for the end: the connection is not ours any more.
func (c *client) release() {
	c.close.Lock()
	defer c.close.Unlock()
	c.over = true
}
