package cli

import (
	"context"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/redact"
	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/config"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/hub"
)

// proxyCmd is "proxy".
type proxyCmd struct {
	Info proxyInfoCmd `cmd:"" help:"Say which proxy downloads go through, and what goes without."`
	Test proxyTestCmd `cmd:"" help:"Send one request through the proxy."`
}

// Help is shown below the flags.
func (proxyCmd) Help() string {
	return `Proxies are http, https, socks5 and socks5h addresses. The name of the Hub is looked up by the proxy with
each of them. A flag goes before the config file, the file before HTTPS_PROXY, HTTP_PROXY and ALL_PROXY.

Examples:
  hfdownloader proxy info
  hfdownloader proxy test --proxy socks5://127.0.0.1:1080`
}

// contentHost is one that content comes from (hub-protocol.md §6.5).
const contentHost = "https://us.aws.cdn.hf.co"

type proxyInfoCmd struct {
	URL []string `name:"url" placeholder:"ADDRESS" sep:"none" group:"Network" help:"Say it for this address, too."`
	networkFlags
}

// Help is shown below the flags.
func (proxyInfoCmd) Help() string {
	return `Nothing is sent.

Examples:
  hfdownloader proxy info
  hfdownloader proxy info --no-proxy .corp.example --url https://models.corp.example --json`
}

// Run tells.
func (c *proxyInfoCmd) Run(s *session) error {
	f := settingFlags{networkFlags: c.networkFlags}
	now := f.proxySettings(s)
	r := Request{Hub: c.hub(s)}
	s.redact = redact.New(r.Hub.Proxy.Password)
	var routes []hub.Route
	for _, address := range append([]string{c.Endpoint, contentHost}, c.URL...) {
		route, err := s.app.Backend.RouteTo(r, address)
		if err != nil {
			return err
		}
		routes = append(routes, route)
	}
	show.PrintProxy(s.app.Out, now, routes, s.globals.JSON)
	return nil
}

// proxySettings are the settings of the proxy as they hold.
func (f *settingFlags) proxySettings(s *session) []config.Setting {
	var out []config.Setting
	now := f.overNetwork(s, s.config)
	for _, setting := range now.Settings() {
		if strings.HasPrefix(setting.Key.Name, "proxy.") {
			out = append(out, setting)
		}
	}
	return out
}

type proxyTestCmd struct {
	URL     string        `name:"url" placeholder:"ADDRESS" group:"Network" help:"What to ask for (default: the Hub)."`
	Timeout time.Duration `default:"30s" group:"Network" help:"Give up after so long (default: ${default})."`
	networkFlags
}

// Help is shown below the flags.
func (proxyTestCmd) Help() string {
	return `Without --proxy the one that downloads would use is tested. Every answer of the other side is a success,
also that it wants a token: none is sent.

Examples:
  hfdownloader proxy test
  hfdownloader proxy test --proxy http://proxy.example:3128 --proxy-user me --timeout 5s`
}

// Run sends one request.
func (c *proxyTestCmd) Run(ctx context.Context, s *session) error {
	if c.Timeout <= 0 {
		return bad("--timeout must be more than nothing", "give a time such as 30s")
	}
	h := c.hub(s)
	h.Token = config.Token{}
	h.ETagTimeout, h.DownloadTimeout = c.Timeout, c.Timeout
	s.redact = redact.New(h.Proxy.Password)
	address := c.URL
	if address == "" {
		address = c.Endpoint + "/api/whoami-v2"
	}
	file, closeLog, err := s.logFile()
	if err != nil {
		return err
	}
	defer closeLog()
	r := Request{Hub: h, Log: s.logger(s.app.Err, file)}
	route, err := s.app.Backend.RouteTo(r, address)
	if err != nil {
		return err
	}
	if route.Via == "" {
		return fault.New(fault.Invalid, "no proxy is used for", route.Address, nil).
			WithHint("name one with --proxy, or see hfdownloader proxy info; this machine itself is always reached directly")
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	found, err := s.app.Backend.Probe(ctx, r, address)
	if err != nil {
		return err
	}
	show.PrintProbe(s.app.Out, found, s.globals.JSON, s.globals.Quiet)
	return nil
}
