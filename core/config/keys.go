package config

import (
	"slices"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/core/token"
)

// Key is one setting: the same name in file, environment and flags.
type Key struct {
	// Name is the one in the file; "proxy.url" is url inside proxy.
	Name string
	// Flag is its flag, without dashes.
	Flag string
	// Variables of the environment that set it, the strongest first.
	Variables []string
	Secret    bool
	// Want says what values look like.
	Want string
	// Help is one sentence.
	Help string

	set func(*Config, entry) error
	get func(Config) any
}

// Variable is the name of a key's own variable: HFDOWNLOADER_MAX_ACTIVE.
func Variable(key string) string {
	return variablePrefix + strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(key))
}

const variablePrefix = "HFDOWNLOADER_"

// Keys lists every key, in the order of the documentation.
func Keys() []Key {
	keys := slices.Concat(generalKeys(), transferKeys(), proxyKeys())
	for i, k := range keys {
		keys[i].Variables = append([]string{Variable(k.Name)}, k.Variables...)
		if k.Flag == "" {
			keys[i].Flag = k.Name
		}
	}
	return keys
}

// FindKey finds a key by its name; a flag's name is taken too.
func FindKey(name string) (Key, bool) {
	keys := Keys()
	for _, called := range []func(Key) string{func(k Key) string { return k.Name }, func(k Key) string { return k.Flag }} {
		if i := slices.IndexFunc(keys, func(k Key) bool { return called(k) == name }); i >= 0 {
			return keys[i], true
		}
	}
	return Key{}, false
}

func generalKeys() []Key {
	return []Key{
		{
			Name: "token", Secret: true, Variables: []string{"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}, Want: "a token",
			Help: "Access token for the Hub. hfdownloader auth login keeps it where the official client finds it, too.",
			set: func(c *Config, e entry) error {
				s, err := e.str()
				if s = token.Clean(s); err == nil && s != "" {
					c.Token = Token{s, "the config file"}
				}
				return err
			},
			get: func(c Config) any { return c.Token.Value },
		},
		{
			Name: "endpoint", Variables: []string{"HF_ENDPOINT"}, Want: "an http or https address",
			Help: "Address of the Hub or a mirror.",
			set:  func(c *Config, e entry) (err error) { c.Endpoint, err = e.endpoint(c.Endpoint); return },
			get:  func(c Config) any { return c.Endpoint },
		},
		{
			Name: "cache-dir", Variables: cacheVariables(), Want: "a folder",
			Help: "Root of the cache; repositories are in hub below it. HF_HUB_CACHE names that folder itself.",
			set:  func(c *Config, e entry) (err error) { c.CacheDir, err = e.path(); return },
			get:  func(c Config) any { return c.root() },
		},
		{
			Name: "link-mode", Want: oneOf(LinkModes()),
			Help: "How the snapshot points to content.",
			set:  func(c *Config, e entry) (err error) { c.LinkMode, err = e.oneOf(LinkModes()); return },
			get:  func(c Config) any { return c.LinkMode },
		},
		{
			Name: "export-dir", Want: "a folder",
			Help: "The one folder that the server may export to.",
			set:  func(c *Config, e entry) (err error) { c.ExportDir, err = e.path(); return },
			get:  func(c Config) any { return c.ExportDir },
		},
		{
			Name: "ca-file", Want: "a file",
			Help: "Trust these certificates (PEM) beside the system's.",
			set:  func(c *Config, e entry) (err error) { c.CAFile, err = e.path(); return },
			get:  func(c Config) any { return c.CAFile },
		},
	}
}

// cacheVariables are those of the official client, in its order.
func cacheVariables() []string { return []string{"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME"} }

func transferKeys() []Key {
	return []Key{
		number("connections", "1 to 64", "Connections per large file.", func(c *Config) *int { return &c.Connections }),
		number("max-active", "1 to 32", "Large files at once.", func(c *Config) *int { return &c.MaxActive }),
		{
			Name: "multipart-threshold", Want: `a size such as 32MiB or 512KB`,
			Help: "From this size on a file is large.",
			set:  func(c *Config, e entry) (err error) { c.MultipartThreshold, err = e.size(); return },
			get:  func(c Config) any { return Size(c.MultipartThreshold).String() },
		},
		{
			Name: "verify", Want: oneOf(VerifyModes()),
			Help: "Check of files the Hub gives no checksum for.",
			set:  func(c *Config, e entry) (err error) { c.Verify, err = e.oneOf(VerifyModes()); return },
			get:  func(c Config) any { return c.Verify },
		},
		number("retries", "0 to 100", "Failures in a row before giving up; progress starts the count anew.", func(c *Config) *int { return &c.Retries }),
		span("backoff-initial", "First wait between retries.", func(c *Config) *time.Duration { return &c.BackoffInitial }),
		span("backoff-max", "Longest wait between retries.", func(c *Config) *time.Duration { return &c.BackoffMax }),
		span("stall-timeout", "Drop a connection that brings nothing for so long; 0s never.", func(c *Config) *time.Duration { return &c.StallTimeout }),
		span("stale-timeout", "When another process's unfinished file counts as abandoned.", func(c *Config) *time.Duration { return &c.StaleTimeout }),
	}
}

func proxyKeys() []Key {
	return []Key{
		{
			Name: "proxy.url", Flag: "proxy", Want: "an http, https, socks5 or socks5h address",
			Help: "Proxy to the network; without it HTTPS_PROXY, HTTP_PROXY and ALL_PROXY decide.",
			set:  func(c *Config, e entry) (err error) { c.Proxy.URL, err = e.str(); return },
			get:  func(c Config) any { return c.Proxy.URL },
		},
		{
			Name: "proxy.username", Flag: "proxy-user", Want: "a name",
			Help: "User name for the proxy.",
			set:  func(c *Config, e entry) (err error) { c.Proxy.Username, err = e.str(); return },
			get:  func(c Config) any { return c.Proxy.Username },
		},
		{
			Name: "proxy.password", Flag: "proxy-pass", Secret: true, Want: "a password",
			Help: "Password for the proxy.",
			set:  func(c *Config, e entry) (err error) { c.Proxy.Password, err = e.str(); return },
			get:  func(c Config) any { return c.Proxy.Password },
		},
		{
			Name: "proxy.no_proxy", Flag: "no-proxy", Want: "a list of hosts, .suffixes, host:port, addresses, CIDR ranges or *",
			Help: "What to reach without the proxy, in place of NO_PROXY.",
			set:  func(c *Config, e entry) (err error) { c.Proxy.NoProxy, err = e.strings(); return },
			get:  func(c Config) any { return append([]string{}, c.Proxy.NoProxy...) },
		},
		{
			Name: "proxy.no_env_proxy", Flag: "no-env-proxy", Want: "true or false",
			Help: "Ignore the proxy variables of the environment.",
			set:  func(c *Config, e entry) (err error) { c.Proxy.NoEnvProxy, err = e.truth(); return },
			get:  func(c Config) any { return c.Proxy.NoEnvProxy },
		},
	}
}

func number(name, want, help string, field func(*Config) *int) Key {
	return Key{
		Name: name, Want: want, Help: help,
		set: func(c *Config, e entry) (err error) { *field(c), err = e.number(); return },
		get: func(c Config) any { return *field(&c) },
	}
}

func span(name, help string, field func(*Config) *time.Duration) Key {
	return Key{
		Name: name, Want: "a duration such as 30s or 5m", Help: help,
		set: func(c *Config, e entry) (err error) { *field(c), err = e.duration(); return },
		get: func(c Config) any { return shortDuration(*field(&c)) },
	}
}

func oneOf(values []string) string { return "one of " + strings.Join(values, ", ") }

// shortDuration is "5m" for what Go calls "5m0s".
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}
