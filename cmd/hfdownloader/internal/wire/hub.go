package wire

import (
	"context"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/cli"
	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/retry"
)

// Whoami implements cli.HubBackend.
func (Backend) Whoami(ctx context.Context, r cli.Request) (hub.Identity, error) {
	o := hubOptions(r)
	o.Retry = retry.Default()
	c, err := hub.New(o)
	if err != nil {
		return hub.Identity{}, err
	}
	defer c.Close()
	return c.Whoami(ctx)
}

// Probe implements cli.HubBackend.
func (Backend) Probe(ctx context.Context, r cli.Request, address string) (hub.Probed, error) {
	return hub.Probe(ctx, hubOptions(r), address)
}

// RouteTo implements cli.HubBackend.
func (Backend) RouteTo(r cli.Request, address string) (hub.Route, error) {
	return hub.RouteTo(hubOptions(r), address)
}

func hubOptions(r cli.Request) hub.Options {
	o := settingsOf(r).Hub
	o.Logger = r.Log
	return o
}
