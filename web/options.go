package web

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// Options make a Server.
type Options struct {
	Version string
	Access  Access
	UI      fs.FS // nil is Page()
	Log     zerolog.Logger
	// Redact takes secrets out of what is logged; nil leaves it.
	Redact func(string) string
	// Now is the clock, for tests; nil is time.Now.
	Now func() time.Time
}

// Access says who may use the server. It is frozen at start (T33).
type Access struct {
	// User and Password are both set or both empty.
	User, Password string
	// Hosts are names, with or without a port, people reach the server by besides
	// the address it listens on.
	Hosts []string
	// Origins are exact origins whose pages may use the API; "*" is any.
	Origins []string
	// TrustedProxies are addresses whose forwarding headers are believed.
	TrustedProxies []string
}

// access is Access, checked.
type access struct {
	user, password string
	hosts          []hostPort
	origins        map[string]bool
	anyOrigin      bool
	proxies        []netip.Addr
}

func (a Access) check() (access, error) {
	out := access{user: a.User, password: a.Password, origins: map[string]bool{}}
	if (a.User == "") != (a.Password == "") {
		return out, invalidOption("user name and password", "", "one is missing", "give both or none")
	}
	for _, h := range a.Hosts {
		p, err := parseHost(h)
		if err != nil {
			return out, invalidOption("allowed host", h, err.Error(), "give a name such as models.example or models.example:8443")
		}
		out.hosts = append(out.hosts, p)
	}
	for _, o := range a.Origins {
		if o == "*" {
			out.anyOrigin = true
			continue
		}
		u, err := url.Parse(o)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Scheme+"://"+u.Host != o || o != strings.ToLower(o) {
			return out, invalidOption("allowed origin", o, "is no origin", "give scheme, host and port alone: https://tools.example")
		}
		out.origins[o] = true
	}
	if out.anyOrigin && a.User != "" { // T30: any page could use the password a browser keeps
		return out, invalidOption("allowed origin", "*", "does not go with a password", "name the origins whose pages may use this server")
	}
	for _, p := range a.TrustedProxies {
		ip, err := netip.ParseAddr(p)
		if err != nil {
			return out, invalidOption("trusted proxy", p, "is no address", "give an IP address such as 10.0.0.1")
		}
		out.proxies = append(out.proxies, ip.Unmap())
	}
	return out, nil
}

func invalidOption(what, value, problem, hint string) error {
	subject := ""
	if value != "" {
		subject = fmt.Sprintf("%+q", value)
	}
	return fault.New(fault.Invalid, what, subject, errors.New(problem)).WithHint(hint)
}
