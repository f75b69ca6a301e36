package hub

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

const (
	// maxHeaderBytes bounds the headers of an answer and of a proxy's (T19).
	maxHeaderBytes = 256 << 10
	// fallbackDelay is when IPv4 is tried beside a silent IPv6 (F13: ≤ 1 s).
	fallbackDelay = 300 * time.Millisecond
	// idleTimeout ends connections nobody uses.
	idleTimeout = 60 * time.Second
	// A dead HTTP/2 connection is noticed by its pings (F16: ≤ 35 s).
	pingAfter, pingTimeout = 15 * time.Second, 15 * time.Second
)

// newTransports is the one place that builds transports. Calls speak HTTP/2
// where offered. Blobs speak HTTP/1.1 only, one connection for each range: eight
// streams ran 2.2 times as fast as over one HTTP/2 connection (dependencies.md).
func newTransports(o Options, p proxies, g *guard) (api, blobs *http.Transport, err error) {
	roots, err := rootCAs(o.CAFile)
	if err != nil {
		return nil, nil, err
	}
	dial := g.dialer(net.Dialer{
		Timeout:       o.ConnectTimeout,
		FallbackDelay: fallbackDelay,
		KeepAliveConfig: net.KeepAliveConfig{
			Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 4,
		},
	})
	build := func() *http.Transport {
		return &http.Transport{
			Proxy:                  func(r *http.Request) (*url.URL, error) { return p.of(r.URL) },
			OnProxyConnectResponse: proxyAnswer,
			DialContext:            near(dial),
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
			TLSHandshakeTimeout:    o.ConnectTimeout,
			MaxIdleConns:           4 * o.MaxConns,
			MaxIdleConnsPerHost:    o.MaxConns,
			IdleConnTimeout:        idleTimeout,
			MaxResponseHeaderBytes: maxHeaderBytes,
		}
	}
	api = build()
	api.ForceAttemptHTTP2 = true
	api.HTTP2 = &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingTimeout}
	blobs = build()
	blobs.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	blobs.DisableCompression = true
	return api, blobs, nil
}

// rootCAs is nil for the system's own, else those and the ones in file (T21).
func rootCAs(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	bad := func(err error) error {
		return fault.New(fault.Invalid, "read CA file", "", err).WithHint("give a file of PEM certificates")
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, bad(err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil { // there is none on this system
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, bad(errors.New("no certificate in it"))
	}
	return pool, nil
}

// proxyError: a proxy refused to connect us.
type proxyError struct{ status int }

func (e *proxyError) Error() string {
	return fmt.Sprintf("the proxy answered %d %s", e.status, http.StatusText(e.status))
}

func proxyAnswer(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode != http.StatusOK {
		return &proxyError{resp.StatusCode}
	}
	return nil
}

// A connection made within nearTime reaches a hub on this machine or network.
// There a large receive buffer brings nothing, but all that waits in it when the
// process is killed is fetched again (P3).
const (
	nearTime   = 2 * time.Millisecond
	nearBuffer = 128 << 10
)

type dialFunc func(ctx context.Context, network, addr string) (net.Conn, error)

// near bounds the receive buffer of connections to what is near.
func near(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		began := time.Now()
		conn, err := dial(ctx, network, addr)
		if tcp, ok := conn.(*net.TCPConn); ok && err == nil && time.Since(began) < nearTime {
			_ = tcp.SetReadBuffer(nearBuffer) // a wish
		}
		return conn, err
	}
}
