package cli

import (
	"context"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/web/api"
)

type mirrorTargetListCmd struct {
	Check  bool   `group:"Mirror" help:"Ask each of them whether it can be used, all at once; the exit code says when one cannot."`
	Format string `enum:"table,json" default:"table" group:"Output" help:"${enum}; --json is the same as json."`
}

// Help is shown below the flags.
func (mirrorTargetListCmd) Help() string {
	return `Without --check only folders are looked at, and nobody is asked.

Examples:
  hfdownloader mirror target list
  hfdownloader mirror target list --check --json`
}

// Run lists.
func (c *mirrorTargetListCmd) Run(ctx context.Context, s *session) error {
	named, err := mirror.ReadTargets(s.targetsFile())
	if err != nil {
		return err
	}
	list := []show.Target{}
	for _, t := range api.MirrorTargetsOf(named, folderThere).Targets {
		list = append(list, show.Target{MirrorTarget: t})
	}
	if c.Check {
		var wait sync.WaitGroup
		for i := range list {
			wait.Go(func() { s.askTarget(ctx, &list[i]) })
		}
		wait.Wait()
	}
	switch {
	case s.globals.JSON || c.Format == "json":
		show.PrintTargetsJSON(s.app.Out, list)
	case s.globals.Quiet:
		for _, t := range list {
			show.PrintLine(s.app.Out, t.Name)
		}
	default:
		show.PrintTargets(s.app.Out, list, s.table())
	}
	if i := slices.IndexFunc(list, func(t show.Target) bool { return t.Err != nil }); i >= 0 {
		return list[i].Err
	}
	return nil
}

func folderThere(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.IsDir()
}

// targetPatience bounds the wait for one target.
const targetPatience = 20 * time.Second

// askTarget opens a target and lists what is at its root. A folder that is not
// there is no error: a push makes it.
func (s *session) askTarget(ctx context.Context, t *show.Target) {
	ctx, cancel := context.WithTimeout(ctx, targetPatience)
	defer cancel()
	t.Asked = true
	if t.Kind == "folder" && !t.Exists {
		return
	}
	m := s.mirrorRequest("")
	var err error
	if m.Address, err = mirror.ParseTarget(t.Path, s.app.Home); err != nil {
		t.Exists, t.Err = false, err
		return
	}
	target, err := s.app.Backend.OpenMirror(ctx, m)
	if err == nil {
		_, err = target.List(ctx, "")
		_ = target.Close() // nothing was written
	}
	t.Exists, t.Err = err == nil, err
}
