package cli

import (
	"context"
	"errors"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/match"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// exportCmd is "export".
type exportCmd struct {
	Repo string `arg:"" help:"A repository in the cache, as owner/name, or a part of it that fits only one."`
	Dest string `arg:"" help:"The folder its files go to."`

	Dataset  bool     `group:"Repository" help:"It is a dataset."`
	Revision string   `short:"b" placeholder:"REV" group:"Repository" help:"A branch, tag or commit that is in the cache (default: the current one)."`
	Filters  []string `short:"F" sep:"," placeholder:"TEXT" group:"Selection" help:"Of the weights and data, only files with one of these names; whole names, as with --exact."`
	Mode     string   `enum:"copy,hardlink,symlink,reflink,auto" default:"copy" group:"Output" help:"How: ${enum}. A reflink is a copy that shares its space; auto takes reflink, hardlink or copy, the first that works."`
	cacheFlags
}

// Help is shown below the flags.
func (exportCmd) Help() string {
	return `What is there already stays. A file appears under its name when it is whole, never before. With hardlink and symlink, changing an exported file changes the cache.

Examples:
  hfdownloader export owner/name /srv/model
  hfdownloader export owner/name /srv/model -F q4_k_m --mode auto
  hfdownloader export owner/name /srv/model --revision v1.0 --json`
}

// Run exports.
func (c *exportCmd) Run(ctx context.Context, s *session) error {
	return s.inCache(&c.cacheFlags, func(store *cache.Store, _ Request) error {
		name := c.Repo
		if c.Dataset {
			name = repo.Dataset.Plural() + "/" + name
		}
		ref, err := findPart(ctx, store, name)
		if err != nil {
			return err
		}
		commit, err := c.commit(ctx, store, ref)
		if err != nil {
			return err
		}
		done, err := store.Export(ctx, cache.Export{Ref: ref, Commit: commit, Dest: s.expandHome(c.Dest), Mode: cache.ExportMode(c.Mode), Choose: chooser(ref, c.Filters)})
		if err != nil && fault.KindOf(err) != fault.Integrity {
			return err
		}
		switch {
		case s.globals.JSON:
			show.PrintExportedJSON(s.app.Out, ref, commit, done)
		case s.globals.Quiet:
			show.PrintLine(s.app.Out, done.Dest)
		default:
			show.PrintExported(s.app.Out, ref, commit, done)
		}
		return err
	})
}

func (c *exportCmd) commit(ctx context.Context, store *cache.Store, ref repo.Ref) (repo.Commit, error) {
	info, _, _, err := store.Repo(ctx, ref)
	if err != nil {
		return "", err
	}
	commit := info.Current()
	if c.Revision != "" {
		if commit, err = (cacheTarget{ref: ref, revision: c.Revision}).commit(cache.Holding{RepoInfo: info}); err != nil {
			return "", err
		}
	}
	if commit == "" {
		return "", fault.New(fault.RevisionNotFound, "export", ref.String(), errors.New("the cache has no whole revision of it")).
			WithHint("download it first: hfdownloader download " + string(ref.ID))
	}
	return commit, nil
}

// chooser picks files as download --exact does; nil takes all.
func chooser(ref repo.Ref, filters []string) func([]repo.File) ([]repo.File, error) {
	if len(filters) == 0 {
		return nil
	}
	return func(files []repo.File) ([]repo.File, error) {
		sel, err := match.Select(files, match.Options{Filters: filters, Exact: true, Dataset: ref.Type == repo.Dataset})
		if err != nil {
			return nil, err
		}
		if sel.Payload == 0 {
			return nil, bad("no weights or data match the filters", "they are whole names: hfdownloader info "+string(ref.ID)+" lists what is there")
		}
		out := make([]repo.File, len(sel.Items))
		for i, item := range sel.Items {
			out[i] = item.File
		}
		return out, nil
	}
}

// notCached says that a repository is not in the cache.
func notCached(text string) error {
	return fault.New(fault.RepoNotFound, "find in the cache", text, errors.New("it is not there")).
		WithHint("hfdownloader list --scan shows what is")
}
