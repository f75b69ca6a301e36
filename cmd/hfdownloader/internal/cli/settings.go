package cli

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/config"
)

// settings are the flags that file and environment may set, by name. Those of the
// proxy and the token are not among them: they are chosen together, see hub.
func settings(c config.Config) map[string]string {
	values := map[string]string{}
	for _, setting := range c.Settings() {
		if name := setting.Key.Name; !setting.Key.Secret && !strings.HasPrefix(name, "proxy.") {
			values[setting.Key.Flag] = fmt.Sprint(setting.Value)
		}
	}
	values["cache-dir"] = c.CacheDir // "" where HF_HUB_CACHE and its like decide
	return values
}

// defaults are the same values for kong's help, without file and environment.
func defaults(version string) kong.Vars {
	vars := kong.Vars{"version": version}
	for name, value := range settings(config.Default()) {
		vars[varName(name)] = value
	}
	return vars
}

func varName(flag string) string { return "default_" + strings.ReplaceAll(flag, "-", "_") }

// standalone commands need no config file, and work with a broken one.
type standalone interface{ standalone() }

// loadConfig reads file and environment once the command is known, and gives
// kong their values: a flag goes before them.
func (s *session) loadConfig(ctx *kong.Context) error {
	node := ctx.Selected()
	if node == nil || s.loaded { // kong calls this for each part of the command line
		return nil
	}
	s.loaded = true
	s.given, s.options = givenFlags(ctx), s.configOptions(ctx)
	if _, ok := node.Target.Addr().Interface().(standalone); ok {
		return nil
	}
	c, warnings, err := config.Load(s.options)
	if err != nil {
		return err
	}
	for _, w := range warnings {
		show.PrintWarning(s.app.Err, w)
	}
	s.config = c
	values := settings(c)
	ctx.AddResolver(kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if flag.Name == "verify" && flag.IsBool() {
			return nil, nil // the switch of mirror, not the setting of downloads
		}
		if value := values[flag.Name]; value != "" {
			return value, nil
		}
		return nil, nil
	}))
	return nil
}

// configOptions say where the config file is.
func (s *session) configOptions(ctx *kong.Context) config.Options {
	o := config.Options{Lookup: s.app.Lookup, Environ: s.app.Environ, Home: s.app.Home}
	for _, flag := range ctx.Flags() {
		if flag.Name == "config" {
			path, _ := ctx.FlagValue(flag).(string)
			o.Path = s.expandHome(path)
		}
	}
	return o
}

// givenFlags are the names of the flags on the command line.
func givenFlags(ctx *kong.Context) []string {
	var names []string
	for _, p := range ctx.Path {
		if p.Flag != nil && !p.Resolved {
			names = append(names, p.Flag.Name)
		}
	}
	return names
}
