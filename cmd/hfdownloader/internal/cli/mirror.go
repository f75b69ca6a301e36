package cli

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/mirror"
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
	return `A mirror in a folder or over ssh is itself a cache any client can use; S3 and rclone have no links, so a mirror there is for hfdownloader. What is compared is content, by digest.

Examples:
  hfdownloader mirror target add nas /mnt/nas/hub -d "in the cellar"
  hfdownloader mirror push nas --verify
  hfdownloader mirror push ssh://me@nas/srv/hub
  hfdownloader mirror push s3://bucket/prefix
  hfdownloader mirror push rclone:drive:models
  hfdownloader mirror pull nas --repo bert`
}

// mirrorFlags are those of diff, push and pull.
type mirrorFlags struct {
	Target string `arg:"" help:"The name of a target, a folder, or an address as of mirror target add."`

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

// MirrorBackend opens the places mirrors are in.
type MirrorBackend interface {
	// OpenMirror opens the target at an address.
	OpenMirror(ctx context.Context, r MirrorRequest) (mirror.Target, error)
}

// MirrorRequest says which target to open, and what opening it may read.
type MirrorRequest struct {
	Address     mirror.Address
	Cache       string // the hub folder, which a target must be apart from
	TargetsFile string
	Home, User  string
	Lookup      func(string) (string, bool) // the environment
}

// mirrorRequest is one for a cache, without an address.
func (s *session) mirrorRequest(hubDir string) MirrorRequest {
	name, _ := s.app.Lookup("USER")
	return MirrorRequest{Cache: hubDir, TargetsFile: s.targetsFile(), Home: s.app.Home, User: name, Lookup: s.app.Lookup}
}

// inMirror opens the cache and the target, and joins them.
func (s *session) inMirror(ctx context.Context, f *mirrorFlags, work func(*mirror.Mirror) error) error {
	return s.inCache(&f.cacheFlags, func(store *cache.Store, r Request) error {
		m := s.mirrorRequest(r.Destination.HubDir)
		var err error
		if m.Address, err = s.target(f.Target); err != nil {
			return err
		}
		target, err := s.app.Backend.OpenMirror(ctx, m)
		if err != nil {
			return err
		}
		return errors.Join(work(mirror.New(store, target)), target.Close())
	})
}

// target is the address behind a name, or one given as such.
func (s *session) target(text string) (mirror.Address, error) {
	if strings.ContainsAny(text, `/\:~`) {
		return mirror.ParseTarget(text, s.app.Home)
	}
	return mirror.Find(s.targetsFile(), text, s.app.Home)
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
	return s.inMirror(ctx, &c.mirrorFlags, func(m *mirror.Mirror) error {
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
