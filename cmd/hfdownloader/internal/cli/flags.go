package cli

import (
	"time"

	"github.com/hfdownloader/hfdownloader/core/config"
)

// selectionFlags choose files.
type selectionFlags struct {
	Filters            []string `short:"F" sep:"," placeholder:"TEXT" group:"Selection" help:"Of the weights and data, only files whose path contains one of these. Configs, tokenizers and documents always come along."`
	Exclude            []string `short:"E" sep:"," placeholder:"TEXT" group:"Selection" help:"Leave out files whose path contains one of these."`
	Exact              bool     `group:"Selection" help:"Filters match whole names, not parts of them."`
	Shards             string   `placeholder:"LIST" group:"Selection" help:"Only these parts of split files: 1-100 or 1-50,120-185."`
	AppendFilterSubdir bool     `group:"Selection" help:"Put weights and data into a subfolder named after the filter."`
	AllowEmpty         bool     `group:"Selection" help:"It is no error when filters match nothing but small files."`
}

// placeFlags say where files go.
type placeFlags struct {
	CacheDir    string        `placeholder:"DIR" group:"Destination" help:"Root of the cache; repositories are in DIR/hub. Default: $$HF_HOME, else ~/.cache/huggingface."`
	LocalDir    string        `placeholder:"DIR" group:"Destination" help:"Plain files in DIR/owner/name instead of the cache."`
	LinkMode    string        `enum:"auto,symlink,hardlink,copy" default:"${default_link_mode}" group:"Destination" help:"How the snapshot points to content: ${enum}."`
	FollowLinks bool          `group:"Destination" help:"Accept repository folders in the cache that are links."`
	NoManifest  bool          `group:"Destination" help:"Write no hfd.yaml."`
	NoFriendly  bool          `group:"Destination" help:"Make no readable view beside the cache."`
	IgnoreSpace bool          `group:"Destination" help:"Do not check for free space first."`
	StaleAfter  time.Duration `name:"stale-timeout" default:"${default_stale_timeout}" group:"Destination" help:"When another process's unfinished file counts as abandoned."`
}

// legacyFlags are an old spelling of --local-dir.
type legacyFlags struct {
	Legacy bool   `group:"Destination" help:"Plain files in ./Models or ./Datasets, as old versions did."`
	Output string `short:"o" placeholder:"DIR" group:"Destination" help:"The folder for --legacy."`
}

// transferFlags say how bytes move.
type transferFlags struct {
	Connections        int           `short:"c" default:"${default_connections}" group:"Transfer" help:"Connections per large file, 1 to 64."`
	MaxActive          int           `default:"${default_max_active}" group:"Transfer" help:"Large files at once, 1 to 32."`
	MultipartThreshold config.Size   `default:"${default_multipart_threshold}" placeholder:"SIZE" group:"Transfer" help:"From this size on a file is large (default: ${default})."`
	LimitRate          config.Size   `placeholder:"SIZE" group:"Transfer" help:"At most this many bytes per second, over all connections: 10MiB."`
	Retries            int           `default:"${default_retries}" group:"Transfer" help:"Failures in a row before giving up; progress starts the count anew."`
	BackoffInitial     time.Duration `default:"${default_backoff_initial}" group:"Transfer" help:"First wait between retries."`
	BackoffMax         time.Duration `default:"${default_backoff_max}" group:"Transfer" help:"Longest wait between retries."`
	StallTimeout       time.Duration `default:"${default_stall_timeout}" group:"Transfer" help:"Drop a connection that brings nothing for so long; 0 never."`
	Verify             string        `enum:"none,size,etag,sha256" default:"${default_verify}" group:"Transfer" help:"Check of files the Hub gives no checksum for: ${enum}. Checksums it gives are always checked; sha256 also reads the placed file back."`
}

// networkFlags say how to reach the Hub.
type networkFlags struct {
	Endpoint              string   `default:"${default_endpoint}" placeholder:"URL" group:"Network" help:"Address of the Hub or a mirror (default: $$HF_ENDPOINT, else ${default})."`
	Proxy                 string   `short:"x" placeholder:"URL" group:"Network" help:"Proxy: http, https, socks5 or socks5h."`
	ProxyUser             string   `placeholder:"NAME" group:"Network" help:"User name for the proxy."`
	ProxyPass             string   `placeholder:"TEXT" group:"Network" help:"Password for the proxy; others on this machine can see it, the config file is better."`
	NoProxy               []string `sep:"," placeholder:"LIST" group:"Network" help:"Reach these without the proxy, in place of NO_PROXY: hosts, .suffixes, host:port, addresses, CIDR ranges; * is everything."`
	NoEnvProxy            bool     `group:"Network" help:"Ignore the proxy variables of the environment."`
	CAFile                string   `name:"ca-file" placeholder:"FILE" default:"${default_ca_file}" group:"Network" help:"Trust these certificates (PEM) beside the system's."`
	AllowPrivateRedirects bool     `group:"Network" help:"Let a public Hub send us to private addresses."`
	InsecureHTTPToken     bool     `name:"insecure-http-token" group:"Network" help:"Let the token go unencrypted to an http:// endpoint that is not this machine."`
}
