package show

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/cache"
)

// PrintInventory lists repositories and what is unfinished.
func PrintInventory(w io.Writer, inv cache.Inventory, t Table) {
	if len(inv.Repos) > 0 {
		rows := make([][]string, 0, len(inv.Repos))
		for _, h := range inv.Repos {
			rows = append(rows, []string{Clean(h.Ref.String()), size(h.Size), fmt.Sprint(h.Files), ago(h.Accessed, t.Now), fmt.Sprint(len(h.Commits)), note(h)})
		}
		grid(w, t.Width, []column{
			{head: "REPO", shrinks: true, least: 16}, {head: "SIZE", right: true}, {head: "FILES", right: true, drop: 2},
			{head: "USED", drop: 1}, {head: "REVS", right: true, drop: 3}, {head: "REFS", shrinks: true, least: 8, drop: 4},
		}, rows)
	}
	printUnfinished(w, inv, t)
	printTotals(w, inv)
}

// note is what leads to a repository's revisions, or what is wrong with it.
func note(h cache.Holding) string {
	if h.Damage != nil {
		return "damaged: see cache verify"
	}
	names := make([]string, len(h.Refs))
	for i, r := range h.Refs {
		names[i] = Clean(r.Name)
	}
	return strings.Join(names, ", ")
}

func printUnfinished(w io.Writer, inv cache.Inventory, t Table) {
	var rows [][]string
	for _, h := range inv.Repos {
		for _, p := range h.Unfinished {
			resumable := "goes on"
			if !p.Ours {
				resumable = "of another client"
			}
			rows = append(rows, []string{Clean(h.Ref.String()), size(p.Size), ago(p.Written, t.Now), short(p.Content), resumable})
		}
	}
	if len(rows) == 0 {
		return
	}
	printf(w, "\nUnfinished downloads")
	grid(w, t.Width, []column{
		{head: "REPO", shrinks: true, least: 16}, {head: "SIZE", right: true}, {head: "WRITTEN", drop: 1}, {head: "CONTENT", drop: 3}, {head: "NEXT RUN", shrinks: true, text: true, least: 8, drop: 2},
	}, rows)
}

// short is the beginning of an etag.
func short(etag string) string {
	etag = Clean(etag)
	return etag[:min(12, len(etag))]
}

func printTotals(w io.Writer, inv cache.Inventory) {
	var revisions, old, partials, damaged, lost int
	var unfinished, free int64
	for _, h := range inv.Repos {
		revisions += len(h.Commits)
		lost += h.LostRefs
		for _, r := range h.Revisions {
			if h.Old(r) {
				old++
				free += r.Own
			}
		}
		partials += len(h.Unfinished)
		for _, p := range h.Unfinished {
			unfinished += p.Size
		}
		if h.Damage != nil {
			damaged++
		}
	}
	line := fmt.Sprintf("%s, %s, %s", plural(len(inv.Repos), "repository"), plural(revisions, "revision"), size(inv.Size))
	if old > 0 {
		line += fmt.Sprintf("; %d old: cache prune frees %s or more", old, size(free))
	}
	if partials > 0 {
		line += fmt.Sprintf("; %d unfinished, %s", partials, size(unfinished))
	}
	if len(inv.Repos) > 0 {
		printf(w, "")
	}
	printf(w, "%s", line)
	if damaged > 0 {
		printf(w, "%s damaged: hfdownloader cache verify says how", plural(damaged, "repository"))
	}
	if lost > 0 {
		printf(w, "%s without a revision: hfdownloader cache verify says which", plural(lost, "ref"))
	}
	if n := len(inv.Foreign); n > 0 {
		printf(w, "%d in the cache folder of no repository: %s", n, Clean(strings.Join(inv.Foreign[:min(n, 5)], ", ")))
	}
}

// PrintRevisions lists each revision with what deleting it alone would free.
func PrintRevisions(w io.Writer, inv cache.Inventory, t Table) {
	var rows [][]string
	for _, h := range inv.Repos {
		for _, r := range h.Revisions {
			refs := Clean(strings.Join(r.Refs, ", "))
			if h.Old(r) {
				refs = "(old)"
			}
			rows = append(rows, []string{Clean(h.Ref.String()), r.Commit.Short(), size(r.Size), size(r.Own), fmt.Sprint(r.Files), ago(r.Modified, t.Now), refs})
		}
	}
	if len(rows) > 0 {
		grid(w, t.Width, []column{
			{head: "REPO", shrinks: true, least: 12}, {head: "REVISION"}, {head: "SIZE", right: true, drop: 1}, {head: "FREES", right: true},
			{head: "FILES", right: true, drop: 4}, {head: "WRITTEN", drop: 3}, {head: "REFS", shrinks: true, least: 8, drop: 2},
		}, rows)
	}
	printTotals(w, inv)
}

// PrintInventoryNames writes what "cache rm" takes, one a line.
func PrintInventoryNames(w io.Writer, inv cache.Inventory, revisions bool) {
	for _, h := range inv.Repos {
		name := h.Ref.Type.Plural() + "/" + Clean(string(h.Ref.ID)) // a model and a dataset may have one name
		if !revisions {
			printf(w, "%s", name)
			continue
		}
		for _, r := range h.Revisions {
			printf(w, "%s@%s", name, r.Commit)
		}
	}
}

// PrintUsage says what takes the space, by repository and by kind.
func PrintUsage(w io.Writer, u cache.Usage, view int64, limit int, t Table) {
	sum, rest := cache.RepoUsage{}, int64(0)
	var rows [][]string
	for i, r := range u.Repos {
		sum.Current, sum.Old, sum.Unused = sum.Current+r.Current, sum.Old+r.Old, sum.Unused+r.Unused
		sum.Unfinished, sum.Records, sum.Aside = sum.Unfinished+r.Unfinished, sum.Records+r.Records, sum.Aside+r.Aside
		if limit > 0 && i >= limit {
			rest += r.Total()
			continue
		}
		rows = append(rows, []string{Clean(r.Ref.String()), size(r.Total()), zero(r.Current), zero(r.Old), zero(r.Unused), zero(r.Unfinished)})
	}
	if rest > 0 {
		rows = append(rows, []string{fmt.Sprintf("%d more", len(u.Repos)-limit), size(rest), "", "", "", ""})
	}
	if len(rows) > 0 {
		grid(w, t.Width, []column{
			{head: "REPO", shrinks: true, least: 12}, {head: "TOTAL", right: true}, {head: "CURRENT", right: true, drop: 4},
			{head: "OLD", right: true, drop: 1}, {head: "UNUSED", right: true, drop: 3}, {head: "UNFINISHED", right: true, drop: 2},
		}, rows)
		printf(w, "")
	}
	kinds := slices.DeleteFunc([][]string{
		{"current content", size(sum.Current), ""},
		{"old revisions", size(sum.Old), "cache prune deletes them"},
		{"unused content", size(sum.Unused), "cache prune deletes it"},
		{"unfinished downloads", size(sum.Unfinished), "download again to go on, or cache prune"},
		{"shared between repositories", size(u.Shared), "kept by the official client"},
		{"refs, listings, locks", size(sum.Records + u.Records), ""},
		{"foreign and put aside", size(sum.Aside + u.Foreign), ""},
		{"friendly view", size(view), ""},
	}, func(row []string) bool { return row[1] == size(0) })
	kinds = append(kinds, []string{"total", size(u.Total() + view), ""})
	grid(w, t.Width, []column{{head: "KIND"}, {head: "SIZE", right: true}, {head: "", shrinks: true, text: true, least: 12, drop: 1}}, kinds)
}

// zero leaves out what is nothing.
func zero(n int64) string {
	if n == 0 {
		return "-"
	}
	return size(n)
}

// PrintTotal writes a number of bytes alone.
func PrintTotal(w io.Writer, n int64) { printf(w, "%d", n) }
