package live

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gofiber/contrib/websocket"
	"github.com/gofiber/fiber/v2"
)

// maxClients is T36's number of WebSocket clients.
const maxClients = 1024

// joinTime bounds the making of init.
const joinTime = 10 * time.Second

// Handler upgrades a request. Who may is checked before it (T31).
func (h *Hub) Handler() fiber.Handler {
	upgrade := websocket.New(h.serve, websocket.Config{
		HandshakeTimeout: h.times.write, ReadBufferSize: 1024, WriteBufferSize: 1024,
		RecoverHandler: func(*websocket.Conn) { // fasthttp closes the connection
			h.report(recover())
		},
	})
	return func(c *fiber.Ctx) error {
		if !websocket.IsWebSocketUpgrade(c) {
			return fiber.NewError(fiber.StatusUpgradeRequired, "this is a WebSocket: connect with ws://")
		}
		if h.full() {
			c.Set(fiber.HeaderRetryAfter, "10")
			return fiber.NewError(fiber.StatusServiceUnavailable, "too many WebSocket clients")
		}
		return upgrade(c)
	}
}

func (h *Hub) full() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.taken >= maxClients || h.closing
}

// take gives a place. It is taken where it is sure to be given back: a client that
// leaves in its handshake is never served.
func (h *Hub) take() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.taken >= maxClients || h.closing {
		return false
	}
	h.taken++
	h.serving.Add(1)
	return true
}

func (h *Hub) give() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.taken--
	h.serving.Done()
}

const stopping = "the server stops"

// serve is a client's whole life. The connection goes back to a pool when it
// returns, so nobody may use it after that.
func (h *Hub) serve(conn *websocket.Conn) {
	c := newClient(conn, h.times)
	defer c.release()
	if !h.take() { // others were faster, or the server stops
		c.goAway(websocket.CloseTryAgainLater, "too many clients")
		return
	}
	defer h.give()
	if !h.enter(c) {
		c.goAway(websocket.CloseGoingAway, stopping)
		return
	}
	var helpers sync.WaitGroup
	defer helpers.Wait()
	defer h.leave(c)
	helpers.Go(h.guarded(c, c.write))
	ctx, cancel := context.WithTimeout(context.Background(), joinTime)
	defer cancel()
	helpers.Go(h.guarded(c, func() {
		if err := h.greet(ctx, c); err != nil {
			h.log.Warn().Err(err).Msg("a WebSocket client could not be told the jobs")
			c.cut()
		}
	}))
	c.read()
}

// guarded keeps a panic to the client it is about (F22).
func (h *Hub) guarded(c *client, work func()) func() {
	return func() {
		defer func() {
			if h.report(recover()) {
				c.cut()
			}
		}()
		work()
	}
}

// report logs a panic without its text, which may hold anything.
func (h *Hub) report(p any) bool {
	if p != nil {
		h.log.Error().Str("panic", fmt.Sprintf("%T", p)).Bytes("stack", debug.Stack()).Msg("a WebSocket client's goroutine panicked")
	}
	return p != nil
}
