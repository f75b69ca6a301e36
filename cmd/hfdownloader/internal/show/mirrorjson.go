package show

import (
	"io"

	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

type differenceJSON struct {
	Repo       repo.ID       `json:"repo"`
	Type       repo.Type     `json:"type"`
	Status     mirror.Status `json:"status"`
	LocalSize  int64         `json:"localSize"`
	RemoteSize int64         `json:"remoteSize"`
	Lacks      int64         `json:"lacks"`
}

// PrintDifferencesJSON writes one document; sizes are in bytes.
func PrintDifferencesJSON(w io.Writer, list []mirror.Difference) {
	doc := struct {
		Diffs   []differenceJSON      `json:"diffs"`
		Summary map[mirror.Status]int `json:"summary"`
	}{[]differenceJSON{}, map[mirror.Status]int{mirror.Missing: 0, mirror.Outdated: 0, mirror.Excess: 0, mirror.InSync: 0}}
	for _, d := range list {
		doc.Diffs = append(doc.Diffs, differenceJSON{d.Ref.ID, d.Ref.Type, d.Status, d.LocalSize, d.RemoteSize, d.Lacks})
		doc.Summary[d.Status]++
	}
	writeJSON(w, doc, "  ")
}

type movedJSON struct {
	Success     bool        `json:"success"`
	DryRun      bool        `json:"dryRun"`
	Copied      int         `json:"copied"`
	CopiedSize  int64       `json:"copiedSize"`
	Deleted     int         `json:"deleted"`
	DeletedSize int64       `json:"deletedSize"`
	Repos       []string    `json:"repos"`
	Verified    int         `json:"verified"`
	Damaged     []string    `json:"damaged"`
	Extra       []extraJSON `json:"extra"`
	Errors      []string    `json:"errors"`
}

type extraJSON struct {
	Repo repo.ID   `json:"repo"`
	Type repo.Type `json:"type"`
	Name string    `json:"name"` // "" is the whole repository
	Size int64     `json:"size"`
}

// PrintMovedJSON writes one document; sizes are in bytes.
func PrintMovedJSON(w io.Writer, out mirror.Outcome, err error) {
	doc := movedJSON{
		Success: err == nil, DryRun: out.DryRun, Copied: out.Copied, CopiedSize: out.Bytes, Deleted: out.Deleted, DeletedSize: out.Freed,
		Repos: full(out.Repos), Verified: out.Verified, Damaged: full(out.Corrupt), Extra: []extraJSON{}, Errors: []string{},
	}
	for _, x := range out.Extra {
		doc.Extra = append(doc.Extra, extraJSON{x.Ref.ID, x.Ref.Type, x.Name, x.Size})
	}
	if err != nil {
		doc.Errors = append(doc.Errors, err.Error())
	}
	writeJSON(w, doc, "  ")
}
