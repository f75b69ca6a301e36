//go:build unix

package cache

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/hfdownloader/hfdownloader/core/cache/cachetest"
	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

const (
	someCommit  = repo.Commit("86b5e0934494bd15c9632b12f734a8a67f723594")
	otherCommit = repo.Commit("0123456789abcdef0123456789abcdef01234567")
)

var someModel = repo.Ref{Type: repo.Model, ID: "org/m"} //nolint:gochecknoglobals // a constant, but for the language

func TestMain(m *testing.M) {
	if job := os.Getenv(childEnv); job != "" {
		os.Exit(child(job))
	}
	goleak.VerifyTestMain(m)
}

// openStore opens a cache for a test; change may be nil.
func openStore(t testing.TB, root string, change func(*Options)) *Store {
	t.Helper()
	o := Options{Root: root}
	if change != nil {
		change(&o)
	}
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// item is a file with its content.
type item struct {
	repo.File
	content string
}

// fileOf is a planned file with this content.
func fileOf(path, content string) repo.File {
	h := digest.NewHash(digest.SHA256, int64(len(content)))
	h.Add([]byte(content))
	return repo.File{
		Path: path, Size: int64(len(content)), BlobID: strings.Repeat("1", 40),
		LFS: &repo.LFS{SHA256: h.Sum().Hex, Size: int64(len(content))},
	}
}

// lfs and regular are files of the two kinds.
func lfs(path, content string) item { return item{fileOf(path, content), content} }

func regular(path, content string) item {
	h := digest.NewHash(digest.GitSHA1, int64(len(content)))
	h.Add([]byte(content))
	return item{repo.File{Path: path, Size: int64(len(content)), BlobID: h.Sum().Hex}, content}
}

func filesOf(items []item) []repo.File {
	var out []repo.File
	for _, i := range items {
		out = append(out, i.File)
	}
	return out
}

// ingest brings content into a blob.
func ingest(t testing.TB, s *Store, i item) error {
	t.Helper()
	in, err := s.Ingest(t.Context(), someModel, i.File)
	if errors.Is(err, ErrPresent) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := in.File().Truncate(0); err != nil {
		t.Fatal(err)
	}
	if _, err := in.File().WriteAt([]byte(i.content), 0); err != nil {
		t.Fatal(err)
	}
	err = in.Commit(t.Context())
	if cerr := in.Close(); err == nil {
		err = cerr
	}
	return err
}

// download does what the pipeline does for a whole repository.
func download(t testing.TB, s *Store, rev repo.Revision, commit repo.Commit, items ...item) error {
	t.Helper()
	for _, i := range items {
		p, err := s.Have(t.Context(), someModel, commit, i.File)
		if err != nil {
			return err
		}
		if p == Placed {
			continue
		}
		if err := ingest(t, s, i); err != nil {
			return err
		}
		if err := s.Place(t.Context(), someModel, commit, i.File); err != nil {
			return err
		}
	}
	_, listed, err := s.Tree(someModel, commit)
	if err != nil {
		return err
	}
	return s.Finish(t.Context(), Finish{
		Ref: someModel, Revision: rev, Commit: commit, Files: filesOf(items), Listed: listed, Complete: true,
	})
}

// sound wants a cache without a fault that has these files.
func sound(t testing.TB, root string, commit repo.Commit, items ...item) {
	t.Helper()
	for _, line := range cachetest.Check(root) {
		t.Error(line)
	}
	for _, i := range items {
		b, err := cachetest.Content(root, someModel, commit, i.Path)
		if err != nil || string(b) != i.content {
			t.Errorf("%s holds %d bytes, %v; want %d", i.Path, len(b), err, len(i.content))
		}
	}
}

func blobOf(root string, i item) string {
	return filepath.Join(root, someModel.Folder(), "blobs", string(i.ETag()))
}

// blobFolder lists blobs/, partials and all.
func blobFolder(t testing.TB, root string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(root, someModel.Folder(), "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

// deadOwner is a process that was here and is not any more.
func deadOwner(t testing.TB) owner {
	t.Helper()
	cmd := exec.Command("true")
	if err := cmd.Run(); err != nil {
		t.Skipf("no process to lose: %v", err)
	}
	o := newOwner()
	o.pid, o.start = cmd.Process.Pid, "1"
	return o
}

func touch(t *testing.T, path string, later time.Duration) {
	t.Helper()
	at := time.Now().Add(later)
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
