package show

import (
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/hfdownloader/hfdownloader/pipeline"
)

// planItem is one entry of --plan-format json (reference-behaviour.md §7).
type planItem struct {
	Path          string `json:"path"`
	URL           string `json:"url"`
	LFS           bool   `json:"lfs"`
	SHA256        string `json:"sha256"`
	Size          int64  `json:"size"`
	AcceptRanges  bool   `json:"acceptRanges"`
	Subdir        string `json:"subdir"`
	Present       bool   `json:"present"`
	GitObjectSHA1 string `json:"oid,omitempty"`
}

// plan is the whole document; the fields beside items are ours.
type plan struct {
	Items     []planItem `json:"items"`
	Repo      string     `json:"repo"`
	RepoType  string     `json:"repoType"`
	Revision  string     `json:"revision"`
	Commit    string     `json:"commit"`
	TotalSize int64      `json:"totalSize"`
}

func printPlanJSON(w io.Writer, endpoint string, where pipeline.Resolved, items []pipeline.Item) {
	p := plan{
		Items: make([]planItem, 0, len(items)),
		Repo:  string(where.Repo.ID), RepoType: string(where.Repo.Type),
		Revision: string(where.Revision), Commit: string(where.Commit),
	}
	for _, item := range items {
		f := item.File
		line := planItem{
			Path: f.Path, URL: fileURL(endpoint, where, f.Path), LFS: f.LFS != nil, Size: f.Size,
			AcceptRanges: true, Subdir: item.Subdir, Present: item.Present,
		}
		if f.LFS != nil {
			line.SHA256 = f.LFS.SHA256
		} else {
			line.GitObjectSHA1 = f.BlobID
		}
		p.Items = append(p.Items, line)
		p.TotalSize += max(f.Size, 0)
	}
	writeJSON(w, p, "  ")
}

// fileURL is where the content is; without signature, so it may be shown.
func fileURL(endpoint string, where pipeline.Resolved, path string) string {
	parts := strings.Split(path, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return strings.TrimRight(endpoint, "/") + "/" + where.Repo.String() + "/resolve/" + string(where.Commit) + "/" + strings.Join(parts, "/")
}

func printPlanTable(w io.Writer, where pipeline.Resolved, e pipeline.Planned) {
	var present int
	var missing int64
	printf(w, "%10s  %-4s %-4s %s", "SIZE", "LFS", "HERE", "PATH")
	for _, item := range e.Items {
		if item.Present {
			present++
		} else {
			missing += max(item.File.Size, 0)
		}
		path := Clean(item.File.Path)
		if item.Subdir != "" {
			path += " → " + Clean(item.Subdir) + "/"
		}
		printf(w, "%10s  %-4s %-4s %s", size(item.File.Size), yes(item.File.LFS != nil), yes(item.Present), path)
	}
	line := fmt.Sprintf("%s@%s (%s): %s, %s", Clean(where.Repo.String()), Clean(string(where.Revision)), where.Commit.Short(), plural(len(e.Items), "file"), size(e.TotalBytes))
	if present > 0 {
		line += fmt.Sprintf("; %d already here, %s to fetch", present, size(missing))
	}
	if e.Unselected > 0 {
		line += fmt.Sprintf("; %d not selected", e.Unselected)
	}
	printf(w, "%s", line)
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "-"
}
