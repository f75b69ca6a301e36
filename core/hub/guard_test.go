package hub

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

func TestT14_PlacesThatAreNotPublic(t *testing.T) {
	for addr, want := range map[string]bool{
		"127.0.0.1": true, "127.255.255.254": true, "0.0.0.0": true, "10.1.2.3": true, "172.16.0.1": true,
		"172.32.0.1": false, "192.168.1.1": true, "169.254.169.254": true, "100.64.0.1": true, "100.128.0.1": false,
		"198.18.0.1": true, "192.0.0.1": true, "224.0.0.1": true, "240.0.0.1": true, "255.255.255.255": true,
		"8.8.8.8": false, "18.165.1.1": false,
		"::1": true, "::": true, "fe80::1": true, "fe80::1%eth0": true, "fc00::1": true, "fd12::1": true, "ff02::1": true,
		"fec0::1": true, "100::1": true, "::ffff:127.0.0.1": true, "::ffff:8.8.8.8": false, "64:ff9b::7f00:1": true,
		"64:ff9b::808:808": false, "2002:7f00:1::": true, "2002:808:808::": false, "2606:4700::1": false,
	} {
		if got := isInside(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: %v", addr, got)
		}
	}
}

// serveAt is a server on another address of this machine's loopback net.
func serveAt(t *testing.T, addr string, h http.Handler) *httptest.Server {
	t.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Skipf("no second loopback address here: %v", err)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: h}} //nolint:gosec // a test's
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// guarded is a client of a hub on 127.0.0.1 for which only that address counts
// as public, or as private.
func guarded(t *testing.T, endpoint string, place int32, allow bool) *Client {
	t.Helper()
	c := newClient(t, endpoint, nil)
	g := newGuard(c.base, nil, allow)
	g.place.Store(place)
	g.inside = func(ip netip.Addr) bool { return ip != netip.MustParseAddr("127.0.0.1") }
	dial := g.dialer(net.Dialer{})
	c.api.DialContext, c.blobs.DialContext = dial, dial
	return c
}

func TestT14_PublicHubCannotSendUsInside(t *testing.T) {
	reached := 0
	inside := serveAt(t, "127.0.0.2:0", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached++ }))
	hub := serve(t, http.RedirectHandler(inside.URL+"/latest/meta-data", http.StatusFound).ServeHTTP)
	cases := map[string]struct {
		place int32
		allow bool
		want  int // requests that arrive inside
	}{
		"public hub":           {hubPublic, false, 0},
		"learned to be public": {hubUnknown, false, 0},
		"private hub":          {hubPrivate, false, 1},
		"allowed":              {hubPublic, true, 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			reached = 0
			_, err := get(t, guarded(t, hub.URL, c.place, c.allow), "/start")
			if c.want == 0 {
				wantKind(t, err, fault.Integrity)
				if !strings.Contains(fault.HintOf(err), "--allow-private-redirects") {
					t.Errorf("hint %q", fault.HintOf(err))
				}
			} else if err != nil {
				t.Error(err)
			}
			if reached != c.want {
				t.Errorf("%d requests arrived inside", reached)
			}
		})
	}
}

func TestT14_HubThatMovesInsideIsRefused(t *testing.T) {
	hub := serveAt(t, "127.0.0.2:0", http.NotFoundHandler())
	_, err := get(t, guarded(t, hub.URL, hubPublic, false), "/")
	wantKind(t, err, fault.Integrity)
}

func TestT14_HubsPlaceIsLearnedOnce(t *testing.T) {
	for remote, want := range map[string]int32{"8.8.8.8": hubPublic, "10.0.0.1": hubPrivate, "::1": hubPrivate} {
		g := &guard{inside: isInside}
		g.learn(net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(remote), 443)))
		g.learn(net.TCPAddrFromAddrPort(netip.MustParseAddrPort("9.9.9.9:443")))
		g.learn(net.TCPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:443")))
		if got := g.place.Load(); got != want {
			t.Errorf("%s: %d", remote, got)
		}
	}
}

func TestT14_HubByItsOwnAddressIsKnownAhead(t *testing.T) {
	for endpoint, want := range map[string]int32{
		"http://127.0.0.1:1": hubPrivate, "http://[::1]:1": hubPrivate, "http://192.168.0.5": hubPrivate,
		"http://localhost": hubPrivate, "https://huggingface.co": hubUnknown, "https://8.8.8.8": hubUnknown,
	} {
		u, err := parseEndpoint(endpoint)
		if err != nil {
			t.Fatal(err)
		}
		if got := newGuard(u, nil, false).place.Load(); got != want {
			t.Errorf("%s: %d", endpoint, got)
		}
	}
}

func TestT14_UsersProxyMayBeAnywhere(t *testing.T) {
	asked := ""
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) { asked = r.URL.String() })
	c := newClient(t, "http://hub.invalid", func(o *Options) { o.Proxy, o.Token = proxy.URL, "" })
	if _, err := get(t, c, "/x"); err != nil {
		t.Fatal(err)
	}
	if asked != "http://hub.invalid/x" {
		t.Errorf("the proxy was asked for %q", asked)
	}
}

func TestT14_DirectAddressInARedirectCounts(t *testing.T) {
	for _, to := range []string{"http://169.254.169.254/latest/meta-data", "http://[::1]:1/x", "http://0.0.0.0:1/x", "http://2130706433:1/x"} {
		hub := serve(t, http.RedirectHandler(to, http.StatusFound).ServeHTTP)
		c := guarded(t, hub.URL, hubPublic, false)
		_, err := get(t, c, "/start")
		if kind := fault.KindOf(err); kind != fault.Integrity && !strings.Contains(to, "2130706433") {
			t.Errorf("%s: %v", to, err)
		}
		if err == nil {
			t.Error(fmt.Sprint(to, " was reached"))
		}
	}
}
