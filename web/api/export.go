package api

import (
	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Exported is POST /api/cache/export.
type Exported struct {
	Commit      string   `json:"commit"`
	Dest        string   `json:"dest"`
	Files       int      `json:"files"`
	Hardlinked  int      `json:"hardlinked"`
	Copied      int      `json:"copied"`
	Symlinked   int      `json:"symlinked"`
	Reflinked   int      `json:"reflinked"`
	Unchanged   int      `json:"unchanged"`
	Bytes       int64    `json:"bytes"`
	MissingBlob []string `json:"missingBlob,omitempty"` // files that could not be exported
}

// ExportedOf converts.
func ExportedOf(commit repo.Commit, x cache.Exported) Exported {
	return Exported{
		Commit: string(commit), Dest: x.Dest, Files: x.Files, Hardlinked: x.Hardlinked, Copied: x.Copied, Symlinked: x.Symlinked,
		Reflinked: x.Reflinked, Unchanged: x.Unchanged, Bytes: x.Bytes, MissingBlob: x.Missing,
	}
}
