package cache

import (
	"os"

	"golang.org/x/sys/unix"
)

// cloneFile makes to share from's content, where the file system can.
func cloneFile(to, from *os.File) error {
	return unix.IoctlFileClone(int(to.Fd()), int(from.Fd())) //nolint:gosec // file descriptors are small
}
