package cli

import (
	"errors"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/mirror"
)

// mirrorTargetCmd is "mirror target".
type mirrorTargetCmd struct {
	Add    mirrorTargetAddCmd    `cmd:"" help:"Give a target a name, or a name another target."`
	List   mirrorTargetListCmd   `cmd:"" aliases:"ls" help:"List the targets."`
	Remove mirrorTargetRemoveCmd `cmd:"" aliases:"rm" help:"Forget a target; what is there stays."`
}

// Help is shown below the flags.
func (mirrorTargetCmd) Help() string {
	return `They are kept in ~/.config/hfdownloader/targets.yaml.

Examples:
  hfdownloader mirror target list --check`
}

type mirrorTargetAddCmd struct {
	Name        string `arg:"" help:"Letters, digits, _ and -."`
	Path        string `arg:"" help:"A folder, ssh://[user@]host[:port]/folder, s3://bucket/prefix, or rclone:remote:path."`
	Description string `short:"d" placeholder:"TEXT" group:"Mirror" help:"What to remember about it."`
}

// Help is shown below the flags.
func (mirrorTargetAddCmd) Help() string {
	return `Examples:
  hfdownloader mirror target add nas /mnt/nas/hub -d "in the cellar"
  hfdownloader mirror target add server ssh://me@server/~/hub
  hfdownloader mirror target add store "s3://models/hub?endpoint=https://s3.example.org"
  hfdownloader mirror target add cloud rclone:drive:models`
}

// Run adds.
func (c *mirrorTargetAddCmd) Run(s *session) error {
	if err := mirror.ParseTargetName(c.Name); err != nil {
		return err
	}
	address, err := mirror.ParseTarget(c.Path, s.app.Home)
	if err != nil {
		return err
	}
	done, added := "added", mirror.Named{Path: address.String(), Description: c.Description}
	if err := mirror.ChangeTargets(s.targetsFile(), func(targets map[string]mirror.Named) error {
		if _, there := targets[c.Name]; there {
			done = "replaced"
		}
		targets[c.Name] = added
		return nil
	}); err != nil {
		return err
	}
	s.sayTarget(done, c.Name, added)
	return nil
}

// sayTarget says what became of a target.
func (s *session) sayTarget(done, name string, n mirror.Named) {
	switch {
	case s.globals.JSON:
		show.PrintTargetChangedJSON(s.app.Out, done, name, n)
	case !s.globals.Quiet:
		show.PrintLine(s.app.Out, done+" "+name+": "+n.Path)
	}
}

type mirrorTargetRemoveCmd struct {
	Name string `arg:"" help:"The name of a target."`
}

// Help is shown below the flags.
func (mirrorTargetRemoveCmd) Help() string {
	return `Examples:
  hfdownloader mirror target remove nas`
}

// Run forgets.
func (c *mirrorTargetRemoveCmd) Run(s *session) error {
	var was mirror.Named
	if err := mirror.ChangeTargets(s.targetsFile(), func(targets map[string]mirror.Named) error {
		var ok bool
		if was, ok = targets[c.Name]; !ok {
			return fault.New(fault.Invalid, "remove the mirror target", c.Name, errors.New("there is none of this name")).
				WithHint("hfdownloader mirror target list shows them")
		}
		delete(targets, c.Name)
		return nil
	}); err != nil {
		return err
	}
	s.sayTarget("removed", c.Name, was)
	return nil
}
