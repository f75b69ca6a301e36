package cli

import (
	"context"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// updateCmd is "update".
type updateCmd struct {
	DryRun bool `group:"Output" help:"Only show what is behind, as outdated does."`
	checkFlags
	transferFlags
}

// Help is shown below the flags.
func (updateCmd) Help() string {
	return `Fetches only files that changed, with the filters of the last download. The old revision stays until "cache prune".

Examples:
  hfdownloader update
  hfdownloader update owner/name other/name
  hfdownloader update --dry-run --json
  hfdownloader update --json | tail -n 1`
}

// Run updates one after the other, all of them, and gives the first error.
func (c *updateCmd) Run(ctx context.Context, s *session) error {
	answers, branches, r, err := c.look(ctx, s)
	if err != nil {
		return err
	}
	if c.DryRun {
		s.sayBranches(answers)
		return firstFailure(answers)
	}
	if r.Transfer, err = c.settings(); err != nil {
		return err
	}
	done := show.Updated{Branches: make([]show.UpdatedBranch, len(answers))}
	for i, b := range answers {
		done.Branches[i] = show.UpdatedBranch{Branch: b}
	}
	first := firstFailure(answers)
	unsaid := first != nil // an update says its own error, a question that failed nothing
	for i, b := range answers {
		if !b.Behind() {
			continue
		}
		now := &done.Branches[i]
		now.Tried = true
		now.Result, now.Err = s.update(ctx, r, branches[i], b, c.Verify)
		if first == nil {
			first = now.Err
		}
		if fault.KindOf(now.Err) == fault.Canceled {
			first, unsaid = now.Err, false
			break
		}
	}
	s.sayUpdated(done)
	s.shown = s.shown && !unsaid
	return first
}

func (s *session) sayUpdated(done show.Updated) {
	switch {
	case s.globals.JSON:
		show.PrintUpdatedJSON(s.app.Out, done, s.redact.String)
	case !s.globals.Quiet:
		show.PrintUpdated(s.app.Out, done)
	}
}

// update downloads one branch anew. Its manifest keeps the command that says what
// was wanted; without one, none is made.
func (s *session) update(ctx context.Context, r Request, t Tracked, b show.Branch, verify string) (result pipeline.Result, err error) {
	r.Job, r.Paths, r.Include, r.Command = t.Job, t.Paths, t.Include, t.Command
	r.Job.Verify = pipeline.VerifyMode(verify)
	if t.Here {
		r.Paths = b.Paths
	}
	r.Destination.NoManifest, r.Destination.NoFriendly = !t.Manifest, !t.Manifest
	err = s.perform(ctx, &r, false, func(out pipeline.Sink) (pipeline.Result, error) {
		result, err = s.app.Backend.Download(ctx, r, out)
		return result, err
	})
	return result, err
}
