package cache

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// bootID is new with every start of the machine.
func bootID() string {
	id, err := unix.Sysctl("kern.bootsessionuuid")
	if err != nil || id == "" {
		return "0"
	}
	return short([]byte(id))
}

// pidNamespace: there is one.
func pidNamespace() string { return "1" }

func bootTime() time.Time {
	at, err := unix.SysctlTimeval("kern.boottime")
	if err != nil {
		return time.Time{}
	}
	return time.Unix(at.Sec, int64(at.Usec)*1000)
}

// startTime is in microseconds; "" says that there is no such process.
func startTime(pid int) string {
	info, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if err != nil {
		return ""
	}
	at := info.Proc.P_starttime
	return fmt.Sprint(at.Sec*1_000_000 + int64(at.Usec))
}
