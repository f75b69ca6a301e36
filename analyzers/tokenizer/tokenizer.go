// Package tokenizer knows repositories that hold a tokenizer and no weights. What
// it says of one is what package transformers says of a model's.
package tokenizer

import (
	"context"
	"encoding/json"
	"errors"
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

// Match implements sdk.Analyzer: by names alone.
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

// tokenizerFiles are the vocabularies at the root, in the order of the listing.
func tokenizerFiles(files []sdk.File) []string {
	var out []string
	for _, f := range files {
		if sdk.AtRoot(f.Path) && isVocabulary(path.Base(f.Path)) {
			out = append(out, f.Path)
		}
	}
	return out
}

func isVocabulary(base string) bool {
	switch base {
	case "tokenizer.json", "tekken.json", "merges.txt", "spiece.model", "sentencepiece.bpe.model", "source.spm", "target.spm":
		return true
	}
	return strings.HasPrefix(base, "vocab.") || strings.HasPrefix(base, "tokenizer.model") || strings.HasSuffix(base, ".tiktoken")
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
	report := sdk.Report{Description: "Repository", Metadata: map[string]json.RawMessage{}}
	small, problems := sdk.ReadAll(ctx, r, sdk.MaxConfig, "tokenizer_config.json", "chat_template.jinja", "chat_template.json")
	c, err := modelconfig.Read(ctx, r)
	if err != nil {
		c = nil // a tokenizer needs none
		if !errors.Is(err, sdk.ErrNoFile) {
			problems = append(problems, err)
		}
	}
	for _, p := range problems {
		report.Warnings = append(report.Warnings, fmt.Sprintf("A file could not be read: %v", p))
	}
	s := section{Files: tokenizerFiles(files)}
	if t, _ := transformers.TokenizerOf(small, c); t != nil {
		s.Tokenizer = *t
	}
	for name, data := range small {
		if data = modelconfig.Plain(data); strings.HasSuffix(name, ".json") && len(data) <= maxMetadata && json.Valid(data) {
			report.Metadata[name] = data
		}
	}
	data, err := sdk.NewSection("tokenizer", s)
	if err != nil {
		return sdk.Report{}, err
	}
	report.Sections = []sdk.Section{data}
	return report, nil
}

// maxMetadata bounds each file that is passed on whole, in bytes.
const maxMetadata = 64 << 10
