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
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/rs/zerolog"

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
	// socks5 or socks5h. NO_PROXY is honoured for both.
	Proxy string
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
	token     string
	userAgent string
	offline   bool

	api, blobs *http.Transport // HTTP/2 where offered; HTTP/1.1 only
	proxy      func(*url.URL) (*url.URL, error)
	limits     limits

	metadataTimeout, readTimeout time.Duration

	retry   retry.Policy
	onRetry func(attempt int, wait time.Duration, err error)
	log     zerolog.Logger

	warned struct {
		sync.Mutex
		topics map[string]struct{}
	}
}

// limits is replaced below.
type limits struct{}
