package jobs

import (
	"fmt"
	"testing"

	"github.com/hfdownloader/hfdownloader/pipeline"
)

// BenchmarkFilePage is a page of a job of 50,000 files, as somebody scrolls.
func BenchmarkFilePage(b *testing.B) {
	files := make([]File, 50_000)
	for i := range files {
		files[i] = File{Path: fmt.Sprintf("data/train-%05d.parquet", i*7919%50_000), Total: int64(i * 31 % 997), Status: pipeline.FilePending}
	}
	for name, q := range map[string]FileQuery{
		"listing": {Limit: 100, Offset: 40_000},
		"path":    {Sort: ByPath, Limit: 100, Offset: 40_000},
		"search":  {Search: "-0001", Limit: 100},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				q.page(files)
			}
		})
	}
}
