//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// run is one measured process.
type run struct {
	wall    time.Duration
	cpu     time.Duration
	peak    int64 // resident bytes
	written int64 // bytes it caused to be written to storage
}

// measure runs a command to its end. It must succeed.
func measure(ctx context.Context, c command) (run, error) {
	cmd := exec.CommandContext(ctx, c.argv[0], c.argv[1:]...)
	cmd.Env = append(os.Environ(), c.env...)
	cmd.Dir = c.dir
	var output strings.Builder
	cmd.Stderr = &output
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return run{}, err
	}
	// Its I/O counters are gone once it is reaped: look between exit and wait.
	if err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil); err != nil {
		return run{}, fmt.Errorf("waitid: %w", err)
	}
	wall := time.Since(began)
	written := writtenBytes(cmd.Process.Pid)
	if err := cmd.Wait(); err != nil {
		return run{}, fmt.Errorf("%s: %w: %s", c.argv[0], err, output.String())
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return run{}, fmt.Errorf("no resource usage on this system")
	}
	return run{
		wall:    wall,
		cpu:     cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(),
		peak:    usage.Maxrss * 1024, // Linux counts KiB
		written: written,
	}, nil
}

// writtenBytes reads write_bytes of /proc/PID/io: what the process sent to the
// storage layer. 0 where it cannot be read.
func writtenBytes(pid int) int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(line), "write_bytes: "); ok {
			n, err := strconv.ParseInt(v, 10, 64)
			if err != nil {
				return 0
			}
			return n
		}
	}
	return 0
}

func medianOf[T int64 | float64 | time.Duration](runs []run, value func(run) T) T {
	all := make([]T, len(runs))
	for i, r := range runs {
		all[i] = value(r)
	}
	slices.Sort(all)
	return all[len(all)/2]
}

func wallOf(r run) time.Duration { return r.wall }
