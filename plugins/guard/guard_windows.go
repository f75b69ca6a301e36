// Package guard is empty here: job objects end a plugin with hfdownloader.
package guard

import "io"

// CodeMemory and CodeStart are of systems with a guard.
const (
	CodeMemory = 98
	CodeStart  = 97
)

// Run is not needed on Windows.
func Run(_ []string, stderr io.Writer) int {
	_, _ = io.WriteString(stderr, "this command is for hfdownloader's own use\n")
	return 96
}
