// Package quantized knows repositories of quantized weights other than GGUF:
// GPTQ, AWQ, and what else config.json names a method of.
package quantized

import (
	"context"
	"fmt"
	"strings"

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
	f, err := find(ctx, r)
	if err != nil {
		return sdk.Claim{}, nil //nolint:nilerr // a config nobody can read says nothing
	}
	if f.method != "" && transformers.HasWeights(files) {
		return claim(f), nil
	}
	if rootWeights(files) < onlyMeasurements && mayHaveBranches(r) && len(quantBranches(ctx, r)) > 0 {
		return sdk.Claim{Rank: sdk.RankQuantized, Type: "quantized", Evidence: "no weights on this branch, and branches named by their bits a weight"}, nil
	}
	return sdk.Claim{}, nil
}

// mayHaveBranches spares the question to those that are named for nothing of it.
func mayHaveBranches(r sdk.Repo) bool {
	id := strings.ToLower(r.Ref().ID)
	return strings.Contains(id, "exl") || strings.Contains(id, "gptq") || strings.Contains(id, "bpw")
}

func claim(f found) sdk.Claim {
	c := sdk.Claim{Rank: sdk.RankQuantized, Type: "quantized", Evidence: f.file + " says that the weights are quantized with " + f.method}
	if f.method == "gptq" || f.method == "awq" {
		c.Rank, c.Type = sdk.RankGPTQ, f.method
	}
	return c
}

// Analyze implements sdk.Analyzer. Older clients read "quantized" for every method.
func (*Analyzer) Analyze(ctx context.Context, r sdk.Repo, o sdk.Options) (sdk.Report, error) {
	files, err := r.Files(ctx)
	if err != nil {
		return sdk.Report{}, err
	}
	f, err := find(ctx, r)
	if err != nil {
		return sdk.Report{}, err
	}
	var report sdk.Report
	var branches []branch
	if rootWeights(files) < onlyMeasurements || f.method == "gptq" && mayHaveBranches(r) {
		branches, report.Warnings = listBranches(ctx, r, quantBranches(ctx, r))
	}
	if f.method == "" {
		f.method = "exl2"
		if strings.Contains(strings.ToLower(r.Ref().ID), "exl3") {
			f.method = "exl3"
		} else if strings.Contains(strings.ToLower(r.Ref().ID), "gptq") {
			f.method = "gptq"
		}
	}
	s := describe(ctx, r, f, files, o)
	s.Branches = branches
	report.Memory = s.VRAM
	if rootWeights(files) < onlyMeasurements {
		report.Items = branchItems(branches)
	}
	if report.Items == nil {
		report.Items = transformers.FormatItems(files)
	}
	keys := []string{"quantized"}
	if f.method == "gptq" || f.method == "awq" {
		keys = []string{f.method, "quantized"}
		report.Description = strings.ToUpper(f.method) + " quantized"
	} else {
		report.Description = fmt.Sprintf("Quantized model (%s)", f.method)
	}
	for _, key := range keys {
		section, err := sdk.NewSection(key, s)
		if err != nil {
			return sdk.Report{}, err
		}
		report.Sections = append(report.Sections, section)
	}
	return report, nil
}
