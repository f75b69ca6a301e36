package api

import (
	"fmt"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Outdated is GET /api/outdated; beyond the contract.
type Outdated struct {
	Repos      []OutdatedRepo `json:"repos"`   // never null: those behind, and those that could not be compared
	Count      int            `json:"count"`   // of those behind
	Checked    int            `json:"checked"` // branches that were compared
	CheckedAt  string         `json:"checkedAt"`
	Incomplete bool           `json:"incomplete"` // time ran out before all were asked about
}

// OutdatedRepo is a branch of a cached repository. The last fields are of a
// download request that fetches what was selected before.
type OutdatedRepo struct {
	Repo         string `json:"repo"`
	Type         string `json:"type"`
	Revision     string `json:"revision"`
	Commit       string `json:"commit"`                 // in the cache
	Latest       string `json:"latest"`                 // on the Hub; "" when it could not be asked
	Status       string `json:"status"`                 // outdated, unknown
	ChangedFiles *int   `json:"changedFiles,omitempty"` // nil of unknown
	ChangedBytes *int64 `json:"changedBytes,omitempty"` // that an update would fetch
	Message      string `json:"message"`                // for people
	ErrorKind    string `json:"errorKind,omitempty"`
	Hint         string `json:"hint,omitempty"`
	Link         string `json:"link,omitempty"` // where access to a gated repository is asked for

	Filters            []string `json:"filters"`
	Excludes           []string `json:"excludes"`
	ExactMatch         bool     `json:"exactMatch"`
	AppendFilterSubdir bool     `json:"appendFilterSubdir"`
}

// Comparison is what was found out.
type Comparison struct {
	Branches []Compared
	Complete bool
}

// Compared is a branch that was asked about.
type Compared struct {
	Ref          repo.Ref
	Revision     repo.Revision
	Have, Latest repo.Commit
	Changed      int   // files
	Fetch        int64 // bytes
	Err          error
	// How to fetch the same selection again.
	Filters, Excludes []string
	Exact, Subdir     bool
}

// OutdatedOf is a comparison as the API shows it. explain words an error, page is
// a repository's on the Hub.
func OutdatedOf(c Comparison, at time.Time, explain func(error) string, page func(repo.Ref) string) Outdated {
	out := Outdated{Repos: []OutdatedRepo{}, CheckedAt: Stamp(at), Incomplete: !c.Complete, Checked: len(c.Branches)}
	for _, b := range c.Branches {
		if b.Err == nil && b.Latest == b.Have {
			continue
		}
		row := OutdatedRepo{
			Repo: string(b.Ref.ID), Type: string(b.Ref.Type), Revision: string(b.Revision),
			Commit: string(b.Have), Latest: string(b.Latest), Status: "outdated",
			Filters: list(b.Filters), Excludes: list(b.Excludes), ExactMatch: b.Exact, AppendFilterSubdir: b.Subdir,
		}
		if b.Err == nil {
			out.Count++
			row.ChangedFiles, row.ChangedBytes, row.Message = &b.Changed, &b.Fetch, changedText(b.Changed)
		} else {
			row.unknown(b, explain, page)
			out.Checked--
		}
		out.Repos = append(out.Repos, row)
	}
	return out
}

func (r *OutdatedRepo) unknown(b Compared, explain func(error) string, page func(repo.Ref) string) {
	kind := fault.KindOf(b.Err)
	r.Status, r.Message, r.ErrorKind = "unknown", explain(b.Err), kind.String()
	if kind != fault.Internal {
		r.Hint = fault.HintOf(b.Err)
	}
	if kind == fault.Gated {
		r.Link = page(b.Ref)
	}
}

func changedText(files int) string {
	switch files {
	case 0:
		return "nothing of what you have has changed"
	case 1:
		return "1 file changed"
	default:
		return fmt.Sprintf("%d files changed", files)
	}
}
