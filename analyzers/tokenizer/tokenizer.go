// Package tokenizer knows repositories that hold a tokenizer and no weights.
package tokenizer

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/modelconfig"
	"github.com/hfdownloader/hfdownloader/analyzers/transformers"
	"github.com/hfdownloader/hfdownloader/analyzers/weights"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Analyzer is the sdk.Analyzer of tokenizers: they are of the type generic.
type Analyzer struct{}

// New makes an Analyzer.
func New() *Analyzer { return &Analyzer{} }

// Describe implements sdk.Analyzer.
func (*Analyzer) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "tokenizer", Version: "1", Types: []string{"generic"}}, nil
}

// Match implements sdk.Analyzer.
func (*Analyzer) Match(ctx context.Context, r sdk.Repo) (sdk.Claim, error) {
	files, err := r.Files(ctx)
	if err != nil || r.Ref().Type != "model" {
		return sdk.Claim{}, err
	}
	for _, f := range files {
		if weights.Of(f.Path) != weights.None {
			return sdk.Claim{}, nil
		}
	}
	if len(tokenizerFiles(files)) == 0 {
		return sdk.Claim{}, nil
	}
	return sdk.Claim{Rank: sdk.RankTokenizer, Type: "generic", Evidence: "a tokenizer and no weights"}, nil
}

// tokenizerFiles are those at the root.
func tokenizerFiles(files []sdk.File) []string {
	var out []string
	for _, f := range files {
		base := path.Base(f.Path)
		if !sdk.AtRoot(f.Path) {
			continue
		}
		if base == "tokenizer.json" || base == "tokenizer.model" || strings.HasPrefix(base, "vocab.") || base == "spiece.model" || base == "sentencepiece.bpe.model" || base == "merges.txt" {
			out = append(out, f.Path)
		}
	}
	return out
}

// section is the key "tokenizer": what transformers says of one, and its files.
type section struct {
	transformers.Tokenizer
	Files []string `json:"files"`
}

// Analyze implements sdk.Analyzer.
func (*Analyzer) Analyze(ctx context.Context, r sdk.Repo, _ sdk.Options) (sdk.Report, error) {
	files, err := r.Files(ctx)
	if err != nil {
		return sdk.Report{}, err
	}
	report := sdk.Report{Description: "Repository"}
	small, problems := sdk.ReadAll(ctx, r, sdk.MaxConfig, "tokenizer_config.json", "chat_template.jinja", "chat_template.json")
	for _, p := range problems {
		report.Warnings = append(report.Warnings, fmt.Sprintf("A file could not be read: %v", p))
	}
	c, err := modelconfig.Read(ctx, r)
	if err != nil {
		c = nil // a tokenizer needs none
	}
	s := section{Files: tokenizerFiles(files)}
	if t, _ := transformers.TokenizerOf(small, c); t != nil {
		s.Tokenizer = *t
	}
	data, err := sdk.NewSection("tokenizer", s)
	report.Sections = []sdk.Section{data}
	return report, err
}
