package show

import (
	"fmt"
	"io"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// Updated is what an update did.
type Updated struct{ Branches []UpdatedBranch }

// UpdatedBranch is one branch, and what became of it.
type UpdatedBranch struct {
	Branch
	Tried  bool // to fetch what is new
	Result pipeline.Result
	Err    error // of trying; Branch.Err is of asking the Hub
}

// status is one of the words of docs/updating.md.
func (b UpdatedBranch) status() string {
	switch {
	case b.Branch.Err != nil || b.Err != nil:
		return "failed"
	case b.Tried:
		return "updated"
	case b.Behind():
		return "notTried"
	default:
		return "current"
	}
}

func (u Updated) count() map[string]int {
	n := map[string]int{}
	for _, b := range u.Branches {
		n[b.status()]++
	}
	return n
}

// PrintUpdated sums up.
func PrintUpdated(w io.Writer, u Updated) {
	n := u.count()
	text := fmt.Sprintf("%d of %s updated", n["updated"], countBranches(len(u.Branches)))
	if n["failed"] > 0 {
		text += fmt.Sprintf("; %d failed", n["failed"])
	}
	if n["notTried"] > 0 {
		text += fmt.Sprintf("; %d not tried", n["notTried"])
	}
	printf(w, "%s", text)
}

// updatedJSON is the last line of update (docs/updating.md).
type updatedJSON struct {
	Event    string              `json:"event"` // "summary"
	Total    int                 `json:"total"`
	Updated  int                 `json:"updated"`
	Current  int                 `json:"current"`
	Failed   int                 `json:"failed"`
	NotTried int                 `json:"notTried"`
	Fetched  int64               `json:"bytesFetched"`
	Branches []updatedBranchJSON `json:"branches"`
}

type updatedBranchJSON struct {
	Type     repo.Type     `json:"type"`
	ID       repo.ID       `json:"id"`
	Revision repo.Revision `json:"revision"`
	Status   string        `json:"status"`
	Have     repo.Commit   `json:"commit"`    // before
	Now      repo.Commit   `json:"hubCommit"` // "" when the Hub could not be asked
	Changed  int           `json:"filesChanged"`
	Fetched  int64         `json:"bytesFetched"`
	Path     string        `json:"path"` // of the snapshot; "" unless updated
	Error    string        `json:"error"`
	Kind     string        `json:"errorKind"`
}

// PrintUpdatedJSON writes one line, after those of the downloads. redact takes
// secrets out of error texts.
func PrintUpdatedJSON(w io.Writer, u Updated, redact func(string) string) {
	n := u.count()
	doc := updatedJSON{
		Event: "summary", Total: len(u.Branches), Branches: []updatedBranchJSON{},
		Updated: n["updated"], Current: n["current"], Failed: n["failed"], NotTried: n["notTried"],
	}
	for _, b := range u.Branches {
		j := updatedBranchJSON{
			Type: b.Ref.Type, ID: b.Ref.ID, Revision: b.Revision, Status: b.status(), Have: b.Have, Now: b.Now,
			Changed: len(b.Changed), Fetched: b.Result.Fetched,
		}
		if j.Status == "updated" {
			j.Path = b.Result.Path
		}
		for _, err := range []error{b.Branch.Err, b.Err} {
			if err != nil {
				j.Error, j.Kind = redact(err.Error()), fault.KindOf(err).String()
			}
		}
		doc.Fetched += j.Fetched
		doc.Branches = append(doc.Branches, j)
	}
	writeJSON(w, doc, "")
}
