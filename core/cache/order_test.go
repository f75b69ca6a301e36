//go:build unix

package cache

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// recorder notes operations as "op path" and may make one fail.
type recorder struct {
	mu   sync.Mutex
	ops  []string
	fail func(n int, op, path string) error // n counts from 1
}

func (r *recorder) trap(op, path string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ops = append(r.ops, op+" "+path)
	if r.fail == nil {
		return nil
	}
	return r.fail(len(r.ops), op, path)
}

// index of the first operation from a place on that fits, -1 if none.
func (r *recorder) index(from int, op string, fits func(path string) bool) int {
	for i, o := range r.ops[from:] {
		got, path, _ := strings.Cut(o, " ")
		if got == op && fits(path) {
			return from + i
		}
	}
	return -1
}

func ends(suffix string) func(string) bool {
	return func(path string) bool { return strings.HasSuffix(path, suffix) }
}

func holds(part string) func(string) bool {
	return func(path string) bool { return strings.Contains(path, part) }
}

func sample() []item {
	return []item{
		regular("config.json", "{}"), regular("a/b/c/deep.txt", "deep"), lfs("w.bin", strings.Repeat("w", smallFile+5)),
		regular("empty", ""), lfs("twin.bin", strings.Repeat("w", smallFile+5)),
	}
}

// TestP4_OrderOfOperations: flushed before it is named, named before it is
// linked, linked and flushed before listing and ref, the ref last.
func TestP4_OrderOfOperations(t *testing.T) {
	var r recorder
	s := openStore(t, filepath.Join(t.TempDir(), "hub"), func(o *Options) { o.trap = r.trap })
	items := sample()
	if err := download(t, s, "main", someCommit, items...); err != nil {
		t.Fatal(err)
	}
	repoDir := someModel.Folder()
	ref := r.index(0, "rename", ends("refs/main"))
	for _, i := range items {
		etag := string(i.ETag())
		flushed := r.index(0, "fsync", holds("blobs/"+etag+repo.PartialMark))
		named := r.index(0, "rename", ends("blobs/"+etag))
		linked := r.index(0, "rename", ends(filepath.Join("snapshots", string(someCommit), i.Path)))
		folder := r.index(linked, "fsync", ends(filepath.Dir(filepath.Join("snapshots", string(someCommit), i.Path))))
		if !slices.IsSorted([]int{0, flushed, named, linked, folder, ref}) || flushed < 0 {
			t.Errorf("%s: flushed %d, named %d, linked %d, folder flushed %d, ref %d", i.Path, flushed, named, linked, folder, ref)
		}
		if i.Size > smallFile {
			if at := r.index(named, "fsync", ends("/blobs")); at < 0 || at > linked && i.Path == "w.bin" {
				t.Errorf("%s: a large blob's name is flushed at %d, linked at %d", i.Path, at, linked)
			}
		}
	}
	tree := r.index(0, "rename", ends("trees/"+string(someCommit)+".json"))
	refTemp := r.index(tree, "fsync", holds("file"+repo.PartialMark))
	after := r.index(ref, "fsync", ends("/refs"))
	if !slices.IsSorted([]int{0, tree, refTemp, ref, after}) || tree < 0 {
		t.Errorf("listing %d, flush of the ref %d, ref %d, flush of its folder %d", tree, refTemp, ref, after)
	}
	for _, dir := range []string{repoDir, repoDir + "/snapshots", repoDir + "/snapshots/" + string(someCommit) + "/a/b"} {
		if at := r.index(0, "fsync", func(p string) bool { return p == dir }); at < 0 || at > ref {
			t.Errorf("new names in %s flushed at %d, ref at %d", dir, at, ref)
		}
	}
}

// TestP2_NothingTemporaryWhereReadersLook: names appear in refs/, snapshots/ and
// trees/ by rename alone.
func TestP2_NothingTemporaryWhereReadersLook(t *testing.T) {
	var r recorder
	s := openStore(t, filepath.Join(t.TempDir(), "hub"), func(o *Options) { o.trap = r.trap })
	if err := download(t, s, "refs/pr/1", someCommit, sample()...); err != nil {
		t.Fatal(err)
	}
	for _, o := range r.ops {
		op, path, _ := strings.Cut(o, " ")
		for _, area := range []string{"/refs/", "/snapshots/", "/trees/"} {
			if strings.Contains(path, area) && slices.Contains([]string{"create", "symlink", "link"}, op) {
				t.Errorf("made in place: %s", o)
			}
		}
	}
}

// TestF18_EveryOperationFails makes the n-th operation fail, alone or with all
// that follow as if the process had died, for every n: the cache is sound then,
// success is never claimed wrongly, and the next run ends right.
func TestF18_EveryOperationFails(t *testing.T) {
	items := sample()
	dead := deadOwner(t)
	for _, dies := range []bool{false, true} {
		failures := 0
		for n := 1; ; n++ {
			root := filepath.Join(t.TempDir(), "hub")
			reached := false
			r := recorder{fail: func(at int, _, _ string) error {
				if at == n || dies && at > n {
					reached = true
					return syscall.EIO
				}
				return nil
			}}
			s := openStore(t, root, func(o *Options) { o.trap = r.trap })
			if dies {
				s.owner = dead
			}
			err := download(t, s, "main", someCommit, items...)
			if err == nil {
				sound(t, root, someCommit, items...)
			} else {
				sound(t, root, someCommit)
				if fault.KindOf(err) != fault.Disk || fault.HintOf(err) == "" {
					t.Errorf("operation %d: %v (%v), hint %q", n, err, fault.KindOf(err), fault.HintOf(err))
				}
				failures++
			}
			again := openStore(t, root, nil)
			if err := download(t, again, "main", someCommit, items...); err != nil {
				t.Fatalf("the run after operation %d failed: %v\n%s", n, err, strings.Join(r.ops, "\n"))
			}
			sound(t, root, someCommit, items...)
			if dies {
				for _, name := range blobFolder(t, root) {
					if strings.Contains(name, repo.PartialMark) {
						t.Errorf("after a death at operation %d (%s) %s is left", n, r.ops[n-1], name)
					}
				}
			}
			if t.Failed() {
				t.Fatalf("operation %d: %v", n, r.ops[min(n, len(r.ops))-1])
			}
			if !reached {
				break
			}
		}
		if failures < 20 {
			t.Errorf("only %d operations failed: is the trap in place?", failures)
		}
		t.Logf("dies %v: %d failures", dies, failures)
	}
}

func TestF25_FailedFlushIsNotTriedAgain(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	r := recorder{}
	r.fail = func(_ int, op, path string) error {
		if op == "fsync" && strings.Contains(path, repo.PartialMark) {
			return syscall.EIO
		}
		return nil
	}
	s := openStore(t, root, func(o *Options) { o.trap = r.trap })
	big := lfs("w.bin", strings.Repeat("w", smallFile+5))
	err := ingest(t, s, big)
	if fault.KindOf(err) != fault.Disk || !errors.Is(err, syscall.EIO) || !strings.Contains(fault.HintOf(err), "disk") {
		t.Errorf("%v, hint %q", err, fault.HintOf(err))
	}
	flushes := 0
	for _, o := range r.ops {
		if strings.HasPrefix(o, "fsync") {
			flushes++
		}
	}
	if flushes != 1 {
		t.Errorf("%d flushes", flushes)
	}
	if names := blobFolder(t, root); len(names) != 0 {
		t.Errorf("what the disk may not hold is kept: %v", names)
	}
	r.fail = nil
	if err := download(t, s, "main", someCommit, big); err != nil {
		t.Errorf("other files fail, too: %v", err)
	}
}

func TestF25_FailedFolderFlushEndsTheJob(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	var r recorder
	r.fail = func(_ int, op, path string) error {
		if op == "fsync" && strings.HasSuffix(path, string(someCommit)) {
			return syscall.EIO
		}
		return nil
	}
	s := openStore(t, root, func(o *Options) { o.trap = r.trap })
	if err := download(t, s, "main", someCommit, regular("a", "a")); !errors.Is(err, syscall.EIO) {
		t.Fatalf("%v", err)
	}
	r.fail, r.ops = nil, nil
	if err := download(t, s, "main", someCommit, regular("a", "a")); !errors.Is(err, syscall.EIO) {
		t.Errorf("the same store believes the next flush: %v", err)
	}
	if _, ok, err := s.Ref(someModel, "main"); ok || err != nil {
		t.Errorf("the ref moved: %v", err)
	}
}
