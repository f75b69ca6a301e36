//go:build unix

package cache

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// The cache that "cache ls" must list in 300 ms.
const (
	benchRepos = 500
	benchFiles = 40 // of each
)

// manyRepos makes such a cache.
func manyRepos(b *testing.B) string {
	b.Helper()
	root := filepath.Join(b.TempDir(), "hub")
	for i := range benchRepos {
		dir := filepath.Join(root, fmt.Sprintf("models--org--m%03d", i))
		for _, sub := range []string{"blobs", "refs", filepath.Join("snapshots", string(someCommit), "sub")} {
			if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
				b.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, "refs", "main"), []byte(someCommit), 0o644); err != nil {
			b.Fatal(err)
		}
		for j := range benchFiles {
			name, folder, up := fmt.Sprintf("%040x", i*benchFiles+j), ".", "../../"
			if j%4 == 0 {
				folder, up = "sub", "../../../"
			}
			if err := os.WriteFile(filepath.Join(dir, "blobs", name), []byte("content"), 0o644); err != nil {
				b.Fatal(err)
			}
			if err := os.Symlink(up+"blobs/"+name, filepath.Join(dir, "snapshots", string(someCommit), folder, fmt.Sprintf("file%d.bin", j))); err != nil {
				b.Fatal(err)
			}
		}
	}
	return root
}

// BenchmarkInventory is "cache ls" of 500 repositories and 20,000 files. The
// walk beside it is the peer: it follows each link once and knows nothing.
func BenchmarkInventory(b *testing.B) {
	root := manyRepos(b)
	b.Run("inventory", func(b *testing.B) {
		s := openStore(b, root, nil)
		b.ReportAllocs()
		for b.Loop() {
			inv, err := s.Inventory(b.Context())
			if err != nil || len(inv.Repos) != benchRepos || inv.Repos[0].Files != benchFiles {
				b.Fatal(len(inv.Repos), err)
			}
		}
	})
	b.Run("walk", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var size int64
			err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
				if err != nil || e.IsDir() {
					return err
				}
				st, err := os.Stat(path)
				if err == nil {
					size += st.Size()
				}
				return err
			})
			if err != nil || size == 0 {
				b.Fatal(err)
			}
		}
	})
}
