//go:build !linux

package page

// largestRenderer is not known here.
func largestRenderer() int64 { return 0 }
