//go:build unix

package cache

import (
	"io/fs"
	"syscall"
)

// identity tells two names of one file from two files; false where the system
// does not say.
func identity(st fs.FileInfo) (fileID, bool) {
	sys, ok := st.Sys().(*syscall.Stat_t)
	if !ok {
		return fileID{}, false
	}
	return fileID{dev: uint64(sys.Dev), ino: uint64(sys.Ino)}, true //nolint:unconvert,gosec // other types on other systems
}
