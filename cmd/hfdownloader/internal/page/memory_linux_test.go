package page

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// largestRenderer is what the largest process that draws pages has in memory, in
// bytes: what is its own, and its share of what several have.
func largestRenderer() int64 {
	var most int64
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		line, err := os.ReadFile(filepath.Join(dir, "cmdline"))
		if err != nil || !bytes.Contains(line, []byte("--type=renderer")) || !ours(filepath.Base(dir)) {
			continue
		}
		rollup, err := os.ReadFile(filepath.Join(dir, "smaps_rollup"))
		if err != nil {
			continue // it has ended
		}
		for text := range strings.Lines(string(rollup)) {
			var kib int64
			if _, err := fmt.Sscanf(text, "Pss: %d kB", &kib); err == nil {
				most = max(most, kib<<10)
			}
		}
	}
	return most
}

// ours says that a process descends from this one.
func ours(pid string) bool {
	for range 10 {
		stat, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
		if err != nil {
			return false
		}
		_, rest, _ := strings.Cut(string(stat), ") ") // behind the name, which may hold anything
		fields := strings.Fields(rest)
		if len(fields) < 2 {
			return false
		}
		if pid = fields[1]; pid == strconv.Itoa(os.Getpid()) {
			return true
		}
	}
	return false
}
