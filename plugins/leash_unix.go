//go:build unix

package plugins

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/hfdownloader/hfdownloader/plugins/guard"
)

const guardMemory = guard.MaxMemory

// leash ends a guard, and so a plugin with all it started, when it is let go, by
// us or by our own end.
type leash struct {
	once         sync.Once
	ours, theirs *os.File
}

func (l *leash) attach(cmd *exec.Cmd) (err error) {
	if l.theirs, l.ours, err = os.Pipe(); err != nil {
		return err
	}
	cmd.ExtraFiles = []*os.File{l.theirs} // guard.Lifeline
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return nil
}

func (l *leash) started(*os.Process) error { return l.theirs.Close() }

func (l *leash) release() {
	l.once.Do(func() { _ = errors.Join(l.ours.Close(), l.theirs.Close()) })
}

func ownAddress(sockets, network, address string) bool {
	return network == "unix" && filepath.Dir(address) == sockets
}

// command is how a plugin is started: by a guard.
func command(guard []string, folder, program string) (*exec.Cmd, error) {
	if len(guard) == 0 {
		return nil, errors.New("plugins need the command that guards them")
	}
	args := append(append([]string(nil), guard[1:]...), folder, program)
	cmd := exec.Command(guard[0], args...) //nolint:noctx // a plugin outlives the call that needs it first
	cmd.Args[0] = "hfdownloader"           // guard[0] may be /proc/self/exe
	return cmd, nil
}

// environment is all a plugin gets (T41).
func environment(folder string) []string {
	return []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "HOME=" + folder, "TMPDIR=" + folder}
}
