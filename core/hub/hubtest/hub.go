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
	// Host and CDNHost stand in the URLs instead of the addresses, without a
	// port: "localhost" makes another origin of the same machine.
	Host, CDNHost string
	// TLS serves https with a certificate of the hub's own authority, see Hub.CA.
	TLS bool
	// HTTP2 offers HTTP/2 to clients over TLS.
	HTTP2 bool
	// Latency is waited before every answer, ConnLatency once more before the
	// first one of a connection.
	Latency, ConnLatency time.Duration
	// BytesPerSecond is the rate of each connection; 0 is unlimited.
	BytesPerSecond int64
	// PageSize is the number of entries on a page of a listing; 0 is 1000, the Hub's.
	PageSize int
	// SignedFor is how long a signed address works; 0 is an hour.
	SignedFor time.Duration
	// Xet says the XetHash of files that have one, in listings and headers.
	// There is no Xet server behind it, and the official client with hf-xet
	// asks for one as soon as either names a hash.
	Xet bool
}

// Hub is a running hub with its storage host.
type Hub struct {
	opts   Options
	url    string
	cdnURL string
	ca     *authority // nil without TLS
	close  func()
	traffic

	mu      sync.Mutex
	key     []byte             // signs addresses
	repos   map[string]*Repo   // by type and lower-case id
	renamed map[string]repo.ID // old id to new
	tokens  map[string]*User   // by token
	store   map[string]Content // what the storage host has, by SHA-256
	rules   []*Rule
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
	h := &Hub{
		opts: o, key: newKey(), traffic: newTraffic(),
		repos: map[string]*Repo{}, renamed: map[string]repo.ID{}, tokens: map[string]*User{}, store: map[string]Content{},
	}
	if o.TLS {
		ca, err := newAuthority(o.Host, o.CDNHost)
		if err != nil {
			return nil, err
		}
		h.ca = ca
	}
	hub, err := h.listen(HubHost, o.Addr, o.Host, h.routes())
	if err != nil {
		return nil, err
	}
	cdn, err := h.listen(CDNHost, o.CDNAddr, o.CDNHost, http.HandlerFunc(h.serveCDN))
	if err != nil {
		hub.stop()
		return nil, err
	}
	h.url, h.cdnURL = hub.url, cdn.url
	h.close = func() {
		hub.stop()
		cdn.stop()
		h.waitIdle()
		<-hub.done
		<-cdn.done
	}
	// Only now: a handler reads the addresses.
	hub.start()
	cdn.start()
	return h, nil
}

// HubHost and CDNHost name the two hosts in rules and in the log.
const (
	HubHost = "hub"
	CDNHost = "cdn"
)

// URL is the endpoint.
func (h *Hub) URL() string { return h.url }

// CDNURL is the storage host.
func (h *Hub) CDNURL() string { return h.cdnURL }

// CA is the certificate of the hub's authority in PEM, nil without TLS.
func (h *Hub) CA() []byte {
	if h.ca == nil {
		return nil
	}
	return h.ca.pem
}

// Close cuts all connections and waits for the handlers.
func (h *Hub) Close() { h.close() }

// Rename makes an old id lead to a repository's new one; so do ids without an
// owner, as "gpt2" does.
func (h *Hub) Rename(from, to repo.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.renamed[strings.ToLower(string(from))] = to
}

func key(ref repo.Ref) string { return string(ref.Type) + "/" + strings.ToLower(string(ref.ID)) }
