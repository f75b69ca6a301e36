//go:build unix

package plugins

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// trusted says whether only this user, and root, may write to a file (T40).
func trusted(info fs.FileInfo) error {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fmt.Errorf("its owner cannot be read")
	}
	if me := uint32(os.Geteuid()); s.Uid != me && s.Uid != 0 { //nolint:gosec // user ids fit
		return fmt.Errorf("it belongs to another user (%d): chown it", s.Uid)
	}
	if mode := info.Mode().Perm(); mode&0o022 != 0 {
		return fmt.Errorf("others may write to it (mode %#o): chmod go-w it", mode)
	}
	return nil
}
