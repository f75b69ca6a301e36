//go:build unix

package cache

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// partial leaves a partial of an owner with this text, and its path.
func partial(t *testing.T, root string, i item, o owner, seq int, text string) string {
	t.Helper()
	path := fmt.Sprintf("%s%s%s-%d", blobOf(root, i), repo.PartialMark, o, seq)
	write(t, path, text)
	return path
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func begin(t *testing.T, s *Store, i item) *Ingestion {
	t.Helper()
	in, err := s.Ingest(t.Context(), someModel, i.File)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	return in
}

func inode(t *testing.T, path string) uint64 {
	t.Helper()
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	sys, ok := st.Sys().(*syscall.Stat_t)
	if !ok {
		t.Skip("no inodes here")
	}
	return sys.Ino
}

func big() (item, string) {
	text := strings.Repeat("w", smallFile+5)
	return lfs("w.bin", text), text
}

func TestP3_PartialOfADeadProcessIsTakenOver(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	f, text := big()
	older := partial(t, root, f, deadOwner(t), 1, text)
	touch(t, older, -time.Hour)
	newest := partial(t, root, f, deadOwner(t), 2, text+"journal")
	number := inode(t, newest)
	in := begin(t, openStore(t, root, nil), f)
	st, err := in.File().Stat()
	if err != nil || in.Length() != f.Size+7 || !in.Resumed() || in.Prefix() != 0 {
		t.Errorf("length %d, resumed %v, prefix %d, %v", in.Length(), in.Resumed(), in.Prefix(), err)
	}
	if sys, ok := st.Sys().(*syscall.Stat_t); ok && sys.Ino != number {
		t.Error("it was copied, not renamed")
	}
	if exists(older) || exists(newest) {
		t.Error("partials of dead processes are left")
	}
}

func TestP5_PartialOfALivingProcessIsLeft(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	f, text := big()
	alive := newOwner() // another store of this very process
	path := partial(t, root, f, alive, 1, text)
	held, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	if got, _ := tryLock(held); !got {
		t.Skip("no flock here")
	}
	in := begin(t, openStore(t, root, nil), f)
	if in.Resumed() || !exists(path) {
		t.Errorf("resumed %v, exists %v", in.Resumed(), exists(path))
	}
}

// TestP5_SilentPartialIsCopied: the writer is on another machine, so nobody can
// tell; after StaleAfter its bytes are taken, never its file.
func TestP5_SilentPartialIsCopied(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	f, text := big()
	o := newOwner()
	o.machine, o.boot = "deadbeef", "deadbeef"
	path := partial(t, root, f, o, 1, text+"journal")

	s := openStore(t, root, nil)
	in := begin(t, s, f)
	if in.Resumed() {
		t.Error("taken although it was written just now")
	}
	if err := in.Discard(); err != nil {
		t.Fatal(err)
	}

	touch(t, path, -DefaultStaleAfter-time.Minute)
	in = begin(t, s, f)
	if in.Length() != f.Size+7 || !exists(path) {
		t.Fatalf("length %d, original there: %v", in.Length(), exists(path))
	}
	got := make([]byte, in.Length())
	if _, err := in.File().ReadAt(got, 0); err != nil || string(got) != text+"journal" {
		t.Errorf("the copy differs: %v", err)
	}
	if inode(t, path) == inode(t, filepath.Join(root, in.name)) {
		t.Error("two writers share one file")
	}
}

func TestPartialLeftAtAPauseIsGoneOnWith(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	f, text := big()
	s := openStore(t, root, nil)
	in := begin(t, s, f)
	if _, err := in.File().WriteString(text + "journal"); err != nil {
		t.Fatal(err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	for _, next := range []*Store{s, openStore(t, root, nil)} {
		in := begin(t, next, f)
		if in.Length() != f.Size+7 {
			t.Errorf("length %d", in.Length())
		}
		if err := in.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSmallPartialIsNotKept(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	s := openStore(t, root, nil)
	in := begin(t, s, regular("a", "abc"))
	if _, err := in.File().WriteString("ab"); err != nil {
		t.Fatal(err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if names := blobFolder(t, root); len(names) != 0 {
		t.Errorf("left: %v", names)
	}
}

// TestF18_LeftoversOfDeadProcessesAreSwept: of other contents, too, when there
// is nothing to resume from.
func TestF18_LeftoversOfDeadProcessesAreSwept(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	f, text := big()
	dead := deadOwner(t)
	small := partial(t, root, regular("gone.json", "{}"), dead, 1, "{")
	large := partial(t, root, lfs("gone.bin", "x"), dead, 2, text)
	alive := partial(t, root, regular("other.json", "[]"), newOwner(), 1, "[")
	link := filepath.Join(filepath.Dir(small), tempLink+repo.PartialMark+dead.String()+"-3")
	if err := os.Symlink("nowhere", link); err != nil {
		t.Fatal(err)
	}
	if err := ingest(t, openStore(t, root, nil), f); err != nil {
		t.Fatal(err)
	}
	if exists(small) || exists(link) {
		t.Error("useless leftovers stay")
	}
	if !exists(large) || !exists(alive) {
		t.Error("what can be resumed, or may be in use, is gone")
	}
}

// TestOldClientsPrefixIsAdopted: <etag>.incomplete of an official client before
// 1.18, under its lock.
func TestOldClientsPrefixIsAdopted(t *testing.T) {
	f, text := big()
	cases := map[string]struct {
		text   string
		prefix int64
	}{
		"half": {text[:100], 100}, "empty": {"", 0}, "longer than the file": {text + "more", 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "hub")
			path := blobOf(root, f) + ".incomplete"
			write(t, path, c.text)
			in := begin(t, openStore(t, root, nil), f)
			if in.Prefix() != c.prefix || in.Length() != c.prefix {
				t.Errorf("prefix %d, length %d", in.Prefix(), in.Length())
			}
			if !exists(path) {
				t.Error("the old file is gone before the content is here: a client may be at it")
			}
			if err := in.File().Truncate(0); err != nil {
				t.Fatal(err)
			}
			if _, err := in.File().WriteAt([]byte(text), 0); err != nil {
				t.Fatal(err)
			}
			if err := in.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			if exists(path) {
				t.Error("the old file is of no use any more and stays")
			}
		})
	}
}

// TestP5_AppendingClientCannotReachTheBlob: where locks work here and not on the
// machine of an old client, it appends to its partial while we publish.
func TestP5_AppendingClientCannotReachTheBlob(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	f, text := big()
	path := blobOf(root, f) + ".incomplete"
	write(t, path, text[:100])
	theirs, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	in := begin(t, openStore(t, root, nil), f)
	if in.Prefix() != 100 {
		t.Fatalf("prefix %d", in.Prefix())
	}
	if _, err := in.File().WriteAt([]byte(text), 0); err != nil {
		t.Fatal(err)
	}
	if err := in.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := theirs.WriteString(text[100:]); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(blobOf(root, f)); err != nil || string(b) != text {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

func TestUniquePartialsOfNewClientsAreLeft(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	f, text := big()
	path := blobOf(root, f) + ".0a1b2c3d.incomplete"
	write(t, path, text[:100])
	in := begin(t, openStore(t, root, nil), f)
	if in.Resumed() || !exists(path) {
		t.Errorf("resumed %v, exists %v: its bytes need not be a prefix", in.Resumed(), exists(path))
	}
}

func TestF18_StalePartialsAreListedAndRemovable(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	f, text := big()
	old := partial(t, root, f, newOwner(), 1, text)
	touch(t, old, -StaleAge-time.Hour)
	partial(t, root, f, newOwner(), 2, text)
	s := openStore(t, root, nil)
	list, err := s.StalePartials(someModel, StaleAge)
	if err != nil || len(list) != 1 || list[0].Name != filepath.Base(old) || list[0].Size != f.Size || list[0].Age < StaleAge {
		t.Fatalf("%+v, %v", list, err)
	}
	held, err := os.OpenFile(old, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	if got, _ := tryLock(held); !got {
		t.Skip("no flock here")
	}
	if err := s.RemoveStale(list[0]); fault.KindOf(err) != fault.Disk || !exists(old) {
		t.Errorf("removed although it is locked: %v", err)
	}
	_ = held.Close()
	if err := s.RemoveStale(list[0]); err != nil || exists(old) {
		t.Errorf("not removed: %v", err)
	}
	if err := s.RemoveStale(Stale{Ref: someModel, Name: "../refs/main" + repo.PartialMark}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("any name goes: %v", err)
	}
}

// TestF28_ForeignThingsUnderPartialNames are neither written to nor in the way.
func TestF28_ForeignThingsUnderPartialNames(t *testing.T) {
	f, text := big()
	cases := map[string]func(path, victim string) error{
		"folder":         func(path, _ string) error { return os.MkdirAll(filepath.Join(path, "junk"), 0o755) },
		"pipe":           func(path, _ string) error { return syscall.Mkfifo(path, 0o644) },
		"link to a blob": func(path, victim string) error { return os.Symlink(filepath.Base(victim), path) },
		"link outside":   func(path, _ string) error { return os.Symlink("/etc/hostname", path) },
	}
	for name, plant := range cases {
		t.Run(name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "hub")
			s := openStore(t, root, nil)
			victim := lfs("victim.bin", strings.Repeat("v", smallFile+5))
			if err := download(t, s, "main", someCommit, victim); err != nil {
				t.Fatal(err)
			}
			path := fmt.Sprintf("%s%s%s-1", blobOf(root, f), repo.PartialMark, deadOwner(t))
			if err := plant(path, blobOf(root, victim)); err != nil {
				t.Fatal(err)
			}
			in := begin(t, s, f)
			if in.Resumed() {
				t.Error("it was taken for a partial")
			}
			if _, err := in.File().WriteAt([]byte(text), 0); err != nil {
				t.Fatal(err)
			}
			if err := in.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			sound(t, root, someCommit, victim)
		})
	}
}

func TestF28_PartialTakenAwayIsNoticed(t *testing.T) {
	f, text := big()
	cases := map[string]func(t *testing.T, path string){
		"removed": func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		},
		"another file in its place": func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			write(t, path, text)
		},
		"longer than it should be": func(t *testing.T, path string) {
			if err := os.Truncate(path, f.Size+1); err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, harm := range cases {
		t.Run(name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "hub")
			in := begin(t, openStore(t, root, nil), f)
			if _, err := in.File().WriteString(text); err != nil {
				t.Fatal(err)
			}
			harm(t, filepath.Join(root, in.name))
			if err := in.Commit(t.Context()); err == nil || errors.Is(err, ErrPresent) {
				t.Errorf("published: %v", err)
			}
			if exists(blobOf(root, f)) {
				t.Error("a blob appeared")
			}
		})
	}
}
