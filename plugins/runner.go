package plugins

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hfdownloader/hfdownloader/plugins/guard"
)

const (
	exitTime = 300 * time.Millisecond // to end by itself when its pipes are closed
	killTime = 3 * time.Second        // to end when it is killed
)

// runner starts the program of a plugin and ends it, for go-plugin.
type runner struct {
	cmd            *exec.Cmd
	name           string
	sockets        string // the only folder where its sockets may be
	stdout, stderr io.ReadCloser
	theirs         []io.Closer // the ends of the pipes that the process has
	leash          leash

	kill   sync.Once
	killed atomic.Bool // by us, before it ended by itself
	exited chan struct{}
	code   int // when exited is closed
}

// newRunner prepares a process. env is all of its environment.
func newRunner(name string, cmd *exec.Cmd, sockets string, logs *throttle) (*runner, error) {
	r := &runner{cmd: cmd, name: name, sockets: sockets, exited: make(chan struct{})}
	out, stdout, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	errs, stderr, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, out.Close(), stdout.Close())
	}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	r.theirs = []io.Closer{stdout, stderr}
	r.stdout, r.stderr = newLines(out, newThrottle()), newLines(errs, logs)
	if err := r.leash.attach(cmd); err != nil {
		r.closeAll()
		return nil, err
	}
	return r, nil
}

func (r *runner) closeAll() {
	for _, c := range append(r.theirs, r.stdout, r.stderr) {
		_ = c.Close() // nothing was written
	}
}

// Start implements go-plugin's runner.Runner.
func (r *runner) Start(context.Context) error {
	if err := r.cmd.Start(); err != nil {
		r.closeAll()
		r.leash.release()
		return fmt.Errorf("start the plugin: %w", pathless(err))
	}
	for _, c := range r.theirs {
		_ = c.Close() // the process has its own
	}
	if err := r.leash.started(r.cmd.Process); err != nil {
		_ = r.cmd.Process.Kill() // it must not run without
		return err
	}
	return nil
}

// Wait implements go-plugin's runner.Runner. It is called once.
func (r *runner) Wait(context.Context) error {
	err := r.cmd.Wait()
	r.code = r.cmd.ProcessState.ExitCode()
	close(r.exited)
	return err
}

// Kill implements go-plugin's runner.Runner.
func (r *runner) Kill(context.Context) error {
	r.kill.Do(func() {
		select { // it may be ending just now, for a reason of its own
		case <-r.exited:
		case <-time.After(exitTime):
			r.killed.Store(true)
		}
		r.leash.release()
		select {
		case <-r.exited:
			return
		case <-time.After(killTime):
		}
		_ = r.cmd.Process.Kill() // the guard itself was stopped
		_ = r.stdout.Close()     // whoever else has them keeps nothing open here
		_ = r.stderr.Close()
	})
	return nil
}

// why says in words how a process ended that was not asked to.
func (r *runner) why() string {
	select {
	case <-r.exited:
	default:
		return ""
	}
	if r.killed.Load() {
		return ""
	}
	switch {
	case r.code == guard.CodeMemory:
		return fmt.Sprintf("it took more than %d MiB of memory", guardMemory>>20)
	case r.code == guard.CodeStart:
		return "its program could not be started"
	case r.code > 128:
		return fmt.Sprintf("it was ended by signal %d", r.code-128)
	}
	return fmt.Sprintf("it ended with code %d", r.code)
}

// Stdout implements go-plugin's runner.Runner.
func (r *runner) Stdout() io.ReadCloser { return r.stdout }

// Stderr implements go-plugin's runner.Runner.
func (r *runner) Stderr() io.ReadCloser { return r.stderr }

// Name implements go-plugin's runner.Runner.
func (r *runner) Name() string { return r.name }

// ID implements go-plugin's runner.Runner.
func (r *runner) ID() string {
	if r.cmd.Process == nil {
		return ""
	}
	return strconv.Itoa(r.cmd.Process.Pid)
}

// Diagnose implements go-plugin's runner.Runner.
func (r *runner) Diagnose(context.Context) string { return "" }

// PluginToHost implements go-plugin's runner.Runner: the plugin does not choose
// where we connect to (T42).
func (r *runner) PluginToHost(network, address string) (string, string, error) {
	if ownAddress(r.sockets, network, address) {
		return network, address, nil
	}
	return "", "", errors.New("it listens where it may not: " + plain(network+" "+filepath.Base(address)))
}

// HostToPlugin implements go-plugin's runner.Runner.
func (r *runner) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}
