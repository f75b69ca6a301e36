// Package machine tells how much memory this computer has for a model: RAM, and
// that of graphics cards where their driver says so.
package machine

import (
	"context"
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/shirou/gopsutil/v4/mem"
)

// Machine is what a computer has, in bytes.
type Machine struct {
	RAM          int64 // 0 when the system does not say
	RAMAvailable int64
	GPUs         []GPU
}

// GPU is a graphics card with memory of its own.
type GPU struct {
	Name   string
	Memory int64
}

// driverTime bounds the question to a driver's program.
const driverTime = 5 * time.Second

// Look asks the system and the drivers.
func Look(ctx context.Context) Machine {
	var m Machine
	if v, err := mem.VirtualMemoryWithContext(ctx); err == nil {
		m.RAM, m.RAMAvailable = bytes(v.Total), bytes(v.Available)
	}
	m.GPUs = append(nvidia(ctx), amd(amdFolder)...)
	return m
}

// ForModel is what a model may use: the memory of all cards when there are any,
// else RAM without what the system itself needs. 0 when nothing is known.
func (m Machine) ForModel() int64 {
	var cards int64
	for _, g := range m.GPUs {
		cards += g.Memory
	}
	if cards > 0 {
		return cards
	}
	return max(0, m.RAM-max(m.RAM/10, 1<<30))
}

func bytes(n uint64) int64 { return int64(min(n, 1<<62)) }

// nvidia asks the driver's own program: its library needs cgo.
func nvidia(ctx context.Context) []GPU {
	program, err := exec.LookPath("nvidia-smi")
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, driverTime)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, "--query-gpu=name,memory.total", "--format=csv,noheader,nounits").Output()
	if err != nil {
		return nil
	}
	return parseNvidia(string(out))
}

// parseNvidia reads lines of a name and MiB.
func parseNvidia(text string) []GPU {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil
	}
	var out []GPU
	for _, row := range rows {
		if len(row) != 2 {
			continue
		}
		mib, err := strconv.ParseInt(strings.TrimSpace(row[1]), 10, 40)
		if err == nil && mib > 0 {
			out = append(out, GPU{strings.TrimSpace(row[0]), mib << 20})
		}
	}
	return out
}

// amdFolder is where the kernel shows graphics cards.
const amdFolder = "/sys/class/drm"

// amd reads what the kernel's driver shows of each card.
func amd(root string) []GPU {
	paths, _ := filepath.Glob(filepath.Join(root, "card*", "device", "mem_info_vram_total")) // the pattern is good
	var out []GPU
	for _, p := range paths {
		text, err := os.ReadFile(p)
		if err != nil {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
		if err == nil && n > 0 {
			out = append(out, GPU{"AMD " + filepath.Base(filepath.Dir(filepath.Dir(p))), n})
		}
	}
	return out
}
