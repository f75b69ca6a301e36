package cache

import (
	"io/fs"
	"syscall"
	"time"
)

// accessed is when a file was last read, where the system notes it.
func accessed(st fs.FileInfo) time.Time {
	sys, ok := st.Sys().(*syscall.Win32FileAttributeData)
	if !ok {
		return time.Time{}
	}
	return time.Unix(0, sys.LastAccessTime.Nanoseconds())
}
