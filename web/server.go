// Package web serves the API and the page over HTTP. It guards that nobody but
// those the user let in gets an answer: every request passes the checks of its
// Host, its credentials and its origin before any handler (reliability.md
// T27–T38), and that every error is {error, details?} without inner text of ours.
// A Server serves once; its handlers run in any number of goroutines.
package web

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// Limits of T36.
const (
	readTime       = 15 * time.Second // of headers and body
	idleTime       = 60 * time.Second
	writeTime      = 60 * time.Second
	maxBody        = 1 << 20
	maxHeader      = 16 << 10
	maxConnections = 2048
)

// handlerTime bounds every request but the WebSocket; analyses bound themselves
// more tightly.
const handlerTime = 75 * time.Second

// graceTime is how long sockets may take to end, and then requests (issue: all
// within 5 s).
const graceTime = 2 * time.Second

// Server is the whole of it.
type Server struct {
	o      Options
	access access
}

// New checks the options.
func New(o Options) (*Server, error) {
	a, err := o.Access.check()
	if err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Redact == nil {
		o.Redact = func(s string) string { return s }
	}
	return &Server{o: o, access: a}, nil
}

// Serve answers on l until ctx ends: then WebSockets get 1001, running requests
// may end, and it returns nil. It closes l.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	app := s.app(work, l.Addr())
	ended := make(chan error, 1)
	go func() { ended <- app.Listener(limitConnections(l, maxConnections)) }()
	select {
	case err := <-ended:
		return fault.New(fault.Unavailable, "serve", l.Addr().String(), err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(work, graceTime)
	defer cancel()
	if s.o.Live != nil {
		if err := s.o.Live.Shutdown(grace); err != nil {
			s.o.Log.Warn().Err(err).Msg("WebSocket clients were cut")
		}
	}
	stop() // handlers end their work
	if err := app.ShutdownWithTimeout(graceTime); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fault.New(fault.Internal, "end the server", "", err)
	}
	return nil
}

// app builds the handlers. work ends with the server.
func (s *Server) app(work context.Context, addr net.Addr) *fiber.App {
	app := fiber.New(fiber.Config{
		AppName: "hfdownloader", DisableStartupMessage: true, Immutable: true, CaseSensitive: true, DisablePreParseMultipartForm: true,
		BodyLimit: maxBody, ReadBufferSize: maxHeader, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		ErrorHandler: s.answerError,
	})
	app.Use(s.logged, s.safe, hostGuard(s.access, addr))
	var door *lock
	if s.access.user != "" {
		door = newLock(s.access, s.o.Now)
		app.Use(door.check)
	}
	app.Use(func(c *fiber.Ctx) error {
		ctx, cancel := context.WithTimeout(work, handlerTime)
		defer cancel()
		c.SetUserContext(ctx)
		return c.Next()
	})
	api := app.Group("/api", originGuard(s.access))
	if door != nil {
		api.Post("/ws-ticket", door.ticket)
	}
	if s.o.Live != nil {
		api.Get("/ws", s.o.Live.Handler())
	}
	s.routes(api)
	app.Get("/", s.page)
	return app
}
