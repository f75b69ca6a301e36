package hub

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
	"golang.org/x/net/http2"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

const infoBody = `{"id":"org/name","sha":"` + string(testCommit) + `"}`

func info(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, infoBody) }

// listen serves bare connections until the test ends.
func listen(t *testing.T, serve func(n int, conn net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for n := 1; ; n++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serve(n, conn)
			conn.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-ended })
	return l.Addr().String()
}

// readHead reads a request's head.
func readHead(conn net.Conn) string {
	r := bufio.NewReader(conn)
	var head strings.Builder
	for {
		line, err := r.ReadString('\n')
		head.WriteString(line)
		if err != nil || line == "\r\n" {
			return head.String()
		}
	}
}

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

func TestT19_HeadersAreCapped(t *testing.T) {
	c := serveHub(t, func(w http.ResponseWriter, _ *http.Request) {
		for i := range 40 {
			w.Header().Set(fmt.Sprintf("X-%d", i), strings.Repeat("a", 8<<10))
		}
	})
	_, err := c.Info(t.Context(), testRef(), "main")
	wantKind(t, err, fault.Unavailable)
}

func TestP10_SilentServersAreLeft(t *testing.T) {
	cases := map[string]struct{ head string }{
		"no headers":  {""},
		"no body":     {"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"},
		"part header": {"HTTP/1.1 200 OK\r\nConte"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			addr := listen(t, func(_ int, conn net.Conn) {
				readHead(conn)
				_, _ = io.WriteString(conn, c.head)
				_, _ = io.Copy(io.Discard, conn) // until the client hangs up
			})
			client := newClient(t, "http://"+addr, func(o *Options) {
				o.MetadataTimeout, o.ReadTimeout, o.Retry.Attempts = 50*time.Millisecond, 50*time.Millisecond, 0
			})
			_, err := client.Info(t.Context(), testRef(), "main")
			wantKind(t, err, fault.Unavailable)
		})
	}
}

func TestF12_HTTP10ServerWorks(t *testing.T) {
	addr := listen(t, func(_ int, conn net.Conn) {
		readHead(conn)
		_, _ = io.WriteString(conn, "HTTP/1.0 200 OK\r\n\r\n"+infoBody)
	})
	got, err := newClient(t, "http://"+addr, nil).Info(t.Context(), testRef(), "main")
	if err != nil || got.Commit != testCommit {
		t.Errorf("%v, %v", got, err)
	}
}

// h2conn answers one HTTP/2 connection by hand.
func h2conn(conn net.Conn, onRequest func(f *http2.Framer, stream uint32)) {
	preface := make([]byte, len(http2.ClientPreface))
	if _, err := io.ReadFull(conn, preface); err != nil {
		return
	}
	f := http2.NewFramer(conn, conn)
	_ = f.WriteSettings()
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			return
		}
		switch fr := frame.(type) {
		case *http2.SettingsFrame:
			if !fr.IsAck() {
				_ = f.WriteSettingsAck()
			}
		case *http2.HeadersFrame:
			onRequest(f, fr.StreamID)
		case *http2.PingFrame:
			_ = f.WritePing(true, fr.Data)
		}
	}
}

func TestF12_HTTP2ConnectionThatEndsIsDialledAgain(t *testing.T) {
	faults := map[string]func(f *http2.Framer, stream uint32){
		"GOAWAY, not handled": func(f *http2.Framer, _ uint32) { _ = f.WriteGoAway(0, http2.ErrCodeNo, nil) },
		"refused stream":      func(f *http2.Framer, s uint32) { _ = f.WriteRSTStream(s, http2.ErrCodeRefusedStream) },
		"internal error":      func(f *http2.Framer, s uint32) { _ = f.WriteRSTStream(s, http2.ErrCodeInternal) },
		// The server says that it took the request, and then nothing.
		"GOAWAY, never answered": func(f *http2.Framer, s uint32) { _ = f.WriteGoAway(s, http2.ErrCodeInternal, nil) },
	}
	for name, broken := range faults {
		t.Run(name, func(t *testing.T) {
			var failed atomic.Bool
			s := serveTLS(t, info, func(s *httptest.Server) {
				s.Config.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){
					"h2": func(_ *http.Server, conn *tls.Conn, _ http.Handler) {
						h2conn(conn, func(f *http2.Framer, stream uint32) {
							if failed.CompareAndSwap(false, true) {
								broken(f, stream)
								return
							}
							// ":status: 200" is entry 8 of HPACK's table.
							_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: []byte{0x88}, EndHeaders: true})
							_ = f.WriteData(stream, true, []byte(infoBody))
						})
					},
				}
			})
			c := newClient(t, s.URL, func(o *Options) {
				o.CAFile, o.MetadataTimeout = caFile(t, s), time.Second
			})
			got, err := c.Info(t.Context(), testRef(), "main")
			if err != nil || got.Commit != testCommit {
				t.Errorf("%v, %v", got, err)
			}
			if !failed.Load() {
				t.Error("nothing failed")
			}
		})
	}
}

func TestF13_UnknownNameIsUnavailable(t *testing.T) {
	c := newClient(t, "https://hub.invalid", func(o *Options) { o.Retry.Attempts = 0; o.Token = "" })
	useNames(t, c, nil)
	began := time.Now()
	_, err := c.Info(t.Context(), testRef(), "main")
	wantKind(t, err, fault.Unavailable)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	if !strings.Contains(err.Error(), "hub.invalid") || !strings.Contains(fault.HintOf(err), "name") {
		t.Errorf("%v; %s", err, fault.HintOf(err))
	}
}

// useNames makes c look names up at a server that knows only these.
func useNames(t *testing.T, c *Client, names map[string][]net.IP) {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		answerNames(pc, names)
	}()
	t.Cleanup(func() { pc.Close(); <-ended })
	d := net.Dialer{FallbackDelay: fallbackDelay, Timeout: 5 * time.Second, Resolver: &net.Resolver{
		PreferGo: true,
		Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "udp", pc.LocalAddr().String())
		},
	}}
	dial := newGuard(c.base, nil, true).dialer(d)
	c.api.DialContext, c.blobs.DialContext = dial, dial
}

// answerNames is a DNS server.
func answerNames(pc net.PacketConn, names map[string][]net.IP) {
	buf := make([]byte, 1500)
	for {
		n, from, err := pc.ReadFrom(buf)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(buf[:n]) != nil || len(m.Questions) == 0 {
			continue
		}
		q := m.Questions[0]
		m.Response, m.Additionals = true, nil
		ips, known := names[q.Name.String()]
		if !known {
			m.RCode = dnsmessage.RCodeNameError
		}
		for _, ip := range ips {
			h := dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET, TTL: 1}
			switch v4 := ip.To4(); {
			case v4 != nil && q.Type == dnsmessage.TypeA:
				m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AResource{A: [4]byte(v4)}})
			case v4 == nil && q.Type == dnsmessage.TypeAAAA:
				m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AAAAResource{AAAA: [16]byte(ip)}})
			}
		}
		out, err := m.Pack()
		if err == nil {
			_, _ = pc.WriteTo(out, from)
		}
	}
}

func TestF13_SilentIPv6FallsToIPv4(t *testing.T) {
	s := serve(t, info)
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(s.URL, "http://"))
	c := newClient(t, "http://hub.test:"+port, func(o *Options) { o.Token = "" })
	// 100::/64 is the discard prefix: nothing ever answers there.
	useNames(t, c, map[string][]net.IP{"hub.test.": {net.ParseIP("100::1"), net.ParseIP("127.0.0.1")}})
	began := time.Now()
	if _, err := c.Info(t.Context(), testRef(), "main"); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("took %v", took)
	}
	if fallbackDelay > time.Second {
		t.Errorf("IPv4 is tried after %v", fallbackDelay)
	}
}
