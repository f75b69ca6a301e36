// Package builtin lists the analyzers that come with hfdownloader.
package builtin

import (
	"github.com/hfdownloader/hfdownloader/analyzers/gguf"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// All are the built-in analyzers. The order decides between equal ranks.
func All() []sdk.Analyzer {
	return []sdk.Analyzer{
		gguf.New(),
	}
}
