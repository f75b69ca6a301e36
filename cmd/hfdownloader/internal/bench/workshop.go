//go:build linux

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Arguments by which the program runs itself as another process, so that no
// peer shares a process with the hub.
const (
	hubArg  = "serve-hub"
	readArg = "read-pages"
)

// hubAddress is what a hub's process prints when it is ready.
type hubAddress struct {
	URL string `json:"url"`
}

// workshop owns the built binary and the temporary folders.
type workshop struct {
	root   string // on a disk
	memory string // on tmpfs where there is one
	binary string
}

func self() string {
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}

func newWorkshop(ctx context.Context) (*workshop, error) {
	for _, tool := range []string{"curl", "aria2c"} {
		if _, err := exec.LookPath(tool); err != nil {
			return nil, fmt.Errorf("%s is needed as a peer: %w", tool, err)
		}
	}
	root, err := os.MkdirTemp("", "hfdownloader-bench-")
	if err != nil {
		return nil, err
	}
	w := &workshop{root: root, memory: root, binary: filepath.Join(root, "hfdownloader")}
	if dir, err := os.MkdirTemp("/dev/shm", "hfdownloader-bench-"); err == nil {
		w.memory = dir
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", w.binary, "./cmd/hfdownloader")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		w.close()
		return nil, fmt.Errorf("build, from the project's root: %w", err)
	}
	return w, nil
}

func (w *workshop) close() {
	_ = os.RemoveAll(w.root)
	_ = os.RemoveAll(w.memory)
}

// folders makes a fresh folder in memory and one on disk.
func (w *workshop) folders() (dirs [2]string, clean func(), err error) {
	for i, parent := range []string{w.memory, w.root} {
		if dirs[i], err = os.MkdirTemp(parent, "run-"); err != nil {
			return dirs, nil, err
		}
	}
	return dirs, func() {
		for _, d := range dirs {
			_ = os.RemoveAll(d)
		}
	}, nil
}

// startHub runs the hub in a process of its own.
func (w *workshop) startHub(ctx context.Context, args []string) (hubAddress, func(), error) {
	ctx, cancel := context.WithCancel(ctx)
	cmd := exec.CommandContext(ctx, self(), append([]string{hubArg}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		cancel()
		return hubAddress{}, nil, err
	}
	stop := func() {
		cancel()
		_ = cmd.Wait() // killed on purpose
	}
	var addr hubAddress
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &addr)
	}
	if err != nil {
		stop()
		return hubAddress{}, nil, fmt.Errorf("hub did not start: %w", err)
	}
	return addr, stop, nil
}
