package web_test

import (
	"context"

	"github.com/hfdownloader/hfdownloader/core/machine"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// What the desk tells of its computer, its plugins and the Hub.

func (d *desk) Memory(context.Context) (total, available int64) { return d.memory, d.memory / 2 }
func (d *desk) Cards(context.Context) []machine.GPU             { return d.cards }
func (d *desk) Space(ctx context.Context, path string) (machine.Space, bool) {
	if path == d.dead {
		<-ctx.Done()
		return machine.Space{}, false
	}
	return machine.Space{Total: 1000, Free: 250}, true
}

func (d *desk) Outdated(_ context.Context, wanted func(repo.Ref) bool) (api.Comparison, error) {
	out := api.Comparison{Complete: !d.cut}
	for _, b := range d.branches {
		if wanted(b.Ref) {
			out.Branches = append(out.Branches, b)
		}
	}
	return out, d.note("outdated")
}

// deskPlugins are the desk's plugins.
type deskPlugins struct{ *desk }

func (d deskPlugins) Disable(_ context.Context, name string) error {
	return d.note("disable " + name)
}

func (d deskPlugins) List(context.Context) ([]api.Plugin, error) {
	return d.plugins, d.note("plugins")
}
