//go:build unix

package cache

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// TestP2_ReadersNeverSeeHalf: while two revisions come and the branch moves, a
// reader finds no dangling link, no short file and no ref to what is not there.
func TestP2_ReadersNeverSeeHalf(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	dir := filepath.Join(root, someModel.Folder())
	var done atomic.Bool
	var looks atomic.Int64
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for !done.Load() {
				looks.Add(1)
				look(t, dir)
			}
		})
	}
	for round := range 4 {
		s := openStore(t, root, nil)
		for _, commit := range []repo.Commit{someCommit, otherCommit} {
			var items []item
			for i := range 40 {
				items = append(items, regular(fmt.Sprintf("d%d/%d.json", i%3, i), fmt.Sprintf("%d %s %d", i, commit[:i%5], round/2)))
			}
			// Every other round replaces entries of the same commit.
			if err := download(t, s, "main", commit, items...); err != nil {
				t.Error(err)
			}
		}
	}
	done.Store(true)
	readers.Wait()
	if looks.Load() < 20 {
		t.Errorf("only %d looks", looks.Load())
	}
}

// look is what any reader does: ref, snapshot, file.
func look(t *testing.T, dir string) {
	commit, err := os.ReadFile(filepath.Join(dir, "refs", "main"))
	if err == nil {
		if _, err := os.Stat(filepath.Join(dir, "snapshots", string(commit), "d0", "39.json")); err != nil {
			t.Errorf("ref %q: %v", commit, err)
		}
	}
	for _, c := range []repo.Commit{someCommit, otherCommit} {
		for i := range 40 {
			path := filepath.Join(dir, "snapshots", string(c), fmt.Sprintf("d%d", i%3), fmt.Sprintf("%d.json", i))
			if _, err := os.Lstat(path); err != nil {
				continue
			}
			b, err := os.ReadFile(path)
			if err != nil || len(b) == 0 {
				t.Errorf("%s: %d bytes, %v", path, len(b), err)
			}
		}
	}
}

// TestP5_ManyStoresAtOnce fetch one repository into one cache.
func TestP5_ManyStoresAtOnce(t *testing.T) {
	root := filepath.Join(t.TempDir(), "hub")
	items := sample()
	var all sync.WaitGroup
	for range 8 {
		s := openStore(t, root, nil)
		all.Go(func() {
			if err := download(t, s, "main", someCommit, items...); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	sound(t, root, someCommit, items...)
	for _, name := range blobFolder(t, root) {
		if len(name) > 64 {
			t.Errorf("left: %s", name)
		}
	}
}

// BenchmarkSmallFiles is what a small file costs on disk alone.
func BenchmarkSmallFiles(b *testing.B) {
	s := openStore(b, filepath.Join(b.TempDir(), "hub"), nil)
	items := make([]item, b.N)
	for i := range items {
		items[i] = regular(fmt.Sprintf("d%d/%d.json", i%100, i), fmt.Sprint(i))
	}
	b.ResetTimer()
	if err := download(b, s, "main", someCommit, items...); err != nil {
		b.Fatal(err)
	}
}
