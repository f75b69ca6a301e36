package hub

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// Route says how requests to an address leave: through Via, scheme://host:port of
// a proxy without its password, or directly when that is "".
type Route struct {
	Address string // scheme, host and port
	Via     string
}

// RouteTo is the route that o chooses for an address.
func RouteTo(o Options, address string) (Route, error) {
	u, err := parseTarget(address)
	if err != nil {
		return Route{}, err
	}
	p, err := newProxy(o)
	if err != nil {
		return Route{}, err
	}
	return p.route(u)
}

func (p proxies) route(u *url.URL) (Route, error) {
	r := Route{Address: originOf(u)}
	via, err := p.of(u)
	if err != nil {
		return r, fault.New(fault.Invalid, "choose a proxy for", r.Address, errors.New("its address is broken")).
			WithHint("check --proxy and HTTPS_PROXY")
	}
	if via != nil {
		r.Via = via.Scheme + "://" + via.Host
	}
	return r, nil
}

// parseTarget takes an http or https address of any path.
func parseTarget(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return nil, fault.New(fault.Invalid, "bad address", "", errors.New("want http:// or https:// and a host, without a password")).
			WithHint("give an address like " + DefaultEndpoint)
	}
	return u, nil
}

// Probed is how a request went.
type Probed struct {
	Route
	Status int    // of HTTP
	Proto  string // HTTP/1.1, HTTP/2.0
	TLS    string // version; "" without
	// Connected is how long it took until the connection stood, through the proxy
	// where there is one; Took until the headers of the answer.
	Connected, Took time.Duration
}

// Probe sends one GET to an address, as downloads would go there but without a
// token, and follows nothing. Any answer of the server is a success; the errors
// are those of a Client, a proxy's refusal among them.
func Probe(ctx context.Context, o Options, address string) (Probed, error) {
	u, err := parseTarget(address)
	if err != nil {
		return Probed{}, err
	}
	o.Endpoint, o.Token = originOf(u), ""
	c, err := New(o)
	if err != nil {
		return Probed{}, err
	}
	defer c.Close()
	out := Probed{}
	if out.Route, err = (proxies{of: c.proxy}).route(u); err != nil {
		return out, err
	}
	if c.offline {
		return out, fault.New(fault.Offline, "reach", out.Address, errors.New("the network is switched off")).WithHint("unset HF_HUB_OFFLINE")
	}
	began := time.Now()
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { out.Connected = time.Since(began) },
	})
	a := about{op: "reach"}
	resp, err := c.hop(ctx, request{method: http.MethodGet, url: u, via: c.api, wait: c.metadataTimeout, about: a}, u)
	if err != nil {
		return out, err
	}
	defer resp.Body.Close()
	out.Took, out.Status, out.Proto = time.Since(began), resp.StatusCode, resp.Proto
	if resp.TLS != nil {
		out.TLS = tls.VersionName(resp.TLS.Version)
	}
	if resp.StatusCode == http.StatusProxyAuthRequired {
		return out, c.explain(a, u, &proxyError{resp.StatusCode})
	}
	return out, nil
}
