//go:build unix

package cache

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// lockOf is where the lock of a file is.
func lockOf(root string, i item) string {
	return filepath.Join(root, ".locks", someModel.Folder(), string(i.ETag())+".lock")
}

// hold takes the lock as another process would.
func hold(t *testing.T, path string) *os.File {
	t.Helper()
	write(t, path, "")
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	if got, supported := tryLock(f); !supported {
		t.Skip("no flock here")
	} else if !got {
		t.Fatal("the lock is taken")
	}
	return f
}

// TestF32_WaitIsToldAndEnds: at once and every ten seconds, and the work goes on
// when the other process lets go.
func TestF32_WaitIsToldAndEnds(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	f := regular("a", "a")
	held := hold(t, lockOf(root, f))
	synctest.Test(t, func(t *testing.T) {
		var told []time.Duration
		s, err := Open(Options{Root: root, OnWait: func(what string, waited time.Duration) {
			if what != "a" {
				t.Errorf("told of %q", what)
			}
			told = append(told, waited.Round(time.Second))
		}})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		timer := time.AfterFunc(25*time.Second, func() { _ = held.Close() })
		defer timer.Stop()
		began := time.Now()
		in, err := s.Ingest(t.Context(), someModel, f.File)
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took < 25*time.Second || took > 26*time.Second {
			t.Errorf("waited %v for a lock held 25 s", took)
		}
		if len(told) != 3 || told[0] != 0 || told[1] != 10*time.Second || told[2] != 20*time.Second {
			t.Errorf("told at %v, want 0, 10 and 20 s", told)
		}
		if err := in.Discard(); err != nil {
			t.Error(err)
		}
	})
}

func TestF32_WaitCanBeCanceled(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	f := regular("a", "a")
	hold(t, lockOf(root, f))
	s := openStore(t, root, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.Ingest(ctx, someModel, f.File); fault.KindOf(err) != fault.Canceled {
		t.Errorf("%v", err)
	}
}

func TestF32_LockFileOfADeadProcessIsFree(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	f := regular("a", "a")
	write(t, lockOf(root, f), "4711\nhost\n")
	s := openStore(t, root, func(o *Options) { o.OnWait = func(string, time.Duration) { t.Error("waited") } })
	if err := ingest(t, s, f); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(lockOf(root, f)); err != nil || string(b) != "4711\nhost\n" {
		t.Errorf("the lock file was written to: %q, %v", b, err)
	}
}

// TestP5_LockFileStaysForTheGroup: never removed, never truncated, mode 0664.
func TestP5_LockFileStaysForTheGroup(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	f := regular("a", "a")
	if err := ingest(t, openStore(t, root, nil), f); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(lockOf(root, f))
	if err != nil || st.Size() != 0 || st.Mode() != 0o664 {
		t.Errorf("%v, %v", st, err)
	}
}

// TestP5_RemovedLockFileIsMadeAnew: a lock on a file without a name excludes nobody.
func TestP5_RemovedLockFileIsMadeAnew(t *testing.T) {
	root := t.TempDir()
	s := openStore(t, root, nil)
	path := filepath.Join(".locks", "x.lock")
	l, err := s.acquire(t.Context(), s.root, path, "x")
	if err != nil || l == nil {
		t.Fatal(l, err)
	}
	if err := os.Remove(filepath.Join(root, path)); err != nil {
		t.Fatal(err)
	}
	if !unlinked(l.file) {
		t.Error("a removed lock file counts as one that is there")
	}
	again, err := s.acquire(t.Context(), s.root, path, "x")
	if err != nil || again == nil || unlinked(again.file) {
		t.Error("no new lock", err)
	}
	again.release()
	l.release()
}

// TestP5_WithoutFlockNoLockFileStays: the official client takes one that is
// there for a lock held by somebody, for ever.
func TestP5_WithoutFlockNoLockFileStays(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	f := regular("a", "a")
	s := openStore(t, root, func(o *Options) {
		o.trap = func(op, _ string) error {
			if op == "flock" {
				return syscall.ENOSYS
			}
			return nil
		}
	})
	if err := download(t, s, "main", someCommit, f); err != nil {
		t.Fatal(err)
	}
	sound(t, root, someCommit, f)
	if exists(lockOf(root, f)) {
		t.Error("a lock file is left")
	}
	write(t, lockOf(root, f), "1\nhost\n")
	if err := ingest(t, s, regular("a", "a")); err != nil || !exists(lockOf(root, f)) {
		t.Errorf("another client's marker: %v, there %v", err, exists(lockOf(root, f)))
	}
}

// TestT9_PlantedLockFiles: neither followed, nor blocking, nor in the way.
func TestT9_PlantedLockFiles(t *testing.T) {
	cases := map[string]func(path, victim string) error{
		"link inside": func(path, victim string) error {
			target, err := filepath.Rel(filepath.Dir(path), victim)
			return errors.Join(err, os.Symlink(target, path))
		},
		"dangling link": func(path, _ string) error { return os.Symlink("nowhere", path) },
		"pipe":          func(path, _ string) error { return syscall.Mkfifo(path, 0o644) },
		"folder":        func(path, _ string) error { return os.Mkdir(path, 0o755) },
	}
	for name, plant := range cases {
		t.Run(name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "hub")
			s := openStore(t, root, nil)
			victim, f := regular("victim", "victim"), regular("a", "a")
			if err := download(t, s, "main", someCommit, victim); err != nil {
				t.Fatal(err)
			}
			if err := plant(lockOf(root, f), blobOf(root, victim)); err != nil {
				t.Fatal(err)
			}
			held, err := os.Open(blobOf(root, victim))
			if err != nil {
				t.Fatal(err)
			}
			defer held.Close()
			if got, _ := tryLock(held); !got {
				t.Skip("no flock here")
			}
			if err := download(t, s, "main", otherCommit, f); err != nil {
				t.Fatal(err)
			}
			if exists(filepath.Join(filepath.Dir(lockOf(root, f)), "nowhere")) {
				t.Error("a file was made where the link leads")
			}
		})
	}
}
