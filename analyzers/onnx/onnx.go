// Package onnx knows models for ONNX Runtime: their variants, and from the graph
// what goes in and comes out.
package onnx

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/hfdownloader/hfdownloader/analyzers/weights"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Analyzer is the sdk.Analyzer of the type onnx.
type Analyzer struct{}

// New makes an Analyzer.
func New() *Analyzer { return &Analyzer{} }

// Describe implements sdk.Analyzer.
func (*Analyzer) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "onnx", Version: "1", Types: []string{"onnx"}}, nil
}

// Match implements sdk.Analyzer: it is what the repository is when there are no
// other weights at the root (analyzers.md §3 row 12).
func (*Analyzer) Match(ctx context.Context, r sdk.Repo) (sdk.Claim, error) {
	files, err := r.Files(ctx)
	if err != nil || r.Ref().Type != "model" {
		return sdk.Claim{}, err
	}
	models := 0
	for _, f := range files {
		if isModel(f.Path) {
			models++
		}
	}
	switch {
	case models == 0:
		return sdk.Claim{}, nil
	case isSide(files):
		return sdk.Claim{Rank: sdk.RankSide, Type: "onnx", Evidence: "ONNX models beside other weights"}, nil
	default:
		return sdk.Claim{Rank: sdk.RankONNX, Type: "onnx", Evidence: fmt.Sprintf("%d ONNX models and no other weights at the root", models)}, nil
	}
}

// isSide says that there are other weights at the root.
func isSide(files []sdk.File) bool {
	return slices.ContainsFunc(files, func(f sdk.File) bool {
		format := weights.Of(f.Path)
		return sdk.AtRoot(f.Path) && format != weights.None && format != weights.ONNX
	})
}

// section is the key "onnx" (analyzers.md §17).
type section struct {
	Models    []*model `json:"models"`
	Optimized bool     `json:"optimized"`
	Quantized bool     `json:"quantized"`
	Runtimes  []string `json:"runtimes"`
}

// Analyze implements sdk.Analyzer.
func (*Analyzer) Analyze(ctx context.Context, r sdk.Repo, _ sdk.Options) (sdk.Report, error) {
	files, err := r.Files(ctx)
	if err != nil {
		return sdk.Report{}, err
	}
	s := section{Models: list(files), Runtimes: runtimes(r, files)}
	report := sdk.Report{Description: "ONNX model", Warnings: readGraphs(ctx, r, files, s.Models)}
	if len(s.Models) == maxModels {
		report.Warnings = append(report.Warnings, fmt.Sprintf("There are more than %d ONNX models: only these are described", maxModels))
	}
	for _, m := range s.Models {
		s.Optimized = s.Optimized || m.Optimized
		s.Quantized = s.Quantized || isQuantized(m.Variant)
	}
	report.Items = items(s.Models, files)
	sec, err := sdk.NewSection("onnx", s)
	report.Sections = []sdk.Section{sec}
	return report, err
}

// runtimes are what loads the files as they lie here.
func runtimes(r sdk.Repo, files []sdk.File) []string {
	out := []string{"onnxruntime"}
	if slices.ContainsFunc(files, func(f sdk.File) bool { return path.Base(f.Path) == "genai_config.json" }) {
		out = append(out, "onnxruntime-genai")
	}
	facts := r.Facts()
	_, config := sdk.Find(files, "config.json")
	inFolder := slices.ContainsFunc(files, func(f sdk.File) bool { return isModel(f.Path) && path.Dir(f.Path) == "onnx" })
	if facts.Library == "transformers.js" || slices.Contains(facts.Tags, "transformers.js") || config && inFolder {
		out = append(out, "transformers.js")
	}
	return out
}

const (
	maxGraphs = 8  // files that are read (analyzers.md §2)
	sideHops  = 16 // reads where ONNX is not what the repository is
)

// readGraphs reads one graph of each network: its variants take and give the same.
func readGraphs(ctx context.Context, r sdk.Repo, files []sdk.File, models []*model) []string {
	chosen, hops := cheapest(models), MaxHops
	if _, pipeline := sdk.Find(files, "model_index.json"); pipeline || isSide(files) {
		chosen, hops = chosen[:min(1, len(chosen))], sideHops
	}
	if len(chosen) == 0 {
		return nil
	}
	found := make([]string, len(chosen))
	var wait sync.WaitGroup
	for i, m := range chosen {
		wait.Go(func() { found[i] = m.readGraph(ctx, r, files, hops/len(chosen)) })
	}
	wait.Wait()
	var warnings []string
	for _, w := range found {
		if w != "" {
			warnings = append(warnings, w)
		}
	}
	return warnings
}

// cheapest gives the smallest graph file of each network, the smallest first.
func cheapest(models []*model) []*model {
	type key struct{ place, network string }
	least := map[key]*model{}
	for _, m := range models {
		k := key{m.place, m.name.network}
		if old := least[k]; old == nil || m.own.Size < old.own.Size {
			least[k] = m
		}
	}
	var out []*model
	for _, m := range models {
		if least[key{m.place, m.name.network}] == m {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, b *model) int { return cmp.Compare(a.own.Size, b.own.Size) })
	return out[:min(len(out), maxGraphs)]
}

// readGraph fills in what the file says. The warning is "" when all is well.
func (m *model) readGraph(ctx context.Context, r sdk.Repo, files []sdk.File, hops int) (warning string) {
	g, err := Parse(func(off int64, n int) ([]byte, error) { return r.ReadAt(ctx, m.Path, off, n) }, m.own.Size, hops)
	if err != nil {
		return fmt.Sprintf("The graph of %s could not be read: %v", m.Path, err)
	}
	m.Opset, m.IRVersion, m.Producer, m.Inputs, m.Outputs = g.Opset, g.IRVersion, g.Producer, g.Inputs, g.Outputs
	var missing []string
	for _, location := range g.External {
		p := path.Join(path.Dir(m.Path), location)
		f, ok := sdk.Find(files, p)
		switch {
		case path.IsAbs(location) || strings.HasPrefix(p, "..") || !ok: // it names nothing of this repository
			missing = append(missing, label([]byte(location)))
		default:
			m.take(f)
		}
	}
	if len(missing) > 0 {
		return fmt.Sprintf("%s needs %q, and %d such files are not in the repository", m.Path, missing[0], len(missing))
	}
	return ""
}
