// Package hub speaks HTTP to a Hugging Face Hub or a mirror of one: it resolves
// revisions, lists trees and opens byte ranges of files.
//
// The rule it guards: the token goes to the Hub's exact origin and nowhere else
// (P6), and nothing a server says is believed beyond the limits named here. A
// Client is made once per process, so that all requests share one rate limit and
// one set of connections; it is safe from any goroutine. Every error is a
// fault.Error and holds neither token nor signed URL.
package hub

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/retry"
)

// DefaultEndpoint is the official Hub.
const DefaultEndpoint = "https://huggingface.co"

// Options make a Client. The zero value of each field has a usable meaning.
type Options struct {
	// Endpoint is the address of the Hub, with a path where a mirror has one; ""
	// is DefaultEndpoint.
	Endpoint string
	// Token is sent to the endpoint's origin only; "" sends none.
	Token string
	// UserAgent is the whole header value.
	UserAgent string
	// Offline forbids the network: every call fails with fault.Offline.
	Offline bool

	// Proxy is used instead of the one the environment names: http, https,
	// socks5 or socks5h.
	Proxy string
	// NoProxy lists hosts, .suffixes and CIDR ranges to reach without it, in
	// place of the environment's NO_PROXY; "," lists none.
	NoProxy string
	// NoEnvProxy ignores HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY.
	NoEnvProxy bool
	// CAFile holds PEM certificates trusted beside the system's.
	CAFile string
	// AllowPrivateRedirects lets a public Hub send us to private addresses (T14).
	AllowPrivateRedirects bool
	// InsecureHTTPToken lets the token go to a plain http endpoint that is not
	// this machine (T15).
	InsecureHTTPToken bool

	// ConnectTimeout bounds name lookup and connecting; 0 is 10 s.
	ConnectTimeout time.Duration
	// MetadataTimeout bounds the wait for the headers of an answer about a
	// repository or a file (HF_HUB_ETAG_TIMEOUT); 0 is 10 s.
	MetadataTimeout time.Duration
	// ReadTimeout bounds the wait for the headers of content and listings and
	// the silence inside a listing; 0 is 30 s (P10).
	ReadTimeout time.Duration
	// MaxConns is how many idle connections to one host are kept; 0 is 24.
	MaxConns int

	// Retry is for calls that return values; opening content is retried by its
	// caller. The zero Policy never retries.
	Retry retry.Policy
	// OnRetry hears of every wait before a call is tried again.
	OnRetry func(attempt int, wait time.Duration, err error)
	// OnWait hears of every wait the Hub asked for. It must not block.
	OnWait func(Wait)
	Logger zerolog.Logger
}

// Client is a connection to one Hub.
type Client struct {
	base      *url.URL // endpoint without trailing slash
	origin    string
	token     atomic.Pointer[string]
	userAgent string
	offline   bool

	api, blobs *http.Transport // HTTP/2 where offered; HTTP/1.1 only
	proxy      func(*url.URL) (*url.URL, error)
	limits     limits

	metadataTimeout, readTimeout time.Duration

	insecure bool // InsecureHTTPToken
	retry    atomic.Pointer[retry.Policy]
	onRetry  func(attempt int, wait time.Duration, err error)
	log      zerolog.Logger
	notices  notices
}

// Defaults of Options.
const (
	defaultConnectTimeout  = 10 * time.Second // HF_HUB_DOWNLOAD_TIMEOUT of the official client
	defaultMetadataTimeout = 10 * time.Second // HF_HUB_ETAG_TIMEOUT of the official client
	defaultReadTimeout     = 30 * time.Second // P10
	defaultMaxConns        = 24               // the connection budget of decisions.md
)

// New checks the options and makes a Client; it sends nothing.
func New(o Options) (*Client, error) {
	base, err := parseEndpoint(o.Endpoint)
	if err != nil {
		return nil, err
	}
	if err := checkToken(o, base); err != nil {
		return nil, err
	}
	o.ConnectTimeout = orDefault(o.ConnectTimeout, defaultConnectTimeout)
	if o.MaxConns <= 0 {
		o.MaxConns = defaultMaxConns
	}
	proxy, err := newProxy(o)
	if err != nil {
		return nil, err
	}
	guard := newGuard(base, proxy.addrs, o.AllowPrivateRedirects)
	api, blobs, err := newTransports(o, proxy, guard)
	if err != nil {
		return nil, err
	}
	c := &Client{
		base:            base,
		origin:          originOf(base),
		userAgent:       o.UserAgent,
		offline:         o.Offline,
		api:             api,
		blobs:           blobs,
		proxy:           proxy.of,
		limits:          newLimits(o.OnWait),
		metadataTimeout: orDefault(o.MetadataTimeout, defaultMetadataTimeout),
		readTimeout:     orDefault(o.ReadTimeout, defaultReadTimeout),
		insecure:        o.InsecureHTTPToken,
		onRetry:         o.OnRetry,
		log:             o.Logger,
	}
	c.token.Store(&o.Token)
	c.SetRetry(o.Retry)
	return c, nil
}

// SetToken changes the token for requests from now on; "" sends none. An error
// is that of New, and nothing has changed.
func (c *Client) SetToken(token string) error {
	if err := checkToken(Options{Token: token, InsecureHTTPToken: c.insecure}, c.base); err != nil {
		return err
	}
	c.token.Store(&token)
	return nil
}

// SetRetry changes the policy for calls from now on.
func (c *Client) SetRetry(p retry.Policy) { c.retry.Store(&p) }

// secret is read once for each use: it may change between two calls.
func (c *Client) secret() string { return *c.token.Load() }

func (c *Client) tries() *retry.Run { return c.retry.Load().Start() }

func orDefault(d, def time.Duration) time.Duration {
	if d <= 0 {
		return def
	}
	return d
}

// Close ends idle connections. The client stays usable.
func (c *Client) Close() {
	c.api.CloseIdleConnections()
	c.blobs.CloseIdleConnections()
}

// Endpoint is the address of the Hub, without a trailing slash.
func (c *Client) Endpoint() string { return c.base.String() }

// Origin is scheme, host and port of the Hub: where the token goes.
func (c *Client) Origin() string { return c.origin }

func parseEndpoint(s string) (*url.URL, error) {
	if s == "" {
		s = DefaultEndpoint
	}
	bad := func(why, hint string) error {
		return fault.New(fault.Invalid, "bad endpoint", "", errors.New(why)).WithHint(hint)
	}
	const hint = "give an address like " + DefaultEndpoint + " (--endpoint or HF_ENDPOINT)"
	u, err := url.Parse(strings.TrimRight(s, "/"))
	switch {
	case err != nil: // its text holds the whole address, maybe with a password
		return nil, bad("not a valid address", hint)
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return nil, bad("it needs https:// (or http://) and a host", hint)
	case u.User != nil:
		return nil, bad("it holds a user name or password", "give a token with HF_TOKEN instead")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, bad("it has a query or fragment", hint)
	}
	u.Host = strings.ToLower(u.Host)
	return u, nil
}

// checkToken: a token must be one header word, and crosses a network only
// encrypted unless the user insists (T15).
func checkToken(o Options, base *url.URL) error {
	if o.Token == "" {
		return nil
	}
	for i := range len(o.Token) {
		if b := o.Token[i]; b <= ' ' || b > '~' {
			return fault.New(fault.Invalid, "bad token", "", errors.New("it has a space, a control or a non-ASCII character")).
				WithHint("copy the token again; it looks like hf_ and letters")
		}
	}
	if base.Scheme == "http" && !isLoopback(base.Hostname()) && !o.InsecureHTTPToken {
		return fault.New(fault.Invalid, "send the token to", originOf(base), errors.New("plain http: everybody on the way could read it")).
			WithHint("use https://, or leave the token out, or allow it with --insecure-http-token")
	}
	return nil
}

// isLoopback: a name that can only be this machine.
func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// originOf is scheme, host and port, the port always named unless it is the
// scheme's own.
func originOf(u *url.URL) string {
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if port == "" || u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		if strings.Contains(host, ":") {
			return u.Scheme + "://[" + host + "]"
		}
		return u.Scheme + "://" + host
	}
	return u.Scheme + "://" + net.JoinHostPort(host, port)
}

func (c *Client) isHub(u *url.URL) bool { return originOf(u) == c.origin }
