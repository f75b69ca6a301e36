package hub

import (
	"crypto/tls"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// caFile writes a server's certificate for Options.CAFile.
func caFile(t *testing.T, s *httptest.Server) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	data := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// serveTLS is an HTTPS server of handler; change may set it up.
func serveTLS(t *testing.T, h http.HandlerFunc, change func(*httptest.Server)) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.EnableHTTP2 = true
	if change != nil {
		change(s)
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func TestT21_UnknownCertificateIsNotTriedAgain(t *testing.T) {
	var hands atomic.Int32
	s := serveTLS(t, info, func(s *httptest.Server) {
		s.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			hands.Add(1)
			return nil, nil
		}}
	})
	_, err := newClient(t, s.URL, nil).Info(t.Context(), testRef(), "main")
	wantKind(t, err, fault.Integrity)
	for _, word := range []string{"clock", "proxy"} {
		if !strings.Contains(fault.HintOf(err), word) {
			t.Errorf("hint %q lacks %s", fault.HintOf(err), word)
		}
	}
	if hands.Load() != 1 {
		t.Errorf("%d handshakes", hands.Load())
	}
}

func TestT21_ExtraCAIsTrusted(t *testing.T) {
	s := serveTLS(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Proto != "HTTP/2.0" {
			t.Errorf("calls came over %s", r.Proto)
		}
		info(w, r)
	}, nil)
	c := newClient(t, s.URL, func(o *Options) { o.CAFile = caFile(t, s) })
	if _, err := c.Info(t.Context(), testRef(), "main"); err != nil {
		t.Error(err)
	}
}

func TestT21_OldTLSIsRefused(t *testing.T) {
	s := serveTLS(t, info, func(s *httptest.Server) {
		s.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	}) //nolint:gosec // what is to be refused
	_, err := newClient(t, s.URL, func(o *Options) { o.CAFile = caFile(t, s) }).Info(t.Context(), testRef(), "main")
	if err == nil {
		t.Error("spoke TLS 1.1")
	}
}

func TestT21_CAFileMustHoldOne(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{empty, filepath.Join(t.TempDir(), "missing")} {
		_, err := New(Options{CAFile: path, NoEnvProxy: true})
		wantKind(t, err, fault.Invalid)
	}
}

func TestBlobsSpeakHTTP1(t *testing.T) {
	s := serveTLS(t, func(_ http.ResponseWriter, r *http.Request) {
		if r.Proto != "HTTP/1.1" {
			t.Errorf("blobs came over %s", r.Proto)
		}
		if r.Header.Get("Accept-Encoding") != "" {
			t.Errorf("Accept-Encoding %q added", r.Header.Get("Accept-Encoding"))
		}
	}, nil)
	c := newClient(t, s.URL, func(o *Options) { o.CAFile = caFile(t, s) })
	a, err := c.do(t.Context(), request{method: http.MethodGet, url: c.base, via: c.blobs, wait: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	a.discard()
}
