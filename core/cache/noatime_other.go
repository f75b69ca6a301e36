//go:build !linux

package cache

// noAccessTime: reading leaves the time of the last use alone; not here.
const noAccessTime = 0
