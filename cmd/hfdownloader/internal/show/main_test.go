package show

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const commit = repo.Commit("0123456789abcdef0123456789abcdef01234567")

// clock is a synthetic one.
type clock struct{ at time.Time }

func newClock() *clock                   { return &clock{time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)} }
func (c *clock) now() time.Time          { return c.at }
func (c *clock) advance(d time.Duration) { c.at = c.at.Add(d) }

// item is a planned file.
func item(path string, size int64, lfs bool) pipeline.Item {
	f := repo.File{Path: path, Size: size, BlobID: "1111111111111111111111111111111111111111"}
	if lfs {
		f.LFS = &repo.LFS{SHA256: "2222222222222222222222222222222222222222222222222222222222222222", Size: size}
	}
	return pipeline.Item{File: f}
}

// begun are the events up to the plan.
func begun(items ...pipeline.Item) []pipeline.Event {
	var total int64
	for _, i := range items {
		total += i.File.Size
	}
	return []pipeline.Event{
		pipeline.StageChanged{Stage: pipeline.StageResolve},
		pipeline.Resolved{Repo: repo.Ref{Type: repo.Dataset, ID: "owner/name"}, Revision: "main", Commit: commit},
		pipeline.StageChanged{Stage: pipeline.StageResolve, Done: true},
		pipeline.Planned{Items: items, TotalBytes: total, Unselected: 2},
	}
}
