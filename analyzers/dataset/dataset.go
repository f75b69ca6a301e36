// Package dataset knows repositories of data: which formats, configurations and
// splits there are, by the rules of the Hub, and how many rows they have.
package dataset

import (
	"context"
	"fmt"
	"path"
	"slices"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// Analyzer is the sdk.Analyzer of the type dataset.
type Analyzer struct{}

// New makes an Analyzer.
func New() *Analyzer { return &Analyzer{} }

// Describe implements sdk.Analyzer.
func (*Analyzer) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "dataset", Version: "1", Types: []string{"dataset"}}, nil
}

// Match implements sdk.Analyzer: the Hub says what is a dataset (analyzers.md §3
// row 1).
func (*Analyzer) Match(_ context.Context, r sdk.Repo) (sdk.Claim, error) {
	if r.Ref().Type != "dataset" {
		return sdk.Claim{}, nil
	}
	return sdk.Claim{Rank: sdk.RankDataset, Type: "dataset", Evidence: "the Hub says so"}, nil
}

// Analyze implements sdk.Analyzer.
func (*Analyzer) Analyze(ctx context.Context, r sdk.Repo, _ sdk.Options) (sdk.Report, error) {
	files, err := r.Files(ctx)
	if err != nil {
		return sdk.Report{}, err
	}
	report := sdk.Report{Description: "Dataset"}
	warn := func(format string, err error) { report.Warnings = append(report.Warnings, fmt.Sprintf(format, err)) }
	c, err := readCard(ctx, r)
	if err != nil {
		warn("The card could not be read: %v", err)
	}
	l, err := lay(files, c)
	if err != nil {
		warn("Not all of what the card says is taken: %v", err)
	}
	s := describe(l)
	if len(s.Splits) == maxSplits {
		report.Warnings = append(report.Warnings, fmt.Sprintf("There are more than %d splits: only these are described", maxSplits))
	}
	s.fromCard(r, c)
	_, s.Script = sdk.Find(files, path.Base(r.Ref().ID)+".py")
	if v, ok := r.(sdk.Converted); ok {
		converted, err := v.Converted(ctx)
		s.Viewer = err == nil && converted
	}
	report.Warnings = append(report.Warnings, s.count(ctx, r, c, l)...)
	if i := slices.Index(s.Formats, "tar"); i >= 0 {
		s.readTar(ctx, r, l, i)
	}
	report.Items = s.items(l)
	sec, err := sdk.NewSection("dataset", s)
	report.Sections = []sdk.Section{sec}
	return report, err
}

// fromCard takes what is said of all the data.
func (s *section) fromCard(r sdk.Repo, c card) {
	s.License = r.Facts().License
	if list := c.raw.Texts("license"); s.License == "" && len(list) > 0 {
		s.License = list[0]
	}
	s.Languages = c.raw.Texts("language")
	if s.Languages == nil {
		s.Languages = c.raw.Texts("languages") // as older cards have it
	}
	s.Categories = c.raw.Texts("task_categories")
}

// readTar tells a webdataset from other archives; at is where tar is in the formats.
func (s *section) readTar(ctx context.Context, r sdk.Repo, l layout, at int) {
	columns, is := readWebDataset(ctx, r, l)
	if !is {
		return
	}
	s.Formats[at] = "webdataset"
	slices.Sort(s.Formats)
	if s.Primary != "tar" {
		return
	}
	s.Primary = "webdataset"
	if s.Columns == nil {
		s.Columns = columns
	}
}
