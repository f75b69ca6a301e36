package hub

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// viaProxy is a client of an unreachable hub behind a proxy with a password.
func viaProxy(t *testing.T, endpoint, addr string) *Client {
	t.Helper()
	return newClient(t, endpoint, func(o *Options) {
		o.Proxy, o.Token = "http://me:hunter2@"+addr, ""
		o.MetadataTimeout, o.ConnectTimeout, o.Retry.Attempts = 2*time.Second, time.Second, 0
	})
}

func TestF14_ProxyFaults(t *testing.T) {
	cases := map[string]struct {
		endpoint string
		answer   func(conn net.Conn)
		want     fault.Kind
		hint     string
	}{
		"407 on CONNECT": {"https://hub.invalid", say("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"), fault.Unauthorized, "--proxy-user"},
		"407, plain":     {"http://hub.invalid", say("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"), fault.Unauthorized, "proxy"},
		"403 on CONNECT": {"https://hub.invalid", say("HTTP/1.1 403 Forbidden\r\n\r\n"), fault.Unauthorized, "does not allow"},
		"502 on CONNECT": {"https://hub.invalid", say("HTTP/1.1 502 Bad Gateway\r\n\r\n"), fault.Unavailable, "proxy"},
		"dies":           {"https://hub.invalid", say(""), fault.Unavailable, "proxy"},
		"dies, plain":    {"http://hub.invalid", say(""), fault.Unavailable, "proxy"},
		"garbage":        {"https://hub.invalid", say("\x00\x01\x02\r\n\r\n"), fault.Unavailable, "proxy"},
		"endless reply": {"https://hub.invalid", func(conn net.Conn) {
			readHead(conn)
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n")
			for range 1 << 20 {
				if _, err := io.WriteString(conn, "X-A: "+strings.Repeat("a", 1000)+"\r\n"); err != nil {
					return
				}
			}
			t.Error("all of it was read")
		}, fault.Unavailable, "proxy"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			addr := listen(t, func(_ int, conn net.Conn) { c.answer(conn) })
			_, err := viaProxy(t, c.endpoint, addr).Info(t.Context(), testRef(), "main")
			wantKind(t, err, c.want)
			if !strings.Contains(fault.HintOf(err), c.hint) {
				t.Errorf("hint %q lacks %q", fault.HintOf(err), c.hint)
			}
			if !strings.Contains(err.Error(), addr) {
				t.Errorf("the proxy is not named: %v", err)
			}
		})
	}
}

// say answers a request with text.
func say(text string) func(net.Conn) {
	return func(conn net.Conn) {
		readHead(conn)
		_, _ = io.WriteString(conn, text)
	}
}

func TestF14_RefusedProxyIsNamedWithoutItsPassword(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close() // nobody listens there now
	for _, endpoint := range []string{"https://hub.invalid", "http://hub.invalid"} {
		_, err = viaProxy(t, endpoint, addr).Info(t.Context(), testRef(), "main")
		wantKind(t, err, fault.Unavailable)
		if !strings.Contains(err.Error(), addr) {
			t.Errorf("the proxy is not named: %v", err)
		}
	}
}

func TestF14_SOCKSProxyThatDiesIsNamed(t *testing.T) {
	addr := listen(t, func(_ int, conn net.Conn) { _, _ = conn.Read(make([]byte, 3)) })
	for _, scheme := range []string{"socks5", "socks5h"} {
		c := newClient(t, "http://hub.invalid", func(o *Options) {
			o.Proxy, o.Token, o.Retry.Attempts = scheme+"://me:hunter2@"+addr, "", 0
		})
		_, err := c.Info(t.Context(), testRef(), "main")
		wantKind(t, err, fault.Unavailable)
		if !strings.Contains(err.Error(), addr) {
			t.Errorf("the proxy is not named: %v", err)
		}
	}
}

func TestProxyChoice(t *testing.T) {
	all := map[string]string{"HTTP_PROXY": "http://plain:1", "HTTPS_PROXY": "secure:2", "NO_PROXY": "10.0.0.0/8,.corp,exact.example"}
	cases := map[string]struct {
		env  map[string]string
		o    Options
		url  string
		want string // host of the proxy
	}{
		"http":               {all, Options{}, "http://h", "plain:1"},
		"https":              {all, Options{}, "https://h", "secure:2"},
		"no proxy, CIDR":     {all, Options{}, "https://10.1.2.3", ""},
		"no proxy, suffix":   {all, Options{}, "https://a.corp", ""},
		"no proxy, exact":    {all, Options{}, "https://exact.example", ""},
		"no proxy, sub":      {all, Options{}, "https://x.exact.example", ""},
		"no proxy, not it":   {all, Options{}, "https://11.1.2.3", "secure:2"},
		"option beats it":    {all, Options{Proxy: "socks5://s:3"}, "https://h", "s:3"},
		"option, NO_PROXY":   {all, Options{Proxy: "socks5://s:3"}, "https://10.1.2.3", ""},
		"option, own list":   {all, Options{Proxy: "http://s:3", NoProxy: "h"}, "https://10.1.2.3", "s:3"},
		"no env":             {all, Options{NoEnvProxy: true}, "https://h", ""},
		"no env, option":     {all, Options{NoEnvProxy: true, Proxy: "http://s:3"}, "https://10.1.2.3", "s:3"},
		"all":                {map[string]string{"ALL_PROXY": "socks5h://s:4"}, Options{}, "https://h", "s:4"},
		"all is last":        {map[string]string{"ALL_PROXY": "http://s:4", "HTTPS_PROXY": "http://t:5"}, Options{}, "https://h", "t:5"},
		"loopback is direct": {all, Options{}, "http://127.0.0.1:9", ""},
		"none":               {nil, Options{}, "https://h", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for _, k := range []string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"} {
				t.Setenv(k, c.env[k])
				t.Setenv(strings.ToLower(k), "")
			}
			p, err := newProxy(c.o)
			if err != nil {
				t.Fatal(err)
			}
			u, _ := url.Parse(c.url)
			got, err := p.of(u)
			if err != nil {
				t.Fatal(err)
			}
			if host := hostOf(got); host != c.want {
				t.Errorf("through %q, want %q", host, c.want)
			}
			if c.want != "" && !p.addrs[c.want] {
				t.Errorf("%s is not known as a proxy: %v", c.want, p.addrs)
			}
		})
	}
}

func hostOf(u *url.URL) string {
	if u == nil {
		return ""
	}
	return u.Host
}

func TestF14_BrokenProxyAddressIsAnErrorNotADetour(t *testing.T) {
	for _, address := range []string{"ftp://me:hunter2@p", "http://me:hunter2@", "http://me:hunter2@[::1", "://hunter2", "socks4://hunter2"} {
		_, err := New(Options{Proxy: address, NoEnvProxy: true})
		wantKind(t, err, fault.Invalid)
		t.Setenv("HTTPS_PROXY", address)
		_, err = New(Options{})
		wantKind(t, err, fault.Invalid)
	}
}

func TestProxyGetsNoToken(t *testing.T) {
	var head http.Header
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		head = r.Header
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	c := newClient(t, "https://hub.invalid", func(o *Options) { o.Proxy, o.Retry.Attempts = proxy.URL, 0 })
	_, err := c.Info(t.Context(), testRef(), "main")
	wantKind(t, err, fault.Unavailable)
	if head.Get("Authorization") != "" {
		t.Error("the proxy got the token")
	}
}
