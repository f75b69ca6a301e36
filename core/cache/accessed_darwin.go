package cache

import (
	"io/fs"
	"syscall"
	"time"
)

// accessed is when a file was last read; most systems note it once a day.
func accessed(st fs.FileInfo) time.Time {
	sys, ok := st.Sys().(*syscall.Stat_t)
	if !ok {
		return time.Time{}
	}
	return time.Unix(sys.Atimespec.Unix())
}
