//go:build unix

// Package guard stands between hfdownloader and a plugin's process: it is a small
// process of its own that starts the plugin, limits it, and ends it together with
// everything it has started, also when hfdownloader was killed and can end
// nothing any more (T43). Only main and tests call it, in a process that does
// nothing else.
package guard

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
)

// Codes of a guard that ended a plugin by itself; others are the plugin's own,
// and 128 + the number of a signal.
const (
	CodeUsage  = 96
	CodeStart  = 97 // the program could not be started
	CodeMemory = 98 // it took more than MaxMemory
)

// Lifeline is the descriptor that ends everything when it is closed on the other
// side.
const Lifeline = 3

// MaxMemory is what a plugin and its children may keep in memory together, in
// bytes. It is measured where the system tells (Linux).
const MaxMemory = 512 << 20

// maxInherited bounds the descriptors that are kept from the plugin.
const maxInherited = 4096

// every is how often memory is measured.
const every = 200 * time.Millisecond

// Run starts a plugin: args are its private folder, which is removed at the end,
// and the program. It returns the exit code when nothing of the plugin is left.
func Run(args []string, stderr io.Writer) int {
	if len(args) != 2 {
		_, _ = fmt.Fprintln(stderr, "this command is for hfdownloader's own use")
		return CodeUsage
	}
	folder, program := args[0], args[1]
	defer os.RemoveAll(folder) //nolint:errcheck // a leftover in the temporary folder harms nobody
	for fd := Lifeline; fd < maxInherited; fd++ {
		syscall.CloseOnExec(fd) // also what hfdownloader itself was started with
	}
	lifeline := os.NewFile(Lifeline, "lifeline")
	if lifeline == nil || !isPipe(lifeline) {
		_, _ = fmt.Fprintln(stderr, "this command is for hfdownloader's own use")
		return CodeUsage
	}
	// Only the lifeline ends a guard. To ignore signals would reach the plugin, too.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	runtime.LockOSThread() // the plugin ends with the thread that started it
	defer runtime.UnlockOSThread()
	adopt()
	if err := limit(); err != nil {
		_, _ = fmt.Fprintln(stderr, "limits of a plugin could not be set:", err)
		return CodeStart
	}
	child, err := start(program, folder)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, err)
		return CodeStart
	}
	g := &guarded{pid: child}
	go g.watchLifeline(lifeline)
	go g.watchMemory()
	return g.wait()
}

// guarded is a running plugin.
type guarded struct {
	pid    int
	reason atomic.Int32 // the guard's own code, if it ended the plugin
}

// end kills the plugin; wait sees it and kills the rest.
func (g *guarded) end(code int) {
	g.reason.CompareAndSwap(0, int32(code)) //nolint:gosec // codes are small
	_ = syscall.Kill(-g.pid, syscall.SIGKILL)
	_ = syscall.Kill(g.pid, syscall.SIGKILL)
}

func (g *guarded) watchLifeline(f *os.File) {
	_, _ = io.Copy(io.Discard, f) // nothing is ever written to it
	g.end(128 + int(syscall.SIGKILL))
}

func (g *guarded) watchMemory() {
	for range time.Tick(every) {
		if memoryOf(descendants(os.Getpid())) > MaxMemory {
			g.end(CodeMemory)
		}
	}
}

// wait collects what ends, until nothing of the plugin is left.
func (g *guarded) wait() int {
	code := 0
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil { // no child at all
			break
		}
		if pid != g.pid {
			continue
		}
		if code = status.ExitStatus(); status.Signaled() {
			code = 128 + int(status.Signal())
		}
		break
	}
	g.killRest()
	if reason := g.reason.Load(); reason != 0 {
		return int(reason)
	}
	return code
}

// killRest ends what the plugin has started. A program that forks while it is
// killed is killed at the next turn.
func (g *guarded) killRest() {
	_ = syscall.Kill(-g.pid, syscall.SIGKILL)
	for range 1000 {
		rest := descendants(os.Getpid())
		if len(rest) == 0 {
			return
		}
		for _, pid := range rest {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		var status syscall.WaitStatus
		if _, err := syscall.Wait4(-1, &status, 0, nil); err != nil && !errors.Is(err, syscall.EINTR) {
			return
		}
	}
}

// start runs the program with an empty stdin, in a process group of its own.
func start(program, folder string) (int, error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return 0, err
	}
	defer null.Close() //nolint:errcheck // only handed on
	p, err := os.StartProcess(program, []string{program}, &os.ProcAttr{
		Dir: folder, Files: []*os.File{null, os.Stdout, os.Stderr}, Sys: attributes(),
	})
	if err != nil {
		return 0, fmt.Errorf("the program could not be started: %w", errors.Unwrap(err))
	}
	return p.Pid, nil
}

func isPipe(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeNamedPipe != 0
}

// limit sets what holds for the plugin and its children. The CPU time is a
// backstop: every call has a deadline of its own.
func limit() error {
	for what, most := range map[int]uint64{
		syscall.RLIMIT_CORE: 0, syscall.RLIMIT_NOFILE: 1024, syscall.RLIMIT_CPU: 3600,
	} {
		var now syscall.Rlimit
		if err := syscall.Getrlimit(what, &now); err != nil {
			return err
		}
		now.Max = min(now.Max, most)
		now.Cur = min(now.Cur, now.Max)
		if err := syscall.Setrlimit(what, &now); err != nil {
			return err
		}
	}
	return nil
}
