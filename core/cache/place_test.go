//go:build unix

package cache

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/cache/cachetest"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// oddItems are names that ask for care, one of each.
func oddItems() []item {
	return []item{
		regular("with space.txt", "1"), regular("100%.txt", "2"), regular("a#b.txt", "3"), regular("é/ü/日本.txt", "4"),
		regular(".leading", "5"), regular("a/b/c/deep.txt", "6"), regular(strings.Repeat("n", 255), "7"),
		regular("q?x=1&y.txt", "8"), regular("\u202ebidi", "9"), regular("'quote\".txt", "10"),
	}
}

func TestSnapshotHoldsRelativeLinks(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	items := oddItems()
	if err := download(t, openStore(t, root, nil), "main", someCommit, items...); err != nil {
		t.Fatal(err)
	}
	sound(t, root, someCommit, items...)
	for _, i := range items {
		got, err := os.Readlink(filepath.Join(root, someModel.Folder(), "snapshots", string(someCommit), i.Path))
		want := strings.Repeat("../", 2+strings.Count(i.Path, "/")) + "blobs/" + string(i.ETag())
		if err != nil || got != want {
			t.Errorf("%s leads to %q, %v; want %q", i.Path, got, err, want)
		}
	}
	if tag, err := os.ReadFile(filepath.Join(root, "CACHEDIR.TAG")); err != nil || string(tag) != cacheTag {
		t.Errorf("tag %q, %v", tag, err)
	}
}

func TestTagIsWrittenIntoAnOldCacheAndNeverChanged(t *testing.T) {
	for _, there := range []string{"", "mine"} {
		root := t.TempDir()
		if there != "" {
			write(t, filepath.Join(root, "CACHEDIR.TAG"), there)
		}
		if err := ingest(t, openStore(t, root, nil), regular("a", "a")); err != nil {
			t.Fatal(err)
		}
		want := there
		if want == "" {
			want = cacheTag
		}
		if got, err := os.ReadFile(filepath.Join(root, "CACHEDIR.TAG")); err != nil || string(got) != want {
			t.Errorf("tag %q, %v", got, err)
		}
	}
}

func TestT4_NameThatLeavesNoRoomForASuffix(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	long := lfs(strings.Repeat("é", 127)+"x", "content")
	if err := download(t, openStore(t, root, nil), "main", someCommit, long); err != nil {
		t.Fatal(err)
	}
	sound(t, root, someCommit, long)
	if err := openStore(t, root, nil).MarkMissing(someModel, someCommit, strings.Repeat("n", 255)); err != nil {
		t.Error(err)
	}
}

func TestSameContentIsOneBlob(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	items := []item{regular("a", "same"), regular("dir/b", "same")}
	s := openStore(t, root, nil)
	for _, commit := range []repo.Commit{someCommit, otherCommit} {
		if err := download(t, s, repo.Revision(commit), commit, items...); err != nil {
			t.Fatal(err)
		}
		sound(t, root, commit, items...)
	}
	if names := blobFolder(t, root); len(names) != 1 {
		t.Errorf("blobs %v", names)
	}
	if exists(filepath.Join(root, someModel.Folder(), "refs")) {
		t.Error("a commit got a ref")
	}
}

func TestRefs(t *testing.T) {
	cases := map[repo.Revision]string{"main": "refs/main", "refs/pr/1": "refs/refs/pr/1", "v1.0/rc-1": "refs/v1.0/rc-1", "refs/convert/parquet": "refs/refs/convert/parquet"}
	for rev, path := range cases {
		t.Run(string(rev), func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "hub")
			s := openStore(t, root, nil)
			for _, commit := range []repo.Commit{otherCommit, someCommit} {
				if err := download(t, s, rev, commit, regular("a", "a")); err != nil {
					t.Fatal(err)
				}
			}
			b, err := os.ReadFile(filepath.Join(root, someModel.Folder(), path))
			if err != nil || string(b) != string(someCommit) {
				t.Errorf("%q, %v", b, err)
			}
			if got, ok, err := s.Ref(someModel, rev); got != someCommit || !ok || err != nil {
				t.Errorf("read back %v, %v, %v", got, ok, err)
			}
			sound(t, root, someCommit)
		})
	}
}

func TestRefsOfOthersAreForgiven(t *testing.T) {
	cases := map[string]struct {
		text string
		ok   bool
	}{
		"exact": {string(someCommit), true}, "newline": {string(someCommit) + "\n", true}, "short": {"86b5e09", false},
		"empty": {"", false}, "path": {"../../../../etc", false}, "long": {strings.Repeat("a", 1<<20), false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			write(t, filepath.Join(root, someModel.Folder(), "refs", "main"), c.text)
			got, ok, err := openStore(t, root, nil).Ref(someModel, "main")
			if ok != c.ok || err != nil || ok && got != someCommit {
				t.Errorf("%q, %v, %v", got, ok, err)
			}
		})
	}
	t.Run("pipe", func(t *testing.T) {
		root := t.TempDir()
		path := filepath.Join(root, someModel.Folder(), "refs", "main")
		write(t, path+".x", "")
		if err := syscall.Mkfifo(path, 0o644); err != nil {
			t.Skip(err)
		}
		if _, ok, err := openStore(t, root, nil).Ref(someModel, "main"); ok || err != nil {
			t.Errorf("%v, %v", ok, err)
		}
	})
}

func TestMissingMarkIsTakenBack(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	s := openStore(t, root, nil)
	if err := s.MarkMissing(someModel, someCommit, "dir/a"); err != nil {
		t.Fatal(err)
	}
	mark := filepath.Join(root, someModel.Folder(), ".no_exist", string(someCommit), "dir", "a")
	if st, err := os.Stat(mark); err != nil || st.Size() != 0 {
		t.Fatal(st, err)
	}
	if err := s.MarkMissing(someModel, someCommit, "../../a"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("%v", err)
	}
	if err := download(t, s, "main", someCommit, regular("dir/a", "a")); err != nil {
		t.Fatal(err)
	}
	if exists(mark) {
		t.Error("the file is placed and still known missing")
	}
}

// TestLinkModes: what a snapshot holds, and what stays in blobs/, by mode.
func TestLinkModes(t *testing.T) {
	items := []item{regular("a", "same"), regular("twin", "same"), lfs("w.bin", strings.Repeat("w", smallFile+5))}
	none := func(op, _ string) error {
		if op == "symlink" || op == "link" {
			return syscall.EPERM
		}
		return nil
	}
	noSymlinks := func(op, _ string) error {
		if op == "symlink" {
			return syscall.EPERM
		}
		return nil
	}
	cases := map[string]struct {
		mode  LinkMode
		trap  trap
		blobs int
		links bool
		warns int
		fails bool
	}{
		"auto":                  {LinkAuto, nil, 2, true, 0, false},
		"symlink":               {LinkSymlink, nil, 2, true, 0, false},
		"hardlink":              {LinkHardlink, nil, 2, false, 0, false},
		"copy":                  {LinkCopy, nil, 0, false, 0, false},
		"auto, no symlinks":     {LinkAuto, noSymlinks, 2, false, 1, false},
		"auto, no links at all": {LinkAuto, none, 1, false, 1, false},
		"symlink, impossible":   {LinkSymlink, none, 0, false, 0, true},
		"hardlink, impossible":  {LinkHardlink, none, 0, false, 0, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "hub")
			warned := 0
			s := openStore(t, root, func(o *Options) {
				o.LinkMode, o.trap, o.OnWarn = c.mode, c.trap, func(string) { warned++ }
			})
			err := download(t, s, "main", someCommit, items...)
			if c.fails {
				if fault.KindOf(err) != fault.Disk {
					t.Errorf("%v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			sound(t, root, someCommit, items...)
			if names := blobFolder(t, root); len(names) != c.blobs {
				t.Errorf("%d blobs: %v", len(names), names)
			}
			st, err := os.Lstat(filepath.Join(root, someModel.Folder(), "snapshots", string(someCommit), "a"))
			if err != nil || (st.Mode()&os.ModeSymlink != 0) != c.links {
				t.Errorf("%v, %v", st.Mode(), err)
			}
			if warned != c.warns {
				t.Errorf("warned %d times", warned)
			}
			// The next run finds everything, in whatever mode.
			again := openStore(t, root, nil)
			for _, i := range items {
				if p, err := again.Have(t.Context(), someModel, someCommit, i.File); p != Placed || err != nil {
					t.Errorf("%s: %v, %v", i.Path, p, err)
				}
			}
			if lines := cachetest.Complete(root, someModel, someCommit); len(lines) != 0 {
				t.Error(lines)
			}
		})
	}
}

// TestCopyModeCopiesWhatWasThere: a blob others may link to stays.
func TestCopyModeCopiesWhatWasThere(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	f := regular("a", "a")
	if err := download(t, openStore(t, root, nil), "main", otherCommit, f); err != nil {
		t.Fatal(err)
	}
	s := openStore(t, root, func(o *Options) { o.LinkMode = LinkCopy })
	if err := download(t, s, "main", someCommit, f); err != nil {
		t.Fatal(err)
	}
	sound(t, root, someCommit, f)
	sound(t, root, otherCommit, f)
}
