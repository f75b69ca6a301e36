package cli

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/config"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// cacheLsCmd is "cache ls".
type cacheLsCmd struct {
	Repos []string `arg:"" optional:"" name:"text" help:"Only repositories whose name contains one of these."`

	Revisions bool          `group:"Output" help:"One line for each revision, with what deleting it would free."`
	Type      string        `enum:"all,model,dataset,space" default:"all" group:"Selection" help:"Only these: ${enum}."`
	Larger    config.Size   `placeholder:"SIZE" group:"Selection" help:"Only repositories of at least this size: 10GiB."`
	UnusedFor time.Duration `placeholder:"TIME" group:"Selection" help:"Only repositories nobody has read for so long: 720h."`
	Sort      string        `enum:"size,name,used" default:"size" group:"Output" help:"By ${enum}: the largest or the last used first."`
	Limit     int           `placeholder:"N" group:"Output" help:"Only the first N."`
	cacheFlags
}

// Help is shown below the flags.
func (cacheLsCmd) Help() string {
	return `Examples:
  hfdownloader cache ls
  hfdownloader cache ls llama --revisions --sort used
  hfdownloader cache ls -q --unused-for 720h --larger 1GiB | xargs hfdownloader cache rm --dry-run
  hfdownloader cache ls --json | jq -r '.repos[] | select(.size > 1e10) | .id'`
}

// Run lists.
func (c *cacheLsCmd) Run(ctx context.Context, s *session) error {
	if c.Limit < 0 || c.UnusedFor < 0 {
		return bad("--limit or --unused-for is negative", "leave it out to see everything")
	}
	return s.inCache(&c.cacheFlags, func(store *cache.Store, _ Request) error {
		inv, err := store.Inventory(ctx)
		if err != nil {
			return err
		}
		if chosen := c.choose(inv.Repos); len(chosen) < len(inv.Repos) {
			inv = only(inv, chosen)
		} else {
			inv.Repos = chosen
		}
		o := s.table()
		switch {
		case s.globals.JSON:
			show.PrintInventoryJSON(s.app.Out, inv, time.Now())
		case s.globals.Quiet:
			show.PrintInventoryNames(s.app.Out, inv, c.Revisions)
		case c.Revisions:
			show.PrintRevisions(s.app.Out, inv, o)
		default:
			show.PrintInventory(s.app.Out, inv, o)
		}
		return nil
	})
}

// only is the inventory of some repositories; what they share counts in each.
func only(inv cache.Inventory, chosen []cache.Holding) cache.Inventory {
	out := cache.Inventory{Path: inv.Path, Repos: chosen}
	for _, h := range chosen {
		out.Size += h.Size
		for _, p := range h.Unfinished {
			out.Partials += p.Size
		}
	}
	return out
}

// table is how wide tables may be, and what time it is.
func (s *session) table() show.Table {
	return show.Table{Width: show.TerminalWidth(s.app.Err, s.app.TTY), Now: time.Now()}
}

// choose filters, sorts and limits.
func (c *cacheLsCmd) choose(all []cache.Holding) []cache.Holding {
	chosen := slices.DeleteFunc(slices.Clone(all), func(h cache.Holding) bool {
		named := len(c.Repos) == 0 || slices.ContainsFunc(c.Repos, func(text string) bool {
			return strings.Contains(strings.ToLower(h.Ref.String()), strings.ToLower(text))
		})
		read := c.UnusedFor > 0 && time.Since(h.Accessed) < c.UnusedFor
		return !named || read || h.Size < int64(c.Larger) || c.Type != "all" && h.Ref.Type != repo.Type(c.Type)
	})
	switch c.Sort {
	case "size":
		slices.SortStableFunc(chosen, func(x, y cache.Holding) int { return cmp.Compare(y.Size, x.Size) })
	case "used":
		slices.SortStableFunc(chosen, func(x, y cache.Holding) int { return y.Accessed.Compare(x.Accessed) })
	}
	if c.Limit > 0 && len(chosen) > c.Limit {
		chosen = chosen[:c.Limit]
	}
	return chosen
}

// cacheDuCmd is "cache du".
type cacheDuCmd struct {
	Limit int `placeholder:"N" default:"20" group:"Output" help:"Only the N largest repositories, 0 all (default: ${default})."`
	cacheFlags
}

// Help is shown below the flags.
func (cacheDuCmd) Help() string {
	return `Examples:
  hfdownloader cache du
  hfdownloader cache du --limit 0 --json`
}

// Run adds up.
func (c *cacheDuCmd) Run(ctx context.Context, s *session) error {
	if c.Limit < 0 {
		return bad("--limit is negative", "give 0 to see everything")
	}
	return s.inCache(&c.cacheFlags, func(store *cache.Store, r Request) error {
		u, err := store.Usage(ctx)
		if err != nil {
			return err
		}
		view, err := s.app.Backend.ViewSize(r)
		if err != nil {
			return err
		}
		switch {
		case s.globals.JSON:
			show.PrintUsageJSON(s.app.Out, u, view)
		case s.globals.Quiet:
			show.PrintTotal(s.app.Out, u.Total()+view)
		default:
			show.PrintUsage(s.app.Out, u, view, c.Limit, s.table())
		}
		return nil
	})
}
