package web

import (
	"context"
	"net"
	"sync/atomic"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// front answers from the start, before there is anything to show: a long history
// of jobs must not make those wait who only ask whether the server lives.
func (s *Server) front(work context.Context, addr net.Addr) *fiber.App {
	var door *lock
	if s.access.user != "" {
		door = newLock(s.access, s.o.Now)
	}
	lobby := s.app(work, addr, door)
	s.lobby(lobby)
	var whole atomic.Pointer[fasthttp.RequestHandler]
	ready := make(chan struct{})
	go func() {
		select {
		case <-s.opened:
			app := s.app(work, addr, door)
			s.routes(app, door)
			handler := app.Handler()
			whole.Store(&handler)
			close(ready)
		case <-work.Done():
		}
	}()
	first := lobby.Handler()
	lobby.Server().Handler = func(c *fasthttp.RequestCtx) {
		if whole.Load() == nil && !always(string(c.Path())) {
			select {
			case <-ready:
			case <-work.Done():
			}
		}
		if handler := whole.Load(); handler != nil {
			(*handler)(c)
			return
		}
		first(c)
	}
	return lobby
}

// always says that a path is answered without content.
func always(path string) bool { return path == "/api/health" || path == "/api/openapi.json" }

// lobby registers what is answered without content.
func (s *Server) lobby(app *fiber.App) {
	h := &handlers{version: s.o.Version, now: s.o.Now}
	app.Get("/api/health", h.health)
	app.Get("/api/openapi.json", sendOpenAPI)
	app.Use(func(*fiber.Ctx) error {
		return refuse(fiber.StatusServiceUnavailable, "Server is not ready", "it stopped before it had read its jobs")
	})
}

// app makes the checks every request passes. work ends with the server; door is
// nil without a password.
func (s *Server) app(work context.Context, addr net.Addr, door *lock) *fiber.App {
	app := fiber.New(fiber.Config{
		AppName: "hfdownloader", DisableStartupMessage: true, Immutable: true, CaseSensitive: true, DisablePreParseMultipartForm: true,
		BodyLimit: maxBody, ReadBufferSize: maxHeader, ReadTimeout: s.readTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		ErrorHandler: s.answerError,
	})
	app.Use(s.logged, s.safe, hostGuard(s.access, addr))
	if door != nil {
		app.Use("/api", preflight(s.access))
		app.Use(door.check)
	}
	app.Use(func(c *fiber.Ctx) error {
		ctx, cancel := context.WithTimeout(work, handlerTime)
		defer cancel()
		c.SetUserContext(ctx)
		return c.Next()
	})
	app.Use("/api", originGuard(s.access))
	return app
}
