package cache

import (
	"time"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Problem is what is wrong with one file of the cache. The texts are stable:
// they are what --json says.
type Problem string

// The problems.
const (
	Corrupt      Problem = "corrupt"       // of the right length, but not what its name says
	Truncated    Problem = "truncated"     // shorter than the listing says, or empty
	TooLong      Problem = "too-long"      // longer than the listing says
	Unreadable   Problem = "unreadable"    // the system refuses to read it
	MissingBlob  Problem = "missing-blob"  // a snapshot leads to a blob that is not there
	DanglingLink Problem = "dangling-link" // a link leads to nothing inside the repository
	OutsideLink  Problem = "outside-link"  // a link leads out of the repository
	WrongEntry   Problem = "wrong-entry"   // a snapshot entry is not what the listing says
	BadRef       Problem = "bad-ref"       // a ref does not hold exactly a commit
	LostRef      Problem = "lost-ref"      // a ref names a commit without a snapshot
	BadListing   Problem = "bad-listing"   // trees/<commit>.json cannot be right
	ForeignBlob  Problem = "foreign-blob"  // no client puts such a thing into blobs/
	ForeignEntry Problem = "foreign-entry" // no client puts such a thing into snapshots/ or refs/
	ForeignTop   Problem = "foreign"       // no client puts such a thing into the cache
	NoSnapshots  Problem = "no-snapshots"  // nothing was placed yet, and the official scan complains of it
	BadFolder    Problem = "bad-folder"    // the repository's folder is a link or a file
	LeftRef      Problem = "left-ref"      // a ref that was not written to its end: the official scan takes it for one
	Unfinished   Problem = "unfinished"    // a download that was not ended
	Leftover     Problem = "leftover"      // a temporary file of a process that is gone
	UnusedBlob   Problem = "unused-blob"   // sound, but no snapshot leads to it
)

// Damage says that readers may get something wrong, or the official scan
// complains. The others are told and harm nobody.
func (p Problem) Damage() bool {
	switch p {
	case Unfinished, Leftover, UnusedBlob, NoSnapshots:
		return false
	}
	return true
}

// Problems lists all, for tables that must be complete.
func Problems() []Problem {
	return []Problem{
		Corrupt, Truncated, TooLong, Unreadable, MissingBlob, DanglingLink, OutsideLink, WrongEntry, BadRef, LostRef, BadListing,
		ForeignBlob, ForeignEntry, ForeignTop, BadFolder, LeftRef, NoSnapshots, Unfinished, Leftover, UnusedBlob,
	}
}

// Finding is one problem.
type Finding struct {
	Ref     repo.Ref // zero for ForeignTop
	Problem Problem
	Path    string // below the repository's folder, or the cache, with "/"
	Detail  string // what was expected and found
	Size    int64  // of what is there, in bytes
	Blob    string // name of the blob it is about, if any
	Uses    []Use  // the files of revisions it spoils
	// Written is when an Unfinished one was last written to.
	Written time.Time
}

// Use is a file of a revision.
type Use struct {
	Commit repo.Commit
	Path   string // in the repository, with "/"
}

// Report is what Verify found.
type Report struct {
	Repos    int
	Hashed   int   // contents whose digest was compared
	Bytes    int64 // that were read for it
	Sized    int   // contents without a digest, compared by length
	Unknown  []string
	Findings []Finding // by repository and path
	Elapsed  time.Duration
}

// Damage counts the findings that are damage.
func (r Report) Damage() int {
	n := 0
	for _, f := range r.Findings {
		if f.Problem.Damage() {
			n++
		}
	}
	return n
}

// Repair is what was done about a Report.
type Repair struct {
	Before  Report
	Actions []Mended
	Left    []Finding // damage that is still there
	Fetched int64     // content bytes that came over the network
	Files   int       // of snapshots whose content was fetched
	Linked  int       // that needed only a new link
}

// Mended is what was done about one finding.
type Mended struct {
	Finding Finding
	Done    string // in words; "" when nothing was
	Err     error  // why it could not be healed
}
