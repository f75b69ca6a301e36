//go:build unix

package cache

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// sharedCache is a repository whose one file is in the shared store.
func sharedCache(t *testing.T) (s *Store, root, payload string, f item) {
	t.Helper()
	root = filepath.Join(t.TempDir(), "hub")
	f, text := big()
	payload = sharedBlob(t, root, f, text)
	s = openStore(t, root, nil)
	if err := download(t, s, "main", someCommit, f, regular("config.json", "{}")); err != nil {
		t.Fatal(err)
	}
	return s, root, payload, f
}

// secondUser is another repository with the same payload.
func secondUser(t *testing.T, root, payload string, f item) {
	t.Helper()
	other := "models--org--other/blobs/" + string(f.ETag())
	plant(t, root, other, "../../blobs/c9/"+filepath.Base(payload))
	write(t, payload+".refs", someModel.Folder()+"/blobs/"+string(f.ETag())+"\n"+other+"\n")
}

// TestDeletingFreesThePayloadOfTheLastUser: the manifest's rule, as the official
// client follows it; what is not known stays.
func TestDeletingFreesThePayloadOfTheLastUser(t *testing.T) {
	for name, c := range map[string]struct {
		change func(t *testing.T, root, payload string, f item)
		goes   bool
		shown  bool // in what the plan says is freed
	}{
		"the only user": {func(*testing.T, string, string, item) {}, true, true},
		"another user":  {secondUser, false, false},
		"a user that is gone": {func(t *testing.T, root, payload string, f item) {
			secondUser(t, root, payload, f)
			if err := os.RemoveAll(filepath.Join(root, "models--org--other")); err != nil {
				t.Fatal(err)
			}
		}, true, true},
		"a user that leads elsewhere": {func(t *testing.T, root, payload string, f item) {
			secondUser(t, root, payload, f)
			at := filepath.Join(root, "models--org--other", "blobs", string(f.ETag()))
			if err := os.Remove(at); err != nil {
				t.Fatal(err)
			}
			plant(t, root, "models--org--other/blobs/"+string(f.ETag()), "../../blobs/aa/"+strings.Repeat("a", 64))
		}, true, true},
		"no manifest":       {func(t *testing.T, _, payload string, _ item) { _ = os.Remove(payload + ".refs") }, false, false},
		"a broken manifest": {func(t *testing.T, _, payload string, _ item) { write(t, payload+".refs", "\xff\xfe") }, false, false},
		"odd lines": {func(t *testing.T, _, payload string, f item) {
			write(t, payload+".refs", "../../etc\n/abs\n\nx/y\n"+someModel.Folder()+"/blobs/"+string(f.ETag())+"\n")
		}, true, true},
		"locked": {func(t *testing.T, _, payload string, _ item) { write(t, payload+".lock", ""); hold(t, payload+".lock") }, false, true},
		"another format": {func(t *testing.T, root, _ string, _ item) {
			write(t, filepath.Join(root, filepath.FromSlash(sharedMark)), "2\n")
		}, false, false},
	} {
		for _, whole := range []bool{true, false} {
			t.Run(name+map[bool]string{true: ", repository", false: ", revision"}[whole], func(t *testing.T) {
				s, root, payload, f := sharedCache(t)
				if err := download(t, s, "other", otherCommit, regular("config.json", "{}")); err != nil {
					t.Fatal(err)
				}
				c.change(t, root, payload, f)
				var commits []repo.Commit
				if !whole {
					commits = []repo.Commit{someCommit}
				}
				plan, err := s.PlanRemoval(t.Context(), someModel, commits...)
				if err != nil || (plan.Frees >= f.Size) != c.shown {
					t.Errorf("plan %+v, %v", plan, err)
				}
				if err := s.Remove(t.Context(), plan); err != nil {
					t.Fatal(err)
				}
				if exists(payload) == c.goes {
					t.Errorf("payload there: %v", exists(payload))
				}
				if c.goes && exists(payload+".refs") {
					t.Error("its manifest is left")
				}
			})
		}
	}
}

// TestPlanSharedFindsWhatNobodyUses, and sweeps it.
func TestPlanSharedFindsWhatNobodyUses(t *testing.T) {
	s, root, payload, f := sharedCache(t)
	if r, err := s.PlanShared(); err != nil || !r.Empty() {
		t.Errorf("in use: %+v, %v", r, err)
	}
	if err := os.Remove(blobOf(root, f)); err != nil {
		t.Fatal(err)
	}
	r, err := s.PlanShared()
	if err != nil || len(r.Payloads) != 1 || r.Frees != f.Size {
		t.Fatalf("%+v, %v", r, err)
	}
	if err := s.Remove(t.Context(), r); err != nil || exists(payload) {
		t.Errorf("%v, there %v", err, exists(payload))
	}
	if r, err := s.PlanShared(); err != nil || !r.Empty() {
		t.Errorf("afterwards: %+v, %v", r, err)
	}
	empty := openStore(t, filepath.Join(t.TempDir(), "none"), nil)
	if r, err := empty.PlanShared(); err != nil || !r.Empty() {
		t.Errorf("no cache: %+v, %v", r, err)
	}
}

// TestUsageOfTheSharedStore: what one repository uses alone is its own.
func TestUsageOfTheSharedStore(t *testing.T) {
	s, root, payload, f := sharedCache(t)
	u, err := s.Usage(t.Context())
	if err != nil || len(u.Repos) != 1 || u.Repos[0].Current != f.Size+2 || u.Shared <= 0 || u.Shared > 1000 || u.Total() != treeSize(t, root) {
		t.Errorf("alone: %+v, %v, on the disk %d", u, err, treeSize(t, root))
	}
	secondUser(t, root, payload, f)
	u, err = s.Usage(t.Context())
	if err != nil || len(u.Repos) != 2 || u.Repos[0].Current != 2 || u.Shared < f.Size || u.Total() != treeSize(t, root) {
		t.Errorf("two: %+v, %v, on the disk %d", u, err, treeSize(t, root))
	}
}

// TestF31_OfficialClientAfterDeletingSharedContent: its scan finds no fault, and
// its own sweep nothing to do.
func TestF31_OfficialClientAfterDeletingSharedContent(t *testing.T) {
	interpreter := clients(t)["HFD_PYTHON"]
	if interpreter == "" {
		t.Skip("HFD_PYTHON is not set")
	}
	s, root, payload, f := sharedCache(t)
	secondUser(t, root, payload, f)
	other := repo.Ref{Type: repo.Model, ID: "org/other"}
	if err := s.Place(t.Context(), other, someCommit, f.File); err != nil {
		t.Fatal(err)
	}
	plan, err := s.PlanRemoval(t.Context(), someModel)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Remove(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	script := `
import sys
from huggingface_hub import scan_cache_dir
info = scan_cache_dir(sys.argv[1])
print(len(info.warnings), [r.repo_id for r in info.repos], info.size_on_disk)`
	if got := run(t, python(t, interpreter, script, root)); !strings.HasPrefix(got, "0 ['org/other'] ") {
		t.Errorf("one user left: %s", got)
	}
	if !exists(payload) {
		t.Fatal("the payload is gone")
	}
	if err := s.Delete(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if got := run(t, python(t, interpreter, script, root)); got != "0 [] 0" || exists(payload) {
		t.Errorf("none left: %s, payload there %v", got, exists(payload))
	}
}

// TestInventoryOwnIsWhatNoOtherRepositoryHas.
func TestInventoryOwnIsWhatNoOtherRepositoryHas(t *testing.T) {
	s, root, payload, f := sharedCache(t)
	inv, err := s.Inventory(t.Context())
	if err != nil || inv.Repos[0].Revisions[0].Own != f.Size+2 {
		t.Errorf("alone: %+v, %v", inv, err)
	}
	secondUser(t, root, payload, f)
	if err := s.Place(t.Context(), repo.Ref{Type: repo.Model, ID: "org/other"}, someCommit, f.File); err != nil {
		t.Fatal(err)
	}
	inv, err = s.Inventory(t.Context())
	if err != nil || inv.Repos[0].Revisions[0].Own != 2 || inv.Repos[1].Revisions[0].Own != 0 || inv.Size != f.Size+2 {
		t.Errorf("two: %+v, %v", inv, err)
	}
	if time.Since(inv.Repos[1].Accessed) > time.Hour {
		t.Error("never used")
	}
}
