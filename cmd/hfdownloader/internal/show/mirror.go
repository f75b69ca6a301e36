package show

import (
	"io"

	"github.com/hfdownloader/hfdownloader/core/mirror"
)

// PrintDifferences lists repositories and what the target lacks of them.
func PrintDifferences(w io.Writer, list []mirror.Difference, t Table) {
	var rows [][]string
	var lacks int64
	count := map[mirror.Status]int{}
	for _, d := range list {
		count[d.Status]++
		lacks += d.Lacks
		rows = append(rows, []string{Clean(d.Ref.String()), string(d.Status), zero(d.LocalSize), zero(d.RemoteSize), zero(d.Lacks)})
	}
	if len(rows) > 0 {
		grid(w, t.Width, []column{
			{head: "REPO", shrinks: true, least: 16}, {head: "STATUS"}, {head: "HERE", right: true, drop: 2}, {head: "THERE", right: true, drop: 1}, {head: "LACKS", right: true},
		}, rows)
		printf(w, "")
	}
	printf(w, "%d missing, %d outdated, %d extra, %d in sync; the target lacks %s",
		count[mirror.Missing], count[mirror.Outdated], count[mirror.Excess], count[mirror.InSync], size(lacks))
}

// PrintMoved says what a push or pull did.
func PrintMoved(w io.Writer, out mirror.Outcome) {
	verb, deleted := "moved", "deleted"
	if out.DryRun {
		verb, deleted = "would move", "would delete"
		PrintExtras(w, out.Extra)
	}
	printf(w, "%s %s, %s, of %s", verb, plural(out.Copied, "content"), size(out.Bytes), plural(len(out.Repos), "repository"))
	if out.Deleted > 0 {
		printf(w, "%s %s, %s", deleted, plural(out.Deleted, "name"), size(out.Freed))
	}
	if out.Verified > 0 {
		printf(w, "verified %s, %d damaged", plural(out.Verified, "content"), len(out.Corrupt))
	}
	for _, name := range out.Corrupt {
		printf(w, "damaged: %s", Clean(name))
	}
}

// PrintExtras lists what only the destination has.
func PrintExtras(w io.Writer, extra []mirror.Extra) {
	for _, x := range extra {
		name := x.Name
		if name == "" {
			name = "all of " + x.Ref.String()
		}
		printf(w, "only at the destination: %s (%s)", Clean(name), size(x.Size))
	}
}
