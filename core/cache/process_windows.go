package cache

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/windows"
)

// bootID names the machine: there is no id of a start, but a process is told by
// its pid and the time it began, across starts, too.
func bootID() string { return machineID() }

// pidNamespace: there is one.
func pidNamespace() string { return "1" }

// bootTime is not asked for: no partial has another boot id on this machine.
func bootTime() time.Time { return time.Time{} }

// startTime is in units of 100 ns; "" says that it cannot be seen.
func startTime(pid int) string {
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid))
	if err != nil {
		return ""
	}
	defer func() { _ = windows.CloseHandle(h) }()
	var began, ended, kernel, user windows.Filetime
	if err := windows.GetProcessTimes(h, &began, &ended, &kernel, &user); err != nil {
		return ""
	}
	return fmt.Sprint(uint64(began.HighDateTime)<<32 | uint64(began.LowDateTime))
}

// gone: there is surely no process of this pid.
func gone(pid int) bool {
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid))
	if err != nil {
		return errors.Is(err, windows.ERROR_INVALID_PARAMETER)
	}
	defer func() { _ = windows.CloseHandle(h) }()
	var code uint32
	return windows.GetExitCodeProcess(h, &code) == nil && code != uint32(windows.STATUS_PENDING)
}
