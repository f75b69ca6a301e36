package cli

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/cache/friendly"
	"github.com/hfdownloader/hfdownloader/core/fault"
)

// rebuildCmd is "rebuild".
type rebuildCmd struct {
	Clean       bool `group:"View" help:"Remove links that show nothing any more, too."`
	WriteScript bool `group:"View" help:"Also write rebuild.sh beside the view: it does the same with nothing but a shell."`
	cacheFlags
}

// Help is shown below the flags.
func (rebuildCmd) Help() string {
	return `The view is models/OWNER/NAME and datasets/OWNER/NAME beside the hub folder: links to the current revision. Files of yours there stay.

Examples:
  hfdownloader rebuild
  hfdownloader rebuild --clean --json`
}

// script is rebuild.sh.
//
//go:embed rebuild.sh
var script []byte

// Run rebuilds.
func (c *rebuildCmd) Run(ctx context.Context, s *session) error {
	return s.inCache(&c.cacheFlags, func(store *cache.Store, r Request) error {
		root := r.Destination.Root
		if root == "" {
			return bad("this cache has no friendly view: HF_HUB_CACHE put its folder elsewhere", "name the folder above hub with --cache-dir")
		}
		report, err := friendly.Rebuild(ctx, friendly.Place{Root: root, Hub: filepath.Base(r.Destination.HubDir)}, store, c.Clean)
		if err != nil {
			return err
		}
		written := ""
		if c.WriteScript {
			written = filepath.Join(root, "rebuild.sh")
			if err := os.WriteFile(written, script, 0o755); err != nil { //nolint:gosec // it is to be run
				return fault.New(fault.Disk, "write", "rebuild.sh", err).WithHint("check the folder above hub, and that this user may write there")
			}
		}
		switch {
		case s.globals.JSON:
			show.PrintRebuiltJSON(s.app.Out, report, written)
		case !s.globals.Quiet:
			show.PrintRebuilt(s.app.Out, report, written)
		}
		if n := len(report.Errors); n > 0 {
			return fault.New(fault.Disk, "rebuild the friendly view", "", errors.New(fmt.Sprint(n)+" repositories could not be shown")).
				WithHint("hfdownloader cache verify tells what is wrong with them")
		}
		return nil
	})
}
