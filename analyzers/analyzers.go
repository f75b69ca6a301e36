// Package analyzers says what a repository of the Hub is: its type, what its
// files are for, what it needs to run, and how to download just a part of it.
// An analysis is a short pipeline: find the repository, list it, let every
// analyzer of a Registry detect, let those that claim it inspect, and summarise.
//
// The rule it guards: everything is read at one resolved commit, within a budget
// of requests and bytes (analyzers.md §2), and an analyzer that fails costs its
// own section only. A Service is safe from any goroutine.
package analyzers

import (
	"context"
	"encoding/json"
	"iter"
	"time"

	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// The types of the generic answer, with their description (analyzers.md §3).
const (
	TypeGeneric = "generic"
	TypeDataset = "dataset"
)

// Hub is what an analysis asks the Hub (hub.Client).
type Hub interface {
	Details(ctx context.Context, ref repo.Ref, rev repo.Revision) (hub.Details, error)
	Refs(ctx context.Context, ref repo.Ref) (hub.Refs, error)
	Tree(ctx context.Context, ref repo.Ref, commit repo.Commit) iter.Seq2[repo.File, error]
	ReaderAt(ref repo.Ref, commit repo.Commit, file repo.File) *hub.ReaderAt
	// Scans are the verdicts of the Hub's scanners on files, by path.
	Scans(ctx context.Context, ref repo.Ref, commit repo.Commit, paths []string) (map[string]string, error)
}

// Query is what to analyze.
type Query struct {
	ID repo.ID
	// Dataset forces a dataset (true) or a model (false); nil looks for both.
	Dataset *bool
	// Revision is a branch, tag or commit; "" is main.
	Revision repo.Revision
	// Options are for the estimates.
	Options sdk.Options
}

// Report is what an analysis found. With NeedsSelection nothing but Ref.ID and
// Revision is set.
type Report struct {
	Ref      repo.Ref // the id as it was asked for
	Revision repo.Revision
	Commit   repo.Commit
	// Type and Description are of analyzers.md §3.
	Type        string
	Description string
	// Files are all files of the commit, in the Hub's order. Sizes are of the
	// content, -1 when the Hub does not say; LFS.SHA256 is "" when it hides it.
	Files []repo.File
	Refs  []Ref
	// Evidence is why it is of the type, for people; By who says so.
	Evidence, By string
	// Sections are what analyzers found, the one of the type first.
	Sections []FoundSection
	// Items are what can be downloaded by itself, Related what is needed besides.
	Items   []sdk.Item
	Related []sdk.Related
	// Command downloads everything, CommandFull what is recommended; that is ""
	// when it would be the same.
	Command, CommandFull string
	// Metadata are small JSON files as they were read, by file name.
	Metadata map[string]json.RawMessage
	Safety   Safety
	// Options are those of the query; Needs is the memory of what is recommended,
	// or of the whole, in bytes, 0 unknown.
	Options sdk.Options
	Needs   int64
	// NeedsSelection: the name is both a model and a dataset.
	NeedsSelection bool
	// Warnings say what could not be found out, for people.
	Warnings []string
	At       time.Time // UTC
}

// FoundSection is a section and the analyzer it is from.
type FoundSection struct {
	sdk.Section
	By    string
	Guest bool // By is an analyzer of a plugin
}

// RefType is the kind of a Ref.
type RefType string

// The kinds of refs.
const (
	Branch RefType = "branch"
	Tag    RefType = "tag"
)

// Ref is a branch or tag.
type Ref struct {
	Name   string
	Type   RefType
	Commit repo.Commit
}
