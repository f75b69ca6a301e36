// Package jobs is the queue over the pipeline: what was asked for, in which
// order it is worked on, where it stands, and what survives a restart.
//
// The rules it guards: states move only along the documented graph, a job that
// was acknowledged is in the Store, and whoever lost a job's lease writes nothing
// about it any more (reliability.md P12, F36). Nothing here assumes that the
// Store belongs to one process. A Manager is safe from any goroutine.
package jobs

import (
	"time"

	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// Status is where a job stands. The values are those of the API.
type Status string

// The statuses: queued → running → completed, failed, cancelled or paused;
// paused → queued; failed and cancelled → queued by a retry; queued → paused only
// when all are paused.
const (
	Queued    Status = "queued"
	Running   Status = "running"
	Paused    Status = "paused"
	Completed Status = "completed"
	Failed    Status = "failed"
	Cancelled Status = "cancelled"
)

// Ended says that no work will be done unless somebody asks again.
func (s Status) Ended() bool { return s == Completed || s == Failed || s == Cancelled }

// Active says that the job is being worked on or will be by itself.
func (s Status) Active() bool { return s == Queued || s == Running }

// Progress sums a job's files. Bytes are content bytes; what was there already
// counts as downloaded.
type Progress struct {
	TotalFiles      int
	CompletedFiles  int
	TotalBytes      int64
	DownloadedBytes int64
	BytesPerSecond  int64  // over about the last seconds; 0 unless running
	Activity        string // for people: "Verifying model.gguf (45%)", "" when there is nothing to say
}

// File is one selected file of a job.
type File struct {
	Path   string
	Total  int64 // bytes; -1 while unknown
	Done   int64 // bytes held
	Status pipeline.FileStatus
	Check  string // what was verified: "sha256", "git-sha1", "size", "none"; "" before
	Error  string // for people, without secrets
}

// Record is a job as the Store keeps it. It is a value.
type Record struct {
	ID       string // 12 hex digits from a CSPRNG
	Spec     Spec
	Status   Status
	Output   string // the hub folder, or the local one
	Commit   repo.Commit
	Progress Progress
	Error    string // why it failed, for people, without secrets
	Kind     string // of that error (fault.Kind), "" without one
	Hint     string // what to do about it, "" when nobody knows; Error ends with it
	Link     string // the page where access is asked for, "" for other errors
	Created  time.Time
	Started  time.Time // zero before
	Ended    time.Time // zero before

	Priority int   // larger first
	Rank     int64 // then smaller first; given by the Store, unique
	Limit    int64 // bytes a second, 0 none

	// Owner works on it until Lease unless it renews. A job with an owner that is
	// not running is winding down: nobody else may claim it before.
	Owner string
	Lease time.Time

	// Revision counts the changes of this record; Replace compares it.
	Revision int64
}

// Spec is what was asked for.
type Spec struct {
	Repo               repo.Ref
	Revision           repo.Revision
	Filters            []string // never nil
	Excludes           []string // never nil
	Exact              bool
	AppendFilterSubdir bool
	Verify             pipeline.VerifyMode
}
