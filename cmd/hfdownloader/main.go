// Command hfdownloader downloads models, datasets and spaces from a Hugging Face
// Hub. main owns signals and the exit code; everything else is in internal.
package main

import (
	"io"
	stdlog "log" //nolint:depguard // only to silence it
	"os"
	"runtime/debug"
	"strings"

	"golang.org/x/term"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/cli"
	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/wire"
	"github.com/hfdownloader/hfdownloader/plugins/guard"
)

// version is set by the linker: -ldflags "-X main.version=v3.4.0".
var version string

func main() {
	if len(os.Args) > 1 && os.Args[1] == wire.GuardCommand {
		os.Exit(guard.Run(os.Args[2:], os.Stderr))
	}
	stdlog.SetOutput(io.Discard) // net/http complains there about what core/hub reports as an error
	ctx, stop := interruptible(os.Exit)
	defer stop()
	home, _ := os.UserHomeDir() // without one, nothing is looked for there
	app := cli.App{
		Version: released(),
		In:      os.Stdin,
		Out:     closeable{os.Stdout, stop}, Err: os.Stderr,
		TTY:    term.IsTerminal(int(os.Stdout.Fd())) && term.IsTerminal(int(os.Stderr.Fd())),
		Lookup: os.LookupEnv, Environ: os.Environ(), Home: home,
		Backend: wire.Backend{},
	}
	os.Exit(app.Run(ctx, os.Args[1:]))
}

// released is the version of a release; "" for anything built in between.
func released() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || strings.HasPrefix(info.Main.Version, "v0.0.0-") || strings.Contains(info.Main.Version, "+") || info.Main.Version == "(devel)" {
		return ""
	}
	return info.Main.Version
}
