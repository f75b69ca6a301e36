//go:build unix

package cache

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/cache/cachetest"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// The files of the two revisions of twoRevisions: one they share, one of each.
func revisionItems() (both, newer, older item) {
	return lfs("w.bin", "weights of both"), lfs("new.bin", "only new"), regular("sub/old.txt", "only old, longer")
}

// twoRevisions is a cache with main, and v1/rc as the other revision.
func twoRevisions(t *testing.T, change func(*Options)) (*Store, string) {
	t.Helper()
	root := filepath.Join(t.TempDir(), "hub")
	s := openStore(t, root, change)
	both, newer, older := revisionItems()
	if err := download(t, s, "main", someCommit, both, newer); err != nil {
		t.Fatal(err)
	}
	if err := download(t, s, "v1/rc", otherCommit, both, older); err != nil {
		t.Fatal(err)
	}
	return s, root
}

// TestRemoveARevisionLeavesTheOther in each way of placing: what goes is what
// was shown, and what another revision uses stays.
func TestRemoveARevisionLeavesTheOther(t *testing.T) {
	both, newer, older := revisionItems()
	for _, mode := range []LinkMode{LinkSymlink, LinkHardlink, LinkCopy} {
		t.Run(string(mode), func(t *testing.T) {
			s, root := twoRevisions(t, func(o *Options) { o.LinkMode = mode })
			plan, err := s.PlanRemoval(t.Context(), someModel, otherCommit)
			if err != nil {
				t.Fatal(err)
			}
			want := older.Size
			if mode == LinkCopy { // a copy of what both have goes, too
				want += both.Size
			}
			if plan.Whole || plan.Frees != want || !slices.Equal(plan.Refs, []string{"v1/rc"}) {
				t.Errorf("plan %+v, want to free %d", plan, want)
			}
			before := treeSize(t, root)
			if err := s.Remove(t.Context(), plan); err != nil {
				t.Fatal(err)
			}
			for _, gone := range []string{"snapshots/" + string(otherCommit), "refs/v1", "trees/" + string(otherCommit) + ".json"} {
				if exists(filepath.Join(root, someModel.Folder(), gone)) {
					t.Errorf("%s is still there", gone)
				}
			}
			sound(t, root, someCommit, both, newer)
			if freed := before - treeSize(t, root); freed < plan.Frees || freed > plan.Frees+1000 { // ref and listing besides
				t.Errorf("freed %d, said %d", freed, plan.Frees)
			}
			if err := download(t, s, "v1/rc", otherCommit, both, older); err != nil { // the same store goes on
				t.Fatal(err)
			}
			sound(t, root, otherCommit, both, older)
		})
	}
}

// treeSize adds up what is on the disk, hard links once.
func treeSize(t *testing.T, root string) (sum int64) {
	t.Helper()
	seen := map[uint64]bool{}
	err := filepath.Walk(root, func(path string, st os.FileInfo, err error) error {
		if err == nil && st.Mode().IsRegular() && !seen[inode(t, path)] {
			seen[inode(t, path)] = true
			sum += st.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func TestPlanRemovalOfAllRevisionsIsTheRepository(t *testing.T) {
	s, root := twoRevisions(t, nil)
	both, newer, older := revisionItems()
	f, text := big()
	partial(t, root, f, deadOwner(t), 1, text)
	for name, commits := range map[string][]repo.Commit{"whole": nil, "each": {someCommit, otherCommit}} {
		plan, err := s.PlanRemoval(t.Context(), someModel, commits...)
		if want := both.Size + newer.Size + older.Size + int64(len(text)); err != nil || !plan.Whole || plan.Frees != want || len(plan.Unfinished) != 1 {
			t.Errorf("%s: %+v, %v; want to free %d", name, plan, err, want)
		}
	}
	if !exists(blobOf(root, both)) {
		t.Error("planning removed something")
	}
}

func TestPlanRemovalOfWhatIsNotThere(t *testing.T) {
	s, _ := twoRevisions(t, nil)
	if _, err := s.PlanRemoval(t.Context(), someModel, repo.Commit(strings.Repeat("a", 40))); fault.KindOf(err) != fault.RevisionNotFound || fault.HintOf(err) == "" {
		t.Errorf("revision: %v", err)
	}
	if _, err := s.PlanRemoval(t.Context(), repo.Ref{Type: repo.Dataset, ID: "org/m"}); fault.KindOf(err) != fault.RepoNotFound || fault.HintOf(err) == "" {
		t.Errorf("repository: %v", err)
	}
	if _, err := openStore(t, filepath.Join(t.TempDir(), "none"), nil).PlanRemoval(t.Context(), someModel); fault.KindOf(err) != fault.RepoNotFound {
		t.Errorf("cache: %v", err)
	}
}

// TestRemoveRefusesWhileSomebodyDownloads: our partial or the official client's lock.
func TestRemoveRefusesWhileSomebodyDownloads(t *testing.T) {
	s, root := twoRevisions(t, nil)
	plan, err := s.PlanRemoval(t.Context(), someModel, otherCommit)
	if err != nil {
		t.Fatal(err)
	}
	_, _, older := revisionItems()
	held := hold(t, lockOf(root, older))
	if err := s.Remove(t.Context(), plan); fault.KindOf(err) != fault.Disk || !strings.Contains(err.Error(), "being downloaded") {
		t.Errorf("%v", err)
	}
	if !exists(filepath.Join(root, someModel.Folder(), "snapshots", string(otherCommit))) {
		t.Error("the revision went")
	}
	_ = held.Close()
	if err := s.Remove(t.Context(), plan); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// TestP2_RemovePutsBackWhatIsUsedMeanwhile: another process places a file whose
// blob is just being taken away.
func TestP2_RemovePutsBackWhatIsUsedMeanwhile(t *testing.T) {
	_, _, older := revisionItems()
	var root string
	planted := false
	s, root := twoRevisions(t, func(o *Options) {
		o.trap = func(op, path string) error {
			if op == "rename" && strings.HasSuffix(path, string(older.ETag())) && strings.Contains(path, deletedMark) && !planted {
				planted = true
				return os.Symlink("../../blobs/"+string(older.ETag()), filepath.Join(root, someModel.Folder(), "snapshots", string(someCommit), "late.txt"))
			}
			return nil
		}
	})
	plan, err := s.PlanRemoval(t.Context(), someModel, otherCommit)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Remove(t.Context(), plan); err != nil || !planted {
		t.Fatal(err, planted)
	}
	if b, err := os.ReadFile(filepath.Join(root, someModel.Folder(), "snapshots", string(someCommit), "late.txt")); err != nil || string(b) != older.content {
		t.Errorf("%q, %v", b, err)
	}
	for _, line := range cachetest.Check(root) {
		t.Error(line)
	}
}

// TestP2_RemoveFailingAnywhereLeavesNoNameLeadingNowhere: each change fails
// once; the cache is sound at that moment, and a second run ends the work.
func TestP2_RemoveFailingAnywhereLeavesNoNameLeadingNowhere(t *testing.T) {
	both, newer, _ := revisionItems()
	for n := 1; ; n++ {
		calls, fail := 0, false
		s, root := twoRevisions(t, func(o *Options) {
			o.trap = func(op, path string) error {
				if !fail {
					return nil
				}
				if calls++; calls == n {
					return &os.PathError{Op: op, Path: path, Err: syscall.EIO}
				}
				return nil
			}
		})
		plan, err := s.PlanRemoval(t.Context(), someModel, otherCommit)
		if err != nil {
			t.Fatal(err)
		}
		fail = true
		err = s.Remove(t.Context(), plan)
		fail = false
		soundBesidesAside(t, n, root)
		if calls < n {
			if err != nil {
				t.Error(err)
			}
			t.Logf("%d calls", n-1)
			return
		}
		if err != nil && !errors.Is(err, syscall.EIO) {
			t.Errorf("call %d: %v", n, err)
		}
		if err := s.Remove(t.Context(), plan); err != nil {
			t.Errorf("call %d, second run: %v", n, err)
		}
		soundBesidesAside(t, n, root)
		for _, i := range []item{both, newer} {
			if b, err := cachetest.Content(root, someModel, someCommit, i.Path); err != nil || string(b) != i.content {
				t.Errorf("call %d: %s holds %q, %v", n, i.Path, b, err)
			}
		}
		if exists(filepath.Join(root, someModel.Folder(), "snapshots", string(otherCommit))) {
			t.Errorf("call %d: the revision is still there", n)
		}
	}
}

// soundBesidesAside passes over what was put aside and could not be removed: the
// next process does that.
func soundBesidesAside(t *testing.T, call int, root string) {
	t.Helper()
	for _, line := range cachetest.Check(root) {
		if !strings.HasPrefix(line, ".locks/"+deletedMark) {
			t.Errorf("call %d: %s", call, line)
		}
	}
}
