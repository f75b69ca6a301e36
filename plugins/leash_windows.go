package plugins

import (
	"net"
	"os"
	"os/exec"
	"sync"
	"unsafe"

	"golang.org/x/sys/windows"
)

// guardMemory is what a plugin and its children may commit together, in bytes.
const guardMemory = 512 << 20

// leash is a job object: everything in it ends with its last handle, which is
// ours.
type leash struct {
	once sync.Once
	job  windows.Handle
}

func (l *leash) attach(cmd *exec.Cmd) (err error) {
	if l.job, err = windows.CreateJobObject(nil, nil); err != nil {
		return err
	}
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{JobMemoryLimit: guardMemory}
	limits.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | windows.JOB_OBJECT_LIMIT_JOB_MEMORY
	_, err = windows.SetInformationJobObject(l.job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	return err
}

func (l *leash) started(p *os.Process) error {
	h, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(p.Pid)) //nolint:gosec // a pid
	if err != nil {
		return err
	}
	defer windows.CloseHandle(h) //nolint:errcheck // nothing to do about it
	return windows.AssignProcessToJobObject(l.job, h)
}

func (l *leash) release() {
	l.once.Do(func() { _ = windows.CloseHandle(l.job) })
}

// ownAddress: here plugins listen on the loopback, where AutoMTLS is the guard.
func ownAddress(_, network, address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && network == "tcp" && host == "127.0.0.1"
}

// command is how a plugin is started.
func command(_ []string, folder, program string) (*exec.Cmd, error) {
	cmd := exec.Command(program) //nolint:noctx // a plugin outlives the call that needs it first
	cmd.Dir = folder
	return cmd, nil
}

// environment is all a plugin gets (T41). Programs need SystemRoot to start.
func environment(folder string) []string {
	return []string{"SystemRoot=" + os.Getenv("SystemRoot"), "TEMP=" + folder, "TMP=" + folder, "USERPROFILE=" + folder}
}
