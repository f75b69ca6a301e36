package cache

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
)

// owner names the process that writes a partial. It stands in the partial's
// name, so that another process can tell without opening it whether the writer
// may still be alive: machine, boot, pid namespace, pid and its start time.
type owner struct {
	machine string // 8 hex
	boot    string // 8 hex, "0" where the system has no boot id
	ns      string // inode of the pid namespace, "0" if unknown
	pid     int
	start   string // clock ticks since boot, "0" if unknown
	store   string // 8 hex, tells the stores of one process apart
}

func (o owner) String() string {
	return fmt.Sprintf("%s-%s-%s-%d-%s-%s", o.machine, o.boot, o.ns, o.pid, o.start, o.store)
}

// newOwner is this process and a new store in it.
func newOwner() owner {
	pid := os.Getpid()
	return owner{
		machine: machineID(), boot: bootID(), ns: pidNamespace(), pid: pid, start: startTime(pid),
		store: fmt.Sprintf("%08x", rand.Uint32()),
	}
}

func short(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:4])
}

func machineID() string {
	if b, err := os.ReadFile("/etc/machine-id"); err == nil && len(b) > 0 {
		return short(b)
	}
	host, err := os.Hostname()
	if err != nil {
		host = "?"
	}
	return short([]byte(host))
}

func bootID() string {
	if b, err := os.ReadFile("/proc/sys/kernel/random/boot_id"); err == nil {
		return short(b)
	}
	return "0"
}

func pidNamespace() string {
	link, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return "0"
	}
	return strings.Trim(strings.TrimPrefix(link, "pid:"), "[]")
}

// startTime is field 22 of /proc/PID/stat; the name in field 2 may hold anything
// but ends at the last parenthesis. "" says that there is no such process.
func startTime(pid int) string {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		if _, err := os.Stat("/proc/self/stat"); err != nil {
			return "0"
		}
		return ""
	}
	fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	if len(fields) < 20 {
		return "0"
	}
	return fields[19]
}

var ownerName = regexp.MustCompile(`^([0-9a-f]{8})-([0-9a-f]{8}|0)-([0-9]{1,20})-([0-9]{1,9})-([0-9]{1,20})-([0-9a-f]{8})-[0-9]{1,9}$`)

// parseOwner reads the part of a partial's name behind repo.PartialMark.
func parseOwner(s string) (owner, bool) {
	m := ownerName.FindStringSubmatch(s)
	if m == nil {
		return owner{}, false
	}
	pid, err := strconv.Atoi(m[4])
	if err != nil {
		return owner{}, false
	}
	return owner{m[1], m[2], m[3], pid, m[5], m[6]}, true
}

// evidence is what is known about the writer of a partial.
type evidence struct {
	self, writer owner
	inUse        bool // this very store is writing it
	running      bool // its pid exists here with its start time
	locksWork    bool // flock was seen to exclude on this file system
	lockFree     bool // its flock on the partial can be had
	still        bool // no write for StaleAfter
}

// verdict says what may be done with a partial.
type verdict int

const (
	leave  verdict = iota // its writer may be alive
	claim                 // its writer is gone: rename it
	copyIt                // its writer may be alive but is silent: take the bytes, not the file
)

// judge decides; one reason a line. Locks only ever prove death, and only where
// they were seen to work, so a file system without them costs time, not content.
func judge(e evidence) verdict {
	sameKernel := e.writer.boot != "0" && e.writer.boot == e.self.boot
	switch {
	case e.writer == e.self && e.inUse:
		return leave // another goroutine of ours
	case e.writer == e.self:
		return claim // we left it ourselves, at a pause
	case sameKernel && e.writer.ns == e.self.ns && e.writer.ns != "0" && !e.running:
		return claim // the process is gone
	case sameKernel && e.locksWork && e.lockFree:
		return claim // it runs, or cannot be seen from this container, but let go of the file
	case sameKernel && e.writer.ns == e.self.ns && e.writer.ns != "0":
		return leave // it runs
	case e.writer.boot != "0" && !sameKernel && e.writer.machine == e.self.machine:
		return claim // this machine was started anew since
	case e.still:
		return copyIt
	default:
		return leave
	}
}

var partialSeq atomic.Int64 //nolint:gochecknoglobals // names must differ within the process, over all stores
