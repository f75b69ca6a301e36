package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/redact"
	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// cacheVerifyCmd is "cache verify".
type cacheVerifyCmd struct {
	Repos []string `arg:"" optional:"" name:"repo" help:"Only these repositories (default: all)."`

	NamesOnly bool `group:"Verify" help:"Read no content: links, refs, listings and lengths alone."`
	Online    bool `group:"Verify" help:"Ask the Hub for listings where a file cannot be judged without one: plain files of caches without links, content of mirrors."`
	Workers   int  `placeholder:"N" group:"Verify" help:"Files read at once (default: one for each processor)."`
	cacheFlags
	networkFlags
}

// Help is shown below the flags.
func (cacheVerifyCmd) Help() string {
	return `Content is compared with the SHA-256 or git id in its name, and every file with the
listing kept beside it. Nothing is changed, and without --online no network is used.

Examples:
  hfdownloader cache verify
  hfdownloader cache verify owner/name --json`
}

// Run verifies.
func (c *cacheVerifyCmd) Run(ctx context.Context, s *session) error {
	return s.inCache(&c.cacheFlags, func(store *cache.Store, r Request) error {
		refs, err := cachedRefs(ctx, store, c.Repos, c.Workers)
		if err != nil {
			return err
		}
		list, done, err := c.lister(s, r)
		if err != nil {
			return err
		}
		bar := show.NewVerifyBar(s.app.Err, s.app.TTY && s.mode() == show.Auto)
		report, err := store.Verify(ctx, cache.VerifyOptions{Repos: refs, NamesOnly: c.NamesOnly, Workers: c.Workers, List: list, OnProgress: bar.Verified})
		bar.Close()
		if err = errors.Join(err, done()); err != nil {
			return err
		}
		switch {
		case s.globals.JSON:
			show.PrintReportJSON(s.app.Out, report)
		case s.globals.Quiet:
			show.PrintDamagedPaths(s.app.Out, report)
		default:
			show.PrintReport(s.app.Out, report, s.table())
		}
		if n := report.Damage(); n > 0 {
			return fault.New(fault.Integrity, "verify the cache", "", fmt.Errorf("%d damaged", n)).
				WithHint("hfdownloader cache repair fetches again only what is wrong")
		}
		return nil
	})
}

// lister is nil without --online.
func (c *cacheVerifyCmd) lister(s *session, r Request) (list Lister, done func() error, err error) {
	if !c.Online {
		return nil, func() error { return nil }, nil
	}
	r.Hub = c.hub(s)
	s.redact.Add(r.Hub.Token.Value, r.Hub.Proxy.Password)
	s.sayToken(r.Hub)
	set := s.config // listings need no flags of their own
	transfer := transferFlags{
		Connections: set.Connections, MaxActive: set.MaxActive, Retries: set.Retries,
		BackoffInitial: set.BackoffInitial, BackoffMax: set.BackoffMax, StallTimeout: set.StallTimeout,
	}
	if r.Transfer, err = transfer.settings(); err != nil {
		return nil, nil, err
	}
	return s.app.Backend.Lister(r)
}

// cachedRefs finds what the arguments name; none is everything.
func cachedRefs(ctx context.Context, store *cache.Store, args []string, workers int) ([]repo.Ref, error) {
	if workers < 0 || workers > maxWorkers {
		return nil, bad("--workers is out of range", fmt.Sprintf("give 1 to %d", maxWorkers))
	}
	if len(args) == 0 {
		return nil, nil
	}
	inv, err := store.Inventory(ctx)
	if err != nil {
		return nil, err
	}
	found, commits, err := targets(args, inv)
	if err != nil {
		return nil, err
	}
	var refs []repo.Ref
	for i, h := range found {
		if commits[i] != "" {
			return nil, bad("revisions share their content: a repository is verified as a whole", "leave out @"+string(commits[i].Short()))
		}
		refs = append(refs, h.Ref)
	}
	return refs, nil
}

// maxWorkers is more than any disk is faster with.
const maxWorkers = 64

// cacheRepairCmd is "cache repair".
type cacheRepairCmd struct {
	Repos []string `arg:"" optional:"" name:"repo" help:"Only these repositories (default: all)."`

	Yes     bool `short:"y" group:"Repair" help:"Delete foreign files instead of putting them aside, and put aside what lies in the cache folder and is no repository."`
	Workers int  `placeholder:"N" group:"Repair" help:"Files read at once (default: one for each processor)."`
	cacheFlags
	transferFlags
	networkFlags
}

// Help is shown below the flags.
func (cacheRepairCmd) Help() string {
	return `Everything is verified first. Damaged files are fetched again, and only those; they stay
where they are until the new content takes their place. Foreign files are moved into
.hfdownloader-aside of their repository, where no client looks, unless --yes.

Examples:
  hfdownloader cache repair
  hfdownloader cache repair owner/name datasets/owner/data --yes`
}

// Run repairs.
func (c *cacheRepairCmd) Run(ctx context.Context, s *session) error {
	r := RepairRequest{Delete: c.Yes, Workers: c.Workers}
	var err error
	if r.Request, err = c.request(s); err != nil {
		return err
	}
	r.Hub = c.hub(s)
	if r.Transfer, err = c.settings(); err != nil {
		return err
	}
	if err := s.inCache(&c.cacheFlags, func(store *cache.Store, _ Request) (err error) {
		r.Repos, err = cachedRefs(ctx, store, c.Repos, c.Workers)
		return err
	}); err != nil {
		return err
	}
	s.redact = redact.New(r.Hub.Token.Value, r.Hub.Proxy.Password)
	file, closeLog, err := s.logFile()
	if err != nil {
		return err
	}
	defer closeLog()
	r.Log = s.logger(s.app.Err, file)
	s.sayToken(r.Hub)
	bar := show.NewVerifyBar(s.app.Err, s.app.TTY && s.mode() == show.Auto)
	r.OnProgress = bar.Verified
	done, err := s.app.Backend.Repair(ctx, r, bar)
	bar.Close()
	switch {
	case s.globals.JSON:
		show.PrintRepairJSON(s.app.Out, done)
	case !s.globals.Quiet:
		show.PrintRepair(s.app.Out, done, s.table())
	}
	if err != nil || len(done.Left) == 0 {
		return err
	}
	return unrepaired(done)
}

// unrepaired: what kept the repair from the first file says the exit code.
func unrepaired(done cache.Repair) error {
	kind, hint := fault.Integrity, "hfdownloader cache verify shows what is left; a repository that is gone from the Hub cannot be healed"
	var cause error
	for _, a := range done.Actions {
		if a.Err != nil {
			kind, cause = fault.KindOf(a.Err), a.Err
			if h := fault.HintOf(a.Err); h != "" {
				hint = h
			}
			break
		}
	}
	return fault.New(kind, "repair the cache", "", errors.Join(fmt.Errorf("%d damaged files are left", len(done.Left)), cause)).WithHint(hint)
}
