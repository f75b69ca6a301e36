//go:build unix

package cache

import (
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

// TestP7_DeleteOfAFolderSwappedForALink, after it was looked at: nothing goes
// where the link leads, be that in the cache or not.
func TestP7_DeleteOfAFolderSwappedForALink(t *testing.T) {
	for name, mount := range map[string]error{"renamed": nil, "in its place": syscall.EBUSY} {
		for _, to := range []string{"models--z--sound", "outside"} {
			t.Run(name+" "+to, func(t *testing.T) {
				var dir, target string
				s, root := cacheOf(t, func(o *Options) {
					o.trap = func(op, _ string) error {
						if op != "rename" || dir == "" {
							return nil
						}
						if err := errors.Join(os.Rename(dir, dir+"-away"), os.Symlink(target, dir)); err != nil {
							t.Error(err)
						}
						return mount
					}
				})
				besides(t, root)
				outside := t.TempDir()
				write(t, filepath.Join(outside, "snapshots", "f"), "x")
				if target = to; to == "outside" {
					target = outside
				}
				dir = filepath.Join(root, someModel.Folder())
				if err := s.Delete(t.Context(), someModel); mount != nil && err == nil {
					t.Error("no error")
				}
				if !exists(filepath.Join(outside, "snapshots", "f")) || !exists(filepath.Join(root, "models--z--sound", "snapshots", string(someCommit), "f")) {
					t.Error("it deleted where the link leads")
				}
			})
		}
	}
}
