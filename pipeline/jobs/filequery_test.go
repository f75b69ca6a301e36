package jobs

import (
	"slices"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/pipeline"
)

func TestFileQuery(t *testing.T) {
	all := []File{
		{Path: "b.bin", Total: 10, Done: 5, Status: pipeline.FileActive},
		{Path: "A.json", Total: 2, Done: 0, Status: pipeline.FilePending},
		{Path: "sub/c.bin", Total: 4, Done: 4, Status: pipeline.FileVerifying},
		{Path: "empty", Total: 0, Status: pipeline.FileComplete},
		{Path: "unknown", Total: -1, Done: 3, Status: pipeline.FileActive},
	}
	before := slices.Clone(all)
	for name, c := range map[string]struct {
		q     FileQuery
		want  string
		total int
	}{
		"all":                {FileQuery{}, "b.bin A.json sub/c.bin empty unknown", 5},
		"page":               {FileQuery{Limit: 2, Offset: 1}, "A.json sub/c.bin", 5},
		"behind the end":     {FileQuery{Limit: 2, Offset: 9}, "", 5},
		"search":             {FileQuery{Search: "a.J"}, "A.json", 1},
		"search in folders":  {FileQuery{Search: "SUB/"}, "sub/c.bin", 1},
		"status":             {FileQuery{Status: []pipeline.FileStatus{pipeline.FileActive}}, "b.bin unknown", 2},
		"by path":            {FileQuery{Sort: ByPath}, "A.json b.bin empty sub/c.bin unknown", 5},
		"by size, downwards": {FileQuery{Sort: BySize, Desc: true}, "b.bin sub/c.bin A.json empty unknown", 5},
		"by progress":        {FileQuery{Sort: ByProgress}, "A.json unknown b.bin sub/c.bin empty", 5},
		"listing, backwards": {FileQuery{Desc: true}, "unknown empty sub/c.bin A.json b.bin", 5},
		"everything":         {FileQuery{Search: ".bin", Sort: ByPath, Desc: true, Limit: 1, Offset: 1}, "b.bin", 2},
	} {
		page, total := c.q.page(all)
		var paths []string
		for _, f := range page {
			paths = append(paths, f.Path)
		}
		if got := strings.Join(paths, " "); got != c.want || total != c.total {
			t.Errorf("%s: %q of %d, want %q of %d", name, got, total, c.want, c.total)
		}
	}
	if !slices.Equal(all, before) {
		t.Error("the files themselves were sorted")
	}
}
