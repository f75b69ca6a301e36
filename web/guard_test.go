package web_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/web"
	"github.com/hfdownloader/hfdownloader/web/api"
	"github.com/hfdownloader/hfdownloader/web/live"
)

// door is a real server with rules of who may in, over the desk.
type door struct {
	address string // host:port
	desk    *desk
	log     *lines
}

// lines is a log that may be read while it is written.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func openDoor(t testing.TB, access web.Access, now func() time.Time) door {
	t.Helper()
	d := full()
	log := &lines{}
	s, err := web.New(web.Options{
		Version: "3.0.0", Access: access, Now: now, Log: zerolog.New(log),
		Redact: func(s string) string { return strings.ReplaceAll(s, "hf_secret", "***") },
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Open(web.Content{API: services(t, d), Live: live.New(live.Options{Version: "3.0.0", Log: zerolog.Nop()})})
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return door{l.Addr().String(), d, log}
}

func (d door) port() string {
	_, port, _ := net.SplitHostPort(d.address)
	return port
}

// answered is an answer without its body.
type answered struct {
	StatusCode int
	Header     http.Header
}

// raw sends bytes as they are and reads one answer.
func (d door) raw(t testing.TB, text string) (answered, string) {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", d.address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answered{res.StatusCode, res.Header}, string(body)
}

// request is one with headers, and the Host of the server unless one is given.
func (d door) request(t testing.TB, method, path string, headers ...string) (answered, string) {
	t.Helper()
	lines := strings.Join(headers, "\r\n")
	if !strings.Contains(lines, "Host:") {
		lines = "Host: " + d.address + "\r\n" + lines
	}
	return d.raw(t, method+" "+path+" HTTP/1.1\r\nConnection: close\r\n"+strings.TrimSuffix(lines, "\r\n")+"\r\n\r\n")
}

func wantError(t testing.TB, what string, res answered, body string, status int) {
	t.Helper()
	var e api.Error
	if err := json.Unmarshal([]byte(body), &e); res.StatusCode != status || err != nil || e.Error == "" {
		t.Errorf("%s: %d %s, want %d", what, res.StatusCode, body, status)
	}
}

func TestT28_RebindingHostIsRefused(t *testing.T) {
	d := openDoor(t, web.Access{Hosts: []string{"models.example", "proxy.example:443"}}, nil)
	for name, c := range map[string]struct {
		hosts  string // lines; PORT is ours
		status int
	}{
		"loopback":               {"Host: 127.0.0.1:PORT", 200},
		"other loopback":         {"Host: 127.9.9.9:PORT", 200},
		"IPv6 loopback":          {"Host: [::1]:PORT", 200},
		"localhost":              {"Host: localhost:PORT", 200},
		"any case":               {"Host: LocalHost:PORT", 200},
		"final dot":              {"Host: localhost.:PORT", 200},
		"allowed name":           {"Host: models.example:PORT", 200},
		"allowed name and port":  {"Host: proxy.example:443", 200},
		"allowed name, no port":  {"Host: proxy.example", 421},
		"evil":                   {"Host: evil.example:PORT", 421},
		"evil look-alike":        {"Host: localhost.evil.example:PORT", 421},
		"evil number":            {"Host: 127.0.0.1.evil.example:PORT", 421},
		"two final dots":         {"Host: localhost..:PORT", 421},
		"other port":             {"Host: localhost:1", 421},
		"no port":                {"Host: localhost", 421},
		"LAN address":            {"Host: 192.168.1.2:PORT", 421},
		"unspecified":            {"Host: 0.0.0.0:PORT", 421},
		"missing":                {"X-Nothing: 1", 400},
		"empty":                  {"Host: ", 400},
		"two":                    {"Host: localhost:PORT\r\nHost: evil.example", 400},
		"two, the other first":   {"Host: evil.example\r\nHost: localhost:PORT", 400},
		"user":                   {"Host: a@localhost:PORT", 400},
		"path":                   {"Host: localhost:PORT/x", 400},
		"no number":              {"Host: localhost:http", 400},
		"leading zero":           {"Host: localhost:0PORT", 400},
		"zone":                   {"Host: [::1%25lo]:PORT", 400},
		"IPv4 in brackets":       {"Host: [127.0.0.1]:PORT", 400},
		"IPv6 without brackets":  {"Host: ::1", 400},
		"space":                  {"Host: local host:PORT", 400},
		"decimal form of a host": {"Host: 2130706433:PORT", 421},
	} {
		t.Run(name, func(t *testing.T) {
			hosts := strings.ReplaceAll(c.hosts, "PORT", d.port())
			for _, path := range []string{"/api/health", "/api/nothing", "/", "/api/ws"} {
				res, body := d.raw(t, "GET "+path+" HTTP/1.1\r\nConnection: close\r\n"+hosts+"\r\n\r\n")
				if passed := res.StatusCode != 400 && res.StatusCode != 421; c.status == 200 {
					if !passed {
						t.Errorf("%s: %d %s", path, res.StatusCode, body)
					}
					continue
				}
				wantError(t, path, res, body, c.status)
			}
		})
	}
}

func TestT28_WholeAddressMustNameTheHost(t *testing.T) {
	d := openDoor(t, web.Access{}, nil)
	for target, status := range map[string]int{
		"http://" + d.address + "/api/health": 200, "http://evil.example/api/health": 400, "http://evil.example": 400, "api/health": 400,
	} {
		res, body := d.raw(t, "GET "+target+" HTTP/1.1\r\nConnection: close\r\nHost: "+d.address+"\r\n\r\n")
		if res.StatusCode != status {
			t.Errorf("%s: %d %s", target, res.StatusCode, body)
		}
	}
}

func TestT29_OtherOriginsAreRefused(t *testing.T) {
	d := openDoor(t, web.Access{}, nil)
	own := "http://" + d.address
	for name, c := range map[string]struct {
		header string
		ok     bool
	}{
		"no browser":                    {"X-Nothing: 1", true},
		"own origin":                    {"Origin: " + own, true},
		"own page":                      {"Referer: " + own + "/jobs", true},
		"typed":                         {"Sec-Fetch-Site: none", true},
		"same origin":                   {"Sec-Fetch-Site: same-origin", true},
		"other origin":                  {"Origin: http://evil.example", false},
		"other port of this machine":    {"Origin: http://127.0.0.1:1", false},
		"other spelling":                {"Origin: http://localhost:" + d.port(), false},
		"other scheme":                  {"Origin: https://" + d.address, false},
		"longer":                        {"Origin: " + own + "0", false},
		"null":                          {"Origin: null", false},
		"cross-site":                    {"Sec-Fetch-Site: cross-site", false},
		"same-site":                     {"Sec-Fetch-Site: same-site", false},
		"referer elsewhere":             {"Referer: http://evil.example/", false},
		"referer that begins as ours":   {"Referer: " + own + ".evil.example/", false},
		"referer that is none":          {"Referer: %%", false},
		"own origin, other site's word": {"Origin: " + own + "\r\nSec-Fetch-Site: cross-site", false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, method := range []string{"GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"} {
				for _, path := range []string{"/api/jobs", "/api/nothing", "/api/analyze/o/n", "/api/ws"} {
					res, body := d.request(t, method, path, c.header)
					if refused := res.StatusCode == 403; refused == c.ok {
						t.Errorf("%s %s: %d %s", method, path, res.StatusCode, body)
					}
					if got := res.Header.Get("Access-Control-Allow-Origin"); got != "" {
						t.Errorf("T30 %s %s: allows %q", method, path, got)
					}
				}
			}
		})
	}
	if res, _ := d.request(t, "GET", "/", "Sec-Fetch-Site: cross-site"); res.StatusCode != 200 {
		t.Errorf("a link to the page: %d", res.StatusCode)
	}
}

func TestT30_ConfiguredOriginsOnly(t *testing.T) {
	for name, c := range map[string]struct {
		origins []string
		origin  string
		allowed string
	}{
		"configured":        {[]string{"https://a.example", "https://b.example"}, "https://b.example", "https://b.example"},
		"another":           {[]string{"https://a.example"}, "https://evil.example", ""},
		"prefix":            {[]string{"https://a.example"}, "https://a.example.evil.example", ""},
		"any":               {[]string{"*"}, "https://x.example", "*"},
		"null is never any": {[]string{"*"}, "null", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := openDoor(t, web.Access{Origins: c.origins}, nil)
			for method, status := range map[string]int{"GET": 200, "OPTIONS": 204} {
				res, body := d.request(t, method, "/api/jobs", "Origin: "+c.origin, "Sec-Fetch-Site: cross-site", "Access-Control-Request-Method: GET")
				if c.allowed == "" {
					wantError(t, method, res, body, 403)
					continue
				}
				h := res.Header
				if res.StatusCode != status || h.Get("Access-Control-Allow-Origin") != c.allowed ||
					h.Get("Access-Control-Allow-Methods") != "GET, POST, PUT, DELETE, OPTIONS" ||
					h.Get("Access-Control-Allow-Headers") != "Content-Type, Authorization" || h.Get("Access-Control-Max-Age") != "86400" {
					t.Errorf("%s: %d %v", method, res.StatusCode, h)
				}
				if h.Get("Access-Control-Allow-Credentials") != "" || h.Get("Access-Control-Allow-Private-Network") != "" {
					t.Errorf("%s: %v", method, h)
				}
			}
		})
	}
}

func TestT31_WebSocketOfAnotherOriginIsNotUpgraded(t *testing.T) {
	d := openDoor(t, web.Access{}, nil)
	upgrade := []string{"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="}
	for _, origin := range []string{"http://evil.example", "null", "http://127.0.0.1:1"} {
		lines := append([]string{"Host: " + d.address, "Origin: " + origin}, upgrade...)
		res, body := d.raw(t, "GET /api/ws HTTP/1.1\r\n"+strings.Join(lines, "\r\n")+"\r\n\r\n")
		wantError(t, origin, res, body, 403)
	}
}

func TestT26_BrowsersAreToldWhatNotToDo(t *testing.T) {
	d := openDoor(t, web.Access{}, nil)
	for _, path := range []string{"/", "/api/health", "/api/nothing"} {
		res, _ := d.request(t, "GET", path)
		for header, want := range map[string]string{
			"Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
			"X-Content-Type-Options":  "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
		} {
			if got := res.Header.Get(header); got != want {
				t.Errorf("%s: %s is %q", path, header, got)
			}
		}
	}
}

func TestT36_SizesOfRequests(t *testing.T) {
	d := openDoor(t, web.Access{}, nil)
	res, body := d.request(t, "GET", "/api/health", "X-Long: "+strings.Repeat("x", 20<<10))
	wantError(t, "headers of 20 KiB", res, body, 431)
	res, body = d.raw(t, fmt.Sprintf("POST /api/download HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", d.address, 2<<20))
	wantError(t, "a body of 2 MiB", res, body, 413)
}

func TestT36_PackedBodiesAreRefused(t *testing.T) {
	d := openDoor(t, web.Access{}, nil)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := io.WriteString(w, `{"repo": "owner/name"}`); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/api/download", "/api/plan", "/api/settings", "/api/cache/rebuild", "/api/cache/export"} {
		res, body := d.raw(t, fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s",
			path, d.address, packed.Len(), packed.String()))
		wantError(t, path, res, body, 415)
	}
	if len(d.desk.asked) > 0 {
		t.Errorf("reached the services: %q", d.desk.asked)
	}
}

func TestMalformedRequestsAreNotRepeated(t *testing.T) {
	d := openDoor(t, web.Access{}, nil)
	for _, line := range []string{"Content-Length: abc", "Bad Header: 1", "Content-Length: 1\r\nContent-Length: 2"} {
		res, body := d.raw(t, "GET / HTTP/1.1\r\nHost: "+d.address+"\r\nAuthorization: Basic Y2FuYXJ5\r\n"+line+"\r\n\r\n")
		wantError(t, line, res, body, 400)
		if strings.Contains(body, "Y2FuYXJ5") || strings.Contains(body, "Buffer size") {
			t.Errorf("%s: %s", line, body)
		}
	}
}

func TestT36_ConnectionsBeyondTheLimitHear503(t *testing.T) {
	d := openDoor(t, web.Access{}, nil)
	var open []net.Conn
	defer func() {
		for _, c := range open {
			_ = c.Close()
		}
	}()
	for range 2048 {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", d.address)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, c)
	}
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", d.address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Error(err)
	}
	wantError(t, "one more", answered{res.StatusCode, res.Header}, string(body), 503)
}

func TestT37_ForwardingHeadersNeedATrustedProxy(t *testing.T) {
	for name, c := range map[string]struct {
		proxies []string
		from    string
		status  int // of a request whose page came over https, as the proxy says
	}{
		"nobody trusted": {nil, "127.0.0.1", 403},
		"trusted":        {[]string{"127.0.0.1"}, "203.0.113.7", 200},
		"another":        {[]string{"10.0.0.1"}, "127.0.0.1", 403},
	} {
		t.Run(name, func(t *testing.T) {
			d := openDoor(t, web.Access{TrustedProxies: c.proxies}, nil)
			res, body := d.request(t, "GET", "/api/jobs", "X-Forwarded-For: 198.51.100.1, 203.0.113.7", "X-Forwarded-Proto: https", "Origin: https://"+d.address)
			if res.StatusCode != c.status {
				t.Errorf("%d %s", res.StatusCode, body)
			}
			if !strings.Contains(d.log.String(), `"from":"`+c.from+`"`) {
				t.Errorf("log: %s", d.log)
			}
		})
	}
}
