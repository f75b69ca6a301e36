// Package transformers knows models that the transformers library loads:
// a config.json beside weights. Models that see or hear, and quantized ones, have
// its section too.
package transformers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/modelconfig"
	"github.com/hfdownloader/hfdownloader/analyzers/safetensors"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Analyzer is the sdk.Analyzer of the type transformers.
type Analyzer struct{}

// New makes an Analyzer.
func New() *Analyzer { return &Analyzer{} }

// Describe implements sdk.Analyzer.
func (*Analyzer) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "transformers", Version: "1", Types: []string{"transformers"}}, nil
}

// Match implements sdk.Analyzer.
func (*Analyzer) Match(ctx context.Context, r sdk.Repo) (sdk.Claim, error) {
	files, err := r.Files(ctx)
	if err != nil || r.Ref().Type != "model" {
		return sdk.Claim{}, err
	}
	if IsSentenceTransformer(files) {
		return sdk.Claim{Rank: sdk.RankSentenceTransformer, Type: "transformers", Evidence: "modules.json and config_sentence_transformers.json at the root"}, nil
	}
	if _, ok := sdk.Find(files, "config.json"); !ok || !HasWeights(files) {
		return sdk.Claim{}, nil
	}
	c, err := modelconfig.Read(ctx, r)
	switch {
	case err != nil && byHub(r.Facts()): // nobody without access sees the config of a gated model
		return sdk.Claim{Rank: sdk.RankTransformers, Type: "transformers", Evidence: "the Hub lists it under transformers"}, nil
	case err != nil || !c.Model():
		return sdk.Claim{}, err // the host makes a warning of it
	}
	return sdk.Claim{Rank: sdk.RankTransformers, Type: "transformers", Evidence: "config.json names a model, with weights beside it"}, nil
}

// byHub says that the Hub takes it for a model of transformers.
func byHub(f sdk.Facts) bool {
	return f.Library == "transformers" || slices.Contains(f.Tags, "transformers")
}

// refused says that the user may not read any file.
func refused(err error) bool {
	kind := fault.KindOf(err)
	return err != nil && (kind == fault.Gated || kind == fault.Unauthorized)
}

// IsSentenceTransformer says that the sentence-transformers library made it.
func IsSentenceTransformer(files []sdk.File) bool {
	_, modules := sdk.Find(files, "modules.json")
	_, config := sdk.Find(files, "config_sentence_transformers.json")
	return modules && config
}

// Analyze implements sdk.Analyzer.
func (*Analyzer) Analyze(ctx context.Context, r sdk.Repo, o sdk.Options) (sdk.Report, error) {
	files, err := r.Files(ctx)
	if err != nil {
		return sdk.Report{}, err
	}
	in, err := read(ctx, r, files)
	if err != nil {
		return sdk.Report{}, err
	}
	s := describe(r, in.config, files, in.model, in.small, o)
	report := sdk.Report{
		Description: "Transformers model", Items: FormatItems(files), Memory: s.EstimatedVRAM,
		Metadata: metadata(in.small), Warnings: in.warnings,
	}
	if data, err := json.Marshal(in.config.Root); err == nil && len(in.config.Root) > 0 && len(data) <= maxMetadata {
		report.Metadata[modelconfig.Path] = data
	}
	section, err := sdk.NewSection("transformers", s)
	if err != nil {
		return sdk.Report{}, err
	}
	report.Sections = append(report.Sections, section)
	if IsSentenceTransformer(files) {
		if section, err = sdk.NewSection("sentence_transformers", describeSentences(in.config, in.small)); err != nil {
			return sdk.Report{}, err
		}
		report.Sections = append(report.Sections, section)
	}
	return report, nil
}

// inputs are what is read of a repository.
type inputs struct {
	config   *modelconfig.Config
	model    safetensors.Model
	small    map[string][]byte // by path
	warnings []string
}

// read reads the headers before the other small files: they take longest.
func read(ctx context.Context, r sdk.Repo, files []sdk.File) (inputs, error) {
	var in inputs
	var err error
	if in.config, err = modelconfig.Read(ctx, r); err != nil {
		in.config = modelconfig.New(nil)
		if !errors.Is(err, sdk.ErrNoFile) {
			in.warnings = append(in.warnings, fmt.Sprintf("The config of the model could not be read: %v", err))
		}
		if refused(err) {
			return in, nil // the others would be refused, too
		}
	}
	if in.model, err = countWeights(ctx, r, in.config); err != nil {
		return in, err
	}
	in.warnings = append(in.warnings, in.model.Warnings...)
	var problems []error
	in.small, problems = sdk.ReadAll(ctx, r, sdk.MaxConfig, smallFiles(files)...)
	for _, p := range problems {
		in.warnings = append(in.warnings, fmt.Sprintf("A file could not be read: %v", p))
	}
	return in, nil
}

// countWeights asks the headers where the Hub has not counted.
func countWeights(ctx context.Context, r sdk.Repo, c *modelconfig.Config) (safetensors.Model, error) {
	if r.Facts().TotalParameters > 0 {
		return safetensors.Model{}, nil
	}
	return safetensors.ReadModel(ctx, r, PackingOf(c))
}

// smallFiles are those of the configs that are there.
func smallFiles(files []sdk.File) []string {
	want := map[string]bool{
		"generation_config.json": true, "tokenizer_config.json": true,
		"chat_template.jinja": true, "chat_template.json": true,
	}
	if IsSentenceTransformer(files) {
		for _, p := range []string{"modules.json", "1_Pooling/config.json", "2_Dense/config.json", "sentence_bert_config.json", "config_sentence_transformers.json"} {
			want[p] = true
		}
	}
	var out []string
	for _, f := range files {
		if want[f.Path] && f.Size <= sdk.MaxConfig {
			out = append(out, f.Path)
		}
	}
	return out
}

// maxMetadata bounds each file that is passed on whole, in bytes.
const maxMetadata = 64 << 10

func metadata(small map[string][]byte) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for name, data := range small {
		if data = modelconfig.Plain(data); strings.HasSuffix(name, ".json") && len(data) <= maxMetadata && json.Valid(data) {
			out[name] = data
		}
	}
	return out
}
