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
	IsDataset  bool       `json:"isDataset"` // beyond the contract, as Commit
	Commit     string     `json:"commit"`
}

// PlanFile is one file that would be there after the download.
type PlanFile struct {
	Path    string `json:"path"`
	Size    int64  `json:"size"` // of the content, not of an LFS pointer; 0 while unknown
	LFS     bool   `json:"lfs"`
	SHA256  string `json:"sha256,omitempty"` // beyond the contract, as the rest
	Subdir  string `json:"subdir,omitempty"`
	Present bool   `json:"present"` // nothing would be fetched
}

// PlanOf is a selection as the API shows it.
func PlanOf(spec jobs.Spec, items []pipeline.Item, commit repo.Commit) Plan {
	p := Plan{
		Repo: string(spec.Repo.ID), Revision: string(spec.Revision),
		Files: make([]PlanFile, 0, len(items)), TotalFiles: len(items),
		IsDataset: spec.Repo.Type == repo.Dataset, Commit: string(commit),
	}
	for _, item := range items {
		f := PlanFile{
			Path: item.File.Path, Size: max(0, item.File.Size), LFS: item.File.LFS != nil,
			Subdir: item.Subdir, Present: item.Present,
		}
		if f.LFS {
			f.SHA256 = item.File.LFS.SHA256
		}
		p.TotalSize += f.Size
		p.Files = append(p.Files, f)
	}
	return p
}
