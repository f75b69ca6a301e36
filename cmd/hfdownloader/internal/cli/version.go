package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/show"
)

// versionCmd is "version".
type versionCmd struct {
	Short bool `short:"s" help:"Only the number."`
}

// Help is shown below the flags.
func (versionCmd) Help() string {
	return `Examples:
  hfdownloader version
  hfdownloader version --json | jq -r .commit`
}

func (versionCmd) standalone() {}

// Run prints the version, and what was built how.
func (v *versionCmd) Run(s *session) error {
	build := show.Build{
		Version: s.app.Version, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, Commit: commit(),
	}
	switch {
	case s.globals.JSON:
		show.PrintBuildJSON(s.app.Out, build)
	case v.Short || s.globals.Quiet:
		show.PrintLine(s.app.Out, build.Version)
	default:
		text := fmt.Sprintf("hfdownloader %s (%s, %s/%s", build.Version, build.Go, build.OS, build.Arch)
		if len(build.Commit) >= 7 {
			text += ", commit " + build.Commit[:7]
		}
		show.PrintLine(s.app.Out, text+")")
	}
	return nil
}

// commit is what git said at build time, "" if nothing.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return setting.Value
		}
	}
	return ""
}
