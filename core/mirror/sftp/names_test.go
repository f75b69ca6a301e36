//go:build unix

package sftp_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/core/mirror/sftp/sshdtest"
)

func symlink(t *testing.T, to, at string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(to, at); err != nil {
		t.Fatal(err)
	}
}

// TestNamesDoNotLeaveTheMirror through a link somebody put there, or by themselves.
func TestNamesDoNotLeaveTheMirror(t *testing.T) {
	s, root, outside := sshdtest.StartWith(t), t.TempDir(), t.TempDir()
	sshdtest.Write(t, filepath.Join(outside, "f"), []byte("secret"))
	symlink(t, outside, filepath.Join(root, "models--org--m"))
	symlink(t, filepath.Join(outside, "f"), filepath.Join(root, "r", "blobs", "absolute"))
	up, err := filepath.Rel(filepath.Join(root, "r", "blobs"), filepath.Join(outside, "f"))
	if err != nil {
		t.Fatal(err)
	}
	symlink(t, up, filepath.Join(root, "r", "blobs", "relative"))
	sshdtest.Write(t, filepath.Join(root, "q", "blobs", "two"), nil)
	symlink(t, "/two", filepath.Join(root, "q", "blobs", "rooted"))
	symlink(t, "loop", filepath.Join(root, "r", "blobs", "loop"))
	target := open(t, s, root)
	defer target.Close()
	ctx := t.Context()
	for _, name := range []string{"models--org--m/f", "r/blobs/absolute", "r/blobs/relative", "r/blobs/loop", "q/blobs/rooted", "../f", "/etc/passwd", "a/../../f", "a\x00b", "a\nb", ""} {
		if r, err := target.Open(ctx, name, 0); err == nil {
			_ = r.Close()
			t.Errorf("read: %q", name)
		}
	}
	for _, name := range []string{"models--org--m/f", "../f", "models--org--m/blobs/x", ""} {
		errs := map[string]error{
			"written":  target.Write(ctx, name, []byte("x")),
			"linked":   target.Link(ctx, name, "y"),
			"uploaded": target.Upload(ctx, name, 1, bytes.NewReader([]byte("x")), func(int) {}),
			"removed":  target.Remove(ctx, name),
		}
		for what, err := range errs {
			if fault.KindOf(err) != fault.Disk {
				t.Errorf("%s: %q, %v", what, name, err)
			}
		}
	}
	for _, dir := range []string{"models--org--m", "..", "/"} {
		if list, err := target.List(ctx, dir); err == nil || len(list) > 0 {
			t.Errorf("listed: %v, %v", list, err)
		}
	}
	if list, err := target.List(ctx, "r"); err != nil || len(list) != 0 {
		t.Errorf("blobs that lead outside: %v, %v", list, err)
	}
	if list, err := os.ReadDir(outside); err != nil || len(list) != 1 {
		t.Errorf("outside: %v, %v", list, err)
	}
}

// TestListAndOpen of what a client of the official layout leaves, with the shared
// store that blobs may be links to.
func TestListAndOpen(t *testing.T) {
	s, root := sshdtest.StartWith(t), t.TempDir()
	write := func(name, text string) { sshdtest.Write(t, filepath.Join(root, name), []byte(text)) }
	write("blob-store/one", "12345")
	symlink(t, "../../blob-store/one", filepath.Join(root, "m/blobs/one"))
	write("m/blobs/two", "123")
	symlink(t, "../../blobs/two", filepath.Join(root, "m/snapshots/c/é ü"))
	symlink(t, "../../blobs/none", filepath.Join(root, "m/snapshots/c/dangling"))
	symlink(t, "nowhere", filepath.Join(root, "m/blobs/nowhere"))
	write("m/refs/main", "c")
	write("a file", "x")
	write("m/blobs/with\nline", "x")
	target := open(t, s, root)
	defer target.Close()
	got, err := target.List(t.Context(), "m")
	want := []mirror.Entry{
		{Name: "m/blobs/one", Size: 5},
		{Name: "m/blobs/two", Size: 3},
		{Name: "m/refs/main", Size: 1},
		{Name: "m/snapshots/c/dangling", Link: "../../blobs/none"},
		{Name: "m/snapshots/c/é ü", Link: "../../blobs/two"},
	}
	byName := cmpopts.SortSlices(func(a, b mirror.Entry) bool { return a.Name < b.Name })
	if diff := cmp.Diff(want, got, byName); diff != "" || err != nil {
		t.Error(diff, err)
	}
	got, err = target.List(t.Context(), "")
	if diff := cmp.Diff([]mirror.Entry{{Name: "blob-store"}, {Name: "m"}}, got, byName); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if got, err := target.List(t.Context(), "none"); err != nil || len(got) != 0 {
		t.Errorf("none: %v, %v", got, err)
	}
	for offset, text := range map[int64]string{0: "12345", 3: "45", 5: "", 99: ""} {
		r, err := target.Open(t.Context(), "m/blobs/one", offset)
		if err != nil {
			t.Fatal(err)
		}
		if data, err := io.ReadAll(r); err != nil || string(data) != text {
			t.Errorf("from %d: %q, %v", offset, data, err)
		}
		_ = r.Close()
	}
}

// TestRemoveTakesEmptyFolders along, and no other.
func TestRemoveTakesEmptyFolders(t *testing.T) {
	s, root := sshdtest.StartWith(t), t.TempDir()
	target := open(t, s, root)
	defer target.Close()
	for _, name := range []string{"m/refs/pr/1", "m/refs/main"} {
		if err := target.Write(t.Context(), name, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the second finds nothing
		if err := target.Remove(t.Context(), "m/refs/pr/1"); err != nil {
			t.Error(err)
		}
	}
	if list, err := os.ReadDir(filepath.Join(root, "m/refs")); err != nil || len(list) != 1 {
		t.Errorf("%v, %v", list, err)
	}
	if err := target.Write(t.Context(), "m/refs/pr/1", []byte("x")); err != nil {
		t.Errorf("again: %v", err)
	}
}
