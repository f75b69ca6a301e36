//go:build unix

package cache

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

func TestLocalFolderLooksLikeTheOfficialClients(t *testing.T) {
	l := openLocal(t)
	f := fileOf("dir/w.bin", "content")
	put(t, l, f, "content")
	if err := l.Finish(someCommit, []repo.File{f}, false, true); err != nil {
		t.Fatal(err)
	}
	state := filepath.Join(l.Path(), ".cache", "huggingface")
	for path, want := range map[string]string{
		".gitignore": "*", "CACHEDIR.TAG": cacheTag, "download/dir/w.bin.lock": "",
	} {
		if b, err := os.ReadFile(filepath.Join(state, path)); err != nil || string(b) != want {
			t.Errorf("%s holds %q, %v", path, b, err)
		}
	}
	b, err := os.ReadFile(filepath.Join(state, "download", "dir", "w.bin.metadata"))
	lines := strings.Split(string(b), "\n")
	if err != nil || len(lines) != 4 || lines[0] != string(someCommit) || lines[1] != f.LFS.SHA256 || lines[3] != "" {
		t.Errorf("record %q, %v", b, err)
	}
	rec, err := parseRecord(b)
	if err != nil || time.Since(rec.time).Abs() > time.Minute {
		t.Errorf("%+v, %v", rec, err)
	}
	st, err := os.Lstat(filepath.Join(l.Path(), "dir", "w.bin"))
	if err != nil || !st.Mode().IsRegular() || st.ModTime().After(rec.time.Add(time.Millisecond)) {
		t.Errorf("%v, %v: written after its record says", st, err)
	}
	if files, ok, err := l.Tree(someModel, someCommit); !ok || err != nil || len(files) != 1 {
		t.Errorf("%v, %v, %v", files, ok, err)
	}
}

func TestLocalFolderIsMadeWithTheFirstFile(t *testing.T) {
	l := openLocal(t)
	f := fileOf("a", "a")
	if there, err := l.Present(someCommit, f, "a"); there || err != nil {
		t.Errorf("%v, %v", there, err)
	}
	if _, ok, err := l.Tree(someModel, someCommit); ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
	if free, err := l.FreeSpace(); free <= 0 || err != nil {
		t.Errorf("%v, %v", free, err)
	}
	_ = l.CaseFolding()
	if exists(l.Path()) {
		t.Error("a look made the folder")
	}
}

func TestLocalPlacesIntoASubfolder(t *testing.T) {
	l := openLocal(t)
	f := fileOf("dir/w.bin", "content")
	in, err := l.Ingest(t.Context(), f, "q4_k_m/dir/w.bin")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.File().WriteString("content"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(in.Commit(t.Context()), l.Place(someCommit, f, "q4_k_m/dir/w.bin")); err != nil {
		t.Fatal(err)
	}
	if err := l.Duplicate("q4_k_m/dir/w.bin", "twin.bin"); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"q4_k_m/dir/w.bin", "twin.bin"} {
		if b, err := os.ReadFile(filepath.Join(l.Path(), path)); err != nil || string(b) != "content" {
			t.Errorf("%s: %q, %v", path, b, err)
		}
	}
}

func TestT1_LocalDestinationsAreChecked(t *testing.T) {
	for _, dest := range []string{
		"../x", "/etc/x", "a/../../x", `a\b`, "", ".cache/huggingface/download/a.metadata", ".CACHE/HuggingFace/x", ".cache/huggingface",
	} {
		l := openLocal(t)
		f := fileOf("a", "a")
		if _, err := l.Ingest(t.Context(), f, dest); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", dest, err)
		}
		if err := l.Duplicate("a", dest); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q as a twin: %v", dest, err)
		}
		if exists(l.Path()) {
			t.Errorf("%q: something was made", dest)
		}
	}
	l := openLocal(t)
	put(t, l, fileOf(".cache/other", "fine"), "fine")
}

// TestT4_LocalNameWithoutRoomForSuffixes has neither lock nor record; it is read
// again instead.
func TestT4_LocalNameWithoutRoomForSuffixes(t *testing.T) {
	for _, length := range []int{246, 247, 250, 251, 255} {
		l := openLocal(t)
		f := fileOf(strings.Repeat("n", length), "content")
		put(t, l, f, "content")
		there, err := l.Present(someCommit, f, f.Path)
		if err != nil {
			t.Error(err)
		}
		if want := length+len(".metadata") <= 255; there != want {
			t.Errorf("%d bytes: known %v, want %v", length, there, want)
		}
		if !there {
			if _, err := l.Ingest(t.Context(), f, f.Path); !errors.Is(err, ErrPresent) {
				t.Errorf("%d bytes: %v, want ErrPresent", length, err)
			}
		}
	}
}

func TestLocalRegularFileIsAdoptedByItsGitID(t *testing.T) {
	l := openLocal(t)
	f := regular("a.json", "{}")
	write(t, filepath.Join(l.Path(), "a.json"), "{}")
	if _, err := l.Ingest(t.Context(), f.File, f.Path); !errors.Is(err, ErrPresent) {
		t.Errorf("%v, want ErrPresent", err)
	}
	if f.Digest().Algo != digest.GitSHA1 {
		t.Error("not the kind of file meant")
	}
}

func TestLocalRecordMovesToTheNewCommit(t *testing.T) {
	l := openLocal(t)
	f := fileOf("a", "content")
	put(t, l, f, "content")
	if there, err := l.Present(otherCommit, f, "a"); !there || err != nil {
		t.Fatal(there, err)
	}
	a, err := l.area(false)
	if err != nil {
		t.Fatal(err)
	}
	if rec, ok := readRecord(a, "a"); !ok || rec.commit != string(otherCommit) {
		t.Errorf("%+v, %v", rec, ok)
	}
}

// TestP4_LocalReplacementIsDurableBeforeItsRecord: else a power loss could leave
// the old file with the record of the new one.
func TestP4_LocalReplacementIsDurableBeforeItsRecord(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "dir", "a"), "older..")
	var r recorder
	l, err := OpenLocal(Options{Root: root, trap: r.trap})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	put(t, l, fileOf("dir/a", "content"), "content")
	named := r.index(0, "rename", func(p string) bool { return p == filepath.Join("dir", "a") })
	flushed := r.index(named, "fsync", func(p string) bool { return p == "dir" })
	recorded := r.index(0, "rename", ends("a.metadata"))
	if named < 0 || flushed < named || recorded < flushed {
		t.Errorf("named %d, folder flushed %d, recorded %d\n%s", named, flushed, recorded, strings.Join(r.ops, "\n"))
	}
}

func TestP3_LocalPartialIsResumedByItsPath(t *testing.T) {
	l := openLocal(t)
	_, text := big()
	f := fileOf("w.bin", text)
	in, err := l.Ingest(t.Context(), f, "w.bin")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.File().WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	other, err := l.Ingest(t.Context(), f, "twin.bin")
	if err != nil || other.Resumed() {
		t.Errorf("the partial of another path: %v", err)
	}
	again, err := l.Ingest(t.Context(), f, "w.bin")
	if err != nil || again.Length() != f.Size {
		t.Errorf("length %d, %v", again.Length(), err)
	}
	_, _ = other.Discard(), again.Discard()
	entries, err := os.ReadDir(filepath.Join(l.Path(), localDownload))
	for _, e := range entries {
		if strings.Contains(e.Name(), repo.PartialMark) {
			t.Errorf("left: %s, %v", e.Name(), err)
		}
	}
}
