//go:build !linux

package plugins

import "os"

// mayRun says whether a folder is there; what may be started in it, other systems
// tell when it is tried.
func mayRun(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && info.IsDir()
}
