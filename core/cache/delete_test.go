//go:build unix

package cache

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/cache/cachetest"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// besides puts a second repository into a cache, which must survive.
func besides(t *testing.T, root string) {
	t.Helper()
	write(t, filepath.Join(root, "models--z--sound", "snapshots", string(someCommit), "f"), "x")
}

// deleted wants nothing of the repository left, and the other one whole.
func deleted(t *testing.T, s *Store, root string) {
	t.Helper()
	if exists(filepath.Join(root, someModel.Folder())) {
		t.Error("its folder is still there")
	}
	if left, err := filepath.Glob(filepath.Join(root, ".locks", deletedMark+"*")); err != nil || len(left) != 0 {
		t.Errorf("left aside: %v, %v", left, err)
	}
	repos, err := s.Repos(t.Context())
	if err != nil || len(repos) != 1 || repos[0].Ref.ID != "z/sound" || repos[0].Files != 1 {
		t.Errorf("the others: %v, %v", repos, err)
	}
}

func TestDeleteRemovesARepository(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, dir string){
		"sound":        func(*testing.T, string) {},
		"damaged":      func(t *testing.T, dir string) { write(t, dir+"/snapshots/x", "x"); write(t, dir+"/refs/x", "") },
		"with a stray": func(t *testing.T, dir string) { plant(t, dir, "snapshots/x", "/etc") },
		"never placed": func(t *testing.T, dir string) {
			if err := os.RemoveAll(dir + "/snapshots"); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, root := cacheOf(t, nil)
			besides(t, root)
			damage(t, filepath.Join(root, someModel.Folder()))
			if err := s.Delete(t.Context(), someModel); err != nil {
				t.Fatal(err)
			}
			deleted(t, s, root)
		})
	}
}

func TestF31_OfficialScannerFindsNoFaultAfterDelete(t *testing.T) {
	for name, interpreter := range clients(t) {
		t.Run(name, func(t *testing.T) {
			s, root := cacheOf(t, nil)
			besides(t, root)
			if err := s.Delete(t.Context(), someModel); err != nil {
				t.Fatal(err)
			}
			found, warnings := official(t, interpreter, root)
			if len(found) != 1 || found[0].ID != "z/sound" || warnings != "" {
				t.Errorf("%v, warnings %q", found, warnings)
			}
		})
	}
}

// TestF31_OfficialScannerFindsNoFaultInAKilledDelete: what a killed process
// leaves is no warning, and the next delete removes it.
func TestF31_OfficialScannerFindsNoFaultInAKilledDelete(t *testing.T) {
	s, root := cacheOf(t, nil)
	besides(t, root)
	left := filepath.Join(root, ".locks", deletedMark+repo.PartialMark+deadOwner(t).String()+"-1")
	alive := filepath.Join(root, ".locks", deletedMark+repo.PartialMark+newOwner().String()+"-1")
	for _, dir := range []string{left, alive} {
		write(t, filepath.Join(dir, "blobs", "x"), "x")
	}
	if os.Getenv("HFD_PYTHON") != "" {
		if _, warnings := official(t, os.Getenv("HFD_PYTHON"), root); warnings != "" {
			t.Error(warnings)
		}
	}
	if err := s.Delete(t.Context(), someModel); err != nil {
		t.Fatal(err)
	}
	if exists(left) || !exists(alive) {
		t.Errorf("of a dead process: %v, of a living one: %v", exists(left), exists(alive))
	}
}

func TestDeletedRepositoryCanBeFetchedAgain(t *testing.T) {
	s, root := cacheOf(t, nil)
	for range 2 {
		if err := s.Delete(t.Context(), someModel); err != nil {
			t.Fatal(err)
		}
		if err := download(t, s, "main", someCommit, sample()...); err != nil {
			t.Fatal(err)
		}
		sound(t, root, someCommit, sample()...)
	}
}

// TestDeletedRepositoryIsForgotten: what a stopped download knew of folders is
// not true any more.
func TestDeletedRepositoryIsForgotten(t *testing.T) {
	for _, mode := range []LinkMode{LinkSymlink, LinkCopy} {
		t.Run(string(mode), func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "hub")
			s := openStore(t, root, func(o *Options) { o.LinkMode = mode })
			i := regular("dir/a", "a")
			if err := errors.Join(ingest(t, s, i), s.Place(t.Context(), someModel, someCommit, i.File), s.Delete(t.Context(), someModel)); err != nil {
				t.Fatal(err)
			}
			if err := download(t, s, "main", someCommit, i); err != nil {
				t.Fatal(err)
			}
			sound(t, root, someCommit, i)
		})
	}
}

// TestF25_DeleteIsNoFailedFlush: names of a stopped download that were never
// flushed go with the repository, and other downloads of the store go on.
func TestF25_DeleteIsNoFailedFlush(t *testing.T) {
	s := openStore(t, filepath.Join(t.TempDir(), "hub"), nil)
	i := regular("dir/a", "a")
	err := errors.Join(ingest(t, s, i), s.Place(t.Context(), someModel, someCommit, i.File), s.Delete(t.Context(), someModel))
	if err := errors.Join(err, s.syncFolders()); err != nil {
		t.Error(err)
	}
}

// TestF25_RemovedFolderIsNoFailedDisk: who removes a repository by hand while a
// server downloads into it makes that flush fail, and no later one.
func TestF25_RemovedFolderIsNoFailedDisk(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	s := openStore(t, root, nil)
	i := regular("dir/a", "a")
	err := errors.Join(ingest(t, s, i), s.Place(t.Context(), someModel, someCommit, i.File), os.RemoveAll(filepath.Join(root, someModel.Folder())))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.syncFolders(); fault.KindOf(err) != fault.Disk {
		t.Errorf("%v, want that the folder is gone", err)
	}
	err = errors.Join(ingest(t, s, i), s.Place(t.Context(), someModel, someCommit, i.File), s.syncFolders())
	if err != nil {
		t.Errorf("the next download: %v", err)
	}
}

func TestDeleteOfWhatIsNotCached(t *testing.T) {
	for name, root := range map[string]string{"no cache": filepath.Join(t.TempDir(), "none"), "empty cache": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			if err := openStore(t, root, nil).Delete(t.Context(), someModel); fault.KindOf(err) != fault.RepoNotFound || fault.HintOf(err) == "" {
				t.Error(err)
			}
		})
	}
}

// TestDeleteOfAMount goes piece by piece, names before what they lead to.
func TestDeleteOfAMount(t *testing.T) {
	var order []string
	watch := false
	s, root := cacheOf(t, func(o *Options) {
		o.trap = func(op, path string) error {
			switch {
			case watch && op == "rename":
				return &os.LinkError{Op: op, Err: syscall.EBUSY}
			case watch && op == "remove":
				order = append(order, filepath.Base(path))
			}
			return nil
		}
	})
	besides(t, root)
	watch = true
	if err := s.Delete(t.Context(), someModel); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(order, " "); !strings.HasPrefix(got, "refs snapshots ") || !strings.HasSuffix(got, " "+someModel.Folder()) {
		t.Errorf("removed %s", got)
	}
	deleted(t, s, root)
}

func TestDeleteStopsWhenCanceled(t *testing.T) {
	s, root := cacheOf(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Delete(ctx, someModel); fault.KindOf(err) != fault.Canceled {
		t.Error(err)
	}
	if lines := cachetest.Complete(root, someModel, someCommit); len(lines) != 0 {
		t.Error(lines)
	}
}

// TestDeleteLeavesTheSharedStore: other repositories may use its payload.
func TestDeleteLeavesTheSharedStore(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	payload := filepath.Join(root, "blobs", "c9", strings.Repeat("c9", 32))
	write(t, filepath.Join(root, "blobs", ".huggingface-shared-blobs"), "1\n")
	write(t, payload, "shared")
	sha := strings.Repeat("a", 64)
	plant(t, root, someModel.Folder()+"/blobs/"+sha, "../../blobs/c9/"+filepath.Base(payload))
	plant(t, root, someModel.Folder()+"/snapshots/"+string(someCommit)+"/w", "../../blobs/"+sha)
	s := openStore(t, root, nil)
	info, files, ok, err := s.Repo(t.Context(), someModel)
	if !ok || err != nil || info.Size != 6 || len(files) != 1 || files[0].Blob != sha || !files[0].LFS {
		t.Errorf("%+v %v %v", info, files, err)
	}
	if err := s.Delete(t.Context(), someModel); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(payload); errors.Is(err, os.ErrNotExist) || exists(filepath.Join(root, someModel.Folder())) {
		t.Errorf("the payload: %v", err)
	}
}
