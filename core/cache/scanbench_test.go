//go:build unix

package cache

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkScan is of a repository of 50,000 links in 500 folders.
func BenchmarkScan(b *testing.B) {
	root := filepath.Join(b.TempDir(), "hub")
	dir := filepath.Join(root, someModel.Folder())
	for i := range 50_000 {
		name := fmt.Sprintf("%040x", i)
		folder := filepath.Join(dir, "snapshots", string(someCommit), fmt.Sprint(i%500))
		if i < 500 {
			if err := os.MkdirAll(folder, 0o755); err != nil {
				b.Fatal(err)
			}
		}
		if i == 0 {
			if err := os.MkdirAll(filepath.Join(dir, "blobs"), 0o755); err != nil {
				b.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, "blobs", name), nil, 0o644); err != nil {
			b.Fatal(err)
		}
		if err := os.Symlink("../../../blobs/"+name, filepath.Join(folder, name)); err != nil {
			b.Fatal(err)
		}
	}
	s := openStore(b, root, nil)
	b.ReportAllocs()
	for b.Loop() {
		if repos, err := s.Repos(b.Context()); err != nil || repos[0].Files != 50_000 {
			b.Fatal(repos, err)
		}
	}
}
