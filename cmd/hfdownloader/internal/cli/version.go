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

func (versionCmd) standalone() {}

// Run prints the version, and what was built how.
func (v *versionCmd) Run(s *session) error {
	if v.Short {
		show.PrintLine(s.app.Out, s.app.Version)
		return nil
	}
	show.PrintLine(s.app.Out, fmt.Sprintf("hfdownloader %s (%s, %s/%s%s)", s.app.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH, commit()))
	return nil
}

// commit is what git said at build time, if anything.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" && len(setting.Value) >= 7 {
			return ", commit " + setting.Value[:7]
		}
	}
	return ""
}
