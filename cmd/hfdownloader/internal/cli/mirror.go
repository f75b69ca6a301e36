package cli

import (
	"context"
	"errors"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/core/mirror/folder"
)

// mirrorCmd is "mirror".
type mirrorCmd struct {
	Target mirrorTargetCmd `cmd:"" help:"The places mirrors are in: add, list, remove."`
	Diff   mirrorDiffCmd   `cmd:"" help:"Say how a target differs from the cache."`
	Push   mirrorPushCmd   `cmd:"" help:"Carry over to a target what it lacks."`
	Pull   mirrorPullCmd   `cmd:"" help:"Take over from a target what the cache lacks."`
}

// Help is shown below the flags.
func (mirrorCmd) Help() string {
	return `A mirror is itself a cache any client can use. What is compared is content, by digest.

Examples:
  hfdownloader mirror target add nas /mnt/nas/hub -d "in the cellar"
  hfdownloader mirror push nas --verify
  hfdownloader mirror pull nas --repo bert`
}

// mirrorFlags are those of diff, push and pull.
type mirrorFlags struct {
	Target string `arg:"" help:"The name of a target, or a folder."`

	Repo   string `placeholder:"TEXT" group:"Repository" help:"Only repositories whose name contains this."`
	Format string `enum:"table,json" default:"table" group:"Output" help:"${enum}; --json is the same as json."`
	cacheFlags
}

func (f *mirrorFlags) asJSON(s *session) bool { return s.globals.JSON || f.Format == "json" }

// moveFlags are those of push and pull.
type moveFlags struct {
	mirrorFlags
	DryRun bool `group:"Mirror" help:"Only say what would be done."`
	Verify bool `group:"Mirror" help:"Afterwards, read everything at the destination and hash it. Exit code 5 when anything is damaged."`
	Delete bool `group:"Mirror" help:"Remove at the destination what the origin has not, after showing it."`
	Force  bool `group:"Mirror" help:"Carry over contents that are there already."`
	Yes    bool `short:"y" group:"Mirror" help:"Do not ask before --delete."`
}

// inMirror opens the cache and the target, and joins them.
func (s *session) inMirror(f *mirrorFlags, work func(*mirror.Mirror) error) error {
	return s.inCache(&f.cacheFlags, func(store *cache.Store, _ Request) error {
		path, err := s.targetPath(f.Target)
		if err != nil {
			return err
		}
		target, err := folder.Open(path)
		if err != nil {
			return err
		}
		return errors.Join(work(mirror.New(store, target)), target.Close())
	})
}

// targetPath is where a name, or a folder given as such, leads.
func (s *session) targetPath(name string) (string, error) {
	targets, err := mirror.ReadTargets(s.targetsFile())
	if err != nil {
		return "", err
	}
	if t, ok := targets[name]; ok {
		return s.mirrorPath(t.Path)
	}
	if !strings.ContainsAny(name, `/\:`) {
		return "", fault.New(fault.Invalid, "find the mirror target", name, errors.New("there is none of this name")).
			WithHint("hfdownloader mirror target list shows them; a folder is given as ./" + name)
	}
	return s.mirrorPath(name)
}

// mirrorPath is a target's folder as an absolute path.
func (s *session) mirrorPath(text string) (string, error) {
	if u, err := url.Parse(text); err == nil && len(u.Scheme) > 1 {
		return "", fault.New(fault.Invalid, "use the mirror target", u.Scheme+":", errors.New("only folders can be targets so far")).
			WithHint("mount it, and give the folder")
	}
	path, err := filepath.Abs(s.expandHome(text))
	if err != nil {
		return "", fault.New(fault.Invalid, "use the mirror target", text, err)
	}
	return path, nil
}

// targetsFile is where targets are kept (reference-behaviour.md §3).
func (s *session) targetsFile() string {
	dir := filepath.Join(s.app.Home, ".config")
	if xdg, _ := s.app.Lookup("XDG_CONFIG_HOME"); filepath.IsAbs(xdg) {
		dir = xdg
	}
	return filepath.Join(dir, "hfdownloader", "targets.yaml")
}

// mirrorDiffCmd is "mirror diff".
type mirrorDiffCmd struct{ mirrorFlags }

// Help is shown below the flags.
func (mirrorDiffCmd) Help() string {
	return `Nothing is changed, and no content is read: names of contents are their digests.

Examples:
  hfdownloader mirror diff nas
  hfdownloader mirror diff nas --repo bert --json`
}

// Run compares.
func (c *mirrorDiffCmd) Run(ctx context.Context, s *session) error {
	return s.inMirror(&c.mirrorFlags, func(m *mirror.Mirror) error {
		list, err := m.Diff(ctx, mirror.Options{Repo: c.Repo})
		if err != nil {
			return err
		}
		if c.asJSON(s) {
			show.PrintDifferencesJSON(s.app.Out, list)
		} else {
			show.PrintDifferences(s.app.Out, list, s.table())
		}
		return nil
	})
}
