package hub

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
)

// guard keeps a public Hub from sending us to private addresses (T14). It looks
// at the address a socket is about to connect to, so that a name which changes
// its address between two look-ups does not help.
type guard struct {
	off     bool
	hub     string          // host:port of the Hub
	proxies map[string]bool // the user's own choice, wherever they are
	inside  func(netip.Addr) bool
	place   atomic.Int32 // where the Hub is: unknown, public, private
}

const (
	hubUnknown int32 = iota
	hubPublic
	hubPrivate
)

func newGuard(base *url.URL, proxies map[string]bool, off bool) *guard {
	port := cmp.Or(base.Port(), map[string]string{"http": "80", "https": "443"}[base.Scheme])
	g := &guard{off: off, hub: net.JoinHostPort(base.Hostname(), port), proxies: proxies, inside: isInside}
	if ip, err := netip.ParseAddr(base.Hostname()); isLoopback(base.Hostname()) || err == nil && isInside(ip) {
		g.place.Store(hubPrivate)
	}
	return g
}

// privateError: a connection was refused by the guard.
type privateError struct{ addr string }

func (e *privateError) Error() string {
	return fmt.Sprintf("the address %s is not a public one", e.addr)
}

// dialer wraps d; the result is safe from any goroutine.
func (g *guard) dialer(d net.Dialer) func(ctx context.Context, network, addr string) (net.Conn, error) {
	open, toHub, other := d, d, d
	toHub.Control = func(_, addr string, _ syscall.RawConn) error {
		return g.check(addr, g.place.Load() == hubPublic)
	}
	other.Control = func(_, addr string, _ syscall.RawConn) error {
		return g.check(addr, g.place.Load() != hubPrivate)
	}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		name := strings.ToLower(addr)
		switch {
		case g.off || g.proxies[name]:
			return open.DialContext(ctx, network, addr)
		case name != g.hub:
			return other.DialContext(ctx, network, addr)
		}
		conn, err := toHub.DialContext(ctx, network, addr)
		if err == nil {
			g.learn(conn.RemoteAddr())
		}
		return conn, err
	}
}

func (g *guard) check(addr string, strict bool) error {
	if !strict {
		return nil
	}
	ap, err := netip.ParseAddrPort(addr)
	if err != nil || g.inside(ap.Addr()) {
		return &privateError{addr}
	}
	return nil
}

// learn decides once, by the first connection that worked, where the Hub is.
func (g *guard) learn(remote net.Addr) {
	place := hubPublic
	if tcp, ok := remote.(*net.TCPAddr); ok && g.inside(tcp.AddrPort().Addr()) {
		place = hubPrivate
	}
	g.place.CompareAndSwap(hubUnknown, place)
}

// isInside: loopback, link-local (cloud metadata), private, shared and other
// ranges that are not the public internet (IANA special-purpose registries).
func isInside(ip netip.Addr) bool {
	ip = ip.WithZone("").Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return true
	}
	for _, s := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4",
		"fec0::/10", "64:ff9b:1::/48", "100::/64",
	} {
		if netip.MustParsePrefix(s).Contains(ip) {
			return true
		}
	}
	if v4, ok := embedded(ip); ok {
		return isInside(v4)
	}
	return false
}

// embedded is the IPv4 address that a NAT64 or 6to4 address leads to.
func embedded(ip netip.Addr) (netip.Addr, bool) {
	b := ip.As16()
	switch {
	case !ip.Is6():
		return netip.Addr{}, false
	case netip.MustParsePrefix("64:ff9b::/96").Contains(ip):
		return netip.AddrFrom4([4]byte(b[12:16])), true
	case netip.MustParsePrefix("2002::/16").Contains(ip):
		return netip.AddrFrom4([4]byte(b[2:6])), true
	}
	return netip.Addr{}, false
}
