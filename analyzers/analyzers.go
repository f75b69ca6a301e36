// Package analyzers says what a repository of the Hub is: its files, sizes and
// refs, and whether a name is a model, a dataset or both. Recognising model
// types is left to analyzers that are values of a registry; until there are any,
// the answer is the generic one.
//
// The rule it guards: everything is read at one resolved commit, by a few small
// requests besides one listing (analyzers.md §2), and nothing of it is downloaded.
// A Service is safe from any goroutine.
package analyzers

import (
	"context"
	"iter"
	"time"

	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// The types of the generic answer, with their description (analyzers.md §3).
const (
	TypeGeneric = "generic"
	TypeDataset = "dataset"

	descriptionGeneric = "Repository"
	descriptionDataset = "Dataset"
)

// Hub is what an analysis asks the Hub (hub.Client).
type Hub interface {
	Info(ctx context.Context, ref repo.Ref, rev repo.Revision) (hub.Info, error)
	Refs(ctx context.Context, ref repo.Ref) (hub.Refs, error)
	Tree(ctx context.Context, ref repo.Ref, commit repo.Commit) iter.Seq2[repo.File, error]
}

// Query is what to analyze.
type Query struct {
	ID repo.ID
	// Dataset forces a dataset (true) or a model (false); nil looks for both.
	Dataset *bool
	// Revision is a branch, tag or commit; "" is main.
	Revision repo.Revision
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
	// NeedsSelection: the name is both a model and a dataset.
	NeedsSelection bool
	// Warnings say what could not be found out, for people.
	Warnings []string
	At       time.Time // UTC
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
