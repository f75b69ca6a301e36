package show

import (
	"fmt"
	"io"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Branch is a branch in the cache beside the Hub's.
type Branch struct {
	Ref       repo.Ref
	Revision  repo.Revision
	Have, Now repo.Commit // Now is "" when the Hub could not be asked
	Changed   []Change    // of what was selected, by path; nil unless behind
	Fetch     int64       // bytes that are not in the cache
	Paths     []string    // selected files of Now
	Err       error
}

// Change is one file that differs.
type Change struct {
	Path string `json:"path"`
	What string `json:"change"` // "added", "changed" or "removed"
	Size int64  `json:"size"`   // in bytes, of the new file; of the old when removed
}

// Behind says that the Hub has moved on.
func (b Branch) Behind() bool { return b.Err == nil && b.Now != "" && b.Now != b.Have }

// maxChanges bounds how many files are named for people, of each branch.
const maxChanges = 10

// PrintBranches tells which are behind and what changed.
func PrintBranches(w io.Writer, branches []Branch, t Table) {
	behind, failed := 0, 0
	var fetch int64
	var rows [][]string
	for _, b := range branches {
		switch {
		case b.Err != nil:
			failed++
			rows = append(rows, []string{Clean(name(b)), b.Have.Short(), "?", Clean(b.Err.Error()), ""})
		case b.Behind():
			behind++
			fetch += b.Fetch
			rows = append(rows, []string{Clean(name(b)), b.Have.Short(), b.Now.Short(), plural(len(b.Changed), "file"), size(b.Fetch)})
		}
	}
	if len(rows) > 0 {
		grid(w, t.Width, []column{
			{head: "BRANCH", shrinks: true, least: 16}, {head: "HAVE", drop: 2}, {head: "HUB", drop: 3}, {head: "CHANGED", shrinks: true, text: true, least: 7}, {head: "TO FETCH", right: true, drop: 1},
		}, rows)
		printChanges(w, branches)
	}
	text := fmt.Sprintf("%d of %s behind", behind, countBranches(len(branches)))
	if behind > 0 {
		text += ", " + size(fetch) + " to fetch: hfdownloader update"
	}
	if failed > 0 {
		text += fmt.Sprintf("; %d could not be asked about", failed)
	}
	printf(w, "%s", text)
}

func countBranches(n int) string {
	if n == 1 {
		return "1 branch"
	}
	return fmt.Sprintf("%d branches", n)
}

func name(b Branch) string { return b.Ref.String() + "@" + string(b.Revision) }

func printChanges(w io.Writer, branches []Branch) {
	for _, b := range branches {
		if !b.Behind() || len(b.Changed) == 0 {
			continue
		}
		printf(w, "\n%s", Clean(name(b)))
		for _, c := range b.Changed[:min(len(b.Changed), maxChanges)] {
			printf(w, "  %-7s  %9s  %s", c.What, size(c.Size), Clean(c.Path))
		}
		if more := len(b.Changed) - maxChanges; more > 0 {
			printf(w, "  and %d more", more)
		}
	}
	printf(w, "")
}

// PrintBehindNames writes one name a line.
func PrintBehindNames(w io.Writer, branches []Branch) {
	for _, b := range branches {
		if b.Behind() {
			printf(w, "%s", Clean(name(b)))
		}
	}
}

// branchesJSON is the document of outdated (docs/updating.md).
type branchesJSON struct {
	Branches []branchJSON `json:"branches"`
	Behind   int          `json:"behind"`
	Fetch    int64        `json:"bytesToFetch"`
}

type branchJSON struct {
	Type     repo.Type     `json:"type"`
	ID       repo.ID       `json:"id"`
	Revision repo.Revision `json:"revision"`
	Have     repo.Commit   `json:"commit"`
	Now      repo.Commit   `json:"hubCommit"`
	Behind   bool          `json:"behind"`
	Changes  []Change      `json:"changes"`
	Fetch    int64         `json:"bytesToFetch"`
	Error    string        `json:"error"`
	Kind     string        `json:"errorKind"`
}

// PrintBranchesJSON writes one document, with those that are current, too.
func PrintBranchesJSON(w io.Writer, branches []Branch) {
	doc := branchesJSON{Branches: []branchJSON{}}
	for _, b := range branches {
		j := branchJSON{b.Ref.Type, b.Ref.ID, b.Revision, b.Have, b.Now, b.Behind(), full(b.Changed), b.Fetch, "", ""}
		if b.Err != nil {
			j.Error, j.Kind = b.Err.Error(), fault.KindOf(b.Err).String()
		}
		if j.Behind {
			doc.Behind++
			doc.Fetch += b.Fetch
		}
		doc.Branches = append(doc.Branches, j)
	}
	writeJSON(w, doc, "  ")
}
