package api

import (
	"path"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Analysis is GET /api/analyze/{repo}.
type Analysis struct {
	Repo            string         `json:"repo"`
	IsDataset       bool           `json:"is_dataset"`
	Type            string         `json:"type"`
	TypeDescription string         `json:"type_description"`
	FileCount       int            `json:"file_count"`
	TotalSize       int64          `json:"total_size"`
	TotalSizeHuman  string         `json:"total_size_human"`
	Branch          string         `json:"branch"`
	Refs            []Ref          `json:"refs"`
	Files           []AnalyzedFile `json:"files"`
	AnalyzedAt      string         `json:"analyzed_at"`

	// Beyond the contract.

	Commit   string   `json:"commit"`
	Warnings []string `json:"warnings,omitempty"`
}

// Ref is one branch or tag.
type Ref struct {
	Name   string `json:"name"`
	Type   string `json:"type"` // branch or tag
	Commit string `json:"commit"`
}

// AnalyzedFile is one file of the repository. The older API's spellings of lfs
// and size follow the contract's.
type AnalyzedFile struct {
	Name      string `json:"name"`
	Path      string `json:"path"`
	Size      int64  `json:"size"` // of the content, not of an LFS pointer; 0 while unknown
	LFS       bool   `json:"lfs"`
	SHA256    string `json:"sha256,omitempty"`
	SizeHuman string `json:"size_human"`
	IsLFS     bool   `json:"is_lfs"`
	Directory string `json:"directory"` // "." at the root
}

// Selection is the analysis of a name that is both a model and a dataset.
type Selection struct {
	NeedsSelection bool     `json:"needsSelection"`
	Repo           string   `json:"repo"`
	Message        string   `json:"message"`
	Options        []string `json:"options"`
}

// SelectionOf asks which one of the two is meant.
func SelectionOf(id repo.ID) Selection {
	return Selection{
		NeedsSelection: true, Repo: string(id),
		Message: "This repository exists as both a model and a dataset. Please select which one you want to analyze.",
		Options: []string{"model", "dataset"},
	}
}

// AnalysisOf is a report as the API shows it.
func AnalysisOf(r analyzers.Report) Analysis {
	a := Analysis{
		Repo: string(r.Ref.ID), IsDataset: r.Ref.Type == repo.Dataset,
		Type: r.Type, TypeDescription: r.Description,
		FileCount: len(r.Files), Branch: string(r.Revision),
		Refs: make([]Ref, 0, len(r.Refs)), Files: make([]AnalyzedFile, 0, len(r.Files)),
		AnalyzedAt: Stamp(r.At), Commit: string(r.Commit), Warnings: r.Warnings,
	}
	for _, ref := range r.Refs {
		a.Refs = append(a.Refs, Ref{Name: ref.Name, Type: string(ref.Type), Commit: string(ref.Commit)})
	}
	for _, f := range r.Files {
		file := analyzedFile(f)
		a.TotalSize += file.Size
		a.Files = append(a.Files, file)
	}
	a.TotalSizeHuman = Human(a.TotalSize)
	return a
}

func analyzedFile(f repo.File) AnalyzedFile {
	size := max(0, f.Size)
	out := AnalyzedFile{
		Name: path.Base(f.Path), Path: f.Path, Size: size, LFS: f.LFS != nil,
		SizeHuman: Human(size), IsLFS: f.LFS != nil, Directory: path.Dir(f.Path),
	}
	if f.LFS != nil {
		out.SHA256 = f.LFS.SHA256
	}
	return out
}
