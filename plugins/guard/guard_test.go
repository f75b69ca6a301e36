//go:build linux

package guard_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/plugins/guard"
)

// TestMain is also the guard.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "guard" {
		os.Exit(guard.Run(os.Args[2:], os.Stderr))
	}
	os.Exit(m.Run())
}

// run guards a shell script until it ends, or until the lifeline is cut when the
// script has printed something.
func run(t *testing.T, script string, cut bool) (code int, out string, folder string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "private")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(folder, "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	theirs, ours, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "guard", folder, program)
	cmd.ExtraFiles = []*os.File{theirs}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = theirs.Close()
	if !cut {
		defer ours.Close()
	}
	var all bytes.Buffer
	first := make([]byte, 1)
	if n, _ := stdout.Read(first); n > 0 {
		all.Write(first)
	}
	if cut {
		_ = ours.Close()
	}
	_, _ = all.ReadFrom(stdout)
	err = cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), all.String(), folder
}

func TestGuard(t *testing.T) {
	for _, test := range []struct {
		name, script string
		cut          bool
		code         int
		out          string
	}{
		{"the code of the program", "exit 7", false, 7, ""},
		{"a signal", "kill -SEGV $$", false, 128 + 11, ""},
		{"an empty stdin", "cat; echo end", false, 0, "end\n"},
		{"no core, few files", "ulimit -c; ulimit -n; ulimit -t", false, 0, "0\n1024\n3600\n"},
		{"its folder is the private one", `basename "$(pwd)"`, false, 0, "private\n"},
		{"no descriptor of ours", "ls /proc/self/fd | wc -l", false, 0, "4\n"},
		{"the lifeline is cut", "echo up; sleep 3600", true, 128 + 9, "up\n"},
		{"it ignores signals", "trap '' TERM INT HUP; echo up; while :; do sleep 1; done", true, 128 + 9, "up\n"},
		{"it is stopped", "echo up; kill -STOP $$; sleep 3600", true, 128 + 9, "up\n"},
		{"children in the background", "sleep 3600 & sleep 3600 & echo up; exit 0", false, 0, "up\n"},
		{"children that leave", "setsid sleep 3600 & setsid sh -c 'sleep 3600 & sleep 3600' & echo up; sleep 3600", true, 128 + 9, "up\n"},
		{"signals are as always", "kill -TERM $$; echo not reached", false, 128 + 15, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			code, out, folder := run(t, test.script, test.cut)
			if code != test.code || out != test.out {
				t.Errorf("code %d, output %q; want %d, %q", code, out, test.code, test.out)
			}
			if _, err := os.Stat(folder); err == nil {
				t.Error("the private folder is still there")
			}
			if left := inFolder(folder); len(left) > 0 {
				t.Errorf("processes are left: %v", left)
			}
		})
	}
}

// TestMemory: what a plugin and its children take together is limited.
func TestMemory(t *testing.T) {
	code, _, _ := run(t, `echo up; for i in 1 2 3; do head -c 250000000 /dev/zero | tail -c 250000000 | (sleep 5; cat) >/dev/null & done; wait; sleep 5`, false)
	if code != guard.CodeMemory {
		t.Errorf("code %d, want %d", code, guard.CodeMemory)
	}
}

// TestOwnUse: by hand it does nothing.
func TestOwnUse(t *testing.T) {
	for _, args := range [][]string{{"guard"}, {"guard", "/tmp"}, {"guard", t.TempDir(), "/bin/true"}} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
		out, err := cmd.CombinedOutput()
		if err == nil || cmd.ProcessState.ExitCode() != guard.CodeUsage || !strings.Contains(string(out), "own use") {
			t.Errorf("%v: %v, %s", args, err, out)
		}
	}
}

// inFolder are processes that work there, a moment later.
func inFolder(folder string) (left []string) {
	for deadline := time.Now().Add(2 * time.Second); time.Now().Before(deadline); {
		left = nil
		links, _ := filepath.Glob("/proc/[0-9]*/cwd")
		for _, l := range links {
			if target, err := os.Readlink(l); err == nil && strings.HasPrefix(target, folder) {
				left = append(left, l)
			}
		}
		if len(left) == 0 {
			return nil
		}
	}
	return left
}
