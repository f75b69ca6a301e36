package cache

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
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
	start := startTime(pid)
	if start == "" {
		start = "0"
	}
	return owner{
		machine: machineID(), boot: bootID(), ns: pidNamespace(), pid: pid, start: start,
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

// nobody owns a partial whose bytes the disk may not hold although reading shows
// them: its flush failed. Only copies of it are used.
func nobody() owner {
	return owner{machine: "00000000", boot: "0", ns: "0", start: "0", store: "00000000"}
}

// running says that the process may exist: only what is sure counts as gone.
func (o owner) running() bool {
	if gone(o.pid) {
		return false
	}
	start := startTime(o.pid)
	return start == "" || start == "0" || o.start == "0" || start == o.start
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
