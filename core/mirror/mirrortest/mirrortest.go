// Package mirrortest is the suite every mirror.Target passes: over a real cache and
// a real target, with bytes counted.
package mirrortest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// The fixture: a model in two revisions that share content, and a dataset of its name.
const (
	MainCommit = repo.Commit("86b5e0934494bd15c9632b12f734a8a67f723594")
	OldCommit  = repo.Commit("0123456789abcdef0123456789abcdef01234567")
	bigSize    = 24 << 20
)

// Backend opens the same target again and again, as each command does.
type Backend struct {
	Open func(t *testing.T) mirror.Target
	// Flip changes one byte of a file at the target behind the mirror's back.
	Flip func(t *testing.T, name string)
	// Slack is how many bytes an interrupted upload may carry over twice.
	Slack int64
}

// Run runs the suite; fresh makes an empty target.
func Run(t *testing.T, fresh func(t *testing.T) Backend) {
	t.Run("second push moves 0 bytes", func(t *testing.T) { secondPush(t, fresh(t)) })
	t.Run("interrupted push resumes", func(t *testing.T) { interrupted(t, fresh(t)) })
	t.Run("verify catches a flipped byte", func(t *testing.T) { flipped(t, fresh(t)) })
	t.Run("pull equals the original", func(t *testing.T) { pulled(t, fresh(t)) })
	t.Run("pull refuses a flipped byte", func(t *testing.T) { refused(t, fresh(t)) })
	t.Run("forced pull heals the cache", func(t *testing.T) { healed(t, fresh(t)) })
	t.Run("pull deletes what only the cache has", func(t *testing.T) { pullDeleted(t, fresh(t)) })
	t.Run("delete removes what only the target has", func(t *testing.T) { deleted(t, fresh(t)) })
}

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

// push opens the target, pushes, and closes it.
func push(ctx context.Context, t *testing.T, b Backend, s *cache.Store, o mirror.Options) (mirror.Outcome, error) {
	t.Helper()
	target := b.Open(t)
	defer func() { _ = target.Close() }()
	return mirror.New(s, target).Push(ctx, o)
}

func pull(t *testing.T, b Backend, s *cache.Store, o mirror.Options) (mirror.Outcome, error) {
	t.Helper()
	target := b.Open(t)
	defer func() { _ = target.Close() }()
	return mirror.New(s, target).Pull(t.Context(), o)
}

func secondPush(t *testing.T, b Backend) {
	s, _, size := filled(t)
	if out, err := push(t.Context(), t, b, s, mirror.Options{DryRun: true}); err != nil || out.Bytes != size {
		t.Fatalf("dry run: %+v, %v", out, err)
	}
	if out, err := push(t.Context(), t, b, s, mirror.Options{}); err != nil || out.Bytes != size || out.Copied != 4 {
		t.Fatalf("first: %+v, %v; want %d bytes", out, err, size)
	}
	if out, err := push(t.Context(), t, b, s, mirror.Options{Verify: true}); err != nil || out.Bytes != 0 || len(out.Repos) != 0 || out.Verified != 4 {
		t.Errorf("second: %+v, %v", out, err)
	}
	target := b.Open(t)
	defer func() { _ = target.Close() }()
	diffs, err := mirror.New(s, target).Diff(t.Context(), mirror.Options{})
	if err != nil || len(diffs) != 2 || diffs[0].Status != mirror.InSync || diffs[1].Status != mirror.InSync {
		t.Errorf("%+v, %v", diffs, err)
	}
}

func interrupted(t *testing.T, b Backend) {
	s, _, size := filled(t)
	ctx, cancel := context.WithCancel(t.Context())
	first, err := push(ctx, t, b, s, mirror.Options{OnProgress: func(p mirror.Progress) {
		if p.Done > bigSize/2 {
			cancel()
		}
	}})
	if fault.KindOf(err) != fault.Canceled || first.Bytes == 0 || first.Bytes >= size {
		t.Fatalf("%+v, %v", first, err)
	}
	into := OpenCache(t, filepath.Join(t.TempDir(), "hub"))
	if out, err := pull(t, b, into, mirror.Options{Repo: "datasets"}); err != nil || out.Bytes > 4 {
		t.Errorf("what is there so far: %+v, %v", out, err)
	}
	second, err := push(t.Context(), t, b, s, mirror.Options{Verify: true})
	if err != nil || first.Bytes+second.Bytes > size+b.Slack {
		t.Errorf("%d bytes and then %d of %d, %v", first.Bytes, second.Bytes, size, err)
	}
	if len(second.Corrupt) != 0 {
		t.Errorf("%+v", second)
	}
}

func bigName() string { return "models--org--m/blobs/" + string(big().ETag()) }

func flipped(t *testing.T, b Backend) {
	s, _, _ := filled(t)
	if _, err := push(t.Context(), t, b, s, mirror.Options{}); err != nil {
		t.Fatal(err)
	}
	b.Flip(t, bigName())
	out, err := push(t.Context(), t, b, s, mirror.Options{Verify: true})
	if fault.KindOf(err) != fault.Integrity || !cmp.Equal(out.Corrupt, []string{bigName()}) {
		t.Fatalf("%+v, %v", out, err)
	}
	if out, err = push(t.Context(), t, b, s, mirror.Options{Verify: true, Force: true}); err != nil || len(out.Corrupt) != 0 {
		t.Errorf("forced: %+v, %v", out, err)
	}
}

func pulled(t *testing.T, b Backend) {
	s, root, size := filled(t)
	if _, err := push(t.Context(), t, b, s, mirror.Options{}); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "hub")
	into := OpenCache(t, other)
	if out, err := pull(t, b, into, mirror.Options{}); err != nil || out.Bytes != size {
		t.Fatalf("%+v, %v; want %d bytes", out, err, size)
	}
	if out, err := pull(t, b, into, mirror.Options{}); err != nil || out.Bytes != 0 || len(out.Repos) != 0 {
		t.Errorf("again: %+v, %v", out, err)
	}
	if diff := cmp.Diff(Contents(t, root), Contents(t, other)); diff != "" {
		t.Error(diff)
	}
}

func refused(t *testing.T, b Backend) {
	s, _, _ := filled(t)
	if _, err := push(t.Context(), t, b, s, mirror.Options{}); err != nil {
		t.Fatal(err)
	}
	b.Flip(t, bigName())
	root := filepath.Join(t.TempDir(), "hub")
	if _, err := pull(t, b, OpenCache(t, root), mirror.Options{}); fault.KindOf(err) != fault.Integrity {
		t.Fatal(err)
	}
	for name := range Contents(t, root) {
		if name == bigName() || name == "models--org--m/refs/main" {
			t.Errorf("%s was published", name)
		}
	}
}

func healed(t *testing.T, b Backend) {
	s, root, size := filled(t)
	if _, err := push(t.Context(), t, b, s, mirror.Options{}); err != nil {
		t.Fatal(err)
	}
	want := Contents(t, root)
	damaged := make([]byte, bigSize)
	if err := os.WriteFile(filepath.Join(root, bigName()), damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := pull(t, b, s, mirror.Options{Verify: true}); fault.KindOf(err) != fault.Integrity || !cmp.Equal(out.Corrupt, []string{bigName()}) {
		t.Fatalf("%+v, %v", out, err)
	}
	if out, err := pull(t, b, s, mirror.Options{Verify: true, Force: true}); err != nil || out.Bytes != size {
		t.Fatalf("forced: %+v, %v", out, err)
	}
	if diff := cmp.Diff(want, Contents(t, root)); diff != "" {
		t.Error(diff)
	}
}

func pullDeleted(t *testing.T, b Backend) {
	s, _, _ := filled(t)
	if _, err := pull(t, b, s, mirror.Options{Delete: true}); fault.KindOf(err) != fault.Invalid {
		t.Fatalf("from an empty target: %v", err)
	}
	if _, err := push(t.Context(), t, b, s, mirror.Options{Repo: "datasets"}); err != nil {
		t.Fatal(err)
	}
	out, err := pull(t, b, s, mirror.Options{Delete: true})
	if err != nil || out.Deleted != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	if infos, err := s.Repos(t.Context()); err != nil || len(infos) != 1 || infos[0].Ref.Type != repo.Dataset {
		t.Errorf("%+v, %v", infos, err)
	}
}

func deleted(t *testing.T, b Backend) {
	s, _, _ := filled(t)
	if _, err := push(t.Context(), t, b, s, mirror.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(t.Context(), repo.Ref{Type: repo.Dataset, ID: "org/m"}); err != nil {
		t.Fatal(err)
	}
	out, err := push(t.Context(), t, b, s, mirror.Options{})
	if err != nil || out.Deleted != 0 || len(out.Extra) != 4 {
		t.Fatalf("without being told: %+v, %v", out, err)
	}
	if out, err = push(t.Context(), t, b, s, mirror.Options{Delete: true}); err != nil || out.Deleted != 4 || out.Freed != 4 {
		t.Fatalf("%+v, %v", out, err)
	}
	if out, err = push(t.Context(), t, b, s, mirror.Options{}); err != nil || len(out.Extra) != 0 {
		t.Errorf("afterwards: %+v, %v", out, err)
	}
}

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
