package cli

import (
	"slices"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/config"
	"github.com/hfdownloader/hfdownloader/core/fault"
)

// configCmd is "config".
type configCmd struct {
	Init configInitCmd `cmd:"" help:"Write a config file with the defaults."`
	Show configShowCmd `cmd:"" help:"Say what holds: every setting, and with --origin where it comes from."`
	Path configPathCmd `cmd:"" help:"Say which config file is read."`
	Get  configGetCmd  `cmd:"" help:"Print one setting as it holds."`
	Set  configSetCmd  `cmd:"" help:"Change one setting in the config file."`
}

// Help is shown below the flags.
func (configCmd) Help() string {
	return `A flag goes before the environment, the environment before the file, the file before
the default.

Examples:
  hfdownloader config init --yaml
  hfdownloader config set connections 16
  hfdownloader config show --origin`
}

// settingFlags are those that have a key in the config file.
type settingFlags struct {
	CacheDir     string        `placeholder:"DIR" group:"Destination" help:"As for download."`
	LinkMode     string        `enum:"auto,symlink,hardlink,copy" default:"${default_link_mode}" group:"Destination" help:"As for download: ${enum}."`
	ExportDir    string        `placeholder:"DIR" default:"${default_export_dir}" group:"Destination" help:"As for serve."`
	StaleTimeout time.Duration `default:"${default_stale_timeout}" group:"Destination" help:"As for download."`
	transferFlags
	networkFlags
}

// over lays the flags over environment and file.
func (f *settingFlags) over(s *session) (config.Config, error) {
	c := s.config
	t, err := f.settings()
	if err == nil {
		err = checkDuration("stale-timeout", f.StaleTimeout)
	}
	if err != nil {
		return c, err
	}
	c.CacheDir, c.LinkMode, c.ExportDir, c.StaleTimeout = f.CacheDir, f.LinkMode, f.ExportDir, f.StaleTimeout
	c.Connections, c.MaxActive, c.MultipartThreshold = t.Limits.Connections, t.Limits.MaxActive, t.Limits.MultipartThreshold
	c.Verify, c.Retries, c.BackoffInitial, c.BackoffMax, c.StallTimeout = f.Verify, t.Retries, f.BackoffInitial, f.BackoffMax, t.StallTimeout
	return f.overNetwork(s, c), nil
}

// overNetwork lays those of the network over, and says of every flag that it was
// given.
func (f *settingFlags) overNetwork(s *session, c config.Config) config.Config {
	c.Endpoint, c.CAFile, c.Proxy, c.Token = strings.TrimRight(f.Endpoint, "/"), f.CAFile, f.proxy(s), s.token()
	origins := map[string]config.Origin{}
	for _, key := range config.Keys() {
		origins[key.Name] = c.OriginOf(key.Name)
		if slices.Contains(s.given, key.Flag) {
			origins[key.Name] = config.Origin{From: config.FromFlag, Name: "--" + key.Flag}
		}
	}
	c.Origins = origins
	f.environmentsProxy(s, &c)
	return c
}

// environmentsProxy shows what the usual variables choose where nothing goes
// before them.
func (f *settingFlags) environmentsProxy(s *session, c *config.Config) {
	if c.Proxy.NoEnvProxy {
		return
	}
	first := func(names ...string) (name, value string) {
		for _, name := range names {
			for _, spelled := range []string{name, strings.ToLower(name)} {
				if value := s.lookup(spelled); value != "" {
					return spelled, value
				}
			}
		}
		return "", ""
	}
	if c.Proxy.URL == "" {
		names := []string{"HTTPS_PROXY", "ALL_PROXY"}
		if strings.HasPrefix(c.Endpoint, "http:") {
			names[0] = "HTTP_PROXY"
		}
		if name, value := first(names...); name != "" {
			c.Proxy.URL = value
			c.Origins["proxy.url"] = config.Origin{From: config.FromEnvironment, Name: name}
		}
	}
	if c.Proxy.NoProxy == nil {
		if name, value := first("NO_PROXY"); name != "" {
			c.Proxy.NoProxy = strings.Split(value, ",")
			c.Origins["proxy.no_proxy"] = config.Origin{From: config.FromEnvironment, Name: name}
		}
	}
}

type configShowCmd struct {
	Origin bool `group:"Output" help:"Say of each setting where it comes from: flag, environment, file and line, or default."`
	settingFlags
}

// Help is shown below the flags.
func (configShowCmd) Help() string {
	return `Secrets are not shown. Flags of other commands are taken, too, to see what would hold.

Examples:
  hfdownloader config show --origin
  hfdownloader config show --origin -c 16 --proxy http://proxy.example:3128
  hfdownloader config show --json | jq -r '.settings[] | select(.origin.from != "default") | .key'`
}

// Run shows.
func (c *configShowCmd) Run(s *session) error {
	now, err := c.over(s)
	if err != nil {
		return err
	}
	if s.globals.JSON {
		show.PrintSettingsJSON(s.app.Out, now)
	} else {
		show.PrintSettings(s.app.Out, now, c.Origin, s.table())
	}
	return nil
}

type configGetCmd struct {
	Key string `arg:"" help:"A key as config show lists it: connections, proxy.url."`
	settingFlags
}

// Help is shown below the flags.
func (configGetCmd) Help() string {
	return `A secret is not printed, only that there is one.

Examples:
  hfdownloader config get connections
  hfdownloader config get proxy.no_proxy --json`
}

// Run prints one.
func (c *configGetCmd) Run(s *session) error {
	key, err := keyNamed(c.Key)
	if err != nil {
		return err
	}
	now, err := c.over(s)
	if err != nil {
		return err
	}
	for _, setting := range now.Settings() {
		if setting.Key.Name == key.Name {
			show.PrintSetting(s.app.Out, setting, s.globals.JSON)
		}
	}
	return nil
}

// keyNamed finds a key.
func keyNamed(name string) (config.Key, error) {
	if key, ok := config.FindKey(name); ok {
		return key, nil
	}
	hint := "hfdownloader config show lists all keys"
	if near := config.NearestKey(name); near != "" {
		hint = "did you mean " + near + "? " + hint
	}
	return config.Key{}, fault.New(fault.Invalid, "no such setting", quote(name), nil).WithHint(hint)
}

type configPathCmd struct{}

// Help is shown below the flags.
func (configPathCmd) Help() string {
	return `Without a file it is the one that config init and config set would write.

Examples:
  hfdownloader config path
  $EDITOR "$(hfdownloader config path)"`
}

func (configPathCmd) standalone() {}

// Run says which.
func (configPathCmd) Run(s *session) error {
	path, exists := config.FilePath(s.options)
	show.PrintConfigPath(s.app.Out, path, exists, config.FilePlaces(s.options), s.globals.JSON)
	return nil
}
