package api

import (
	"path/filepath"
	"time"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Revision is one snapshot of a cached repository; beyond the contract.
type Revision struct {
	Commit       string   `json:"commit"`
	Refs         []string `json:"refs"` // never null
	Size         int64    `json:"size"` // each content once
	SizeHuman    string   `json:"sizeHuman"`
	Freed        int64    `json:"freed"` // of Size, what no other revision has
	Files        int      `json:"files"`
	LastModified string   `json:"lastModified"`
	Path         string   `json:"path"` // of the snapshot
}

// Partials are unfinished downloads; beyond the contract.
type Partials struct {
	Count  int    `json:"count"`
	Size   int64  `json:"size"`   // of the files so far; space may be reserved
	Oldest string `json:"oldest"` // when it was last written to; "" without any
}

// Damaged is a repository that could not be read; beyond the contract.
type Damaged struct {
	Repo    string `json:"repo"`
	Type    string `json:"type"`
	Path    string `json:"path"`
	Problem string `json:"problem"`
}

// Removal is what would go with DELETE /api/cache/{repo}; beyond the contract.
type Removal struct {
	Repo      string   `json:"repo"`
	Type      string   `json:"type"`
	Size      int64    `json:"size"`  // of the content, each once
	Freed     int64    `json:"freed"` // what the disk wins: content others use stays
	Files     int      `json:"files"`
	Revisions int      `json:"revisions"`
	Partials  int      `json:"partials"`
	Commits   []string `json:"commits"` // never null
	Refs      []string `json:"refs"`    // never null
	Whole     bool     `json:"whole"`   // nothing of the repository stays
}

func revisionsOf(r cache.RepoInfo) []Revision {
	out := make([]Revision, 0, len(r.Revisions))
	for _, v := range r.Revisions {
		out = append(out, Revision{
			Commit: string(v.Commit), Refs: list(v.Refs), Size: v.Size, SizeHuman: Human(v.Size), Freed: v.Own,
			Files: v.Files, LastModified: Stamp(v.Modified), Path: snapshotOf(r, v.Commit),
		})
	}
	return out
}

func snapshotOf(r cache.RepoInfo, c repo.Commit) string {
	return filepath.Join(r.Path, "snapshots", string(c))
}

func partialsOf(list []cache.Partial) Partials {
	p := Partials{Count: len(list)}
	for _, one := range list {
		p.Size += one.Size
	}
	if len(list) > 0 {
		p.Oldest = Stamp(list[0].Written)
	}
	return p
}

// lastUsed is when any content was last read, as far as the file system keeps
// that, or written: what has just been downloaded was not unused for long. The
// official client's last_accessed is the first alone. "" without content.
func lastUsed(r cache.RepoInfo) string {
	at := r.Accessed
	if r.Modified.After(at) {
		at = r.Modified
	}
	if r.Files == 0 || at.Equal(time.Time{}) {
		return ""
	}
	return Stamp(at)
}

// DamagedOf is a repository that could not be read; problem is for people.
func DamagedOf(h cache.Holding, problem string) Damaged {
	return Damaged{Repo: string(h.Ref.ID), Type: string(h.Ref.Type), Path: h.Path, Problem: problem}
}

// RemovalOf is a plan as the API shows it.
func RemovalOf(info cache.RepoInfo, plan cache.Removal) Removal {
	out := Removal{
		Repo: string(info.Ref.ID), Type: string(info.Ref.Type), Freed: plan.Frees, Revisions: len(plan.Commits),
		Partials: len(plan.Unfinished), Commits: make([]string, 0, len(plan.Commits)), Refs: list(plan.Refs), Whole: plan.Whole,
	}
	for _, c := range plan.Commits {
		out.Commits = append(out.Commits, string(c))
	}
	if plan.Whole {
		out.Size, out.Files = info.Size, info.Files
		return out
	}
	for _, v := range info.Revisions {
		for _, c := range plan.Commits {
			if v.Commit == c { // the API plans one at a time: nothing counts twice
				out.Size, out.Files = out.Size+v.Size, out.Files+v.Files
			}
		}
	}
	return out
}
