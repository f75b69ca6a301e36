package friendly

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

const otherCommit = "0123456789abcdef0123456789abcdef01234567"

// shelf is a real cache with the view's repository, and a data set.
func shelf(t *testing.T, v View) *cache.Store {
	t.Helper()
	s, err := cache.Open(cache.Options{Root: filepath.Join(v.Root, "hub")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	put(t, filepath.Join(v.Root, "hub", "models--org--m", "refs", "main"), commit)
	put(t, filepath.Join(v.Root, "hub", "datasets--org--d", "snapshots", commit, "data", "a.csv"), "1,2")
	return s
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// rebuild wants this report.
func rebuild(t *testing.T, v View, c Cache, clean bool, want Report) {
	t.Helper()
	got, err := Rebuild(t.Context(), Place{v.Root, "hub"}, c, clean)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// shown lists the view: what a name leads to, or "file".
func shown(t *testing.T, root string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, top := range []string{"models", "datasets"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return nil //nolint:nilerr // what is not there is not shown
			}
			name, _ := filepath.Rel(root, path)
			out[name] = "file"
			if d.Type()&os.ModeSymlink != 0 {
				real, err := filepath.EvalSymlinks(path)
				if err != nil {
					real = "nothing"
				}
				out[name] = filepath.Base(real)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestRebuildShowsEverythingCached(t *testing.T) {
	v := view(t)
	s := shelf(t, v)
	rebuild(t, v, s, false, Report{ReposScanned: 2, SymlinksCreated: 3})
	want := map[string]string{"models/org/m/config.json": "config.json", "models/org/m/dir/w.gguf": "w.gguf", "datasets/org/d/data/a.csv": "a.csv"}
	if diff := cmp.Diff(want, shown(t, v.Root)); diff != "" {
		t.Error(diff)
	}
	rebuild(t, v, s, true, Report{ReposScanned: 2})
}

func TestRebuildFollowsTheRef(t *testing.T) {
	v := view(t)
	s := shelf(t, v)
	rebuild(t, v, s, false, Report{ReposScanned: 2, SymlinksCreated: 3})
	put(t, filepath.Join(v.Root, "hub", "models--org--m", "snapshots", otherCommit, "config.json"), "new")
	put(t, filepath.Join(v.Root, "hub", "models--org--m", "refs", "main"), otherCommit)
	rebuild(t, v, s, false, Report{ReposScanned: 2, SymlinksUpdated: 1})
	if b, err := os.ReadFile(filepath.Join(v.Root, "models", "org", "m", "config.json")); string(b) != "new" || err != nil {
		t.Errorf("it shows %q, %v", b, err)
	}
	rebuild(t, v, s, true, Report{ReposScanned: 2, OrphansRemoved: 1}) // dir/w.gguf is of the old commit
}

func TestRebuildKeepsFoldersOfFilters(t *testing.T) {
	v := view(t)
	sha := strings.Repeat("a", 64)
	s := shelf(t, v)
	snapshot := filepath.Join(v.Root, "hub", "models--org--m", "snapshots", commit, "dir", "w.gguf")
	put(t, filepath.Join(v.Root, "hub", "models--org--m", "blobs", sha), "content")
	if err := errors.Join(os.Remove(snapshot), os.Symlink("../../../blobs/"+sha, snapshot)); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(v); err != nil {
		t.Fatal(err)
	}
	rebuild(t, v, s, true, Report{ReposScanned: 2, SymlinksCreated: 1}) // of the data set
	if _, err := os.Lstat(filepath.Join(v.Root, "models", "org", "m", "q4", "dir", "w.gguf")); err != nil {
		t.Error(err)
	}
}

func TestRebuildCleanTakesOnlyOurLinks(t *testing.T) {
	v := view(t)
	s := shelf(t, v)
	gone := v
	gone.Ref.ID = "gone/m"
	if _, err := Write(gone); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(v.Root, "models", "org", "m", "notes.txt"), "mine")
	put(t, filepath.Join(v.Root, "models", "kept", "x", "hfd.yaml"), "mine")
	for name, target := range map[string]string{
		"models/org/m/elsewhere": "/etc/hostname", "models/org/m/sibling": "notes.txt",
		"models/org/m/above": "../../../../hub/x", // out of the root, however much it looks like ours
	} {
		if err := os.Symlink(target, filepath.Join(v.Root, name)); err != nil {
			t.Fatal(err)
		}
	}
	rebuild(t, v, s, true, Report{ReposScanned: 2, SymlinksCreated: 3, OrphansRemoved: 2})
	got := shown(t, v.Root)
	for _, name := range []string{"models/org/m/notes.txt", "models/org/m/elsewhere", "models/org/m/sibling", "models/org/m/above", "models/kept/x/hfd.yaml"} {
		if got[name] == "" {
			t.Errorf("%s is gone", name)
		}
	}
	if _, err := os.Lstat(filepath.Join(v.Root, "models", "gone")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the view of a repository that is gone is still there: %v", err)
	}
}

// broken fails for one repository.
type broken struct {
	Cache
	id repo.ID
}

func (b broken) Repo(ctx context.Context, ref repo.Ref) (cache.RepoInfo, []cache.CachedFile, bool, error) {
	if ref.ID == b.id {
		return cache.RepoInfo{}, nil, false, errors.New("cannot be read")
	}
	return b.Cache.Repo(ctx, ref)
}

func TestRebuildGoesOnAfterAFailureAndCleansNothingOfIt(t *testing.T) {
	v := view(t)
	s := shelf(t, v)
	rebuild(t, v, s, false, Report{ReposScanned: 2, SymlinksCreated: 3})
	got, err := Rebuild(t.Context(), Place{v.Root, "hub"}, broken{s, "org/m"}, true)
	if err != nil || len(got.Errors) != 1 || got.OrphansRemoved != 0 || got.ReposScanned != 2 {
		t.Errorf("%+v, %v", got, err)
	}
	if !strings.Contains(got.Errors[0], "org/m") || strings.Contains(got.Errors[0], v.Root) {
		t.Errorf("the error is %q", got.Errors[0])
	}
}

func TestRebuildStopsWhenCanceled(t *testing.T) {
	v := view(t)
	s := shelf(t, v)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Rebuild(ctx, Place{v.Root, "hub"}, s, true); err == nil {
		t.Error("no error")
	}
	if len(shown(t, v.Root)) != 0 {
		t.Error("it went on")
	}
}

func TestP7_RebuildDoesNotLeaveItsFolder(t *testing.T) {
	v := view(t)
	s := shelf(t, v)
	outside := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(v.Root, "models")); err != nil {
		t.Fatal(err)
	}
	orphan := filepath.Join(outside, "orphan")
	if err := os.Symlink("../hub/models--x--y/snapshots/z", orphan); err != nil {
		t.Fatal(err)
	}
	got, err := Rebuild(t.Context(), Place{v.Root, "hub"}, s, true)
	if err != nil || len(got.Errors) == 0 {
		t.Errorf("%+v, %v; want an error of the planted link", got, err)
	}
	if entries, err := os.ReadDir(outside); err != nil || len(entries) != 1 {
		t.Errorf("outside: %v, %v", entries, err)
	}
}

func TestRemoveLeavesFilesOfTheUser(t *testing.T) {
	for name, own := range map[string]bool{"nothing else": false, "a file of the user": true} {
		t.Run(name, func(t *testing.T) {
			v := view(t)
			if _, err := Write(v); err != nil {
				t.Fatal(err)
			}
			want := map[string]string{}
			if own {
				put(t, filepath.Join(v.Root, "models", "org", "m", "q4", "mine"), "mine")
				want["models/org/m/q4/mine"] = "file"
			}
			for range 2 { // the second time there is nothing to do
				if err := Remove(v.Root, v.Ref); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(want, shown(t, v.Root)); diff != "" {
				t.Error(diff)
			}
			if _, err := os.Lstat(filepath.Join(v.Root, "models")); own != (err == nil) {
				t.Errorf("its folder: %v", err)
			}
		})
	}
}

func TestRemoveLeavesLinksToAnotherCache(t *testing.T) {
	v := view(t)
	own := filepath.Join(v.Root, "models", "org", "m", "other")
	put(t, filepath.Join(filepath.Dir(own), "mine"), "mine")
	if err := os.Symlink("../../../../hub/models--org--m/snapshots/"+commit+"/config.json", own); err != nil {
		t.Fatal(err)
	}
	if err := Remove(v.Root, v.Ref); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(own); err != nil {
		t.Error(err)
	}
}

func TestP7_RemoveDoesNotFollowAPlantedLink(t *testing.T) {
	v := view(t)
	if _, err := Write(v); err != nil {
		t.Fatal(err)
	}
	models := filepath.Join(v.Root, "models")
	if err := errors.Join(os.Rename(models, filepath.Join(v.Root, "moved")), os.Symlink("moved", models)); err != nil {
		t.Fatal(err)
	}
	outside := t.TempDir()
	put(t, filepath.Join(outside, "hfd.yaml"), "mine")
	if err := os.Symlink(outside, filepath.Join(v.Root, "moved", "org", "n")); err != nil {
		t.Fatal(err)
	}
	if err := Remove(v.Root, repo.Ref{Type: repo.Model, ID: "org/n"}); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(outside, "hfd.yaml")); err != nil {
		t.Error(err)
	}
}
