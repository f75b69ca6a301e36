package live

import (
	"sync"
	"time"

	"github.com/gofiber/contrib/websocket"
)

// The table of the contract, Connection Parameters.
const (
	pingEvery    = 30 * time.Second
	readTimeout  = 60 * time.Second
	writeTimeout = 10 * time.Second
)

// maxQueue bounds what waits for one client, in bytes (F39).
const maxQueue = 1 << 20

// client is one connection. Its writer is the only one that sends data.
type client struct {
	conn  *websocket.Conn
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

func newClient(conn *websocket.Conn) *client {
	return &client{conn: conn, signal: make(chan struct{}, 1), end: make(chan struct{})}
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
	if !m.keep {
		for i := len(c.queue) - 1; i >= 0 && c.queue[i].job == m.job; i-- {
			if !c.queue[i].keep {
				c.size += len(m.data) - len(c.queue[i].data)
				c.queue[i] = m
				return
			}
		}
	}
	c.queue = append(c.queue, m)
	c.size += len(m.data)
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
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		var err error
		select {
		case <-c.end:
			return
		case <-ping.C:
			err = c.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTimeout))
		case <-c.signal:
			data, ok := c.next()
			if !ok {
				continue
			}
			if err = c.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err == nil {
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
	alive := func(string) error { return c.conn.SetReadDeadline(time.Now().Add(readTimeout)) }
	c.conn.SetPongHandler(alive)
	for alive("") == nil {
		if _, _, err := c.conn.ReadMessage(); err != nil {
			return
		}
	}
}

// goAway says 1001 and closes.
func (c *client) goAway() {
	c.close.Lock()
	defer c.close.Unlock()
	if c.over {
		return
	}
	text := websocket.FormatCloseMessage(websocket.CloseGoingAway, "the server stops")
	_ = c.conn.WriteControl(websocket.CloseMessage, text, time.Now().Add(time.Second)) // it is closed anyway
	_ = c.conn.Close()
}

// cut closes the connection: reader and writer end.
func (c *client) cut() {
	c.close.Lock()
	defer c.close.Unlock()
	if !c.over {
		_ = c.conn.Close()
	}
}

// release is for the end: the connection is not ours any more.
func (c *client) release() {
	c.close.Lock()
	defer c.close.Unlock()
	c.over = true
}
