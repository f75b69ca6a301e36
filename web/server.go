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

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/web/live"
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

	content  Content
	opened   chan struct{} // closed when content is set
	started  time.Time
	readTime time.Duration
}

// Content is what a Server shows.
type Content struct {
	API  Services
	Live *live.Hub // nil: no WebSocket
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
	if o.UI == nil {
		o.UI = Page()
	}
	if o.Redact == nil {
		o.Redact = func(s string) string { return s }
	}
	return &Server{o: o, access: a, opened: make(chan struct{}), started: o.Now(), readTime: readTime}, nil
}

// Open gives the Server what it shows; it is called once. Before, only health and
// the description of the API are answered: everything else waits.
func (s *Server) Open(c Content) {
	s.content = c
	close(s.opened)
}

// Serve answers on l until ctx ends: then WebSockets get 1001, running requests
// may end, and it returns nil. It closes l.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	app := s.front(work, l.Addr())
	ended := make(chan error, 1)
	go func() { ended <- app.Listener(limitConnections(l, maxConnections)) }()
	select {
	case err := <-ended:
		return fault.New(fault.Unavailable, "serve", l.Addr().String(), err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(work, graceTime)
	defer cancel()
	if err := s.shutdownLive(grace); err != nil {
		s.o.Log.Warn().Err(err).Msg("WebSocket clients were cut")
	}
	stop() // handlers end their work
	if err := app.ShutdownWithTimeout(graceTime); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fault.New(fault.Internal, "end the server", "", err)
	}
	return nil
}

func (s *Server) shutdownLive(ctx context.Context) error {
	select {
	case <-s.opened:
		if s.content.Live != nil {
			return s.content.Live.Shutdown(ctx)
		}
	default:
	}
	return nil
}
