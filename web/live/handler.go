package live

import (
	"context"
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
		RecoverHandler: func(c *websocket.Conn) {
			if p := recover(); p != nil {
				h.log.Error().Interface("panic", p).Msg("a WebSocket client's goroutine panicked")
				_ = c.Close()
			}
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
	helpers.Go(c.write)
	ctx, cancel := context.WithTimeout(context.Background(), joinTime)
	defer cancel()
	helpers.Go(func() {
		if err := h.greet(ctx, c); err != nil {
			h.log.Warn().Err(err).Msg("a WebSocket client could not be told the jobs")
			c.cut()
		}
	})
	c.read()
}
