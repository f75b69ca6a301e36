package api

import (
	"time"

	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
)

// Job is one download.
type Job struct {
	ID        string   `json:"id"`
	Repo      string   `json:"repo"`
	Revision  string   `json:"revision"`
	IsDataset bool     `json:"isDataset"`
	Filters   []string `json:"filters"`
	Excludes  []string `json:"excludes"`
	OutputDir string   `json:"outputDir"`
	Status    string   `json:"status"`
	Progress  Progress `json:"progress"`
	Error     string   `json:"error"`
	CreatedAt string   `json:"createdAt"`
	StartedAt *string  `json:"startedAt"`
	EndedAt   *string  `json:"endedAt"`
	Files     []File   `json:"files"`

	// Beyond the contract.

	ExactMatch         bool   `json:"exactMatch"`
	AppendFilterSubdir bool   `json:"appendFilterSubdir"`
	Commit             string `json:"commit"` // "" until it is known
	Priority           int    `json:"priority"`
	LimitRate          string `json:"limitRate"`           // a size a second, "" for none
	ErrorKind          string `json:"errorKind,omitempty"` // of Error, as core/fault names them
	Hint               string `json:"hint,omitempty"`      // what to do about it; Error ends with it
	Link               string `json:"link,omitempty"`      // where access to a gated repository is asked for
}

// Progress sums the files of a job.
type Progress struct {
	TotalFiles      int    `json:"totalFiles"`
	CompletedFiles  int    `json:"completedFiles"`
	TotalBytes      int64  `json:"totalBytes"`
	DownloadedBytes int64  `json:"downloadedBytes"`
	BytesPerSecond  int64  `json:"bytesPerSecond"`
	Activity        string `json:"activity,omitempty"` // for people; beyond the contract
}

// File is one file of a job.
type File struct {
	Path       string `json:"path"`
	TotalBytes int64  `json:"totalBytes"` // 0 while unknown
	Downloaded int64  `json:"downloaded"`
	Status     string `json:"status"`
	Verified   string `json:"verified,omitempty"` // what was checked; beyond the contract
	Error      string `json:"error,omitempty"`    // beyond the contract
}

// The statuses of a file on the wire.
const (
	FilePending     = "pending"
	FileDownloading = "downloading"
	FileVerifying   = "verifying"
	FileComplete    = "complete"
	FileSkipped     = "skipped"
	FileError       = "error"
)

// JobOf is a job as the API shows it. It shares nothing with v but strings.
func JobOf(v jobs.View) Job {
	r := v.Record
	return Job{
		ID: r.ID, Repo: string(r.Spec.Repo.ID), Revision: string(r.Spec.Revision),
		IsDataset: r.Spec.Repo.Type == repo.Dataset,
		Filters:   list(r.Spec.Filters), Excludes: list(r.Spec.Excludes),
		OutputDir: r.Output, Status: string(r.Status), Progress: ProgressOf(r.Progress), Error: r.Error,
		CreatedAt: Stamp(r.Created), StartedAt: optional(r.Started), EndedAt: optional(r.Ended),
		Files:      FilesOf(v.Files),
		ExactMatch: r.Spec.Exact, AppendFilterSubdir: r.Spec.AppendFilterSubdir,
		Commit: string(r.Commit), Priority: r.Priority, LimitRate: Rate(r.Limit), ErrorKind: r.Kind,
		Hint: r.Hint, Link: r.Link,
	}
}

// ProgressOf converts; a negative speed never leaves the server (F17).
func ProgressOf(p jobs.Progress) Progress {
	return Progress{
		TotalFiles: p.TotalFiles, CompletedFiles: p.CompletedFiles,
		TotalBytes: p.TotalBytes, DownloadedBytes: p.DownloadedBytes,
		BytesPerSecond: max(0, p.BytesPerSecond), Activity: p.Activity,
	}
}

// FilesOf converts; the answer is never nil.
func FilesOf(files []jobs.File) []File {
	out := make([]File, 0, len(files))
	for _, f := range files {
		out = append(out, File{
			Path: f.Path, TotalBytes: max(0, f.Total), Downloaded: f.Done,
			Status: FileStatus(f.Status), Verified: f.Check, Error: f.Error,
		})
	}
	return out
}

// FileStatus is the wire name of a status: where ours differ, the contract's
// word is sent. Placing is the last moment of verifying for those who watch.
func FileStatus(s pipeline.FileStatus) string {
	switch s {
	case pipeline.FileActive:
		return FileDownloading
	case pipeline.FileVerifying, pipeline.FilePlacing:
		return FileVerifying
	case pipeline.FileComplete:
		return FileComplete
	case pipeline.FileSkipped:
		return FileSkipped
	case pipeline.FileFailed:
		return FileError
	case pipeline.FilePending:
		return FilePending
	default:
		return FilePending
	}
}

// FileStatusesOf are the statuses that are sent as a wire name; none for what is
// no such name.
func FileStatusesOf(name string) []pipeline.FileStatus {
	var out []pipeline.FileStatus
	for _, s := range []pipeline.FileStatus{
		pipeline.FilePending, pipeline.FileActive, pipeline.FileVerifying, pipeline.FilePlacing,
		pipeline.FileComplete, pipeline.FileSkipped, pipeline.FileFailed,
	} {
		if FileStatus(s) == name {
			out = append(out, s)
		}
	}
	return out
}

// Stamp is a time as the API writes it.
func Stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func optional(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := Stamp(t)
	return &s
}

// list copies; the answer is never nil.
func list(s []string) []string { return append([]string{}, s...) }
