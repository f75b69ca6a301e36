package show

import (
	"fmt"
	"io"
	"regexp"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// PrintReport says what is damaged, and what was looked at.
func PrintReport(w io.Writer, r cache.Report, t Table) {
	printFindings(w, r.Findings, t)
	line := fmt.Sprintf("%s, %s read (%s) in %s", plural(r.Repos, "repository"), plural(r.Hashed, "file"), size(r.Bytes), elapsed(r.Elapsed))
	if r.Sized > 0 {
		line += fmt.Sprintf("; %d without a checksum compared by length", r.Sized)
	}
	if n := len(r.Unknown); n > 0 {
		line += fmt.Sprintf("; %d not verifiable: neither checksum nor length is known", n)
	}
	printf(w, "%s", line)
	for i, name := range r.Unknown {
		if i == maxUnknown {
			printf(w, "  and %d more", len(r.Unknown)-i)
			break
		}
		printf(w, "  not verifiable: %s", Clean(name))
	}
	if n := r.Damage(); n > 0 {
		printf(w, "%d damaged", n)
	} else {
		printf(w, "no damage")
	}
}

// maxUnknown is how many names of what cannot be verified are shown.
const maxUnknown = 5

// printFindings is a table of what is damaged, then of what is only told.
func printFindings(w io.Writer, findings []cache.Finding, t Table) {
	for _, damage := range []bool{true, false} {
		var rows [][]string
		for _, f := range findings {
			if f.Problem.Damage() == damage {
				rows = append(rows, []string{repoOf(f.Ref), string(f.Problem), named(f), brief(f.Detail)})
			}
		}
		if len(rows) == 0 {
			continue
		}
		head := "DAMAGE"
		if !damage {
			head = "NOTE"
		}
		grid(w, t.Width, []column{
			{head: "REPO", shrinks: true, least: 8, drop: 1}, {head: head}, {head: "FILE", shrinks: true, least: 16}, {head: "WHAT", shrinks: true, text: true, least: 16, drop: 2},
		}, rows)
		printf(w, "")
	}
}

// repoOf names a repository; "-" is the cache itself.
func repoOf(ref repo.Ref) string {
	if ref.ID == "" {
		return "-"
	}
	return Clean(ref.String())
}

// named is what people call it: the files of the repository that are spoilt,
// else where it lies.
func named(f cache.Finding) string {
	if len(f.Uses) == 0 || f.Uses[0].Path == "" {
		return brief(f.Path)
	}
	u := f.Uses[0]
	name := fmt.Sprintf("%s (%s)", Clean(u.Path), u.Commit.Short())
	if more := len(f.Uses) - 1; more > 0 {
		name += fmt.Sprintf(" and %d more", more)
	}
	return name
}

// brief cuts digests down to what people can compare.
func brief(text string) string {
	return reDigest.ReplaceAllStringFunc(Clean(text), func(hex string) string { return hex[:12] + "…" })
}

var reDigest = regexp.MustCompile(`\b[0-9a-f]{40,64}\b`)

// PrintDamagedPaths writes "repo<TAB>problem<TAB>path", one a line.
func PrintDamagedPaths(w io.Writer, r cache.Report) {
	for _, f := range r.Findings {
		if f.Problem.Damage() {
			printf(w, "%s\t%s\t%s", repoOf(f.Ref), f.Problem, Clean(f.Path))
		}
	}
}

// PrintRepair says what was done and what is left.
func PrintRepair(w io.Writer, r cache.Repair, t Table) {
	var rows [][]string
	for _, a := range r.Actions {
		done := brief(a.Done)
		if a.Err != nil {
			done = "failed: " + brief(a.Err.Error())
		}
		rows = append(rows, []string{repoOf(a.Finding.Ref), string(a.Finding.Problem), named(a.Finding), done})
	}
	if len(rows) > 0 {
		grid(w, t.Width, []column{
			{head: "REPO", shrinks: true, least: 8, drop: 1}, {head: "DAMAGE", drop: 2}, {head: "FILE", shrinks: true, least: 12}, {head: "DONE", shrinks: true, text: true, least: 16},
		}, rows)
		printf(w, "")
	}
	did := fmt.Sprintf("fetched %s (%s)", plural(r.Files, "file"), size(r.Fetched))
	if r.Linked > 0 {
		did += fmt.Sprintf(", linked %s anew", plural(r.Linked, "file"))
	}
	switch {
	case r.Before.Damage() == 0 && len(rows) == 0:
		printf(w, "nothing to repair: %s in %s are sound", plural(r.Before.Hashed, "file"), plural(r.Before.Repos, "repository"))
	case len(r.Left) == 0:
		printf(w, "%s; nothing is damaged any more", did)
	default:
		printf(w, "%s; %d still damaged:\n", did, len(r.Left))
		printFindings(w, r.Left, t)
	}
}
