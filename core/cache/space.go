package cache

import (
	"path/filepath"

	gopsutil "github.com/shirou/gopsutil/v4/disk"
)

// FreeSpace is what this user may still write where the cache is, in bytes; -1
// when the system does not say.
func (s *Store) FreeSpace() (int64, error) { return freeSpace(s.path), nil }

// freeSpace asks the nearest folder that exists.
func freeSpace(path string) int64 {
	for {
		if usage, err := gopsutil.Usage(path); err == nil {
			return int64(min(usage.Free, 1<<62))
		}
		up := filepath.Dir(path)
		if up == path {
			return -1
		}
		path = up
	}
}
