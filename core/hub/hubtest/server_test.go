package hubtest_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// trusting is a client that knows the hub's authority and follows redirects.
func trusting(t *testing.T, h *hubtest.Hub) *http.Client {
	t.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(h.CA()) {
		t.Fatal("no certificate")
	}
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

func TestTLS(t *testing.T) {
	for name, c := range map[string]struct {
		options hubtest.Options
		proto   string
	}{
		"HTTP/1.1": {hubtest.Options{TLS: true}, "HTTP/1.1"},
		"HTTP/2":   {hubtest.Options{TLS: true, HTTP2: true, CDNHost: "localhost"}, "HTTP/2.0"},
	} {
		t.Run(name, func(t *testing.T) {
			h := hubtest.Start(t, c.options)
			h.Model("org/m", hubtest.LFS("w.bin", hubtest.Seeded(1, 3<<20)))
			res, err := trusting(t, h).Get(h.URL() + "/org/m/resolve/main/w.bin")
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			n, err := io.Copy(io.Discard, res.Body)
			if err != nil || n != 3<<20 || res.Proto != c.proto || !strings.HasPrefix(h.URL(), "https://127.0.0.1:") {
				t.Errorf("%d bytes by %s, %v", n, res.Proto, err)
			}
			if strings.HasPrefix(h.CDNURL(), "https://localhost:") != (c.options.CDNHost != "") {
				t.Errorf("storage host is %s", h.CDNURL())
			}
			if _, err := newClient(t).do(http.MethodGet, h.URL()); err == nil {
				t.Error("a client without the authority was satisfied")
			}
		})
	}
}

func TestTwoHubsOnOneAddress(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	if second, err := hubtest.New(hubtest.Options{CDNAddr: strings.TrimPrefix(h.URL(), "http://")}); err == nil {
		second.Close()
		t.Error("the port was given twice")
	}
}

// TestRate: each connection has the rate, and no more.
func TestRate(t *testing.T) {
	const rate, size = 20 << 20, 4 << 20
	h := hubtest.Start(t, hubtest.Options{BytesPerSecond: rate})
	h.Model("org/m", hubtest.LFS("w.bin", hubtest.Seeded(1, size)))
	at := signed(t, h, "/org/m/resolve/main/w.bin")
	took := make(chan time.Duration)
	for range 2 {
		c := newClient(t)
		go func() {
			began := time.Now()
			if a, err := c.do(http.MethodGet, at); err != nil || a.err != nil || len(a.body) != size {
				t.Error(err, a.err)
			}
			took <- time.Since(began)
		}()
	}
	for range 2 {
		// A busy machine may be slower; conn_test.go is exact.
		if got := <-took; got < 180*time.Millisecond {
			t.Errorf("%v, want 200 ms", got)
		}
	}
}
