package web

import (
	"net"
	"net/netip"
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"
)

// originGuard refuses what pages of other origins send, for all methods: a GET
// makes requests too (T29–T31). Without Origin, Referer and Sec-Fetch-Site it is
// no browser.
func originGuard(a access) fiber.Handler {
	return func(c *fiber.Ctx) error {
		origin := c.Get(fiber.HeaderOrigin)
		own := a.ownOrigin(c)
		if origin != "" && origin != own && a.allows(origin) {
			a.allow(c, origin)
			if c.Method() == fiber.MethodOptions {
				return c.SendStatus(fiber.StatusNoContent)
			}
			return c.Next()
		}
		if problem := crossSite(c, origin, own); problem != "" {
			return refuse(fiber.StatusForbidden, "Cross-origin request blocked", problem+"; to allow a page, start the server with --allow-origin and its origin")
		}
		if c.Method() == fiber.MethodOptions && c.Get(fiber.HeaderAccessControlRequestMethod) != "" {
			return c.SendStatus(fiber.StatusNoContent)
		}
		return c.Next()
	}
}

// preflight answers what a browser asks before a request of an allowed page: it
// never has credentials, and tells nothing else (decisions.md, Origins).
func preflight(a access) fiber.Handler {
	return func(c *fiber.Ctx) error {
		origin := c.Get(fiber.HeaderOrigin)
		if c.Method() != fiber.MethodOptions || c.Get(fiber.HeaderAccessControlRequestMethod) == "" || !a.allows(origin) {
			return c.Next()
		}
		a.allow(c, origin)
		return c.SendStatus(fiber.StatusNoContent)
	}
}

// crossSite says how a request shows that it comes from elsewhere; "" when it does not.
func crossSite(c *fiber.Ctx, origin, own string) string {
	if origin != "" && origin != own {
		return "the page is of another origin"
	}
	switch c.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
	default:
		return "the browser says that another site sent it"
	}
	if referer := c.Get(fiber.HeaderReferer); referer != "" {
		u, err := url.Parse(referer)
		if err != nil || u.Scheme+"://"+u.Host != own {
			return "it was sent by a page of another origin"
		}
	}
	return ""
}

// ownOrigin is what pages of this server have as their origin. The Host was
// checked before.
func (a access) ownOrigin(c *fiber.Ctx) string {
	scheme := "http"
	if a.fromProxy(c) && c.Get(fiber.HeaderXForwardedProto) == "https" {
		scheme = "https"
	}
	return scheme + "://" + string(c.Request().Header.Host())
}

func (a access) allows(origin string) bool {
	return a.anyOrigin && origin != "null" || a.origins[origin]
}

// allow sets the headers of the contract, never for credentials.
func (a access) allow(c *fiber.Ctx, origin string) {
	if a.anyOrigin {
		origin = "*"
	}
	c.Set(fiber.HeaderAccessControlAllowOrigin, origin)
	c.Set(fiber.HeaderAccessControlAllowMethods, "GET, POST, PUT, DELETE, OPTIONS")
	c.Set(fiber.HeaderAccessControlAllowHeaders, "Content-Type, Authorization")
	c.Set(fiber.HeaderAccessControlMaxAge, "86400")
	c.Set("Cross-Origin-Resource-Policy", "cross-origin")
	c.Vary(fiber.HeaderOrigin)
}

// fromProxy: only a trusted proxy's forwarding headers are believed (T37).
func (a access) fromProxy(c *fiber.Ctx) bool { return slices.Contains(a.proxies, remote(c)) }

// remote is the address the connection comes from.
func remote(c *fiber.Ctx) netip.Addr {
	if tcp, ok := c.Context().RemoteAddr().(*net.TCPAddr); ok {
		return tcp.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}

// client is who sent the request: behind a trusted proxy, whom it says last.
func (a access) client(c *fiber.Ctx) netip.Addr {
	from := remote(c)
	if !slices.Contains(a.proxies, from) {
		return from
	}
	ips := c.IPs() // of X-Forwarded-For
	for i := len(ips) - 1; i >= 0; i-- {
		ip, err := netip.ParseAddr(ips[i])
		if err != nil {
			return from
		}
		if ip = ip.Unmap(); !slices.Contains(a.proxies, ip) {
			return ip
		}
	}
	return from
}
