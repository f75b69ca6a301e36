// Package config is what file and environment say, over the defaults, in one
// struct: flag > environment > file > default, where flags are laid over it by
// the command line. It guards that no value is silently replaced by another: a
// broken file is refused with key and line. Load once at start; a Config is a
// value.
package config

import (
	"path/filepath"
	"time"
)

// Config holds every setting that outlives one command.
type Config struct {
	// Env is the environment as read; its values are applied to the fields below.
	Env Env
	// Origins says for each key where its value comes from; what is not in it is a
	// default.
	Origins map[string]Origin
	// Token is the one to send, and where it came from.
	Token Token
	// File is the config file that was read; "" when there was none.
	File string
	// CacheDir is the root that holds hub/; "" when Env.HubCache decides.
	CacheDir string

	Connections        int   // per large file
	MaxActive          int   // large files at once
	MultipartThreshold int64 // bytes
	Verify             string
	Retries            int // consecutive failures
	BackoffInitial     time.Duration
	BackoffMax         time.Duration
	StallTimeout       time.Duration // 0: never
	StaleTimeout       time.Duration
	Endpoint           string
	LinkMode           string
	ExportDir          string
	CAFile             string
	Proxy              Proxy
}

// Proxy is how to leave this network.
type Proxy struct {
	URL      string
	Username string
	Password string
	// NoProxy lists hosts, .suffixes and CIDR ranges to reach directly; nil leaves it
	// to NO_PROXY, empty is none.
	NoProxy []string
	// NoEnvProxy ignores the proxy variables of the environment.
	NoEnvProxy bool
}

// Default is what holds without file, environment and flags
// (reference-behaviour.md §2; the stall timeout is the smaller one, P10).
func Default() Config {
	return Config{
		Connections: 8, MaxActive: 3, MultipartThreshold: 32 << 20,
		Verify: "size", Retries: 4,
		BackoffInitial: 400 * time.Millisecond, BackoffMax: 10 * time.Second,
		StallTimeout: 30 * time.Second, StaleTimeout: 5 * time.Minute,
		Endpoint: officialEndpoint, LinkMode: "auto",
	}
}

// HubDir is the folder of the repositories.
func (c Config) HubDir() string {
	if c.CacheDir != "" {
		return filepath.Join(c.CacheDir, "hub")
	}
	return c.Env.HubCache
}

// Options tell Load where to look.
type Options struct {
	// Path is the file the user named; "" tries the usual places, where none
	// needs to be.
	Path string
	// Lookup reads the environment, as os.LookupEnv does.
	Lookup func(string) (string, bool)
	// Environ names what is set, as os.Environ does: unknown variables of ours are
	// warned of. It may be nil.
	Environ []string
	// Home is the user's home folder.
	Home string
}

// Load reads file and environment. The strings are warnings to show. Errors are
// fault.Invalid or fault.Disk and name the key and the line.
func Load(o Options) (Config, []string, error) {
	c := Default()
	var err error
	if c.Env, err = FromEnv(o.Lookup, o.Home); err != nil {
		return Config{}, nil, err
	}
	warnings, err := c.applyFile(o)
	if err != nil {
		return Config{}, nil, err
	}
	return c, append(warnings, unknownVariables(o.Environ)...), c.applyEnv(o)
}
