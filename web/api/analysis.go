package api

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"path"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Analysis is GET /api/analyze/{repo}. The sections of the analyzers are keys of
// the same object.
type Analysis struct {
	analysis
	sections []analyzers.FoundSection
}

// analysis is what does not depend on the type.
type analysis struct {
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

	Commit      string                     `json:"commit"`
	Items       []sdk.Item                 `json:"selectable_items,omitempty"`
	Command     string                     `json:"cli_command"`
	CommandFull string                     `json:"cli_command_full,omitempty"`
	Related     []sdk.Related              `json:"related_downloads,omitempty"`
	Metadata    map[string]json.RawMessage `json:"metadata,omitempty"`
	Evidence    string                     `json:"evidence,omitempty"`
	Analyzers   map[string]string          `json:"analyzers,omitempty"` // by section
	Safety      Safety                     `json:"safety"`
	Fit         *Fit                       `json:"fit,omitempty"` // where memory was asked about
	Warnings    []string                   `json:"warnings,omitempty"`
}

// MarshalJSON is what WriteJSON writes.
func (a Analysis) MarshalJSON() ([]byte, error) {
	var buf bytes.Buffer
	err := a.WriteJSON(&buf)
	return buf.Bytes(), err
}

// noFiles stands in for the files; in a text of a value its quotes would be escaped.
const noFiles = `"files":[]`

// WriteJSON writes the object file by file: a listing may be of 100,000 files. The
// sections stand beside the other keys.
func (a Analysis) WriteJSON(w io.Writer) error {
	files := a.Files
	a.Files = []AnalyzedFile{}
	frame, err := json.Marshal(a.analysis)
	if err != nil {
		return err
	}
	at := bytes.Index(frame, []byte(noFiles)) + len(noFiles) - 1
	out := bufio.NewWriterSize(w, 64<<10)
	_, _ = out.Write(frame[:at]) // bufio keeps the error for Flush
	for i := range files {
		data, err := json.Marshal(&files[i])
		if err != nil {
			return err
		}
		if i > 0 {
			_ = out.WriteByte(',')
		}
		_, _ = out.Write(data)
	}
	_, _ = out.Write(frame[at : len(frame)-1])
	for _, s := range a.sections {
		key, err := json.Marshal(s.Key)
		if err != nil {
			return err
		}
		_ = out.WriteByte(',')
		_, _ = out.Write(key)
		_ = out.WriteByte(':')
		_, _ = out.Write(s.Data)
	}
	_ = out.WriteByte('}')
	return out.Flush()
}

// Safety is what to know before loading files of the repository.
type Safety struct {
	PickleFiles []Pickle   `json:"pickle_files"` // they may run code when loaded
	CustomCode  CustomCode `json:"custom_code"`
	License     string     `json:"license"` // "" when it is not stated
	Gated       string     `json:"gated"`   // "", auto, manual
}

// CustomCode is Python that comes with the repository.
type CustomCode struct {
	AutoMap bool     `json:"auto_map"` // config.json names classes of it
	Files   []string `json:"files"`
}

// Pickle is a file that may run code.
type Pickle struct {
	Path      string `json:"path"`
	Size      int64  `json:"size"`
	SizeHuman string `json:"size_human"`
	Twin      string `json:"safetensors_twin,omitempty"` // the same weights, safe to load
	Scan      string `json:"scan,omitempty"`             // the Hub's verdict
}

// Fit is whether what is recommended fits into the memory that was named.
type Fit struct {
	Memory        int64  `json:"memory"`
	MemoryHuman   string `json:"memory_human"`
	Required      int64  `json:"required,omitempty"` // 0 unknown
	RequiredHuman string `json:"required_human,omitempty"`
	Fits          *bool  `json:"fits,omitempty"`
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
	a := analysis{
		Repo: string(r.Ref.ID), IsDataset: r.Ref.Type == repo.Dataset,
		Type: r.Type, TypeDescription: r.Description,
		FileCount: len(r.Files), Branch: string(r.Revision),
		Refs: make([]Ref, 0, len(r.Refs)), Files: make([]AnalyzedFile, 0, len(r.Files)),
		AnalyzedAt: Stamp(r.At), Commit: string(r.Commit), Warnings: r.Warnings,
		Items: r.Items, Command: r.Command, CommandFull: r.CommandFull, Related: r.Related, Metadata: r.Metadata,
		Evidence: r.Evidence, Safety: safetyOf(r.Safety),
	}
	for _, ref := range r.Refs {
		a.Refs = append(a.Refs, Ref{Name: ref.Name, Type: string(ref.Type), Commit: string(ref.Commit)})
	}
	for _, f := range r.Files {
		file := analyzedFile(f)
		a.TotalSize += file.Size
		a.Files = append(a.Files, file)
	}
	for _, s := range r.Sections {
		if a.Analyzers == nil {
			a.Analyzers = map[string]string{}
		}
		a.Analyzers[s.Key] = s.By
	}
	a.Fit = fitOf(r)
	a.TotalSizeHuman = Human(a.TotalSize)
	return Analysis{a, r.Sections}
}

func fitOf(r analyzers.Report) *Fit {
	if r.Options.Memory <= 0 {
		return nil
	}
	f := &Fit{Memory: r.Options.Memory, MemoryHuman: Human(r.Options.Memory)}
	if r.Needs > 0 {
		fits := r.Needs <= f.Memory
		f.Required, f.RequiredHuman, f.Fits = r.Needs, Human(r.Needs), &fits
	}
	return f
}

func safetyOf(s analyzers.Safety) Safety {
	out := Safety{
		PickleFiles: make([]Pickle, 0, len(s.Pickles)), License: s.License, Gated: s.Gated,
		CustomCode: CustomCode{AutoMap: s.AutoMap, Files: append([]string{}, s.Code...)},
	}
	for _, p := range s.Pickles {
		out.PickleFiles = append(out.PickleFiles, Pickle{p.Path, p.Size, Human(p.Size), p.Twin, p.Scan})
	}
	return out
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
