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

func TestDeleteOfWhatIsNotCached(t *testing.T) {
	for name, root := range map[string]string{"no cache": filepath.Join(t.TempDir(), "none"), "empty cache": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			if err := openStore(t, root, nil).Delete(t.Context(), someModel); fault.KindOf(err) != fault.RepoNotFound || fault.HintOf(err) == "" {
				t.Error(err)
			}
		})
	}
}

// TestT9_DeleteFollowsNoLink: neither a linked repository, even one the user
// allowed for downloads, nor links inside one.
func TestT9_DeleteFollowsNoLink(t *testing.T) {
	for _, follow := range []bool{false, true} {
		base := t.TempDir()
		root, outside := filepath.Join(base, "hub"), filepath.Join(base, "outside")
		write(t, filepath.Join(outside, "snapshots", string(someCommit), "f"), "x")
		plant(t, root, someModel.Folder(), outside)
		err := openStore(t, root, func(o *Options) { o.FollowLinks = follow }).Delete(t.Context(), someModel)
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.HintOf(err), "yourself") {
			t.Errorf("follow %v: %v", follow, err)
		}
		if !exists(filepath.Join(outside, "snapshots", string(someCommit), "f")) || !exists(filepath.Join(root, someModel.Folder())) {
			t.Errorf("follow %v: something was deleted", follow)
		}
	}
	for _, at := range []string{"blobs", "snapshots", "refs", "snapshots/" + string(someCommit), "x"} {
		t.Run(at, func(t *testing.T) {
			base := t.TempDir()
			root, outside := filepath.Join(base, "hub"), filepath.Join(base, "outside")
			write(t, filepath.Join(outside, "f"), "x")
			besides(t, root)
			plant(t, root, someModel.Folder()+"/"+at, outside)
			s := openStore(t, root, nil)
			if err := s.Delete(t.Context(), someModel); err != nil && at != "blobs" {
				t.Error(err)
			}
			if !exists(filepath.Join(outside, "f")) {
				t.Error("deleted outside")
			}
		})
	}
}

// TestT9_DeleteWithPlantedLocks: .locks leads elsewhere, so nothing is moved there.
func TestT9_DeleteWithPlantedLocks(t *testing.T) {
	root, outside := filepath.Join(t.TempDir(), "hub"), t.TempDir()
	write(t, filepath.Join(root, someModel.Folder(), "snapshots", string(someCommit), "f"), "x")
	besides(t, root)
	plant(t, root, ".locks", outside)
	s := openStore(t, root, nil)
	if err := s.Delete(t.Context(), someModel); err != nil {
		t.Fatal(err)
	}
	deleted(t, s, root)
	if entries, err := os.ReadDir(outside); err != nil || len(entries) != 0 {
		t.Errorf("outside: %v, %v", entries, err)
	}
}

// TestT8_EncodedNamesNameNothing: no name that decodes to a path gets as far as
// a folder, whatever lies there.
func TestT8_EncodedNamesNameNothing(t *testing.T) {
	for _, name := range []string{"../outside", "..%2foutside", "%2e%2e/outside", "a--b/c", "a/..", "/etc", "a/b/c", "a\\b", ".locks/x", "a/b.git", "a%00/b"} {
		if id, err := repo.ParseID(name); err == nil {
			t.Errorf("%q is the id %q", name, id)
		}
	}
	for _, name := range []string{"models--..--outside", "models--a--b--c", "models--a/b", "models--..", "models--", "models--.locks--x"} {
		if ref, err := repo.ParseFolder(name); err == nil {
			t.Errorf("%q is the folder of %v", name, ref)
		}
	}
}

func TestDeleteRefusesWhileSomebodyDownloads(t *testing.T) {
	f, text := big()
	cases := map[string]func(t *testing.T, s *Store, root string){
		"this store": func(t *testing.T, s *Store, _ string) { begin(t, s, regular("new", "new")) },
		"another of ours": func(t *testing.T, _ *Store, root string) {
			hold(t, partial(t, root, f, newOwner(), 9, text))
		},
		"an official client": func(t *testing.T, _ *Store, root string) { hold(t, lockOf(root, f)) },
	}
	for name, busy := range cases {
		t.Run(name, func(t *testing.T) {
			s, root := cacheOf(t, nil)
			busy(t, s, root)
			err := s.Delete(t.Context(), someModel)
			if fault.KindOf(err) != fault.Disk || !strings.Contains(fault.HintOf(err), "stop it") {
				t.Errorf("%v", err)
			}
			if lines := cachetest.Complete(root, someModel, someCommit); len(lines) != 0 {
				t.Error(lines)
			}
		})
	}
}

// TestF26_ReadOnlyCacheIsListedButNotDeleted.
func TestF26_ReadOnlyCacheIsListedButNotDeleted(t *testing.T) {
	readonly := false
	s, root := cacheOf(t, func(o *Options) {
		o.trap = func(string, string) error {
			if readonly {
				return syscall.EROFS
			}
			return nil
		}
	})
	readonly = true
	if repos, err := s.Repos(t.Context()); err != nil || len(repos) != 1 {
		t.Error(repos, err)
	}
	if err := s.Delete(t.Context(), someModel); fault.KindOf(err) != fault.Disk || !strings.Contains(fault.HintOf(err), "read-only") {
		t.Error(err)
	}
	if lines := cachetest.Complete(root, someModel, someCommit); len(lines) != 0 {
		t.Error(lines)
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
	if got := strings.Join(order, " "); got != "refs snapshots "+someModel.Folder() {
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
