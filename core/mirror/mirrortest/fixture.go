package mirrortest

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// The fixture: a model in two revisions that share content, and a dataset of its name.
const (
	MainCommit = repo.Commit("86b5e0934494bd15c9632b12f734a8a67f723594")
	OldCommit  = repo.Commit("0123456789abcdef0123456789abcdef01234567")
	bigSize    = 24 << 20 // bytes
	rowsSize   = 4        // of the dataset
)

type file struct {
	repo.File
	content []byte
}

func lfs(path string, content []byte) file {
	h := digest.NewHash(digest.SHA256, int64(len(content)))
	h.Add(content)
	return file{repo.File{Path: path, Size: int64(len(content)), BlobID: "45a2321a7ecfdaaf60a6c1fd7f5463994cc8907d",
		LFS: &repo.LFS{SHA256: h.Sum().Hex, Size: int64(len(content)), PointerSize: 130}}, content}
}

func plain(path, content string) file {
	h := digest.NewHash(digest.GitSHA1, int64(len(content)))
	h.Add([]byte(content))
	return file{repo.File{Path: path, Size: int64(len(content)), BlobID: h.Sum().Hex}, []byte(content)}
}

func big() file {
	content := make([]byte, bigSize)
	_, _ = rand.NewChaCha8([32]byte{7}).Read(content) // never fails
	return lfs("onnx/model.onnx", content)
}

// OpenCache opens a cache for a test.
func OpenCache(t *testing.T, root string) *cache.Store {
	t.Helper()
	s, err := cache.Open(cache.Options{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Fill puts the fixture into a cache and gives the number of content bytes.
func Fill(t *testing.T, s *cache.Store) int64 {
	t.Helper()
	model, data := repo.Ref{Type: repo.Model, ID: "org/m"}, repo.Ref{Type: repo.Dataset, ID: "org/m"}
	config, old, rows := plain("config.json", "{}\n"), plain("old/é ü.txt", "old"), lfs("rows.csv", []byte("a,b\n"))
	put(t, s, model, "main", MainCommit, config, big())
	put(t, s, model, "refs/pr/1", OldCommit, config, old)
	put(t, s, data, "main", MainCommit, rows)
	return bigSize + config.Size + old.Size + rows.Size
}

func put(t *testing.T, s *cache.Store, ref repo.Ref, rev repo.Revision, commit repo.Commit, files ...file) {
	t.Helper()
	var listing []repo.File
	for _, f := range files {
		in, err := s.Ingest(t.Context(), ref, f.File)
		if err == nil {
			if _, err = in.File().Write(f.content); err == nil {
				err = in.Commit(t.Context())
			}
		}
		if err != nil && !errors.Is(err, cache.ErrPresent) {
			t.Fatal(err)
		}
		if err := s.Place(t.Context(), ref, commit, f.File); err != nil {
			t.Fatal(err)
		}
		listing = append(listing, f.File)
	}
	if err := s.Finish(t.Context(), cache.Finish{Ref: ref, Revision: rev, Commit: commit, Files: listing, Complete: true}); err != nil {
		t.Fatal(err)
	}
}

// filled is a cache with the fixture.
func filled(t *testing.T) (s *cache.Store, root string, size int64) {
	t.Helper()
	root = filepath.Join(t.TempDir(), "hub")
	s = OpenCache(t, root)
	return s, root, Fill(t, s)
}

func bigName() string { return "models--org--m/blobs/" + string(big().ETag()) }

// Contents are the files and links of a cache, without locks, by name; links with
// where they lead.
func Contents(t *testing.T, root string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() && e.Name() != ".locks" {
			return err
		}
		if e.IsDir() {
			return filepath.SkipDir
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if e.Type()&os.ModeSymlink != 0 {
			to, err := os.Readlink(path)
			out[filepath.ToSlash(name)] = "-> " + filepath.ToSlash(to)
			return err
		}
		data, err := os.ReadFile(path)
		out[filepath.ToSlash(name)] = string(data[:min(len(data), 4096)])
		if err == nil && len(data) > 4096 {
			h := digest.NewHash(digest.SHA256, int64(len(data)))
			_, err = io.Copy(h, bytes.NewReader(data))
			out[filepath.ToSlash(name)] = h.Sum().Hex
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// FlipFile changes one byte of a file at an offset in bytes.
func FlipFile(t *testing.T, path string, at int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	b := []byte{0}
	if _, err = f.ReadAt(b, at); err == nil {
		b[0] ^= 1
		_, err = f.WriteAt(b, at)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}
