package api

import (
	"maps"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/mirror"
)

// MirrorTarget is a place a mirror can be in.
type MirrorTarget struct {
	Name        string `json:"name"`
	Path        string `json:"path"`
	Description string `json:"description"`
	Exists      bool   `json:"exists"` // false for a folder that is not there
	Kind        string `json:"kind"`   // folder, ssh, s3 or rclone
}

// MirrorTargets is GET /api/mirror/targets.
type MirrorTargets struct {
	Targets []MirrorTarget `json:"targets"` // never null, by name
	Count   int            `json:"count"`
}

// MirrorTargetsOf converts. exists is asked about folders.
func MirrorTargetsOf(named map[string]mirror.Named, exists func(path string) bool) MirrorTargets {
	out := MirrorTargets{Targets: []MirrorTarget{}, Count: len(named)}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		n := named[name]
		kind := MirrorKind(n.Path)
		out.Targets = append(out.Targets, MirrorTarget{
			Name: name, Path: n.Path, Description: n.Description, Kind: kind, Exists: kind != "folder" || exists(n.Path),
		})
	}
	return out
}

// MirrorKind says what a target's text means.
func MirrorKind(path string) string {
	scheme, _, _ := strings.Cut(path, ":")
	switch strings.ToLower(scheme) {
	case "ssh", "sftp":
		return "ssh"
	case "s3":
		return "s3"
	case "rclone":
		return "rclone"
	}
	return "folder"
}

// MirrorRequest is the body of a diff, push or pull.
type MirrorRequest struct {
	Target      string `json:"target"`
	RepoFilter  string `json:"repoFilter"`
	DryRun      bool   `json:"dryRun"`
	Verify      bool   `json:"verify"`
	DeleteExtra bool   `json:"deleteExtra"`
	Force       bool   `json:"force"`
}

// MirrorDiff is the result of a diff.
type MirrorDiff struct {
	Diffs      []MirrorDifference `json:"diffs"`
	LocalPath  string             `json:"localPath"`
	TargetPath string             `json:"targetPath"`
	Summary    MirrorSummary      `json:"summary"`
}

// MirrorDifference is one repository in both places.
type MirrorDifference struct {
	Repo       string `json:"repo"`
	Type       string `json:"type"`
	Status     string `json:"status"` // missing, outdated, extra, in-sync
	LocalSize  int64  `json:"localSize"`
	RemoteSize int64  `json:"remoteSize"`
	Lacks      int64  `json:"lacks"` // content the target has not, in bytes
	SizeHuman  string `json:"sizeHuman"`
}

// MirrorSummary counts the differences.
type MirrorSummary struct {
	Missing          int    `json:"missing"`
	MissingSizeHuman string `json:"missingSizeHuman"`
	Extra            int    `json:"extra"`
	ExtraSizeHuman   string `json:"extraSizeHuman"`
	Outdated         int    `json:"outdated"`
	InSync           int    `json:"inSync"`
}

// maxDiffs bounds a list of repositories.
const maxDiffs = 5000

// MirrorDiffOf converts.
func MirrorDiffOf(list []mirror.Difference, here, there string) MirrorDiff {
	out := MirrorDiff{Diffs: []MirrorDifference{}, LocalPath: here, TargetPath: there}
	var missing, extra int64
	for _, d := range list {
		size := max(d.LocalSize, d.RemoteSize)
		switch d.Status {
		case mirror.Missing:
			out.Summary.Missing, missing = out.Summary.Missing+1, missing+d.Lacks
		case mirror.Excess:
			out.Summary.Extra, extra = out.Summary.Extra+1, extra+d.RemoteSize
		case mirror.Outdated:
			out.Summary.Outdated++
		case mirror.InSync:
			out.Summary.InSync++
		}
		if len(out.Diffs) == maxDiffs {
			continue // the summary counts it
		}
		out.Diffs = append(out.Diffs, MirrorDifference{
			Repo: string(d.Ref.ID), Type: string(d.Ref.Type), Status: string(d.Status),
			LocalSize: d.LocalSize, RemoteSize: d.RemoteSize, Lacks: d.Lacks, SizeHuman: Human(size),
		})
	}
	out.Summary.MissingSizeHuman, out.Summary.ExtraSizeHuman = Human(missing), Human(extra)
	return out
}

// MirrorMoved is the result of a push or pull, also of one that failed.
type MirrorMoved struct {
	Success          bool          `json:"success"`
	DryRun           bool          `json:"dryRun"`
	Copied           int           `json:"copied"` // contents
	CopiedSize       int64         `json:"copiedSize"`
	CopiedSizeHuman  string        `json:"copiedSizeHuman"`
	Deleted          int           `json:"deleted"`
	DeletedSize      int64         `json:"deletedSize"`
	DeletedSizeHuman string        `json:"deletedSizeHuman"`
	Repos            []string      `json:"repos"` // that changed
	Extra            []MirrorExtra `json:"extra"` // what only the destination has
	Verified         int           `json:"verified"`
	Corrupt          []string      `json:"corrupt"`
	Errors           []string      `json:"errors"`
	Message          string        `json:"message"`
}

// MirrorExtra is what only the destination has; Name "" is the whole repository.
type MirrorExtra struct {
	Repo string `json:"repo"`
	Type string `json:"type"`
	Name string `json:"name"`
	Size int64  `json:"size"`
}

// maxListed bounds the lists of a result.
const maxListed = 500

// MirrorMovedOf converts.
func MirrorMovedOf(o mirror.Outcome, err error) MirrorMoved {
	out := MirrorMoved{
		Success: err == nil, DryRun: o.DryRun, Copied: o.Copied, CopiedSize: o.Bytes, CopiedSizeHuman: Human(o.Bytes),
		Deleted: o.Deleted, DeletedSize: o.Freed, DeletedSizeHuman: Human(o.Freed), Verified: o.Verified,
		Repos: some(o.Repos), Corrupt: some(o.Corrupt), Extra: []MirrorExtra{}, Errors: []string{}, Message: "Mirror is up to date",
	}
	for _, e := range o.Extra[:min(len(o.Extra), maxListed)] {
		out.Extra = append(out.Extra, MirrorExtra{string(e.Ref.ID), string(e.Ref.Type), e.Name, e.Size})
	}
	switch {
	case err != nil:
		out.Errors, out.Message = []string{fault.KindOf(err).String()}, "Not everything was done"
	case o.DryRun:
		out.Message = "Nothing was changed"
	case o.Copied > 0 || o.Deleted > 0 || len(o.Repos) > 0:
		out.Message = "Mirror is done"
	}
	return out
}

// some is a list for JSON: never null, and bounded.
func some(list []string) []string { return append([]string{}, list[:min(len(list), maxListed)]...) }

// MirrorSubject names a task for people.
func MirrorSubject(r MirrorRequest) string {
	if r.RepoFilter != "" {
		return r.Target + ", " + r.RepoFilter
	}
	return r.Target
}
