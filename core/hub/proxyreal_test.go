package hub

import (
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// farHub is a hub whose two hosts only a proxy finds, with a file on each.
func farHub(t *testing.T, tls bool) *hubtest.Hub {
	t.Helper()
	h := hubtest.Start(t, hubtest.Options{TLS: tls, Host: "hub.test", CDNHost: "cdn.test"})
	h.Token(canary, "me")
	h.Model("org/name", hubtest.Regular("config.json", "{}"), hubtest.LFS("w.bin", hubtest.Seeded(1, 300_000)))
	return h
}

// trust writes certificates into a file.
func trust(t *testing.T, pems ...[]byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(path, slices.Concat(pems...), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func hostPort(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// TestRealProxies: a whole repository comes through each kind of proxy, with and
// without a password, from a hub with and without TLS; both hosts are reached
// through it, by name.
func TestRealProxies(t *testing.T) {
	for _, scheme := range []string{"http", "https", "socks5", "socks5h"} {
		for _, auth := range []string{"", "a user"} {
			for _, tls := range []bool{false, true} {
				name := scheme + map[bool]string{true: " to https", false: " to http"}[tls] + map[bool]string{true: " with a password"}[auth != ""]
				t.Run(name, func(t *testing.T) {
					h := farHub(t, tls)
					user, pass := "", ""
					if auth != "" {
						user, pass = "me", "hunter2"
					}
					p := startProxy(t, scheme, user, pass)
					c := newClient(t, h.URL(), func(o *Options) {
						o.Proxy, o.InsecureHTTPToken = with(p.url, user, pass), true
						if ca := slices.Concat(h.CA(), p.ca); len(ca) > 0 {
							o.CAFile = trust(t, ca)
						}
					})
					if files := fetchAll(t, c, testRef()); len(files) != 2 {
						t.Errorf("%d files", len(files))
					}
					want := []string{hostPort(t, h.CDNURL()), hostPort(t, h.URL())}
					if got := p.seen(); !slices.Equal(got, want) {
						t.Errorf("through the proxy went %q, want %q", got, want)
					}
					p.mustNotKnowTheToken(t, tls)
				})
			}
		}
	}
}

// mustNotKnowTheToken: over TLS a proxy sees no request.
func (p *testProxy) mustNotKnowTheToken(t *testing.T, tls bool) {
	t.Helper()
	for _, h := range p.heads {
		if tls && h.Get("Authorization") != "" {
			t.Error("the proxy got the token")
		}
	}
}

func TestF14_RealProxiesRefuseAWrongPassword(t *testing.T) {
	for _, scheme := range []string{"http", "https", "socks5"} {
		for what, user := range map[string]string{"none": "", "wrong": "me"} {
			for _, tls := range []bool{false, true} {
				t.Run(scheme+" "+what+map[bool]string{true: " to https"}[tls], func(t *testing.T) {
					h := farHub(t, tls)
					p := startProxy(t, scheme, "me", "right")
					c := newClient(t, h.URL(), func(o *Options) {
						o.Proxy, o.Retry.Attempts, o.InsecureHTTPToken = with(p.url, user, "hunter2"), 0, true
						if ca := slices.Concat(h.CA(), p.ca); len(ca) > 0 {
							o.CAFile = trust(t, ca)
						}
					})
					_, err := c.Info(t.Context(), testRef(), "main")
					wantKind(t, err, fault.Unauthorized)
					if !strings.Contains(err.Error(), hostPort(t, p.url)) || !strings.Contains(fault.HintOf(err), "--proxy-user") {
						t.Errorf("%v, hint %q", err, fault.HintOf(err))
					}
					if len(p.seen()) > 0 {
						t.Errorf("something went through: %q", p.seen())
					}
				})
			}
		}
	}
}

// TestT21_UntrustedProxyGetsNoPassword: its certificate is checked before.
func TestT21_UntrustedProxyGetsNoPassword(t *testing.T) {
	h := farHub(t, true)
	p := startProxy(t, "https", "me", "hunter2")
	c := newClient(t, h.URL(), func(o *Options) {
		o.Proxy, o.CAFile, o.Retry.Attempts = with(p.url, "me", "hunter2"), trust(t, h.CA()), 0
	})
	_, err := c.Info(t.Context(), testRef(), "main")
	wantKind(t, err, fault.Integrity)
	if len(p.heads) > 0 {
		t.Errorf("it was asked: %v", p.heads)
	}
}

// TestNoProxy is what NO_PROXY means, in the environment and as an option.
func TestNoProxy(t *testing.T) {
	for _, c := range []struct {
		list, url string
		direct    bool
	}{
		{"", "https://hub.example", false},
		{"hub.example", "https://hub.example", true},
		{"hub.example", "https://hub.example:8443", true},
		{"hub.example", "https://a.hub.example", true},
		{"hub.example", "https://otherhub.example", false},
		{"HUB.example", "https://hub.EXAMPLE", true},
		{".example", "https://hub.example", true},
		{".example", "https://a.b.example", true},
		{".example", "https://example", false},
		{"*.example", "https://hub.example", true},
		{"*.example", "https://example", false},
		{"hub.example:8443", "https://hub.example:8443", true},
		{"hub.example:8443", "https://hub.example", false},
		{"hub.example:443", "https://hub.example", true},
		{"hub.example:80", "http://hub.example", true},
		{"192.0.2.7", "https://192.0.2.7", true},
		{"192.0.2.7", "https://192.0.2.8", false},
		{"192.0.2.7:8080", "http://192.0.2.7:8080", true},
		{"192.0.2.7:8080", "http://192.0.2.7", false},
		{"192.0.2.0/24", "https://192.0.2.200", true},
		{"192.0.2.0/24", "https://192.0.3.1", false},
		{"10.0.0.0/8,192.0.2.0/24", "http://192.0.2.1:81", true},
		{"192.0.2.0/24", "https://hub.example", false}, // names are not looked up for this
		{"2001:db8::1", "https://[2001:db8::1]", true},
		{"2001:db8::1", "https://[2001:db8::2]", false},
		{"[2001:db8::1]:8443", "https://[2001:db8::1]:8443", true},
		{"[2001:db8::1]:8443", "https://[2001:db8::1]", false},
		{"2001:db8::/32", "https://[2001:db8:1::9]", true},
		{"2001:db8::/32", "https://[2001:db9::9]", false},
		{"*", "https://hub.example", true},
		{"*", "https://192.0.2.7:99", true},
		{"other, hub.example , x", "https://hub.example", true},
		{",,", "https://hub.example", false},
		{"https://hub.example", "https://hub.example", false}, // no address, a host is wanted
		{"", "http://localhost:1", true},
		{"", "http://127.0.0.9:1", true},
		{"", "http://[::1]:1", true},
	} {
		t.Run(c.list+" "+c.url, func(t *testing.T) {
			for _, from := range []string{"option", "environment"} {
				o := Options{Proxy: "http://p:1", NoProxy: c.list, NoEnvProxy: true}
				if from == "environment" {
					for _, k := range []string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"} {
						t.Setenv(strings.ToLower(k), "")
						t.Setenv(k, "http://p:1")
					}
					t.Setenv("NO_PROXY", c.list)
					o = Options{}
				}
				r, err := RouteTo(o, c.url)
				if err != nil || (r.Via == "") != c.direct || r.Via != "" && r.Via != "http://p:1" {
					t.Errorf("%s: %+v, %v; direct %v", from, r, err, c.direct)
				}
			}
		})
	}
}

func TestRouteShowsNoPassword(t *testing.T) {
	r, err := RouteTo(Options{Proxy: "socks5h://me:hunter2@p:1", NoEnvProxy: true}, "https://hub.example/a?b=c")
	if want := (Route{"https://hub.example", "socks5h://p:1"}); err != nil || r != want {
		t.Errorf("%+v, %v", r, err)
	}
	for _, address := range []string{"", "hub.example", "ftp://hub.example", "https://me:hunter2@hub.example", "https://", ":"} {
		_, err := RouteTo(Options{NoEnvProxy: true}, address)
		wantKind(t, err, fault.Invalid)
	}
}

func TestProbeTellsHowItWent(t *testing.T) {
	h := farHub(t, true)
	p := startProxy(t, "http", "me", "hunter2")
	o := Options{Proxy: with(p.url, "me", "hunter2"), CAFile: trust(t, h.CA()), NoEnvProxy: true, Token: canary}
	got, err := Probe(t.Context(), o, h.URL()+"/api/whoami-v2")
	if err != nil || got.Status != 401 || got.Via != p.url || got.TLS == "" || got.Took < got.Connected || got.Connected <= 0 {
		t.Errorf("%+v, %v", got, err)
	}
	for _, q := range h.Log() {
		if q.Header.Get("Authorization") != "" {
			t.Error("the token went along")
		}
	}
	o.Proxy = with(p.url, "me", "wrong")
	_, err = Probe(t.Context(), o, h.URL())
	wantKind(t, err, fault.Unauthorized)
	o.Offline = true
	_, err = Probe(t.Context(), o, h.URL())
	wantKind(t, err, fault.Offline)
	plain := farHub(t, false)
	_, err = Probe(t.Context(), Options{Proxy: p.url, NoEnvProxy: true}, plain.URL())
	wantKind(t, err, fault.Unauthorized)
}
