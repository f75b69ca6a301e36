package show

import (
	"fmt"
	"io"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/cache/friendly"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/web/api"
)

// PrintList lists what was downloaded; hidden is how many repositories have no
// manifest and are not shown.
func PrintList(w io.Writer, doc api.Cache, hidden int, t Table) {
	if len(doc.Repos) > 0 {
		rows := make([][]string, 0, len(doc.Repos))
		for _, r := range doc.Repos {
			date, _, _ := strings.Cut(r.Downloaded, "T")
			rows = append(rows, []string{r.Type, Clean(r.Repo), r.Commit, date, fmt.Sprint(r.FileCount), size(r.Size), Clean(r.Branch)})
		}
		grid(w, t.Width, []column{
			{head: "TYPE", drop: 1}, {head: "REPO", shrinks: true, least: 16}, {head: "COMMIT", drop: 3}, {head: "DOWNLOADED", drop: 2},
			{head: "FILES", right: true, drop: 4}, {head: "SIZE", right: true}, {head: "BRANCH", shrinks: true, least: 6, drop: 5},
		}, rows)
	}
	text := fmt.Sprintf("%s, %s", repositories(doc.Count), size(doc.Stats.TotalSize))
	if hidden > 0 {
		text += fmt.Sprintf("; %d more of other programs: --scan", hidden)
	}
	printf(w, "%s", text)
}

func repositories(n int) string {
	if n == 1 {
		return "1 repository"
	}
	return fmt.Sprintf("%d repositories", n)
}

// PrintListJSON writes what GET /api/cache says.
func PrintListJSON(w io.Writer, doc api.Cache) { writeJSON(w, doc, "  ") }

// PrintListNames writes one name a line, as the other commands take it.
func PrintListNames(w io.Writer, rows []api.CachedRepo) {
	for _, r := range rows {
		if r.Type != string(repo.Model) {
			printf(w, "%ss/%s", r.Type, Clean(r.Repo))
			continue
		}
		printf(w, "%s", Clean(r.Repo))
	}
}

// PrintInfoJSON writes what GET /api/cache/{repo} says.
func PrintInfoJSON(w io.Writer, d api.CachedDetails) { writeJSON(w, d, "  ") }

// maxInfoFiles bounds how many files are listed for people.
const maxInfoFiles = 50

// PrintInfo tells everything about one repository.
func PrintInfo(w io.Writer, d api.CachedDetails, t Table) {
	line := func(name, value string) {
		if value != "" {
			printf(w, "%-11s %s", name, Clean(value))
		}
	}
	line("repo", d.Repo)
	line("type", d.Type)
	line("size", fmt.Sprintf("%s in %s", d.SizeHuman, plural(d.FileCount, "file")))
	line("branch", d.Branch)
	line("commit", d.Commit)
	line("revisions", fmt.Sprint(len(d.SnapshotCommits)))
	line("downloaded", d.Downloaded)
	line("status", d.DownloadStatus)
	if d.Manifest != nil {
		line("filters", strings.Join(d.Manifest.Filters, ", "))
		line("command", d.Manifest.Command)
	}
	line("cache", d.Path)
	line("view", d.FriendlyPath)
	if len(d.Files) == 0 {
		return
	}
	rows := make([][]string, 0, maxInfoFiles)
	for _, f := range d.Files[:min(len(d.Files), maxInfoFiles)] {
		rows = append(rows, []string{Clean(f.Name), f.SizeHuman})
	}
	printf(w, "")
	grid(w, t.Width, []column{{head: "FILE", shrinks: true, least: 16}, {head: "SIZE", right: true}}, rows)
	if more := len(d.Files) - maxInfoFiles; more > 0 {
		printf(w, "and %s more", plural(more, "file"))
	}
}

// rebuiltJSON has the names of the 3.x tool; script is ours.
type rebuiltJSON struct {
	Scanned int      `json:"repos_scanned"`
	Created int      `json:"symlinks_created"`
	Updated int      `json:"symlinks_updated"`
	Orphans int      `json:"orphans_removed"`
	Errors  []string `json:"errors"`
	Script  string   `json:"script"`
}

// PrintRebuiltJSON writes one document; script is "" when none was written.
func PrintRebuiltJSON(w io.Writer, r friendly.Report, script string) {
	writeJSON(w, rebuiltJSON{r.ReposScanned, r.SymlinksCreated, r.SymlinksUpdated, r.OrphansRemoved, full(r.Errors), script}, "  ")
}

// PrintRebuilt tells what was done.
func PrintRebuilt(w io.Writer, r friendly.Report, script string) {
	for _, e := range r.Errors {
		printf(w, "%s", Clean(e))
	}
	if r.SymlinksCreated+r.SymlinksUpdated+r.OrphansRemoved == 0 {
		printf(w, "%s: the view is up to date", repositories(r.ReposScanned))
	} else {
		printf(w, "%s: %s, %d changed, %d removed", repositories(r.ReposScanned), plural(r.SymlinksCreated, "new link"), r.SymlinksUpdated, r.OrphansRemoved)
	}
	if script != "" {
		printf(w, "%s", Clean(script))
	}
}

// exportedJSON is the document of export, as POST /api/cache/export answers.
type exportedJSON struct {
	Repo       repo.ID     `json:"repo"`
	Type       repo.Type   `json:"type"`
	Commit     repo.Commit `json:"commit"`
	Dest       string      `json:"dest"`
	Files      int         `json:"files"`
	Hardlinked int         `json:"hardlinked"`
	Copied     int         `json:"copied"`
	Symlinked  int         `json:"symlinked"`
	Reflinked  int         `json:"reflinked"`
	Unchanged  int         `json:"unchanged"`
	Bytes      int64       `json:"bytes"`
	Missing    []string    `json:"missingBlob"`
}

// PrintExportedJSON writes one document.
func PrintExportedJSON(w io.Writer, ref repo.Ref, commit repo.Commit, x cache.Exported) {
	writeJSON(w, exportedJSON{
		ref.ID, ref.Type, commit, x.Dest, x.Files, x.Hardlinked, x.Copied, x.Symlinked, x.Reflinked, x.Unchanged, x.Bytes, full(x.Missing),
	}, "  ")
}

// PrintExported tells what was done; the last line is the folder.
func PrintExported(w io.Writer, ref repo.Ref, commit repo.Commit, x cache.Exported) {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{x.Copied, "copied"}, {x.Reflinked, "reflinked"}, {x.Hardlinked, "hardlinked"}, {x.Symlinked, "symlinked"}, {x.Unchanged, "there already"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	printf(w, "%s (%s): %s, %s: %s", Clean(ref.String()), commit.Short(), plural(x.Files, "file"), size(x.Bytes), strings.Join(parts, ", "))
	printf(w, "%s", Clean(x.Dest))
}
