package hub

import (
	"cmp"
	"errors"
	"net"
	"net/url"
	"os"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// proxies decides which proxy a request goes through.
type proxies struct {
	of    func(*url.URL) (*url.URL, error)
	addrs map[string]bool // host:port of each proxy
}

// newProxy takes the proxy of the options, else that of the environment. A
// broken address is an error: going around a proxy the user named is worse than
// not going at all.
func newProxy(o Options) (proxies, error) {
	var cfg httpproxy.Config
	if !o.NoEnvProxy {
		cfg = *httpproxy.FromEnvironment()
		all := cmp.Or(os.Getenv("ALL_PROXY"), os.Getenv("all_proxy"))
		cfg.HTTPProxy = cmp.Or(cfg.HTTPProxy, all)
		cfg.HTTPSProxy = cmp.Or(cfg.HTTPSProxy, all)
	}
	cfg.NoProxy = cmp.Or(o.NoProxy, cfg.NoProxy)
	if o.Proxy != "" {
		cfg.HTTPProxy, cfg.HTTPSProxy = o.Proxy, o.Proxy
		cfg.CGI = false
	}
	p := proxies{addrs: map[string]bool{}}
	for _, address := range []string{cfg.HTTPProxy, cfg.HTTPSProxy} {
		if address == "" {
			continue
		}
		addr, err := proxyAddr(address)
		if err != nil {
			return proxies{}, fault.New(fault.Invalid, "bad proxy address", "", err).
				WithHint("give http://host:port, https://, socks5:// or socks5h:// (--proxy or HTTPS_PROXY)")
		}
		p.addrs[addr] = true
	}
	p.of = cfg.ProxyFunc()
	return p, nil
}

// proxyAddr is what will be dialled for a proxy address. Its errors do not show
// the address, which may hold a password.
func proxyAddr(address string) (string, error) {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return "", errors.New("not a valid address")
	}
	port := map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
	if port == "" {
		return "", errors.New("unknown scheme")
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), cmp.Or(u.Port(), port)), nil
}

// proxyOf names the proxy of a request, without user and password; "" if none.
func (c *Client) proxyOf(u *url.URL) string {
	p, err := c.proxy(u)
	if err != nil || p == nil {
		return ""
	}
	return p.Host
}

// socksWantsPassword: net/http has texts only for what a SOCKS proxy refuses.
func socksWantsPassword(err error) bool {
	var op *net.OpError
	if !errors.As(err, &op) || !strings.HasPrefix(op.Op, "socks") || op.Err == nil {
		return false
	}
	text := op.Err.Error()
	return strings.Contains(text, "authentication method") || strings.Contains(text, "authentication failed")
}
