package wire

import (
	"context"
	"os"
	"runtime"

	"github.com/rs/zerolog"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/analyzers/builtin"
	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/cli"
	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/plugins"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// GuardCommand is what main runs guard.Run for.
const GuardCommand = "plugin-guard"

// Plugins makes the host of plugins.
func (Backend) Plugins(p cli.PluginPlaces, log zerolog.Logger) *plugins.Host {
	return plugins.New(plugins.Options{
		Dirs: p.Dirs, Record: p.Record, Guard: []string{self(), GuardCommand}, Reserved: builtinNames(), Log: log,
	})
}

// self is this program, also when another version was put in its place since.
func self() string {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe"
	}
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}

func builtinNames() []string {
	var out []string
	for _, a := range builtin.All() {
		if info, err := a.Describe(context.Background()); err == nil { // ours always tell
			out = append(out, info.Name)
		}
	}
	return out
}

// guests are the analyzers of a host; nil without places.
func guests(p cli.PluginPlaces, h *plugins.Host) analyzers.Guests {
	if len(p.Dirs) == 0 {
		return nil
	}
	return h.Analyzers
}

// pluginService is a host for the API.
type pluginService struct{ host *plugins.Host }

// List implements web.Plugins.
func (p pluginService) List(ctx context.Context) ([]api.Plugin, error) {
	list, err := p.host.List(ctx)
	return show.PluginsAPI(list), err
}

// Disable implements web.Plugins.
func (p pluginService) Disable(ctx context.Context, name string) error {
	return p.host.Disable(ctx, name)
}
