package show

import (
	"fmt"
	"io"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/cache"
)

// PrintRemovals shows what would go.
func PrintRemovals(w io.Writer, plan []cache.Removal, t Table) {
	if len(plan) == 0 {
		printf(w, "nothing to delete")
		return
	}
	var rows [][]string
	var total int64
	for _, r := range plan {
		total += r.Frees
		rows = append(rows, []string{repoOf(r.Ref), goes(r), size(r.Frees)})
	}
	grid(w, t.Width, []column{{head: "REPO", shrinks: true, least: 12}, {head: "GOES", shrinks: true, text: true, least: 12}, {head: "FREES", right: true}}, rows)
	if len(plan) > 1 {
		printf(w, "frees %s in all", size(total))
	}
}

// goes says in words what a removal takes away.
func goes(r cache.Removal) string {
	var parts []string
	switch {
	case r.Whole && len(r.Commits) == 0:
		parts = append(parts, "everything")
	case r.Whole:
		parts = append(parts, "everything, "+plural(len(r.Commits), "revision"))
	case len(r.Commits) > 0:
		names := make([]string, len(r.Commits))
		for i, c := range r.Commits {
			names[i] = c.Short()
		}
		what := "revision "
		if len(names) > 1 {
			what = "revisions "
		}
		parts = append(parts, what+strings.Join(names, ", "))
	}
	if len(r.Refs) > 0 {
		parts = append(parts, "refs "+Clean(strings.Join(r.Refs, ", ")))
	}
	if !r.Whole && len(r.Blobs) > 0 {
		parts = append(parts, plural(len(r.Blobs), "blob"))
	}
	if n := len(r.Unfinished); n > 0 {
		parts = append(parts, fmt.Sprintf("%d unfinished", n))
	}
	if n := len(r.Payloads); n > 0 {
		parts = append(parts, fmt.Sprintf("%d of the shared store that no repository uses", n))
	}
	return strings.Join(parts, "; ")
}

// PrintRemoved says what went. failed has an entry for each removal.
func PrintRemoved(w io.Writer, plan []cache.Removal, failed []error) {
	var freed int64
	n, bad := 0, 0
	for i, r := range plan {
		switch {
		case failed[i] != nil:
			bad++
			continue
		case r.Ref.ID != "":
			n++
		}
		freed += r.Frees
	}
	line := fmt.Sprintf("deleted from %s, %s free", plural(n, "repository"), size(freed))
	if bad > 0 {
		line += fmt.Sprintf("; %d failed", bad)
	}
	printf(w, "%s", line)
}

// Ask writes a question and leaves the cursor behind it.
func Ask(w io.Writer, question string) { _, _ = io.WriteString(w, Clean(question)+" [y/N] ") }
