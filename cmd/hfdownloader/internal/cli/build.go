package cli

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/core/config"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// proxy is how to leave this network: flag, else environment, else file. A proxy
// the flag names has no user name and password of another.
func (f *networkFlags) proxy(s *session) config.Proxy {
	proxy := s.config.Proxy
	if f.Proxy != "" {
		proxy.URL, proxy.Username, proxy.Password = f.Proxy, "", ""
	}
	if f.ProxyUser != "" {
		proxy.Username = f.ProxyUser
	}
	if f.ProxyPass != "" {
		proxy.Password = f.ProxyPass
	}
	if slices.Contains(s.given, "no-proxy") {
		proxy.NoProxy = slices.DeleteFunc(append([]string{}, f.NoProxy...), func(entry string) bool { return strings.TrimSpace(entry) == "" })
	}
	proxy.NoEnvProxy = proxy.NoEnvProxy || f.NoEnvProxy
	return proxy
}

// token is the flag's, else what environment and files say.
func (s *session) token() config.Token {
	if s.globals.Token != "" {
		return config.Token{Value: strings.TrimSpace(s.globals.Token), Source: "--token"}
	}
	return s.config.Token
}

// hub is how to reach it.
func (f *networkFlags) hub(s *session) Hub {
	env := s.config.Env
	return Hub{
		Endpoint: f.Endpoint, Token: s.token(), UserAgent: s.userAgent(), Offline: env.Offline,
		Proxy: f.proxy(s), CAFile: f.CAFile,
		AllowPrivateRedirects: f.AllowPrivateRedirects, InsecureHTTPToken: f.InsecureHTTPToken,
		ETagTimeout: env.ETagTimeout, DownloadTimeout: env.DownloadTimeout,
	}
}

// userAgent has the form of the official client's (hub-protocol.md §2).
func (s *session) userAgent() string {
	agent := fmt.Sprintf("hfdownloader/%s; go/%s; os/%s", s.app.Version, strings.TrimPrefix(runtime.Version(), "go"), runtime.GOOS)
	if from := s.config.Env.UserAgentOrigin; from != "" {
		agent += "; origin/" + from
	}
	return agent
}

// destination is the cache, or a plain folder.
func (f *placeFlags) destination(s *session) (Destination, error) {
	d := Destination{
		LocalDir: f.LocalDir, LinkMode: f.LinkMode, FollowLinks: f.FollowLinks,
		StaleTimeout: f.StaleAfter, NoManifest: f.NoManifest, NoFriendly: f.NoFriendly,
	}
	if err := checkDuration("stale-timeout", f.StaleAfter); err != nil {
		return d, err
	}
	env := s.config.Env
	d.HubDir = env.HubCache
	if f.CacheDir != "" {
		d.Root, d.HubDir = f.CacheDir, filepath.Join(f.CacheDir, "hub")
	} else if d.HubDir == filepath.Join(env.Home, "hub") {
		d.Root = env.Home
	}
	if env.DisableSymlinks && d.LinkMode == "auto" {
		d.LinkMode = "copy"
	}
	return d, nil
}

// folder is the plain folder the old flags mean; "" without them.
func (f *legacyFlags) folder(t repo.Type, localDir string) (string, error) {
	switch {
	case f.Legacy && localDir != "":
		return "", bad("--legacy and --local-dir exclude each other", "use --local-dir")
	case f.Output != "" && !f.Legacy:
		return "", bad("--output belongs to --legacy", "use --local-dir")
	case f.Legacy && f.Output != "":
		return f.Output, nil
	case f.Legacy:
		plural := t.Plural()
		return strings.ToUpper(plural[:1]) + plural[1:], nil
	default:
		return localDir, nil
	}
}

// settings checks the ranges.
func (f *transferFlags) settings() (Transfer, error) {
	for _, n := range []struct {
		flag  string
		value int
	}{{"connections", f.Connections}, {"max-active", f.MaxActive}, {"retries", f.Retries}} {
		if err := config.CheckNumber(n.flag, n.value); err != nil {
			return Transfer{}, flagError(n.flag, err)
		}
	}
	for _, d := range []struct {
		flag  string
		value time.Duration
	}{{"backoff-initial", f.BackoffInitial}, {"backoff-max", f.BackoffMax}, {"stall-timeout", f.StallTimeout}} {
		if err := checkDuration(d.flag, d.value); err != nil {
			return Transfer{}, err
		}
	}
	return Transfer{
		Limits: pipeline.Limits{
			Connections: f.Connections, MaxActive: f.MaxActive, MultipartThreshold: int64(f.MultipartThreshold),
		},
		Retries: f.Retries, BackoffInitial: f.BackoffInitial, BackoffMax: max(f.BackoffMax, f.BackoffInitial),
		StallTimeout: f.StallTimeout, RateLimit: int64(f.LimitRate),
	}, nil
}

func checkDuration(flag string, d time.Duration) error {
	if err := config.CheckDuration(flag, d); err != nil {
		return flagError(flag, err)
	}
	return nil
}

func flagError(flag string, err error) error {
	return fault.New(fault.Invalid, "flag --"+flag, "", err).WithHint("see hfdownloader download --help")
}

// commandLine is the command for people to run again: without tokens and
// passwords, quoted for a shell.
func commandLine(args []string) string {
	words := []string{"hfdownloader"}
	for i := 0; i < len(args); i++ {
		name, _, joined := strings.Cut(args[i], "=")
		switch {
		case name == "--token" || name == "--proxy-pass" || args[i] == "-t":
			if !joined {
				i++ // its value
			}
		case strings.HasPrefix(args[i], "-t") && !strings.HasPrefix(args[i], "--"):
		default:
			words = append(words, quote(args[i]))
		}
	}
	return strings.Join(words, " ")
}

// quote leaves plain words alone and puts the rest into single quotes.
func quote(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._/,:=+-@", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
