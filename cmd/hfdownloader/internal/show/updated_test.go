package show

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// updated is a run with each way to end.
func updated() Updated {
	branch := func(id repo.ID, now repo.Commit, err error) Branch {
		return Branch{Ref: repo.Ref{Type: repo.Model, ID: id}, Revision: "main", Have: commit, Now: now, Err: err, Changed: []Change{{Path: "w", What: "changed", Size: 5}}}
	}
	down := fault.New(fault.Unavailable, "ask", "org/down", errors.New("no answer with hf_secret"))
	full := fault.New(fault.Disk, "write", "org/full", errors.New("no space"))
	const newer = "1123456789abcdef0123456789abcdef01234567"
	return Updated{[]UpdatedBranch{
		{Branch: branch("org/new", newer, nil), Tried: true, Result: pipeline.Result{Path: "/hub/snapshots/x", Fetched: 5}},
		{Branch: branch("org/same", commit, nil)},
		{Branch: branch("org/down", "", down)},
		{Branch: branch("org/full", newer, nil), Tried: true, Err: full, Result: pipeline.Result{Fetched: 2}},
		{Branch: branch("org/late", newer, nil)},
	}}
}

func TestUpdatedOutputs(t *testing.T) {
	for name, print := range map[string]func(io.Writer){
		"update.txt":  func(w io.Writer) { PrintUpdated(w, updated()) },
		"update.json": func(w io.Writer) { PrintUpdatedJSON(w, updated(), func(s string) string { return s[:9] + "…" }) },
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			print(&b)
			golden(t, name, b.Bytes())
		})
	}
}
