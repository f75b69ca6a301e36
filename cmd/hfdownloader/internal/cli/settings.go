package cli

import (
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/config"
)

// settings are the flags that file and environment may set, by name.
func settings(c config.Config) map[string]string {
	return map[string]string{
		"cache-dir":           c.CacheDir,
		"connections":         strconv.Itoa(c.Connections),
		"max-active":          strconv.Itoa(c.MaxActive),
		"multipart-threshold": strconv.FormatInt(c.MultipartThreshold, 10),
		"verify":              c.Verify,
		"retries":             strconv.Itoa(c.Retries),
		"backoff-initial":     c.BackoffInitial.String(),
		"backoff-max":         c.BackoffMax.String(),
		"stall-timeout":       c.StallTimeout.String(),
		"stale-timeout":       c.StaleTimeout.String(),
		"endpoint":            c.Endpoint,
		"link-mode":           c.LinkMode,
		"export-dir":          c.ExportDir,
	}
}

// defaults are the same values for kong's help, without file and environment.
func defaults(version string) kong.Vars {
	vars := kong.Vars{"version": version}
	for name, value := range settings(config.Default()) {
		vars[varName(name)] = value
	}
	vars[varName("multipart-threshold")] = "32MiB"
	vars[varName("stale-timeout")] = "5m"
	return vars
}

func varName(flag string) string { return "default_" + strings.ReplaceAll(flag, "-", "_") }

// loadConfig reads file and environment once the command is known, and gives
// kong their values: a flag goes before them.
func (s *session) loadConfig(ctx *kong.Context) error {
	if node := ctx.Selected(); node == nil || node.Name == "version" {
		return nil // works with a broken file too
	}
	o := config.Options{Lookup: s.app.Lookup, Home: s.app.Home}
	for _, flag := range ctx.Flags() {
		if flag.Name == "config" {
			o.Path, _ = ctx.FlagValue(flag).(string)
		}
	}
	c, warnings, err := config.Load(o)
	if err != nil {
		return err
	}
	for _, w := range warnings {
		show.PrintWarning(s.app.Err, w)
	}
	s.config = c
	values := settings(c)
	ctx.AddResolver(kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if value := values[flag.Name]; value != "" {
			return value, nil
		}
		return nil, nil
	}))
	return nil
}
