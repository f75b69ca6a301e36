package api

import (
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
)

// Plan is POST /api/plan.
type Plan struct {
	Repo       string     `json:"repo"`
	Revision   string     `json:"revision"`
	Files      []PlanFile `json:"files"`
	TotalSize  int64      `json:"totalSize"`
	TotalFiles int        `json:"totalFiles"`
	// Beyond the contract.
	IsDataset  bool   `json:"isDataset"`
	Commit     string `json:"commit"`
	CachedSize int64  `json:"cachedSize"`          // of TotalSize, what is on this machine
	FreeSpace  *int64 `json:"freeSpace,omitempty"` // bytes where the files would go; nil when nobody knows
	Command    string `json:"command"`             // that downloads the same
}

// PlanFile is one file that would be there after the download.
type PlanFile struct {
	Path    string `json:"path"`
	Size    int64  `json:"size"` // of the content, not of an LFS pointer; 0 while unknown
	LFS     bool   `json:"lfs"`
	SHA256  string `json:"sha256,omitempty"` // beyond the contract, as the rest
	Subdir  string `json:"subdir,omitempty"`
	Present bool   `json:"present"` // it is in its place
	Cached  bool   `json:"cached"`  // its content is on this machine: nothing would be fetched
}

// Planned is a selection with what is here of it.
type Planned struct {
	Items  []pipeline.Item
	Commit repo.Commit
	// Cached says of each item that its content is on this machine.
	Cached []bool
}

// PlanOf is a selection as the API shows it.
func PlanOf(spec jobs.Spec, planned Planned) Plan {
	p := Plan{
		Repo: string(spec.Repo.ID), Revision: string(spec.Revision),
		Files: make([]PlanFile, 0, len(planned.Items)), TotalFiles: len(planned.Items),
		IsDataset: spec.Repo.Type == repo.Dataset, Commit: string(planned.Commit),
	}
	for i, item := range planned.Items {
		f := PlanFile{
			Path: item.File.Path, Size: max(0, item.File.Size), LFS: item.File.LFS != nil,
			Subdir: item.Subdir, Present: item.Present,
			Cached: item.Present || i < len(planned.Cached) && planned.Cached[i],
		}
		if f.LFS {
			f.SHA256 = item.File.LFS.SHA256
		}
		if f.Cached {
			p.CachedSize += f.Size
		}
		p.TotalSize += f.Size
		p.Files = append(p.Files, f)
	}
	return p
}
