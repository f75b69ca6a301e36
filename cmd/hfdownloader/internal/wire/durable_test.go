//go:build linux

package wire

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// TestP4_DurableInOrder reads the system calls of a download: content is
// flushed before it gets its name, names are flushed before the ref moves, and
// the ref itself is flushed before its rename and its folder after.
func TestP4_DurableInOrder(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("strace is not installed")
	}
	r := newRig(t, hubtest.Options{})
	files := []hubtest.File{hubtest.Regular("dir/config.json", "{}"), hubtest.LFS("w.bin", hubtest.Seeded(1, 6<<20))}
	r.hub.Model("org/m", files...)
	trace := filepath.Join(t.TempDir(), "trace")
	cmd := r.command(t.Context(), "org/m", strace, "-f", "-y", "-qq", "-o", trace, "-e", "trace=fsync,renameat,renameat2")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	calls := parseCalls(string(b))
	base := r.repoFolder("org/m")
	var ref int
	for _, f := range files {
		etag := f.Content.GitID()
		if f.LFS {
			etag = f.Content.SHA256()
		}
		published := calls.rename(t, etag+repo.PartialMark, etag)
		if flushed := calls.fsync(`blobs/` + etag + repo.PartialMark); flushed < 0 || flushed > published {
			t.Errorf("%s: flushed at call %d, published at %d", f.Path, flushed, published)
		}
		linked := calls.rename(t, "link"+repo.PartialMark, f.Path)
		if linked < published {
			t.Errorf("%s: linked at call %d, published at %d", f.Path, linked, published)
		}
	}
	ref = calls.rename(t, "file"+repo.PartialMark, "refs/main")
	for _, dir := range []string{"", "blobs", "snapshots", "snapshots/" + string(mustRef(t, r)), "snapshots/" + string(mustRef(t, r)) + "/dir"} {
		if at := calls.fsync(filepath.Join(base, dir) + ">"); at < 0 || at > ref {
			t.Errorf("folder %s flushed at call %d, the ref moved at %d", dir, at, ref)
		}
	}
	last := -1
	for i, c := range calls {
		if strings.HasPrefix(c, "fsync") && strings.Contains(c, filepath.Join(base, "refs")+">") {
			last = i
		}
	}
	if last < ref {
		t.Errorf("the ref's folder was flushed at call %d, the ref moved at %d", last, ref)
	}
}

func mustRef(t *testing.T, r *rig) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(r.repoFolder("org/m"), "refs", "main"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// calls are traced calls in the order they began.
type calls []string

func parseCalls(text string) calls {
	var out calls
	for line := range strings.Lines(text) {
		_, call, ok := strings.Cut(strings.TrimSpace(line), " ")
		if call = strings.TrimSpace(call); ok && !strings.HasPrefix(call, "<...") {
			out = append(out, call)
		}
	}
	return out
}

// fsync is the first flush of a file whose path holds part, -1 if none.
func (c calls) fsync(part string) int {
	for i, call := range c {
		if strings.HasPrefix(call, "fsync(") && strings.Contains(call, part) {
			return i
		}
	}
	return -1
}

// rename finds the rename from a name that begins so to the last element of a path.
func (c calls) rename(t *testing.T, from, to string) int {
	t.Helper()
	name := filepath.Base(to)
	pattern := regexp.MustCompile(`^renameat.*"` + regexp.QuoteMeta(from) + `.*"` + regexp.QuoteMeta(name) + `"`)
	for i, call := range c {
		if pattern.MatchString(call) {
			return i
		}
	}
	t.Fatalf("no rename from %s to %s in\n%s", from, to, strings.Join(c, "\n"))
	return -1
}
