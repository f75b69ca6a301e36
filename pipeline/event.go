package pipeline

import (
	"time"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Event is something a watcher may want to know. The set is sealed: a switch
// over the types below is complete.
type Event interface{ event() }

// StageName names a stage in code, logs and JSON.
type StageName string

// The stages of the standard pipeline.
const (
	StageResolve StageName = "resolve"
	StagePlan    StageName = "plan"
	StageFilter  StageName = "filter"
	StageFetch   StageName = "fetch"
	StageVerify  StageName = "verify"
	StagePlace   StageName = "place"
)

// StageChanged: a whole-job stage (resolve, plan, filter) began or ended.
type StageChanged struct {
	Stage StageName
	Done  bool
}

// Resolved: the revision is this commit.
type Resolved struct {
	Repo     repo.Ref
	Revision repo.Revision
	Commit   repo.Commit
	Offline  bool
}

// Planned: the selection is known. Items must not be changed.
type Planned struct {
	Items      []Item
	TotalBytes int64 // of the selection
	Unselected int   // files of the repository left out
}

// FileStatus is where a file stands.
type FileStatus string

// The statuses, in order of a file's life; skipped, complete and failed are final.
const (
	FilePending   FileStatus = "pending"
	FileActive    FileStatus = "active"
	FileVerifying FileStatus = "verifying"
	FilePlacing   FileStatus = "placing"
	FileComplete  FileStatus = "complete"
	FileSkipped   FileStatus = "skipped"
	FileFailed    FileStatus = "failed"
)

// FileChanged: a file changed its status. Never dropped by a sink.
type FileChanged struct {
	Path    string
	Status  FileStatus
	Size    int64
	LFS     bool
	Fetched int64  // final statuses: bytes that came over the network
	Reason  string // skipped: "blob exists", "file exists"; complete: what was checked, "sha256", "git-sha1", "size", "none"
	Err     error  // failed
}

// FileProgress: Done of Total bytes of the file are held (resumed ones too).
// A sink may keep only the newest one per file.
type FileProgress struct {
	Path    string
	Done    int64
	Total   int64
	Resumed int64 // part of Done that an earlier run had fetched
	Conns   int   // connections at work on it
}

// Retrying: an attempt failed and another follows after Wait.
type Retrying struct {
	Path    string // "" for requests that concern no file
	Attempt int    // from 1
	Wait    time.Duration
	Err     error
}

// Warning: something the user should know that fails nothing.
type Warning struct {
	Path    string
	Message string
}

func (StageChanged) event() {}
func (Resolved) event()     {}
func (Planned) event()      {}
func (FileChanged) event()  {}
func (FileProgress) event() {}
func (Retrying) event()     {}
func (Warning) event()      {}

// Sink receives events. Emit never blocks and is safe from any goroutine.
type Sink interface{ Emit(Event) }

// SinkFunc makes a function a Sink.
type SinkFunc func(Event)

// Emit calls f.
func (f SinkFunc) Emit(e Event) { f(e) }

// Discard is a Sink nobody watches.
func Discard() Sink { return SinkFunc(func(Event) {}) }
