package pipeline

import (
	"time"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// VerifyMode governs files the Hub gives no digest for; a digest the Hub gives
// is always checked while streaming (decisions.md).
type VerifyMode string

// The modes of --verify.
const (
	VerifyNone   VerifyMode = "none"
	VerifySize   VerifyMode = "size"
	VerifyETag   VerifyMode = "etag"
	VerifySHA256 VerifyMode = "sha256" // also reads the placed file back
)

// Job is one wish: these files of that repository. It holds values only, so it
// can be stored and sent; how to reach the Hub and where to write is given to
// the stages when the pipeline is built.
type Job struct {
	Repo     repo.Ref
	Revision repo.Revision

	Paths              []string // only these files or folders; one that is not there is an error
	Include            []string // only what matches these Hub patterns
	Filters            []string
	Excludes           []string
	Exact              bool   // filters match whole segments
	AppendFilterSubdir bool   // friendly view and local dir only (decisions.md)
	Shards             string // "1-50,120-185": these shards of split files, "" all
	AllowEmpty         bool   // a selection without payload is no error

	Verify      VerifyMode
	DryRun      bool // stop after filter
	IgnoreSpace bool // skip the disk space check
}

// Limits are the numbers of one server or command (decisions.md, connection budget).
type Limits struct {
	Connections        int   // per large file
	MaxActive          int   // large files in flight
	MultipartThreshold int64 // bytes; at or above it a file is large
}

// DefaultLimits are those of the contract: 8, 3, 32 MiB.
func DefaultLimits() Limits {
	return Limits{Connections: 8, MaxActive: 3, MultipartThreshold: 32 << 20}
}

// Total is the number of connections all files together may hold.
func (l Limits) Total() int { return l.Connections * l.MaxActive }

// SmallFiles is how many files that are not large are in flight at once. Those of
// one request share a connection's place between two (core/transfer, budget.go);
// the others wait there for a place of their own.
func (l Limits) SmallFiles() int { return 2 * l.Total() }

// State is the work on one job. The runner owns it; each stage fills its own part.
type State struct {
	Job      Job
	Started  time.Time
	Controls *Controls

	// resolve
	Commit  repo.Commit
	Offline bool   // the Hub could not be asked; the ref may be old
	Output  string // the snapshot or output folder

	// plan
	Plan Plan

	// filter
	Selection []Item
}

// Plan is every file of the repository at the commit.
type Plan struct {
	Files []repo.File
	// Cached: the listing came from the cache's tree file, not from the Hub.
	Cached bool
}

// Item is one selected file.
type Item struct {
	File   repo.File
	Subdir string // of --append-filter-subdir, else ""
	// Present: content is in the destination already, nothing is to be fetched.
	Present bool
}

// Result says what a finished job did.
type Result struct {
	Repo        repo.Ref
	Revision    repo.Revision
	Commit      repo.Commit
	Path        string // snapshot or output folder
	Offline     bool
	Files       int   // selected
	Skipped     int   // present already
	Bytes       int64 // content selected
	Fetched     int64 // content bytes that came over the network
	Resumed     int64 // bytes an earlier run had
	Retries     int
	Elapsed     time.Duration
	Interrupted bool
}
