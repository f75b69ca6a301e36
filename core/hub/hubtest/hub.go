// Package hubtest is a Hugging Face Hub in one process, as net/http/httptest is
// to net/http: the API, content by redirect to a second host with signed
// addresses, gates, etags, pages, and faults that can be switched on for single
// requests. It is what tests, benchmarks and the demo talk to; the official
// Python client downloads from it unchanged, which is the test of it.
//
// A Hub is safe for any number of goroutines. Content comes from bytes or from
// a seed, so files of many GiB cost nothing.
package hubtest

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Options make a Hub. The zero value is a fast one on free loopback ports.
type Options struct {
	// Addr and CDNAddr are where the two hosts listen; "" is a free port of 127.0.0.1.
	Addr, CDNAddr string
	// Latency is waited before every answer.
	Latency time.Duration
	// BytesPerSecond is the rate of each connection; 0 is unlimited.
	BytesPerSecond int64
	// PageSize is the number of entries on a page of a listing; 0 is 1000, the Hub's.
	PageSize int
	// SignedFor is how long a signed address works; 0 is an hour.
	SignedFor time.Duration
}

// Hub is a running hub with its storage host.
type Hub struct {
	opts   Options
	url    string
	cdnURL string
	key    []byte // signs addresses
	close  func()

	mu      sync.Mutex
	repos   map[string]*Repo   // by type and lower-case id
	renamed map[string]repo.ID // old id to new
	tokens  map[string]*User
	store   map[string]Content // what the storage host has, by SHA-256
	rules   []*Rule
	log     []Request
	conns   map[string]int // open connections by host
	most    map[string]int
}

// User is who a token belongs to.
type User struct {
	Name string
	may  map[string]bool // repositories he may read, gated or private
}

// TB is what a test gives; *testing.T is one.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// Start makes a Hub that ends with the test.
func Start(t TB, o Options) *Hub {
	t.Helper()
	h, err := New(o)
	if err != nil {
		t.Fatalf("hubtest: %v", err)
	}
	t.Cleanup(h.Close)
	return h
}

// New starts a Hub; Close ends it.
func New(o Options) (*Hub, error) {
	if o.PageSize <= 0 {
		o.PageSize = 1000
	}
	if o.SignedFor <= 0 {
		o.SignedFor = time.Hour
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	h := &Hub{
		opts: o, key: key,
		repos: map[string]*Repo{}, renamed: map[string]repo.ID{}, tokens: map[string]*User{},
		store: map[string]Content{}, conns: map[string]int{}, most: map[string]int{},
	}
	hubAddr, stopHub, err := h.listen("hub", o.Addr, h.routes())
	if err != nil {
		return nil, err
	}
	cdnAddr, stopCDN, err := h.listen("cdn", o.CDNAddr, http.HandlerFunc(h.serveCDN))
	if err != nil {
		stopHub()
		return nil, err
	}
	h.url, h.cdnURL = "http://"+hubAddr, "http://"+cdnAddr
	h.close = func() {
		stopHub()
		stopCDN()
	}
	return h, nil
}

// URL is the endpoint.
func (h *Hub) URL() string { return h.url }

// CDNURL is the storage host.
func (h *Hub) CDNURL() string { return h.cdnURL }

// Close cuts all connections and waits for the handlers.
func (h *Hub) Close() { h.close() }

// socketBuffer keeps what the kernel holds for a client small, so that "bytes
// sent" in the log is close to "bytes the client took".
const socketBuffer = 256 << 10

func (h *Hub) listen(name, addr string, handler http.Handler) (string, func(), error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return "", nil, err
	}
	base, cancel := context.WithCancel(context.Background())
	srv := &http.Server{
		Handler:           h.logged(name, h.faulty(name, handler)),
		ReadHeaderTimeout: time.Minute,
		BaseContext:       func(net.Listener) context.Context { return base },
		ConnContext:       withConn,
		ConnState:         func(_ net.Conn, st http.ConnState) { h.count(name, st) },
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := srv.Serve(&listener{l, h.opts.BytesPerSecond}); !errors.Is(err, http.ErrServerClosed) {
			panic(err) // a listener that dies would make every test lie
		}
	}()
	return l.Addr().String(), func() {
		cancel()
		_ = srv.Close()
		<-done
	}, nil
}

func (h *Hub) count(name string, st http.ConnState) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch st {
	case http.StateNew:
		h.conns[name]++
		h.most[name] = max(h.most[name], h.conns[name])
	case http.StateClosed, http.StateHijacked:
		h.conns[name]--
	}
}

// MostConnections is how many connections were open at once to "hub" or "cdn".
func (h *Hub) MostConnections(name string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.most[name]
}

// Token makes a user with a token.
func (h *Hub) Token(token, name string) *User {
	h.mu.Lock()
	defer h.mu.Unlock()
	u := &User{Name: name, may: map[string]bool{}}
	h.tokens[token] = u
	return u
}

// Grant lets the user read a gated or private repository.
func (h *Hub) Grant(u *User, ref repo.Ref) {
	h.mu.Lock()
	defer h.mu.Unlock()
	u.may[key(ref)] = true
}

// Rename makes an old id lead to a repository's new one.
func (h *Hub) Rename(from, to repo.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.renamed[strings.ToLower(string(from))] = to
}

func key(ref repo.Ref) string { return string(ref.Type) + "/" + strings.ToLower(string(ref.ID)) }
