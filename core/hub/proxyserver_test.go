package hub

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"io"
	"log" //nolint:depguard // only to silence a server
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// testProxy is a proxy on a real socket that takes every name for this machine,
// as only a proxy could that sees the names.
type testProxy struct {
	url           string // without user and password
	ca            []byte // of its own certificate, nil without TLS
	user, pass    string // "" asks nobody
	mu            sync.Mutex
	tunnels, sent []string // addresses asked for by CONNECT or SOCKS; by plain requests
	heads         []http.Header
}

func (p *testProxy) note(list *[]string, addr string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*list = append(*list, addr)
}

// seen are the addresses it was asked for, each once, sorted.
func (p *testProxy) seen() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := slices.Concat(p.tunnels, p.sent)
	slices.Sort(all)
	return slices.Compact(all)
}

// local is the port of addr on this machine.
func local(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return net.JoinHostPort("127.0.0.1", port)
}

// startProxy starts one of a scheme: http, https, socks5 or socks5h.
func startProxy(t *testing.T, scheme, user, pass string) *testProxy {
	t.Helper()
	p := &testProxy{user: user, pass: pass}
	switch scheme {
	case "http":
		p.url = serve(t, p.serveHTTP).URL
	case "https":
		s := httptest.NewUnstartedServer(http.HandlerFunc(p.serveHTTP))
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.StartTLS()
		t.Cleanup(s.Close)
		p.url, p.ca = s.URL, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	default:
		p.url = scheme + "://" + accept(t, p.serveSOCKS)
	}
	return p
}

// accept serves each connection in a goroutine of its own, until the test ends.
func accept(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	t.Cleanup(func() {
		l.Close()
		wg.Wait()
	})
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { serve(conn) })
		}
	})
	return l.Addr().String()
}

// serveHTTP forwards plain requests and opens tunnels (RFC 9110, 9.3.6).
func (p *testProxy) serveHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.heads = append(p.heads, r.Header.Clone())
	p.mu.Unlock()
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(p.user+":"+p.pass))
	if p.user != "" && r.Header.Get("Proxy-Authorization") != want {
		w.Header().Set("Proxy-Authenticate", `Basic realm="test"`)
		w.WriteHeader(http.StatusProxyAuthRequired)
		return
	}
	if r.Method != http.MethodConnect {
		p.note(&p.sent, r.Host)
		p.forward(w, r)
		return
	}
	p.note(&p.tunnels, r.Host)
	up, err := net.Dial("tcp", local(r.Host))
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	down, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		up.Close()
		return
	}
	_, _ = io.WriteString(down, "HTTP/1.1 200 OK\r\n\r\n")
	pipe(down, up)
}

func (p *testProxy) forward(w http.ResponseWriter, r *http.Request) {
	out := r.Clone(r.Context())
	out.RequestURI, out.URL.Host = "", local(r.Host)
	out.Header.Del("Proxy-Authorization")
	resp, err := (&http.Transport{DisableKeepAlives: true, DisableCompression: true}).RoundTrip(out)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	for k, v := range resp.Header {
		w.Header()[k] = v
	}
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body)
}

// pipe copies both ways until one side ends.
func pipe(a, b net.Conn) {
	var wg sync.WaitGroup
	for _, c := range [][2]net.Conn{{a, b}, {b, a}} {
		wg.Go(func() {
			_, _ = io.Copy(c[0], c[1])
			c[0].Close()
			c[1].Close()
		})
	}
	wg.Wait()
}

// serveSOCKS speaks SOCKS 5 (RFC 1928) with passwords (RFC 1929).
func (p *testProxy) serveSOCKS(conn net.Conn) {
	defer conn.Close()
	addr, err := p.greet(conn)
	if err != nil {
		return
	}
	p.note(&p.tunnels, addr)
	up, err := net.Dial("tcp", local(addr))
	if err != nil {
		_, _ = conn.Write([]byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0}) // connection refused
		return
	}
	_, _ = conn.Write([]byte{5, 0, 0, 1, 127, 0, 0, 1, 0, 0})
	pipe(conn, up)
}

var errSOCKS = errors.New("not as it should be")

func (p *testProxy) greet(conn net.Conn) (string, error) {
	methods, err := readCounted(conn, 5)
	if err != nil {
		return "", err
	}
	method := byte(0)
	if p.user != "" {
		method = 2
	}
	if !slices.Contains(methods, method) {
		_, _ = conn.Write([]byte{5, 0xff})
		return "", errSOCKS
	}
	_, _ = conn.Write([]byte{5, method})
	if p.user != "" {
		user, err := readCounted(conn, 1)
		if err != nil {
			return "", err
		}
		pass, err := readText(conn)
		if err != nil || string(user) != p.user || pass != p.pass {
			_, _ = conn.Write([]byte{1, 1})
			return "", errSOCKS
		}
		_, _ = conn.Write([]byte{1, 0})
	}
	return readTarget(conn)
}

// readCounted reads a version, a length and so many bytes.
func readCounted(r io.Reader, version byte) ([]byte, error) {
	var v [1]byte
	if _, err := io.ReadFull(r, v[:]); err != nil || v[0] != version {
		return nil, errSOCKS
	}
	text, err := readText(r)
	return []byte(text), err
}

func readText(r io.Reader) (string, error) {
	var n [1]byte
	if _, err := io.ReadFull(r, n[:]); err != nil {
		return "", err
	}
	text := make([]byte, n[0])
	_, err := io.ReadFull(r, text)
	return string(text), err
}

// readTarget reads what to connect to.
func readTarget(r io.Reader) (string, error) {
	var head [4]byte // version, connect, reserved, kind of address
	if _, err := io.ReadFull(r, head[:]); err != nil || head[1] != 1 {
		return "", errSOCKS
	}
	host := ""
	switch head[3] {
	case 1, 4:
		ip := make(net.IP, map[byte]int{1: 4, 4: 16}[head[3]])
		if _, err := io.ReadFull(r, ip); err != nil {
			return "", err
		}
		host = ip.String()
	case 3:
		var err error
		if host, err = readText(r); err != nil {
			return "", err
		}
	}
	var port uint16
	if err := binary.Read(r, binary.BigEndian, &port); err != nil {
		return "", err
	}
	return net.JoinHostPort(host, strconv.Itoa(int(port))), nil
}

// with puts user and password into an address.
func with(address, user, pass string) string {
	if user == "" {
		return address
	}
	return strings.Replace(address, "://", "://"+user+":"+pass+"@", 1)
}
