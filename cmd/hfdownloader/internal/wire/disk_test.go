//go:build linux

package wire

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

func TestF23_TooLittleSpaceIsRefusedBeforeTheFirstByte(t *testing.T) {
	r := newRig(t, hubtest.Options{})
	r.hub.Model("org/m", hubtest.Regular("config.json", "{}"), hubtest.LFS("w.bin", hubtest.SeededAs(1, 1<<60, strings.Repeat("ab", 32))))
	_, err := r.run(t.Context(), model("org/m"))
	wantKind(t, err, fault.Disk)
	for _, part := range []string{"EiB", "needed", "free"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not name both numbers", err)
		}
	}
	if r.hub.ContentBytes() != 0 {
		t.Error("content was fetched")
	}
	job := model("org/m")
	job.Excludes = []string{"w.bin"}
	if _, err := r.run(t.Context(), job); err != nil {
		t.Errorf("what fits is refused too: %v", err)
	}
}

func TestF26_ReadOnlyCache(t *testing.T) {
	if os.Geteuid() == 0 {
		// Root writes where no mode allows it; the superuser's only fence is the mount.
		testReadOnlyMount(t)
		return
	}
	testReadOnly(t, func(root string) func() {
		chmodAll(t, root, 0o555)
		return func() { chmodAll(t, root, 0o755) }
	})
}

func chmodAll(t *testing.T, root string, mode os.FileMode) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			return os.Chmod(path, mode)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func testReadOnlyMount(t *testing.T) {
	t.Helper()
	testReadOnly(t, func(root string) func() {
		if err := syscall.Mount(root, root, "", syscall.MS_BIND, ""); err != nil {
			t.Skipf("no bind mounts here: %v", err)
		}
		if err := syscall.Mount(root, root, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
			t.Fatal(err)
		}
		return func() { _ = syscall.Unmount(root, syscall.MNT_DETACH) }
	})
}

// testReadOnly: a complete repository is served without a write; anything else
// fails before the first content byte.
func testReadOnly(t *testing.T, lock func(root string) (unlock func())) {
	t.Helper()
	r := newRig(t, hubtest.Options{})
	files := []hubtest.File{hubtest.Regular("config.json", "{}"), hubtest.LFS("w.bin", hubtest.Seeded(1, 2<<20))}
	r.hub.Model("org/m", files...)
	r.hub.Model("org/other", files[1])
	if _, err := r.run(t.Context(), model("org/m")); err != nil {
		t.Fatal(err)
	}
	defer lock(r.root)()
	r.hub.ResetLog()
	res, err := r.run(t.Context(), model("org/m"))
	if err != nil {
		t.Errorf("complete repository: %v", err)
	}
	r.wantFiles(res, files...)
	_, err = r.run(t.Context(), model("org/other"))
	wantKind(t, err, fault.Disk)
	if n := r.hub.ContentBytes(); n != 0 {
		t.Errorf("%d content bytes fetched", n)
	}
}

func TestF27_CacheVanishesWhileRunning(t *testing.T) {
	r := newRig(t, hubtest.Options{BytesPerSecond: 2 << 20})
	r.hub.Model("org/m", hubtest.LFS("a.bin", hubtest.Seeded(1, 3<<20)), hubtest.LFS("b.bin", hubtest.Seeded(2, 3<<20)))
	remove := r.hub.Fault(hubtest.Rule{Host: "cdn", Times: 1, Do: hubtest.Then(func() {
		if err := os.RemoveAll(r.root); err != nil {
			t.Error(err)
		}
	})})
	defer remove()
	_, err := r.run(t.Context(), model("org/m"))
	wantKind(t, err, fault.Disk)
	if _, err := os.Stat(r.root); err == nil {
		t.Error("an empty cache was made in its place")
	}
}

func TestF28_FolderInPlaceOfThePartial(t *testing.T) {
	r := newRig(t, hubtest.Options{})
	f := hubtest.LFS("w.bin", hubtest.Seeded(1, 3<<20))
	r.hub.Model("org/m", f)
	ctx, cancel := context.WithCancel(t.Context())
	remove := r.hub.Fault(hubtest.Rule{Host: "cdn", Do: hubtest.Then(cancel)})
	_, err := r.run(ctx, model("org/m"))
	wantKind(t, err, fault.Canceled)
	remove()
	_, partials := r.blobs("org/m")
	if len(partials) != 1 {
		t.Fatalf("partials %v", partials)
	}
	path := filepath.Join(r.repoFolder("org/m"), "blobs", partials[0])
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(path, "junk"), 0o755); err != nil {
		t.Fatal(err)
	}
	res, err := r.run(t.Context(), model("org/m"))
	if err != nil {
		t.Fatal(err)
	}
	r.wantFiles(res, f)
}

func TestF29_BlobOfWrongSizeIsReplaced(t *testing.T) {
	r := newRig(t, hubtest.Options{})
	files := []hubtest.File{hubtest.Regular("config.json", "{}"), hubtest.LFS("w.bin", hubtest.Seeded(1, 2<<20))}
	r.hub.Model("org/m", files...)
	if _, err := r.run(t.Context(), model("org/m")); err != nil {
		t.Fatal(err)
	}
	blob := filepath.Join(r.repoFolder("org/m"), "blobs", files[1].Content.SHA256())
	before, err := os.Open(blob) // a reader that has it open
	if err != nil {
		t.Fatal(err)
	}
	defer before.Close()
	if err := os.Truncate(blob, 1000); err != nil {
		t.Fatal(err)
	}
	res, err := r.run(t.Context(), model("org/m"))
	if err != nil {
		t.Fatal(err)
	}
	r.wantFiles(res, files...)
	if st, err := before.Stat(); err != nil || st.Size() != 1000 {
		t.Errorf("the old blob was written to: %v, %v", st.Size(), err)
	}
}

func TestF32_LockFileOfADeadProcess(t *testing.T) {
	r := newRig(t, hubtest.Options{})
	f := hubtest.LFS("w.bin", hubtest.Seeded(1, 2<<20))
	r.hub.Model("org/m", f)
	path := filepath.Join(r.root, ".locks", "models--org--m", f.Content.SHA256()+".lock")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if _, err := r.run(t.Context(), model("org/m")); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %v although nobody holds the lock", took)
	}
}

func TestF32_WaitingForALockIsVisibleAndEnds(t *testing.T) {
	r := newRig(t, hubtest.Options{})
	f := hubtest.LFS("w.bin", hubtest.Seeded(1, 2<<20))
	r.hub.Model("org/m", f)
	path := filepath.Join(r.root, ".locks", "models--org--m", f.Content.SHA256()+".lock")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	held, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	if err := syscall.Flock(int(held.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err = r.run(ctx, model("org/m"))
	wantKind(t, err, fault.Canceled)
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("the wait ended %v after it was canceled", took)
	}
	if !r.warned("another process") {
		t.Errorf("nobody was told: %v", r.events)
	}
}

func TestF20_PowerLossLosesPiecesNotFiles(t *testing.T) {
	r := newRig(t, hubtest.Options{BytesPerSecond: 10 << 20})
	f := hubtest.LFS("w.bin", hubtest.Seeded(1, 64<<20))
	r.hub.Model("org/m", f)
	ctx, cancel := context.WithCancel(t.Context())
	remove := r.hub.Fault(hubtest.Rule{Host: "cdn", From: 9, Times: 1, Do: hubtest.Then(cancel)})
	_, err := r.run(ctx, model("org/m"))
	wantKind(t, err, fault.Canceled)
	remove()
	_, partials := r.blobs("org/m")
	if len(partials) != 1 {
		t.Fatalf("partials %v", partials)
	}
	// What a power loss leaves: the journal says a piece is there, the disk has zeros.
	partial, err := os.OpenFile(filepath.Join(r.repoFolder("org/m"), "blobs", partials[0]), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := partial.WriteAt(make([]byte, 1<<20), 0); err != nil {
		t.Fatal(err)
	}
	partial.Close()
	res, err := r.run(t.Context(), model("org/m"))
	if err != nil {
		t.Fatal(err)
	}
	r.wantFiles(res, f)
	if res.Resumed == 0 {
		t.Error("nothing was resumed")
	}
}

func TestF46_HubGoneEverythingCached(t *testing.T) {
	r := newRig(t, hubtest.Options{})
	files := []hubtest.File{hubtest.Regular("config.json", "{}"), hubtest.LFS("w.bin", hubtest.Seeded(1, 2<<20))}
	commit := r.hub.Model("org/m", files...).Commit("main", files...)
	if _, err := r.run(t.Context(), model("org/m")); err != nil {
		t.Fatal(err)
	}
	r.hub.Close()
	cases := map[string]struct {
		revision repo.Revision
		offline  bool // forbidden rather than unreachable
		warns    bool
	}{
		"branch, unreachable": {"main", false, true},
		"branch, offline":     {"main", true, true},
		"commit, unreachable": {repo.Revision(commit), false, false},
		"commit, offline":     {repo.Revision(commit), true, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r.set.Hub.Offline = c.offline
			job := model("org/m")
			job.Revision = c.revision
			res, err := r.run(t.Context(), job)
			if err != nil {
				t.Fatal(err)
			}
			if res.Commit != commit || res.Skipped != len(files) {
				t.Errorf("%+v", res)
			}
			if r.warned("may be old") != c.warns {
				t.Errorf("events %v", r.events)
			}
		})
	}
	t.Run("nothing cached", func(t *testing.T) {
		r.set.Hub.Offline = true
		_, err := r.run(t.Context(), model("org/unknown"))
		wantKind(t, err, fault.Offline)
	})
}
