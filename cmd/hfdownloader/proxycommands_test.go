package main_test

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// tunnels is a CONNECT proxy that takes every name for this machine; it wants a
// user and password.
func tunnels(t *testing.T) (address string, opened *atomic.Int32) {
	t.Helper()
	opened = &atomic.Int32{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("Authorization", r.Header.Get("Proxy-Authorization"))
		if user, pass, _ := r.BasicAuth(); user != "me" || pass != "hunter22" {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		_, port, _ := net.SplitHostPort(r.Host)
		up, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", port))
		if err != nil || r.Method != http.MethodConnect {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		opened.Add(1)
		down, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(down, "HTTP/1.1 200 OK\r\n\r\n")
		var both sync.WaitGroup
		for _, c := range [][2]net.Conn{{down, up}, {up, down}} {
			both.Go(func() {
				_, _ = io.Copy(c[0], c[1])
				c[0].Close()
				c[1].Close()
			})
		}
		both.Wait()
	}))
	t.Cleanup(s.Close)
	return s.URL, opened
}

// TestDownloadThroughAProxy: password from the environment, hub and storage found
// by the proxy alone; --no-proxy goes past it, and so nowhere.
func TestDownloadThroughAProxy(t *testing.T) {
	p := newProgram(t, hubtest.Options{TLS: true, Host: "hub.test", CDNHost: "cdn.test"})
	p.hub.Model("org/m", hubtest.Regular("config.json", "{}"), hubtest.LFS("w.bin", hubtest.Seeded(1, 100_000)))
	address, opened := tunnels(t)
	ca := p.write("ca.pem", string(p.hub.CA()))
	p.env = []string{"HFDOWNLOADER_PROXY_USERNAME=me", "HFDOWNLOADER_PROXY_PASSWORD=hunter22", "HFDOWNLOADER_CA_FILE=" + ca}

	got := p.run("proxy", "test", "-x", address, "--proxy-user", "me", "--proxy-pass", "hunter22", "--json")
	var probe struct {
		Proxy, TLS, Protocol string
		Status               int
	}
	if err := json.Unmarshal([]byte(got.stdout), &probe); err != nil || probe.Status != 401 || probe.Proxy != address || !strings.HasPrefix(probe.TLS, "TLS 1.") {
		t.Errorf("%+v, %v", got, err)
	}
	before := opened.Load()
	p.env = append(p.env, "HFDOWNLOADER_PROXY_URL="+address)
	if got := p.run("download", "org/m", "-q"); got.code != 0 || opened.Load() == before {
		t.Errorf("%+v, %d tunnels", got, opened.Load()-before)
	}
	if got := p.run("download", "org/m", "--no-proxy", "hub.test", "--retries", "0", "--cache-dir", p.home+"/other"); got.code != 7 || strings.Contains(got.stderr, "through the proxy") {
		t.Errorf("past it: %+v", got)
	}
	p.env = append(p.env, "HFDOWNLOADER_PROXY_PASSWORD=hunter23")
	got = p.run("proxy", "test")
	if got.code != 4 || !strings.Contains(got.stderr, "through the proxy "+strings.TrimPrefix(address, "http://")) || !strings.Contains(got.stderr, "--proxy-user") || strings.Contains(got.stderr, "hunter2") {
		t.Errorf("a wrong password: %+v", got)
	}
}

// write puts a file into the home and gives its path.
func (p *program) write(name, text string) string {
	p.t.Helper()
	path := filepath.Join(p.home, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
	return path
}
