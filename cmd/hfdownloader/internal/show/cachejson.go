package show

import (
	"io"
	"time"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// The documents of "cache … --json" (docs/cache.md). Fields are never renamed or
// left out; lists are never null. Sizes are bytes, times RFC 3339 in UTC.
type (
	inventoryJSON struct {
		Cache      string     `json:"cache"`
		Repos      []heldJSON `json:"repos"`
		Size       int64      `json:"size"`
		Unfinished int64      `json:"unfinishedSize"`
		Foreign    []string   `json:"foreign"`
	}
	heldJSON struct {
		Type       repo.Type         `json:"type"`
		ID         repo.ID           `json:"id"`
		Path       string            `json:"path"`
		Size       int64             `json:"size"`
		Files      int               `json:"files"`
		Used       *time.Time        `json:"lastUsed"`
		Written    *time.Time        `json:"lastWritten"`
		Refs       map[string]string `json:"refs"`
		Revisions  []revisionJSON    `json:"revisions"`
		Unfinished []partialJSON     `json:"unfinished"`
		Damage     string            `json:"damage"`
	}
	revisionJSON struct {
		Commit  repo.Commit `json:"commit"`
		Refs    []string    `json:"refs"`
		Old     bool        `json:"old"`
		Size    int64       `json:"size"`
		Frees   int64       `json:"frees"`
		Files   int         `json:"files"`
		Written *time.Time  `json:"lastWritten"`
	}
	partialJSON struct {
		Name      string     `json:"name"`
		Content   string     `json:"content"`
		Size      int64      `json:"size"`
		Written   *time.Time `json:"lastWritten"`
		Age       int64      `json:"ageSeconds"`
		Resumable bool       `json:"resumable"`
	}
	usageJSON struct {
		Cache   string          `json:"cache"`
		Repos   []repoUsageJSON `json:"repos"`
		Shared  int64           `json:"shared"`
		Records int64           `json:"records"`
		Foreign int64           `json:"foreign"`
		View    int64           `json:"friendlyView"`
		Total   int64           `json:"total"`
	}
	repoUsageJSON struct {
		Type       repo.Type `json:"type"`
		ID         repo.ID   `json:"id"`
		Total      int64     `json:"total"`
		Current    int64     `json:"current"`
		Old        int64     `json:"old"`
		Unused     int64     `json:"unused"`
		Unfinished int64     `json:"unfinished"`
		Records    int64     `json:"records"`
		Aside      int64     `json:"aside"`
	}
	removalsJSON struct {
		Deleted bool          `json:"deleted"`
		Frees   int64         `json:"frees"`
		Items   []removalJSON `json:"items"`
	}
	removalJSON struct {
		Type       repo.Type     `json:"type"`
		ID         repo.ID       `json:"id"`
		Whole      bool          `json:"whole"`
		Commits    []repo.Commit `json:"revisions"`
		Refs       []string      `json:"refs"`
		Blobs      []string      `json:"blobs"`
		Unfinished []string      `json:"unfinished"`
		Payloads   []string      `json:"shared"`
		Frees      int64         `json:"frees"`
		Error      string        `json:"error"`
	}
	reportJSON struct {
		Repos        int           `json:"repos"`
		Hashed       int           `json:"hashed"`
		Bytes        int64         `json:"bytes"`
		Sized        int           `json:"sizedOnly"`
		Unverifiable []string      `json:"notVerifiable"`
		Damage       int           `json:"damage"`
		Findings     []findingJSON `json:"findings"`
		Seconds      float64       `json:"elapsedSeconds"`
	}
	findingJSON struct {
		Type    repo.Type     `json:"type"`
		ID      repo.ID       `json:"id"`
		Problem cache.Problem `json:"problem"`
		Damage  bool          `json:"damage"`
		Path    string        `json:"path"`
		Detail  string        `json:"detail"`
		Size    int64         `json:"size"`
		Blob    string        `json:"blob"`
		Files   []useJSON     `json:"files"`
	}
	useJSON struct {
		Commit repo.Commit `json:"commit"`
		Path   string      `json:"path"`
	}
	repairJSON struct {
		Before  reportJSON    `json:"before"`
		Actions []mendedJSON  `json:"actions"`
		Left    []findingJSON `json:"left"`
		Files   int           `json:"filesFetched"`
		Linked  int           `json:"filesLinked"`
		Bytes   int64         `json:"bytesFetched"`
	}
	mendedJSON struct {
		Finding findingJSON `json:"finding"`
		Done    string      `json:"done"`
		Error   string      `json:"error"`
		Kind    string      `json:"kind"`
	}
)

// full makes an empty list of none.
func full[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// when is a time, or null when it is not known.
func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Second)
	return &t
}

// PrintInventoryJSON writes one document.
func PrintInventoryJSON(w io.Writer, inv cache.Inventory, now time.Time) {
	doc := inventoryJSON{Cache: inv.Path, Repos: []heldJSON{}, Size: inv.Size, Unfinished: inv.Partials, Foreign: full(inv.Foreign)}
	for _, h := range inv.Repos {
		r := heldJSON{
			Type: h.Ref.Type, ID: h.Ref.ID, Path: h.Path, Size: h.Size, Files: h.Files, Used: when(h.Accessed), Written: when(h.Modified),
			Refs: map[string]string{}, Revisions: []revisionJSON{}, Unfinished: []partialJSON{},
		}
		for _, ref := range h.Refs {
			r.Refs[ref.Name] = string(ref.Commit)
		}
		for _, v := range h.Revisions {
			r.Revisions = append(r.Revisions, revisionJSON{v.Commit, full(v.Refs), h.Old(v), v.Size, v.Own, v.Files, when(v.Modified)})
		}
		for _, p := range h.Unfinished {
			r.Unfinished = append(r.Unfinished, partialJSON{p.Name, p.Content, p.Size, when(p.Written), int64(p.Age(now).Seconds()), p.Ours})
		}
		if h.Damage != nil {
			r.Damage = h.Damage.Error()
		}
		doc.Repos = append(doc.Repos, r)
	}
	writeJSON(w, doc, "  ")
}

// PrintUsageJSON writes one document.
func PrintUsageJSON(w io.Writer, u cache.Usage, view int64) {
	doc := usageJSON{Cache: u.Path, Repos: []repoUsageJSON{}, Shared: u.Shared, Records: u.Records, Foreign: u.Foreign, View: view, Total: u.Total() + view}
	for _, r := range u.Repos {
		doc.Repos = append(doc.Repos, repoUsageJSON{r.Ref.Type, r.Ref.ID, r.Total(), r.Current, r.Old, r.Unused, r.Unfinished, r.Records, r.Aside})
	}
	writeJSON(w, doc, "  ")
}

// PrintRemovalsJSON writes one document; failed has an entry for each removal
// once they were tried.
func PrintRemovalsJSON(w io.Writer, plan []cache.Removal, failed []error, deleted bool) {
	doc := removalsJSON{Deleted: deleted, Items: []removalJSON{}}
	for i, r := range plan {
		item := removalJSON{
			Type: r.Ref.Type, ID: r.Ref.ID, Whole: r.Whole, Commits: full(r.Commits), Refs: full(r.Refs), Blobs: full(r.Blobs),
			Unfinished: []string{}, Payloads: full(r.Payloads), Frees: r.Frees,
		}
		for _, p := range r.Unfinished {
			item.Unfinished = append(item.Unfinished, p.Name)
		}
		if i < len(failed) && failed[i] != nil {
			item.Error = failed[i].Error()
		} else {
			doc.Frees += r.Frees
		}
		doc.Items = append(doc.Items, item)
	}
	writeJSON(w, doc, "  ")
}

// PrintReportJSON writes one document.
func PrintReportJSON(w io.Writer, r cache.Report) { writeJSON(w, reportOf(r), "  ") }

func reportOf(r cache.Report) reportJSON {
	return reportJSON{
		Repos: r.Repos, Hashed: r.Hashed, Bytes: r.Bytes, Sized: r.Sized, Unverifiable: full(r.Unknown), Damage: r.Damage(),
		Findings: findingsOf(r.Findings), Seconds: float64(r.Elapsed.Milliseconds()) / 1000,
	}
}

func findingsOf(list []cache.Finding) []findingJSON {
	out := []findingJSON{}
	for _, f := range list {
		j := findingJSON{
			Type: f.Ref.Type, ID: f.Ref.ID, Problem: f.Problem, Damage: f.Problem.Damage(), Path: f.Path, Detail: f.Detail,
			Size: f.Size, Blob: f.Blob, Files: []useJSON{},
		}
		for _, u := range f.Uses {
			j.Files = append(j.Files, useJSON{u.Commit, u.Path})
		}
		out = append(out, j)
	}
	return out
}

// PrintRepairJSON writes one document.
func PrintRepairJSON(w io.Writer, r cache.Repair) {
	doc := repairJSON{Before: reportOf(r.Before), Actions: []mendedJSON{}, Left: findingsOf(r.Left), Files: r.Files, Linked: r.Linked, Bytes: r.Fetched}
	for _, a := range r.Actions {
		m := mendedJSON{Finding: findingsOf([]cache.Finding{a.Finding})[0], Done: a.Done}
		if a.Err != nil {
			m.Error, m.Kind = a.Err.Error(), fault.KindOf(a.Err).String()
		}
		doc.Actions = append(doc.Actions, m)
	}
	writeJSON(w, doc, "  ")
}
