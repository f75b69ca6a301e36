//go:build unix

package cache

import (
	"fmt"
	"io/fs"
	"syscall"
)

// identity tells two names of one file from two files; false where the system
// does not say.
func identity(st fs.FileInfo) (string, bool) {
	sys, ok := st.Sys().(*syscall.Stat_t)
	if !ok {
		return "", false
	}
	return fmt.Sprintf("%d:%d", sys.Dev, sys.Ino), true
}
