package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/cache/cachetest"
	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// TestF19_InterruptedRepairLosesNothing: what was damaged stays where it is
// until the new content is whole; the next repair goes on where this one ended.
func TestF19_InterruptedRepairLosesNothing(t *testing.T) {
	const size = 40 << 20
	p := newProgram(t, hubtest.Options{BytesPerSecond: 2 << 20})
	file := hubtest.LFS("w.safetensors", hubtest.Seeded(1, size))
	slow := p.hub.Fault(hubtest.Rule{Host: hubtest.CDNHost, Do: hubtest.SlowTo(1 << 30)})
	commit := p.hub.Model("org/m", file).Commit("main", file)
	if got := p.run("download", "org/m", "--quiet"); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	slow()
	blob := filepath.Join(p.home, "hf", "hub", "models--org--m", "blobs", file.Content.SHA256())
	if err := os.Truncate(blob, size-1); err != nil {
		t.Fatal(err)
	}
	enough := make(chan struct{})
	p.hub.Fault(hubtest.Rule{Host: hubtest.CDNHost, From: 8, Times: 1, Do: hubtest.Then(func() { close(enough) })})
	p.hub.ResetLog()
	got := p.finish(p.command(t.Context(), "cache", "repair"), func(cmd *exec.Cmd) {
		<-enough // some ranges are through
		if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
			t.Error(err)
		}
	})
	if got.code != 130 || got.took > 2*time.Second || !strings.Contains(got.stderr, "interrupted") {
		t.Errorf("exit %d after %v, stderr %q", got.code, got.took, got.stderr)
	}
	if st, err := os.Stat(blob); err != nil || st.Size() != size-1 {
		t.Errorf("the damaged content is gone: %v", err)
	}
	before := p.hub.ContentBytes()
	p.hub.ResetLog()
	if again := p.run("cache", "repair"); again.code != 0 || !strings.Contains(again.stdout, "nothing is damaged any more") {
		t.Errorf("next repair: %+v", again)
	}
	if sent := p.hub.ContentBytes(); before == 0 || sent > size-1<<20 {
		t.Errorf("first %d bytes, then %d: nothing was kept", before, sent)
	}
	root := filepath.Join(p.home, "hf", "hub")
	for _, line := range append(cachetest.Check(root), cachetest.Complete(root, repo.Ref{Type: repo.Model, ID: "org/m"}, commit)...) {
		t.Error(line)
	}
}
