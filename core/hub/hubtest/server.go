package hubtest

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// socketBuffer keeps what the kernel holds for a client small, so that "bytes
// sent" in the log is close to "bytes the client took".
const socketBuffer = 64 << 10

// host is one of the two servers.
type host struct {
	url      string
	listener net.Listener
	server   *http.Server
	cancel   context.CancelFunc
	done     chan struct{}
}

// listen takes a port; start serves on it.
func (h *Hub) listen(name, addr, public string, handler http.Handler) (*host, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, err
	}
	base, cancel := context.WithCancel(context.Background())
	s := &host{listener: &listener{l, h.opts.BytesPerSecond}, cancel: cancel, done: make(chan struct{})}
	s.server = &http.Server{
		Handler:           h.logged(name, h.faulty(name, handler)),
		ReadHeaderTimeout: time.Minute,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // broken connections are our business
		BaseContext:       func(net.Listener) context.Context { return base },
		ConnContext:       h.number,
		ConnState:         func(_ net.Conn, st http.ConnState) { h.countConn(name, st) },
	}
	scheme := "http"
	if h.ca != nil {
		scheme = "https"
		s.listener = tls.NewListener(s.listener, h.ca.config(h.opts.HTTP2))
		s.server.Protocols = new(http.Protocols)
		s.server.Protocols.SetHTTP1(true)
		s.server.Protocols.SetHTTP2(h.opts.HTTP2)
	}
	at := l.Addr().String()
	if public != "" {
		_, port, _ := net.SplitHostPort(at)
		at = net.JoinHostPort(public, port)
	}
	s.url = scheme + "://" + at
	return s, nil
}

func (s *host) start() {
	go func() {
		defer close(s.done)
		if err := s.server.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			panic(err) // a listener that dies would make every test lie
		}
	}()
}

// stop may come before start, when the other host found no port.
func (s *host) stop() {
	s.cancel()
	_ = s.server.Close()
	_ = s.listener.Close()
}
