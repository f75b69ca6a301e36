package cli

import (
	"bufio"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// removeFlags are those of every command that deletes.
type removeFlags struct {
	Yes    bool `short:"y" group:"Deleting" help:"Do not ask."`
	DryRun bool `group:"Deleting" help:"Only show what would go."`
}

// cacheRmCmd is "cache rm".
type cacheRmCmd struct {
	Targets []string `arg:"" name:"repo[@revision]" help:"owner/name for everything of a repository, owner/name@main or @1a2b3c4 for one revision, or a whole commit."`
	removeFlags
	cacheFlags
}

// Help is shown below the flags.
func (cacheRmCmd) Help() string {
	return `What another revision uses stays. Nothing is deleted while it is being downloaded.

Examples:
  hfdownloader cache rm owner/name
  hfdownloader cache rm owner/name@v1.0 datasets/owner/data --dry-run
  hfdownloader cache rm owner/name@1a2b3c4 --yes`
}

// Run deletes.
func (c *cacheRmCmd) Run(ctx context.Context, s *session) error {
	return s.inCache(&c.cacheFlags, func(store *cache.Store, r Request) error {
		inv, err := store.Inventory(ctx)
		if err != nil {
			return err
		}
		found, commits, err := targets(c.Targets, inv)
		if err != nil {
			return err
		}
		var plan []cache.Removal
		for _, g := range grouped(found, commits) {
			removal, err := store.PlanRemoval(ctx, g.ref, g.commits...)
			if err != nil {
				return err
			}
			plan = append(plan, removal)
		}
		return s.remove(ctx, store, r, plan, c.removeFlags)
	})
}

// group is what is to go of one repository.
type group struct {
	ref     repo.Ref
	commits []repo.Commit // none: everything
}

// grouped joins targets of one repository; the whole of it outdoes revisions.
func grouped(found []cache.Holding, commits []repo.Commit) []group {
	var out []group
	for i, h := range found {
		at := slices.IndexFunc(out, func(g group) bool { return g.ref == h.Ref })
		switch {
		case at < 0 && commits[i] == "":
			out = append(out, group{h.Ref, nil})
		case at < 0:
			out = append(out, group{h.Ref, []repo.Commit{commits[i]}})
		case commits[i] == "":
			out[at].commits = nil
		case len(out[at].commits) > 0 && !slices.Contains(out[at].commits, commits[i]):
			out[at].commits = append(out[at].commits, commits[i])
		}
	}
	return out
}

// cachePruneCmd is "cache prune".
type cachePruneCmd struct {
	Repos []string `arg:"" optional:"" name:"repo" help:"Only these repositories (default: all)."`

	OlderThan time.Duration `default:"168h" group:"Deleting" help:"Unfinished downloads, and files that belong to no revision, go when nobody wrote to them for so long (default: 168h, 7 days)."`
	removeFlags
	cacheFlags
}

// Help is shown below the flags.
func (cachePruneCmd) Help() string {
	return `Old are revisions that no branch or tag in the cache leads to any more. A repository
without any keeps its revisions: somebody asked for those commits by name.

Examples:
  hfdownloader cache prune --dry-run
  hfdownloader cache prune --yes --older-than 24h`
}

// Run prunes.
func (c *cachePruneCmd) Run(ctx context.Context, s *session) error {
	if c.OlderThan < 0 {
		return bad("--older-than is negative", "give a time such as 168h")
	}
	return s.inCache(&c.cacheFlags, func(store *cache.Store, r Request) error {
		inv, err := store.Inventory(ctx)
		if err != nil {
			return err
		}
		chosen, _, err := targets(c.Repos, inv)
		if err != nil {
			return err
		}
		if len(c.Repos) == 0 {
			chosen = inv.Repos
		}
		var plan []cache.Removal
		for _, h := range chosen {
			if h.Damage != nil {
				continue // verify and repair know better
			}
			removal, err := store.PlanPrune(ctx, h.Ref, time.Now().Add(-c.OlderThan))
			if fault.KindOf(err) == fault.Invalid && err != nil {
				show.PrintWarning(s.app.Err, err.Error()) // a link: what it leads to is not ours to delete
				continue
			}
			if err != nil {
				return err
			}
			if !removal.Empty() {
				plan = append(plan, removal)
			}
		}
		if len(c.Repos) == 0 {
			shared, err := store.PlanShared()
			if err != nil {
				return err
			}
			if !shared.Empty() {
				plan = append(plan, shared)
			}
		}
		return s.remove(ctx, store, r, plan, c.removeFlags)
	})
}

// remove shows the plan, asks, and does it. What fails does not keep the rest.
func (s *session) remove(ctx context.Context, store *cache.Store, r Request, plan []cache.Removal, f removeFlags) error {
	asJSON := s.globals.JSON
	if !asJSON && !s.globals.Quiet {
		show.PrintRemovals(s.app.Out, plan, s.table())
	}
	switch {
	case len(plan) == 0 || f.DryRun:
		if asJSON {
			show.PrintRemovalsJSON(s.app.Out, plan, nil, false)
		}
		return nil
	case !f.Yes && (asJSON || !s.app.TTY):
		return bad("nothing was deleted: there is no terminal to ask on", "add --yes, or --dry-run to see what would go")
	case !f.Yes && !s.confirm("Delete this?"):
		show.PrintLine(s.app.Err, "nothing was deleted")
		return nil
	}
	failed := make([]error, len(plan))
	for i, removal := range plan {
		if ctx.Err() != nil {
			return fault.New(fault.Canceled, "delete from", "the cache", ctx.Err()).WithHint("run the same command again to go on")
		}
		failed[i] = errors.Join(store.Remove(ctx, removal), s.app.Backend.RemoveView(r, removal))
	}
	if asJSON {
		show.PrintRemovalsJSON(s.app.Out, plan, failed, true)
	} else if !s.globals.Quiet {
		show.PrintRemoved(s.app.Out, plan, failed)
	}
	return errors.Join(failed...)
}

// confirm asks on the terminal; only a plain yes is one.
func (s *session) confirm(question string) bool {
	show.Ask(s.app.Err, question)
	answer, err := bufio.NewReader(io.LimitReader(s.app.In, 100)).ReadString('\n')
	if err != nil && answer == "" {
		return false
	}
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}
