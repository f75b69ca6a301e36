// Command builtinplugin is all built-in analyzers as one plugin: the tests run
// the suite of fixtures through it, so that the boundary between processes
// provably changes nothing.
package main

import (
	"github.com/hfdownloader/hfdownloader/analyzers/builtin"
	"github.com/hfdownloader/hfdownloader/sdk"
)

func main() { sdk.Serve(builtin.All()...) }
