package cli

import (
	"context"
	"io"
	"strings"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/redact"
	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/cache/friendly"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// UpdateBackend says what the Hub has that is newer.
type UpdateBackend interface {
	// Outdated asks the Hub about each branch: one small request, and the listing of
	// those that moved. What could not be asked has its error in Err.
	Outdated(ctx context.Context, r Request, branches []Tracked) ([]show.Branch, error)
}

// Tracked is a branch in the cache, and how it was downloaded.
type Tracked struct {
	Job      pipeline.Job
	Paths    []string // as of Request
	Include  []string
	Have     repo.Commit
	Manifest bool   // the last download wrote one
	Command  string // of it
	// Here: no manifest tells what was wanted, so what is there is; see wire.
	Here bool
}

// checkFlags are for both commands.
type checkFlags struct {
	Repos []string `arg:"" optional:"" name:"repo" help:"Only these repositories of the cache, as owner/name."`
	cacheFlags
	networkFlags
}

// outdatedCmd is "outdated".
type outdatedCmd struct {
	Check bool `group:"Output" help:"End with exit code 1 when anything is behind: for scripts and cron."`
	checkFlags
}

// Help is shown below the flags.
func (outdatedCmd) Help() string {
	return `Compares every branch in the cache with the Hub. What would be fetched follows the filters of the last download.

Examples:
  hfdownloader outdated
  hfdownloader outdated owner/name --json
  hfdownloader outdated --check --quiet || hfdownloader update --quiet`
}

// exitBehind is what --check ends with (docs/updating.md).
const exitBehind = 1

// Run compares.
func (c *outdatedCmd) Run(ctx context.Context, s *session) error {
	branches, _, _, err := c.look(ctx, s)
	if err != nil {
		return err
	}
	s.sayBranches(branches)
	if err := firstFailure(branches); err != nil {
		return err
	}
	for _, b := range branches {
		if b.Behind() && c.Check {
			return &exited{code: exitBehind, done: true}
		}
	}
	return nil
}

// sayBranches tells which are behind.
func (s *session) sayBranches(branches []show.Branch) {
	switch {
	case s.globals.JSON:
		show.PrintBranchesJSON(s.app.Out, branches)
	case s.globals.Quiet:
		show.PrintBehindNames(s.app.Out, branches)
	default:
		show.PrintBranches(s.app.Out, branches, s.table())
	}
}

func firstFailure(branches []show.Branch) error {
	for _, b := range branches {
		if b.Err != nil {
			return b.Err
		}
	}
	return nil
}

// look asks the Hub about what is cached. The answers are in the order of the
// branches.
func (c *checkFlags) look(ctx context.Context, s *session) (answers []show.Branch, branches []Tracked, r Request, err error) {
	hub := c.hub(s)
	s.sayToken(hub)
	err = s.inCache(&c.cacheFlags, func(store *cache.Store, base Request) error {
		s.redact = redact.New(hub.Token.Value, hub.Proxy.Password)
		r = base
		limits := pipeline.DefaultLimits()
		r.Transfer = Transfer{Limits: limits, Retries: s.config.Retries, BackoffInitial: s.config.BackoffInitial, BackoffMax: s.config.BackoffMax}
		r.Hub = hub
		if branches, err = s.tracked(ctx, store, r, c.Repos); err != nil {
			return err
		}
		answers, err = s.app.Backend.Outdated(ctx, r, branches)
		return err
	})
	return answers, branches, r, err
}

// tracked lists the branches of the cache, or of some of its repositories.
func (s *session) tracked(ctx context.Context, store *cache.Store, r Request, names []string) ([]Tracked, error) {
	var infos []cache.RepoInfo
	if len(names) == 0 {
		var err error
		if infos, err = store.Repos(ctx); err != nil {
			return nil, err
		}
	}
	for _, name := range names {
		ref, err := findPart(ctx, store, name)
		if err != nil {
			return nil, err
		}
		info, _, ok, err := store.Repo(ctx, ref)
		if err != nil || !ok {
			return nil, err
		}
		infos = append(infos, info)
	}
	var out []Tracked
	for _, info := range infos {
		out = append(out, TrackedOf(info, viewOf(r, info.Ref).Manifest, s.asBefore)...)
	}
	return out, nil
}

// AsBefore takes over what the command of a manifest selected.
type AsBefore func(t *Tracked, command string)

// TrackedOf lists the branches of a cached repository; m is nil without a manifest.
func TrackedOf(info cache.RepoInfo, m *friendly.Manifest, asBefore AsBefore) (out []Tracked) {
	for _, ref := range info.Refs {
		rev, err := repo.ParseRevision(strings.TrimPrefix(ref.Name, "refs/heads/"))
		if err != nil || rev.IsCommit() {
			continue
		}
		t := Tracked{Job: pipeline.Job{Repo: info.Ref, Revision: rev}, Have: ref.Commit, Here: true}
		if m != nil && m.Branch == rev && asBefore != nil {
			asBefore(&t, m.Command)
		}
		out = append(out, t)
	}
	return out
}

// asBefore takes over what the command of a manifest selected. One that cannot be
// read, or is about another repository, selects nothing.
func (s *session) asBefore(t *Tracked, command string) {
	t.Manifest, t.Command = true, command
	words, ok := shellWords(command)
	if !ok || len(words) < 2 || words[1] != "download" {
		return
	}
	var g grammar
	other := &session{app: s.app, loaded: true, config: s.config} // reads no file
	other.app.Out, other.app.Err = io.Discard, io.Discard         // a manifest may ask for --help
	parser, ended, err := other.parser(&g)
	if err != nil {
		return
	}
	if _, err := parser.Parse(words[1:]); err != nil || ended.done {
		return
	}
	arg, err := g.Download.argument()
	if err != nil || arg.Ref.ID != t.Job.Repo.ID {
		return
	}
	d := g.Download
	paths, include, err := d.picks(arg)
	if err != nil {
		return
	}
	t.Here = false
	t.Paths, t.Include = paths, include
	t.Job.Filters, t.Job.Excludes, t.Job.Exact = append(arg.Filters, d.Filters...), d.Exclude, d.Exact
	t.Job.Shards, t.Job.AppendFilterSubdir, t.Job.AllowEmpty = d.Shards, d.AppendFilterSubdir, true
}

// shellWords undoes quote; false for what quote never writes.
func shellWords(command string) (words []string, ok bool) {
	var word strings.Builder
	in, quoted := false, false
	for i := 0; i < len(command); i++ {
		switch c := command[i]; {
		case quoted && c == '\'':
			quoted = false
		case quoted:
			word.WriteByte(c)
		case c == '\'':
			in, quoted = true, true
		case c == '\\' && i+1 < len(command):
			i++
			in = true
			word.WriteByte(command[i])
		case c == ' ':
			if in {
				words = append(words, word.String())
			}
			word.Reset()
			in = false
		default:
			in = true
			word.WriteByte(c)
		}
	}
	if in {
		words = append(words, word.String())
	}
	return words, !quoted
}
