package jobs

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/pipeline"
)

// FileQuery chooses files of a job. The zero value is all, in the order of the listing.
type FileQuery struct {
	Search string                // part of the path, in any case
	Status []pipeline.FileStatus // any of these; empty is all
	Sort   FileSort
	Desc   bool // the largest first; without Sort the last of the listing
	Limit  int  // 0 is all
	Offset int
}

// FileSort is what files are sorted by.
type FileSort string

// The sorts; "" is the order of the listing. What is equal keeps that order.
const (
	ByPath     FileSort = "path"
	BySize     FileSort = "size"
	ByProgress FileSort = "progress" // the part of a file that is there
)

// plain says that a page can be cut from the files as they are.
func (q FileQuery) plain() bool {
	return q.Search == "" && len(q.Status) == 0 && q.Sort == "" && !q.Desc
}

// page gives a page, and how many files there are without Limit and Offset. It
// changes nothing of files.
func (q FileQuery) page(files []File) ([]File, int) {
	if !q.plain() {
		files = q.ordered(q.chosen(files))
	}
	total := len(files)
	files = files[min(max(q.Offset, 0), total):]
	if q.Limit > 0 {
		files = files[:min(q.Limit, len(files))]
	}
	return files, total
}

func (q FileQuery) chosen(files []File) []File {
	text := strings.ToLower(q.Search)
	out := make([]File, 0, len(files))
	for _, f := range files {
		if len(q.Status) > 0 && !slices.Contains(q.Status, f.Status) {
			continue
		}
		if strings.Contains(strings.ToLower(f.Path), text) {
			out = append(out, f)
		}
	}
	return out
}

// ordered sorts in place.
func (q FileQuery) ordered(files []File) []File {
	order := map[FileSort]func(x, y File) int{
		ByPath:     func(x, y File) int { return strings.Compare(x.Path, y.Path) },
		BySize:     func(x, y File) int { return cmp.Compare(x.Total, y.Total) },
		ByProgress: func(x, y File) int { return cmp.Compare(x.part(), y.part()) },
	}[q.Sort]
	switch {
	case order == nil && q.Desc:
		slices.Reverse(files)
	case order != nil && q.Desc:
		slices.SortStableFunc(files, func(x, y File) int { return order(y, x) })
	case order != nil:
		slices.SortStableFunc(files, order)
	}
	return files
}

// part is how much of a file is there, from 0 to 1.
func (f File) part() float64 {
	switch {
	case f.Status == pipeline.FileComplete || f.Status == pipeline.FileSkipped:
		return 1
	case f.Total <= 0:
		return 0
	}
	return min(float64(f.Done)/float64(f.Total), 1)
}
