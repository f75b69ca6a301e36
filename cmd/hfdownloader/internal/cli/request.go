package cli

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/redact"
	"github.com/hfdownloader/hfdownloader/core/config"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// Backend does what the commands ask for; internal/wire builds it.
type Backend interface {
	// Download runs one job. The Result is filled as far as the job got, also
	// with an error.
	Download(ctx context.Context, r Request, out pipeline.Sink) (pipeline.Result, error)
	// Analyze looks at a repository and downloads nothing of it.
	Analyze(ctx context.Context, r AnalyzeRequest) (Analysis, error)
	// Demo starts the sample hub and downloads one of its repositories; with
	// DemoRequest.Serve it serves until ctx ends, which is no error.
	Demo(ctx context.Context, r DemoRequest, out pipeline.Sink) (pipeline.Result, error)
	// Serve runs the server until ctx ends, which is no error.
	Serve(ctx context.Context, r ServeRequest) error
	CacheBackend
	UpdateBackend
	PluginsBackend
	HubBackend
	MirrorBackend
}

// Request is a download with everything the flags, environment and config file
// said about it. It is a value; nothing in it changes later.
type Request struct {
	Job         pipeline.Job
	Paths       []string // only these files or folders of the repository (match.Options.Paths)
	Include     []string // only files matching these Hub patterns (match.Options.Include)
	Hub         Hub
	Destination Destination
	Transfer    Transfer
	Command     string // the command line for the manifest, without secrets
	Log         zerolog.Logger
}

// Hub is how to reach it.
type Hub struct {
	Endpoint              string
	Token                 config.Token
	UserAgent             string
	Offline               bool
	Proxy                 config.Proxy
	CAFile                string
	AllowPrivateRedirects bool
	InsecureHTTPToken     bool
	ETagTimeout           time.Duration
	DownloadTimeout       time.Duration
}

// Destination is where the files go.
type Destination struct {
	HubDir       string // the cache's hub folder
	Root         string // above HubDir, for the friendly view; "" when HF_HUB_CACHE put HubDir elsewhere
	LocalDir     string // plain files in LocalDir/owner/name instead; "" for the cache
	LinkMode     string // auto, symlink, hardlink, copy
	FollowLinks  bool
	StaleTimeout time.Duration
	NoManifest   bool
	NoFriendly   bool
}

// Standard says that every program of this user looks for the cache there without
// being told.
func (d Destination) Standard() bool {
	home, err := os.UserHomeDir()
	return err == nil && d.HubDir == filepath.Join(home, ".cache", "huggingface", "hub")
}

// Transfer is how bytes move.
type Transfer struct {
	Limits         pipeline.Limits
	Retries        int
	BackoffInitial time.Duration
	BackoffMax     time.Duration
	StallTimeout   time.Duration // 0: never
	RateLimit      int64         // bytes per second over all connections; 0: none
}

// DemoRequest is a Request against the sample hub: the backend sets Hub, and the
// repository when Sample names one.
type DemoRequest struct {
	Request
	Sample string // "owner/name" of a sample; "" for the default one
	Rate   int64  // bytes per second and connection the hub sends at; 0: no limit
	// Serve is the server to start on the sample hub, instead of downloading; the
	// backend sets its folders. Ready hears the hub's address and repositories
	// once it listens.
	Serve *ServeRequest
	Ready func(endpoint string, repos []string)
}

// ServeRequest is a server with everything the flags, environment and config
// file said about it.
type ServeRequest struct {
	Version     string
	Listen      Listen
	StateDir    string // jobs and settings
	ConfigFile  string // "" without one
	ExportDir   string // "": no exports
	Hub         Hub
	Destination Destination
	Transfer    Transfer
	Verify      pipeline.VerifyMode
	IgnoreSpace bool
	Plugins     PluginPlaces
	Mirrors     MirrorRequest // of no target yet
	// Fixed names the settings that flags gave, as the API spells them.
	Fixed []string
	// AsBefore reads the commands of manifests; nil knows none.
	AsBefore AsBefore
	// Started hears the address once it listens, with what the server really uses.
	Started func(r ServeRequest, url string)
	Log     zerolog.Logger
	Redact  redact.Redactor
}

// Listen is where a server listens and for whom.
type Listen struct {
	Addr           string // an address or localhost
	Port           int    // 0: any free one
	User, Password string // both or none
	Hosts          []string
	Origins        []string
	TrustedProxies []string
}
