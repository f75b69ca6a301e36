package cli

import (
	"context"
	"encoding/json"
	"path/filepath"

	"github.com/adrg/xdg"
	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/plugins"
)

// pluginsCmd is "plugins".
type pluginsCmd struct {
	List    pluginsListCmd    `cmd:"" aliases:"ls" help:"List the plugins that are there, and what they are allowed to."`
	Info    pluginsInfoCmd    `cmd:"" help:"Say everything about one plugin."`
	Install pluginsInstallCmd `cmd:"" help:"Copy a plugin to the plugin folder. It is not run by that."`
	Remove  pluginsRemoveCmd  `cmd:"" aliases:"rm" help:"Disable a plugin and delete it."`
	Enable  pluginsEnableCmd  `cmd:"" help:"Let a plugin run as it is now: its checksum is recorded."`
	Disable pluginsDisableCmd `cmd:"" help:"Keep a plugin from running."`
	Verify  pluginsVerifyCmd  `cmd:"" help:"Check that plugins are what was enabled, and that they start. Exit code 8 when one does not."`
	New     pluginsNewCmd     `cmd:"" help:"Write a new plugin in Go that works, with its test."`
}

// Help is shown below the flags.
func (pluginsCmd) Help() string {
	return `A plugin does nothing before it was enabled.

Examples:
  hfdownloader plugins list
  hfdownloader plugins install ./my-plugin`
}

// pluginFlags say where plugins are.
type pluginFlags struct {
	PluginDir []string `placeholder:"DIR" env:"HFDOWNLOADER_PLUGIN_DIR" sep:"none" group:"Plugins" help:"Look for plugins here, too."`
}

// usePluginFlags are for commands that ask plugins.
type usePluginFlags struct {
	pluginFlags
	NoPlugins bool `group:"Plugins" help:"Ask no plugin."`
}

// PluginPlaces are where plugins are and who is enabled; without Dirs there are
// none.
type PluginPlaces struct {
	Dirs   []string // the first is the user's
	Record string   // the file that says who is enabled
}

// PluginsBackend makes the host of plugins.
type PluginsBackend interface {
	// Plugins gives a host that starts nothing by itself. The caller closes it.
	Plugins(p PluginPlaces, log zerolog.Logger) *plugins.Host
}

func (f *pluginFlags) places() PluginPlaces {
	return PluginPlaces{
		Dirs:   append([]string{filepath.Join(xdg.DataHome, "hfdownloader", "plugins")}, f.PluginDir...),
		Record: filepath.Join(xdg.ConfigHome, "hfdownloader", "plugins.json"),
	}
}

func (f *usePluginFlags) places() PluginPlaces {
	if f.NoPlugins {
		return PluginPlaces{}
	}
	return f.pluginFlags.places()
}

// withPlugins runs work on a host, under a log.
func (s *session) withPlugins(f *pluginFlags, work func(*plugins.Host) error) error {
	file, closeLog, err := s.logFile()
	if err != nil {
		return err
	}
	defer closeLog()
	host := s.app.Backend.Plugins(f.places(), s.logger(s.app.Err, file))
	defer host.Close()
	return work(host)
}

type pluginsListCmd struct{ pluginFlags }

// Help is shown below the flags.
func (pluginsListCmd) Help() string {
	return `Examples:
  hfdownloader plugins list
  hfdownloader plugins list --json | jq -r '.plugins[] | select(.state == "enabled") | .name'`
}

// Run lists.
func (c *pluginsListCmd) Run(ctx context.Context, s *session) error {
	return s.withPlugins(&c.pluginFlags, func(h *plugins.Host) error {
		list, err := h.List(ctx)
		switch {
		case err != nil:
			return err
		case s.globals.JSON:
			show.PrintPluginsJSON(s.app.Out, list)
		case s.globals.Quiet:
			show.PrintPluginNames(s.app.Out, list)
		default:
			show.PrintPlugins(s.app.Out, list, c.places().Dirs[0], s.table())
		}
		return nil
	})
}

type pluginsInfoCmd struct {
	Name string `arg:"" help:"Its name, as list shows it."`
	pluginFlags
}

// Help is shown below the flags.
func (pluginsInfoCmd) Help() string { return "Example:\n  hfdownloader plugins info model-card" }

// Run tells.
func (c *pluginsInfoCmd) Run(ctx context.Context, s *session) error {
	return s.withPlugins(&c.pluginFlags, func(h *plugins.Host) error {
		p, err := h.Get(ctx, c.Name)
		if err == nil {
			s.showPlugin(p)
		}
		return err
	})
}

// showPlugin prints one plugin.
func (s *session) showPlugin(p plugins.Status) {
	switch {
	case s.globals.JSON:
		show.PrintPluginJSON(s.app.Out, p)
	case s.globals.Quiet:
		show.PrintPluginNames(s.app.Out, []plugins.Status{p})
	default:
		show.PrintPlugin(s.app.Out, p, s.table())
	}
}

type pluginsInstallCmd struct {
	Path    string `arg:"" help:"The plugin's folder with its plugin.json, or its program."`
	Replace bool   `group:"Plugins" help:"Take the place of one with the same name."`
	Enable  bool   `group:"Plugins" help:"Enable it as well: you trust its author."`
	SHA256  string `name:"sha256" placeholder:"HEX" group:"Plugins" help:"With --enable: the checksum its program must have."`
	pluginFlags
}

// Help is shown below the flags.
func (pluginsInstallCmd) Help() string {
	return `A plugin may do everything that you may do: install what you trust. It runs only after "plugins enable".

Examples:
  hfdownloader plugins install ./demo
  hfdownloader plugins install ./demo --replace --enable`
}

// Run installs.
func (c *pluginsInstallCmd) Run(ctx context.Context, s *session) error {
	if c.SHA256 != "" && !c.Enable {
		return bad("--sha256 is checked when a plugin is enabled", "add --enable, or give it to plugins enable")
	}
	return s.withPlugins(&c.pluginFlags, func(h *plugins.Host) error {
		p, err := h.Install(ctx, c.Path, c.Replace)
		if err == nil && c.Enable {
			p, err = h.Enable(ctx, p.Name, c.SHA256)
		}
		if err != nil {
			return err
		}
		s.showPlugin(p)
		if !c.Enable && !s.globals.JSON && !s.globals.Quiet {
			show.PrintLine(s.app.Out, "To let it run: hfdownloader plugins enable "+p.Name)
		}
		return nil
	})
}

type pluginsRemoveCmd struct {
	Name string `arg:"" help:"Its name, as list shows it."`
	pluginFlags
}

// Help is shown below the flags.
func (pluginsRemoveCmd) Help() string { return "Example:\n  hfdownloader plugins remove model-card" }

// Run removes.
func (c *pluginsRemoveCmd) Run(ctx context.Context, s *session) error {
	return s.withPlugins(&c.pluginFlags, func(h *plugins.Host) error {
		if err := h.Remove(ctx, c.Name); err != nil {
			return err
		}
		s.done("removed", c.Name)
		return nil
	})
}

// done says what happened to a plugin.
func (s *session) done(what, name string) {
	switch {
	case s.globals.JSON:
		data, _ := json.Marshal(map[string]string{"name": name, "event": what}) // texts have no errors
		show.PrintLine(s.app.Out, string(data))
	case !s.globals.Quiet:
		show.PrintLine(s.app.Out, name+" is "+what)
	}
}

type pluginsEnableCmd struct {
	Name   string `arg:"" help:"Its name, as list shows it."`
	SHA256 string `name:"sha256" placeholder:"HEX" group:"Plugins" help:"The checksum its program must have, as its author gives it."`
	pluginFlags
}

// Help is shown below the flags.
func (pluginsEnableCmd) Help() string {
	return `It is started once, to learn which analyzers it has. When one of its files changes, it does not run until it is enabled again.

Examples:
  hfdownloader plugins enable model-card
  hfdownloader plugins enable model-card --sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`
}

// Run enables.
func (c *pluginsEnableCmd) Run(ctx context.Context, s *session) error {
	return s.withPlugins(&c.pluginFlags, func(h *plugins.Host) error {
		p, err := h.Enable(ctx, c.Name, c.SHA256)
		if err == nil {
			s.showPlugin(p)
		}
		return err
	})
}

type pluginsDisableCmd struct {
	Name string `arg:"" help:"Its name, as list shows it."`
	pluginFlags
}

// Help is shown below the flags.
func (pluginsDisableCmd) Help() string { return "Example:\n  hfdownloader plugins disable model-card" }

// Run disables.
func (c *pluginsDisableCmd) Run(ctx context.Context, s *session) error {
	return s.withPlugins(&c.pluginFlags, func(h *plugins.Host) error {
		if err := h.Disable(ctx, c.Name); err != nil {
			return err
		}
		s.done("disabled", c.Name)
		return nil
	})
}

type pluginsVerifyCmd struct {
	Names []string `arg:"" optional:"" name:"name" help:"Only these; otherwise all that are enabled."`
	pluginFlags
}

// Help is shown below the flags.
func (pluginsVerifyCmd) Help() string {
	return "Examples:\n  hfdownloader plugins verify\n  hfdownloader plugins verify model-card"
}

// Run verifies, all of them, and gives the first error.
func (c *pluginsVerifyCmd) Run(ctx context.Context, s *session) error {
	return s.withPlugins(&c.pluginFlags, func(h *plugins.Host) error {
		names := c.Names
		if len(names) == 0 {
			list, err := h.List(ctx)
			if err != nil {
				return err
			}
			for _, p := range list {
				if !p.EnabledAt.IsZero() {
					names = append(names, p.Name)
				}
			}
		}
		var first error
		for _, name := range names {
			check, err := h.Verify(ctx, name)
			show.PrintPluginCheck(s.app.Out, name, check, err, s.globals.JSON)
			if first == nil {
				first = err
			}
		}
		return first
	})
}
