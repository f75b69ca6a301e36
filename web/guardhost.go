package web

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// hostPort is the value of a Host header.
type hostPort struct {
	name string // lower case, without brackets and the final dot
	port string // "" when it has none
}

var errHost = errors.New("is no host")

// parseHost is strict: what it refuses no browser sends.
func parseHost(s string) (hostPort, error) {
	name, port := s, ""
	switch {
	case strings.HasPrefix(s, "["):
		end := strings.IndexByte(s, ']')
		if end < 0 {
			return hostPort{}, errHost
		}
		name, port = s[1:end], s[end+1:]
		if ip, err := netip.ParseAddr(name); err != nil || !ip.Is6() || ip.Zone() != "" {
			return hostPort{}, errHost
		}
	case strings.Count(s, ":") == 1:
		i := strings.IndexByte(s, ':')
		name, port = s[:i], s[i:]
	}
	if port != "" {
		n, err := strconv.ParseUint(strings.TrimPrefix(port, ":"), 10, 16)
		if err != nil || port[0] != ':' || port != ":"+strconv.FormatUint(n, 10) {
			return hostPort{}, errHost
		}
		port = port[1:]
	}
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	if name == "" || len(name) > 253 {
		return hostPort{}, errHost
	}
	if !strings.HasPrefix(s, "[") {
		for i := range len(name) {
			if b := name[i]; (b < 'a' || b > 'z') && (b < '0' || b > '9') && b != '-' && b != '.' && b != '_' {
				return hostPort{}, errHost
			}
		}
	}
	return hostPort{name, port}, nil
}

// hostGuard refuses requests that were sent to another name than ours (T28): a
// page whose name was pointed at this machine would otherwise be of our origin.
func hostGuard(a access, listen net.Addr) fiber.Handler {
	own := netip.AddrPort{}
	if tcp, ok := listen.(*net.TCPAddr); ok {
		own = tcp.AddrPort()
	}
	return func(c *fiber.Ctx) error {
		value, one := hostValue(c.Request().Header.RawHeaders())
		if !one {
			return refuse(fiber.StatusBadRequest, "Bad request", "one Host header is needed")
		}
		host, err := parseHost(value)
		if err != nil {
			return refuse(fiber.StatusBadRequest, "Bad request", "the Host header is malformed")
		}
		if !sameTarget(string(c.Request().Header.RequestURI()), value) {
			return refuse(fiber.StatusBadRequest, "Bad request", "the address and the Host header name different servers")
		}
		var local netip.Addr
		if tcp, ok := c.Context().LocalAddr().(*net.TCPAddr); ok {
			local = tcp.AddrPort().Addr()
		}
		if !a.serves(host, own, local) {
			return refuse(fiber.StatusMisdirectedRequest, "Unknown host", "this server is not known by that name; to allow it, start it with --allowed-host")
		}
		return c.Next()
	}
}

// serves says that the host is ours: a loopback literal, localhost, the address
// the connection came to, or a name we were told.
func (a access) serves(h hostPort, own netip.AddrPort, local netip.Addr) bool {
	port := strconv.Itoa(int(own.Port()))
	samePort := h.port == port || h.port == "" && port == "80"
	for _, known := range a.hosts {
		if known.name == h.name && (known.port == h.port || known.port == "" && samePort) {
			return true
		}
	}
	if !samePort {
		return false
	}
	if h.name == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(h.name)
	if err != nil {
		return false
	}
	ip = ip.Unmap()
	return ip.IsLoopback() || ip == own.Addr().Unmap() && !ip.IsUnspecified() || ip == local.Unmap()
}

// hostValue finds the Host line; the parsed headers do not tell when there are two.
func hostValue(raw []byte) (value string, one bool) {
	n := 0
	for line := range bytes.Lines(raw) {
		if name, rest, ok := bytes.Cut(line, []byte(":")); ok && bytes.EqualFold(name, []byte("Host")) {
			value = string(bytes.TrimSpace(rest))
			n++
		}
	}
	return value, n == 1
}

// sameTarget: a request line with a whole address, as proxies get it, names the
// host it is sent to.
func sameTarget(target, host string) bool {
	if strings.HasPrefix(target, "/") || target == "*" {
		return true
	}
	_, rest, ok := strings.Cut(target, "://")
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	return ok && strings.EqualFold(rest[:end], host)
}
