package cli

import (
	"context"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/mirror"
)

// mirrorPushCmd is "mirror push".
type mirrorPushCmd struct{ moveFlags }

// Help is shown below the flags.
func (mirrorPushCmd) Help() string {
	return `Contents come first and refs last, so an interrupted push leaves nothing half; the same command goes on where it ended.

Examples:
  hfdownloader mirror push nas --dry-run
  hfdownloader mirror push nas --verify
  hfdownloader mirror push nas --delete --yes`
}

// Run pushes.
func (c *mirrorPushCmd) Run(ctx context.Context, s *session) error {
	return s.inMirror(ctx, &c.mirrorFlags, func(m *mirror.Mirror) error { return c.run(ctx, s, m.Push) })
}

// mirrorPullCmd is "mirror pull".
type mirrorPullCmd struct{ moveFlags }

// Help is shown below the flags.
func (mirrorPullCmd) Help() string {
	return `Every content is hashed before it is published in the cache.

Examples:
  hfdownloader mirror pull nas
  hfdownloader mirror pull nas --repo owner/name --dry-run`
}

// Run pulls.
func (c *mirrorPullCmd) Run(ctx context.Context, s *session) error {
	return s.inMirror(ctx, &c.mirrorFlags, func(m *mirror.Mirror) error { return c.run(ctx, s, m.Pull) })
}

// move is Push or Pull.
type move = func(context.Context, mirror.Options) (mirror.Outcome, error)

func (c *moveFlags) run(ctx context.Context, s *session, do move) error {
	o := mirror.Options{Repo: c.Repo, DryRun: c.DryRun, Verify: c.Verify, Delete: c.Delete, Force: c.Force}
	if c.Delete && !c.DryRun {
		ok, err := c.ask(ctx, s, o, do)
		if err != nil || !ok {
			return err
		}
	}
	bar := show.NewMirrorBar(s.app.Err, s.app.TTY)
	o.OnProgress = bar.Moved
	out, err := do(ctx, o)
	bar.Close()
	if c.asJSON(s) {
		show.PrintMovedJSON(s.app.Out, out, err)
	} else if !s.globals.Quiet {
		show.PrintMoved(s.app.Out, out)
	}
	return err
}

// ask shows what --delete would remove, and asks unless --yes was given.
func (c *moveFlags) ask(ctx context.Context, s *session, o mirror.Options, do move) (bool, error) {
	o.DryRun = true
	out, err := do(ctx, o)
	if err != nil || len(out.Extra) == 0 {
		return err == nil, err
	}
	if c.Yes {
		if !s.globals.Quiet {
			show.PrintExtras(s.app.Err, out.Extra)
		}
		return true, nil
	}
	if c.asJSON(s) || !s.app.TTY {
		show.PrintExtras(s.app.Err, out.Extra)
		return false, bad("nothing was deleted: there is no terminal to ask on", "add --yes, or --dry-run to see what would go")
	}
	show.PrintExtras(s.app.Err, out.Extra)
	if !s.confirm("Delete this?") {
		show.PrintLine(s.app.Err, "nothing was done")
		return false, nil
	}
	return true, nil
}
