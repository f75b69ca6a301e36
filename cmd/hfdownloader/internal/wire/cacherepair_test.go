//go:build linux

package wire

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/hfdownloader/hfdownloader/cmd/hfdownloader/internal/cli"
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/cache/cachetest"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// ward is a cached repository to be damaged and repaired.
type ward struct {
	*rig
	dir    string
	commit repo.Commit
	w, c   hubtest.File
}

func newWard(t *testing.T, mode cache.LinkMode) *ward {
	t.Helper()
	r := newRig(t, hubtest.Options{})
	r.set.Cache.LinkMode = mode
	w, c := hubtest.LFS("sub/w.bin", hubtest.Seeded(1, 50_000)), hubtest.Regular("config.json", `{"a": 1}`)
	commit := r.hub.Model("org/m", w, c).Commit("main", w, c)
	if _, err := r.run(t.Context(), model("org/m")); err != nil {
		t.Fatal(err)
	}
	r.hub.ResetLog()
	return &ward{r, filepath.Join(r.root, "models--org--m"), commit, w, c}
}

func (p *ward) at(path string) string { return filepath.Join(p.dir, filepath.FromSlash(path)) }

func (p *ward) entry(path string) string { return p.at("snapshots/" + string(p.commit) + "/" + path) }

func (p *ward) blob(f hubtest.File) string {
	if f.LFS {
		return p.at("blobs/" + f.Content.SHA256())
	}
	return p.at("blobs/" + f.Content.GitID())
}

// put replaces a file by another one.
func (p *ward) put(path, text string) {
	p.t.Helper()
	_ = os.Remove(path)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// repair runs a repair as a process of its own.
func (p *ward) repair(remove bool) (cache.Repair, error) {
	p.t.Helper()
	pipe, err := New(p.set, p)
	if err != nil {
		p.t.Fatal(err)
	}
	x := &repairer{pipeline: pipe, request: cli.RepairRequest{Delete: remove}, out: p}
	err = x.run(p.t.Context())
	if cerr := pipe.Close(); cerr != nil {
		p.t.Error(cerr)
	}
	return x.repair, err
}

// healed wants everything sound, and so much content fetched.
func (p *ward) healed(got cache.Repair, err error, bytes int64) {
	p.t.Helper()
	if err != nil || len(got.Left) != 0 {
		p.t.Errorf("%v, left %+v", err, got.Left)
	}
	if p.hub.ContentBytes() != bytes || got.Fetched != bytes {
		p.t.Errorf("%d bytes were sent, %d counted; want %d", p.hub.ContentBytes(), got.Fetched, bytes)
	}
	for _, line := range cachetest.Check(p.root) {
		p.t.Error(line)
	}
	for _, line := range cachetest.Complete(p.root, repo.Ref{Type: repo.Model, ID: "org/m"}, p.commit) {
		p.t.Error(line)
	}
}

// TestF29_RepairInEachWayOfPlacing: hard links and copies are files of their own.
func TestF29_RepairInEachWayOfPlacing(t *testing.T) {
	for _, mode := range []cache.LinkMode{cache.LinkSymlink, cache.LinkHardlink, cache.LinkCopy} {
		t.Run(string(mode), func(t *testing.T) {
			p := newWard(t, mode)
			f, err := os.OpenFile(p.entry("sub/w.bin"), os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.WriteAt([]byte("damage"), 100); err != nil {
				t.Fatal(err)
			}
			f.Close()
			got, err := p.repair(false)
			p.healed(got, err, 50_000)
			if got.Before.Damage() == 0 || got.Files != 1 || got.Linked != 0 {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestRepairWithoutTheHub: what needs no content is healed; the rest is left as
// it was, with the reason.
func TestRepairWithoutTheHub(t *testing.T) {
	p := newWard(t, cache.LinkSymlink)
	p.put(p.blob(p.w), "damaged")
	if err := os.Remove(p.entry("config.json")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/hostname", p.entry("config.json")); err != nil {
		t.Fatal(err)
	}
	p.put(p.at("refs/main"), "garbage")
	p.put(p.at("snapshots/notes.txt"), "mine")
	p.set.Hub.Endpoint = "http://127.0.0.1:1"
	p.set.Retry.Attempts = 0
	got, err := p.repair(false)
	if err != nil || len(got.Left) != 1 || got.Left[0].Problem != cache.Truncated {
		t.Errorf("%v, left %+v", err, got.Left)
	}
	var why error
	for _, a := range got.Actions {
		if a.Finding.Problem == cache.Truncated {
			why = a.Err
		} else if a.Err != nil {
			t.Errorf("%s %s: %v", a.Finding.Problem, a.Finding.Path, a.Err)
		}
	}
	if fault.KindOf(why) != fault.Unavailable {
		t.Errorf("reason %v", why)
	}
	if b, err := os.ReadFile(p.blob(p.w)); err != nil || string(b) != "damaged" {
		t.Errorf("what could not be fetched is %q, %v", b, err)
	}
	if b, err := os.ReadFile(p.at("refs/main")); err != nil || string(b) != string(p.commit) {
		t.Errorf("the ref is %q, %v", b, err)
	}
}

// TestRepairOfWhatTheHubHasNot: a repository that is gone, and an entry no
// revision has.
func TestRepairOfWhatTheHubHasNot(t *testing.T) {
	p := newWard(t, cache.LinkSymlink)
	if err := os.Symlink("../../blobs/"+strings.Repeat("a", 40), p.entry("stray.txt")); err != nil {
		t.Fatal(err)
	}
	got, err := p.repair(false)
	p.healed(got, err, 0)
	if _, err := os.Lstat(p.at(".hfdownloader-aside/snapshots/" + string(p.commit) + "/stray.txt")); err != nil {
		t.Error(err)
	}
	p.put(p.blob(p.w), "damaged")
	p.hub.Repo(repo.Model, "org/m").Hide()
	got, err = p.repair(false)
	if err != nil || len(got.Left) != 1 {
		t.Errorf("%v, %+v", err, got.Left)
	}
	if i := slices.IndexFunc(got.Actions, func(a cache.Mended) bool { return a.Err != nil }); i < 0 || fault.HintOf(got.Actions[i].Err) == "" {
		t.Errorf("no reason: %+v", got.Actions)
	}
}

// TestRepairPutsForeignNamesAsideOnlyWhenToldSo at the top of the cache.
func TestRepairPutsForeignNamesAsideOnlyWhenToldSo(t *testing.T) {
	p := newWard(t, cache.LinkSymlink)
	p.put(filepath.Join(p.root, "notes.txt"), "mine")
	got, err := p.repair(false)
	if err != nil || len(got.Left) != 1 || got.Left[0].Problem != cache.ForeignTop {
		t.Errorf("%v, %+v", err, got.Left)
	}
	if b, err := os.ReadFile(filepath.Join(p.root, "notes.txt")); err != nil || string(b) != "mine" {
		t.Errorf("%q, %v", b, err)
	}
	got, err = p.repair(true)
	if err != nil || len(got.Left) != 0 {
		t.Errorf("%v, %+v", err, got.Left)
	}
	if b, err := os.ReadFile(filepath.Join(p.root, ".locks", ".hfdownloader-aside", "notes.txt")); err != nil || string(b) != "mine" {
		t.Errorf("%q, %v", b, err)
	}
}

// TestRepairOfASoundCacheAsksNobody and changes nothing.
func TestRepairOfASoundCacheAsksNobody(t *testing.T) {
	p := newWard(t, cache.LinkSymlink)
	got, err := p.repair(false)
	p.healed(got, err, 0)
	if n := len(p.hub.Log()); n != 0 || len(got.Actions) != 0 {
		t.Errorf("%d requests, %+v", n, got.Actions)
	}
}

// TestP1_RepairedContentIsCheckedToo: the hub sends wrong content; nothing of it is kept.
func TestP1_RepairedContentIsCheckedToo(t *testing.T) {
	p := newWard(t, cache.LinkSymlink)
	p.put(p.blob(p.w), "damaged")
	p.hub.Fault(hubtest.Rule{Host: hubtest.CDNHost, Do: hubtest.Flip(5)})
	got, err := p.repair(false)
	if err != nil || len(got.Left) != 1 {
		t.Errorf("%v, %+v", err, got.Left)
	}
	if b, err := os.ReadFile(p.blob(p.w)); err != nil || string(b) != "damaged" {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

// TestRepairLeavesRefsOfARunningDownload: the official client writes the ref
// before the snapshot is there.
func TestRepairLeavesRefsOfARunningDownload(t *testing.T) {
	p := newWard(t, cache.LinkSymlink)
	p.put(p.at("refs/next"), strings.Repeat("b", 40))
	lock := filepath.Join(p.root, ".locks", "models--org--m", strings.Repeat("b", 64)+".lock")
	p.put(lock, "")
	f, err := os.OpenFile(lock, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	got, err := p.repair(false)
	if err != nil || len(got.Left) != 1 || got.Left[0].Problem != cache.LostRef {
		t.Errorf("%v, %+v", err, got.Left)
	}
	if b, err := os.ReadFile(p.at("refs/next")); err != nil || string(b) != strings.Repeat("b", 40) {
		t.Errorf("%q, %v", b, err)
	}
	f.Close()
	if got, err = p.repair(false); err != nil || len(got.Left) != 0 {
		t.Errorf("afterwards: %v, %+v", err, got.Left)
	}
}
