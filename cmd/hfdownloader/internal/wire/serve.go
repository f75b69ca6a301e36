package wire

import (
	"context"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/cli"
	"github.com/hfdownloader/hfdownloader/core/fault"
)

// Serve runs the server until ctx ends.
func (Backend) Serve(ctx context.Context, r cli.ServeRequest) error {
	return fault.New(fault.Internal, "serve", "", ctx.Err())
}
