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

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

func TestF23_FreeSpaceIsKnownBeforeTheCacheExists(t *testing.T) {
	s := openStore(t, filepath.Join(t.TempDir(), "not", "yet"), nil)
	free, err := s.FreeSpace()
	var st syscall.Statfs_t
	if serr := syscall.Statfs(t.TempDir(), &st); serr != nil {
		t.Skip(serr)
	}
	want := int64(st.Bavail) * int64(st.Bsize) //nolint:unconvert // other types on other systems
	if err != nil || free < want/2 || free > want*2+1<<30 {
		t.Errorf("%d free, %v; the system says %d", free, err, want)
	}
	if exists(s.path) {
		t.Error("asking made the folder")
	}
}

// TestF24_ErrnosBecomeHints: every disk error is a Disk fault that says what to do.
func TestF24_ErrnosBecomeHints(t *testing.T) {
	cases := map[syscall.Errno]string{
		syscall.ENOSPC: "full", syscall.EDQUOT: "quota", syscall.EFBIG: "file system cannot hold", syscall.EROFS: "read-only",
		syscall.EACCES: "may not write", syscall.EIO: "disk reports an error", syscall.EMFILE: "ulimit", syscall.ENOENT: "gone",
	}
	for errno, hint := range cases {
		t.Run(errno.Error(), func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "hub")
			s := openStore(t, root, func(o *Options) {
				o.trap = func(op, path string) error {
					if op == "create" && strings.Contains(path, repo.PartialMark) {
						return &os.PathError{Op: "openat", Path: "/home/someone/secret", Err: errno}
					}
					return nil
				}
			})
			err := ingest(t, s, regular("a", "a"))
			if fault.KindOf(err) != fault.Disk || !errors.Is(err, errno) || !strings.Contains(fault.HintOf(err), hint) {
				t.Errorf("%v, hint %q", err, fault.HintOf(err))
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("a path of this machine shows: %v", err)
			}
		})
	}
}

// TestF24_FullOnlyAtTheFlush: what came is kept and, since the disk may not hold
// it, taken over as a copy with bytes of its own.
func TestF24_FullOnlyAtTheFlush(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	f, text := big()
	full := true
	s := openStore(t, root, func(o *Options) {
		o.trap = func(op, path string) error {
			if full && op == "fsync" && strings.Contains(path, repo.PartialMark) {
				return syscall.ENOSPC
			}
			return nil
		}
	})
	if err := ingest(t, s, f); !errors.Is(err, syscall.ENOSPC) || exists(blobOf(root, f)) {
		t.Fatalf("%v", err)
	}
	names := blobFolder(t, root)
	if len(names) != 1 {
		t.Fatalf("left %v", names)
	}
	doubtful := inode(t, filepath.Join(root, someModel.Folder(), "blobs", names[0]))
	full = false
	for _, next := range []*Store{openStore(t, root, nil), openStore(t, root, nil)} {
		in := begin(t, next, f)
		if in.Length() != f.Size || inode(t, filepath.Join(root, in.name)) == doubtful {
			t.Errorf("length %d; the very file whose flush failed is used: %v", in.Length(), inode(t, filepath.Join(root, in.name)) == doubtful)
		}
		got := make([]byte, f.Size)
		if _, err := in.File().ReadAt(got, 0); err != nil || string(got) != text {
			t.Errorf("other bytes: %v", err)
		}
		if err := in.Close(); err != nil {
			t.Fatal(err)
		}
		if names := blobFolder(t, root); len(names) != 1 {
			t.Errorf("left %v", names)
		}
	}
}

// TestF26_ReadOnlyCacheServes: not one operation that would change it succeeds,
// and a complete repository is complete.
func TestF26_ReadOnlyCacheServes(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	f := regular("a", "a")
	if err := download(t, openStore(t, root, nil), "main", someCommit, f); err != nil {
		t.Fatal(err)
	}
	for _, errno := range []syscall.Errno{syscall.EROFS, syscall.EACCES} {
		readOnly := openStore(t, root, func(o *Options) {
			o.trap = func(op, _ string) error {
				if op == "mkdir" || op == "fsync" || op == "flock" { // no changes
					return nil
				}
				return errno
			}
		})
		if err := download(t, readOnly, "main", someCommit, f); err != nil {
			t.Errorf("complete: %v", err)
		}
		if err := download(t, readOnly, "v2", someCommit, f); err != nil {
			t.Errorf("complete, by a name without a ref: %v", err)
		}
		if err := os.Remove(filepath.Join(root, someModel.Folder(), "trees", string(someCommit)+".json")); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if err := download(t, readOnly, "main", someCommit, f); err != nil {
			t.Errorf("complete, without a listing: %v", err)
		}
		if err := download(t, readOnly, "main", someCommit, regular("b", "b")); fault.KindOf(err) != fault.Disk {
			t.Errorf("incomplete: %v", err)
		}
		sound(t, root, someCommit, f)
	}
}

func TestF27_CacheThatGoesAwayIsNotMadeAnew(t *testing.T) {
	cases := map[string]func(root string) error{
		"removed": os.RemoveAll,
		"moved":   func(root string) error { return os.Rename(root, root+".old") },
		"replaced": func(root string) error {
			return errors.Join(os.Rename(root, root+".old"), os.Mkdir(root, 0o755))
		},
	}
	for name, away := range cases {
		t.Run(name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "hub")
			s := openStore(t, root, nil)
			f, text := big()
			in := begin(t, s, f)
			if _, err := in.File().WriteString(text); err != nil {
				t.Fatal(err)
			}
			if err := away(root); err != nil {
				t.Fatal(err)
			}
			_, err := s.Ingest(t.Context(), someModel, regular("b", "b").File)
			if fault.KindOf(err) != fault.Disk || !strings.Contains(fault.HintOf(err), "unmounted") {
				t.Errorf("next file: %v, hint %q", err, fault.HintOf(err))
			}
			_ = in.Commit(t.Context())
			err = s.Finish(t.Context(), Finish{Ref: someModel, Revision: "main", Commit: someCommit, Complete: true})
			if fault.KindOf(err) != fault.Disk {
				t.Errorf("finish: %v", err)
			}
			if entries, err := os.ReadDir(root); err == nil && len(entries) > 0 {
				t.Errorf("made anew: %v", entries)
			}
		})
	}
}

// TestF27_RepositoryRemovedBetweenJobs is no fault: it comes again.
func TestF27_RepositoryRemovedBetweenJobs(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	s := openStore(t, root, nil)
	items := sample()
	for range 2 {
		if err := download(t, s, "main", someCommit, items...); err != nil {
			t.Fatal(err)
		}
		sound(t, root, someCommit, items...)
		if err := os.RemoveAll(filepath.Join(root, someModel.Folder())); err != nil {
			t.Fatal(err)
		}
	}
}

func TestF29_WrongSizeIsReplacedByRename(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	f := lfs("w.bin", "content")
	s := openStore(t, root, nil)
	if err := download(t, s, "main", someCommit, f); err != nil {
		t.Fatal(err)
	}
	old, err := os.Open(blobOf(root, f)) // a reader
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	if err := os.Truncate(blobOf(root, f), 3); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Have(t.Context(), someModel, someCommit, f.File); p != Missing || err != nil {
		t.Errorf("%v, %v", p, err)
	}
	if err := download(t, s, "main", someCommit, f); err != nil {
		t.Fatal(err)
	}
	sound(t, root, someCommit, f)
	if st, err := old.Stat(); err != nil || st.Size() != 3 {
		t.Errorf("the old blob was written to: %v, %v", st, err)
	}
}

func TestFinishOfACanceledJobMovesNoRef(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	s := openStore(t, root, nil)
	f := regular("a", "a")
	if err := ingest(t, s, f); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	fin := Finish{Ref: someModel, Revision: "main", Commit: someCommit, Files: filesOf([]item{f}), Complete: true}
	if err := s.Finish(ctx, fin); fault.KindOf(err) != fault.Canceled {
		t.Errorf("%v", err)
	}
	fin.Complete = false
	if err := s.Finish(t.Context(), fin); err != nil {
		t.Error(err)
	}
	if _, ok, _ := s.Ref(someModel, "main"); ok {
		t.Error("the ref moved")
	}
}
