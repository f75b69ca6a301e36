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
	return s.inMirror(ctx, &c.mirrorFlags, func(m *mirror.Mirror) error { return c.run(ctx, s, "pushing", m.Push) })
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
	return s.inMirror(ctx, &c.mirrorFlags, func(m *mirror.Mirror) error { return c.run(ctx, s, "pulling", m.Pull) })
}

// move is Push or Pull.
type move = func(context.Context, mirror.Options) (mirror.Outcome, error)

// run moves; doing is what it is called meanwhile.
func (c *moveFlags) run(ctx context.Context, s *session, doing string, do move) error {
	o := mirror.Options{Repo: c.Repo, DryRun: c.DryRun, Verify: c.Verify, Delete: c.Delete, Force: c.Force}
	if c.Delete && !c.DryRun {
		ok, err := c.ask(ctx, s, o, do)
		if err != nil || !ok {
			return err
		}
	}
	progress := show.NewMirrorProgress(show.Options{Out: s.app.Out, Err: s.app.Err, TTY: s.app.TTY, Mode: c.mode(s)}, doing)
	o.OnProgress = progress.Moved
	out, err := do(ctx, o)
	progress.Close()
	if c.asJSON(s) {
		show.PrintMovedJSON(s.app.Out, out, err)
	} else if !s.globals.Quiet {
		show.PrintMoved(s.app.Out, out)
	}
	return err
}

// mode is how progress is shown. --quiet silences it in JSON, too.
func (c *moveFlags) mode(s *session) show.Mode {
	switch {
	case s.globals.Quiet:
		return show.Quiet
	case c.asJSON(s):
		return show.JSON
	default:
		return s.mode()
	}
}

// ask shows what --delete would remove, and asks unless --yes was given.
func (c *moveFlags) ask(ctx context.Context, s *session, o mirror.Options, do move) (bool, error) {
	o.DryRun = true
	out, err := do(ctx, o)
	if err != nil || len(out.Extra) == 0 {
		return err == nil, err
	}
	if c.Yes {
		if !s.globals.Quiet && !c.asJSON(s) { // JSON has them in its document
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
