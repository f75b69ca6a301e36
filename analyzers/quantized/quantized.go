// Package quantized knows repositories of quantized weights other than GGUF:
// GPTQ, AWQ, and what else a config names a method of. It also knows those that
// keep one quantization a branch.
package quantized

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/analyzers/modelconfig"
	"github.com/hfdownloader/hfdownloader/analyzers/transformers"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Analyzer is the sdk.Analyzer of the types gptq, awq and quantized.
type Analyzer struct{}

// New makes an Analyzer.
func New() *Analyzer { return &Analyzer{} }

// Describe implements sdk.Analyzer.
func (*Analyzer) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "quantized", Version: "1", Types: []string{"gptq", "awq", "quantized"}}, nil
}

// Match implements sdk.Analyzer: a method beside weights at the root, or branches
// that have one each.
func (*Analyzer) Match(ctx context.Context, r sdk.Repo) (sdk.Claim, error) {
	files, err := r.Files(ctx)
	if err != nil || r.Ref().Type != "model" {
		return sdk.Claim{}, err
	}
	if transformers.HasWeights(files) {
		if f, _ := find(ctx, r); f.method != "" {
			return claim(f), nil
		}
	}
	if !onlyMeasurements(files) {
		return sdk.Claim{}, nil
	}
	if names, err := quantBranches(ctx, r); err != nil || len(names) == 0 {
		return sdk.Claim{}, nil //nolint:nilerr // the list of refs has its own warning
	}
	c := sdk.Claim{Rank: sdk.RankQuantized, Type: "quantized", Evidence: "no weights on this branch, and branches named by their bits a weight"}
	if guess(r.Ref().ID) == "gptq" {
		c.Rank, c.Type = sdk.RankGPTQ, "gptq"
	}
	return c, nil
}

func claim(f found) sdk.Claim {
	c := sdk.Claim{Rank: sdk.RankQuantized, Type: typeOf(f.method), Evidence: f.file + " says that the weights are quantized with " + f.method}
	if c.Type != "quantized" {
		c.Rank = sdk.RankGPTQ
	}
	return c
}

// typeOf is the type of repositories of a method.
func typeOf(method string) string {
	if method == "gptq" || method == "awq" {
		return method
	}
	return "quantized"
}

// Analyze implements sdk.Analyzer. Older clients read "quantized" for every method.
func (*Analyzer) Analyze(ctx context.Context, r sdk.Repo, o sdk.Options) (sdk.Report, error) {
	files, err := r.Files(ctx)
	if err != nil {
		return sdk.Report{}, err
	}
	var report sdk.Report
	f, warnings := find(ctx, r)
	report.Warnings = warnings
	c, err := readConfig(ctx, r)
	if err != nil {
		report.Warnings = append(report.Warnings, fmt.Sprintf("The config could not be read: %v", err))
	}
	own := loaded(files, f)
	size := sizeOf(files, own)
	var branches branchList
	if onlyMeasurements(files) || f.method == "gptq" && r.Ref().Revision == mainBranch {
		branches, warnings = listBranches(ctx, r)
		report.Warnings = append(report.Warnings, warnings...)
	}
	if f.method == "" && len(branches.list) > 0 {
		f, c = branches.look(ctx, r)
	}
	s := describe(f, c, r.Facts())
	s.Branches = branches.list
	if s.VRAM = estimate(size, c, o); s.VRAM > 0 && !onlyMeasurements(files) {
		s.VRAMHuman, report.Memory = sdk.Human(s.VRAM), s.VRAM
	} else {
		s.VRAM = 0
	}
	if report.Items = branches.items(r.Ref(), f, files, c, o); report.Items == nil {
		report.Items = severalItems(files, own, f)
	}
	if report.Items == nil {
		report.Items = transformers.FormatItems(files)
	}
	report.Description = "Quantized model"
	if typeOf(f.method) != "quantized" {
		report.Description = strings.ToUpper(f.method) + " quantized"
	}
	report.Sections, err = sections(s)
	return report, err
}

// sections are the object under the type's name and under "quantized".
func sections(s section) ([]sdk.Section, error) {
	keys := []string{"quantized"}
	if t := typeOf(s.Method); t != "quantized" {
		keys = []string{t, "quantized"}
	}
	var out []sdk.Section
	for _, key := range keys {
		made, err := sdk.NewSection(key, s)
		if err != nil {
			return nil, err
		}
		out = append(out, made)
	}
	return out, nil
}

// readConfig reads config.json; an empty one when there is none.
func readConfig(ctx context.Context, r sdk.Repo) (*modelconfig.Config, error) {
	c, err := modelconfig.Read(ctx, r)
	if err == nil {
		return c, nil
	}
	if errors.Is(err, sdk.ErrNoFile) {
		err = nil
	}
	return modelconfig.New(loose.Object{}), err
}
