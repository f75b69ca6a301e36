// Package onnx knows models for ONNX Runtime: their variants, and from the graph
// what goes in and comes out.
package onnx

import (
	"context"
	"fmt"
	"path"
	"regexp"
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
// other weights at the root.
func (*Analyzer) Match(ctx context.Context, r sdk.Repo) (sdk.Claim, error) {
	files, err := r.Files(ctx)
	if err != nil || r.Ref().Type != "model" {
		return sdk.Claim{}, err
	}
	models, others := 0, false
	for _, f := range files {
		switch format := weights.Of(f.Path); {
		case strings.HasSuffix(strings.ToLower(f.Path), ".onnx"):
			models++
		case format != weights.None && format != weights.ONNX && sdk.AtRoot(f.Path):
			others = true
		}
	}
	switch {
	case models == 0:
		return sdk.Claim{}, nil
	case others:
		return sdk.Claim{Rank: sdk.RankSide, Type: "onnx", Evidence: "ONNX models beside other weights"}, nil
	default:
		return sdk.Claim{Rank: sdk.RankONNX, Type: "onnx", Evidence: fmt.Sprintf("%d ONNX models and no other weights at the root", models)}, nil
	}
}

// section is the key "onnx" (analyzers.md §17).
type section struct {
	Models    []*model `json:"models"`
	Optimized bool     `json:"optimized"`
	Quantized bool     `json:"quantized"`
	Runtimes  []string `json:"runtimes"`
}

type model struct {
	Path      string   `json:"path"`
	Name      string   `json:"name"`
	Size      int64    `json:"size"` // with its external data
	SizeHuman string   `json:"size_human"`
	Variant   string   `json:"variant"`
	Optimized bool     `json:"optimized"`
	External  []string `json:"external_data,omitempty"`
	Opset     int64    `json:"opset,omitempty"`
	IRVersion int64    `json:"ir_version,omitempty"`
	Producer  string   `json:"producer,omitempty"`
	Inputs    []Port   `json:"inputs,omitempty"`
	Outputs   []Port   `json:"outputs,omitempty"`

	own    sdk.File
	suffix string // of the name, as it is written: "quantized" is int8, too
}

// maxGraphs bounds the graphs that are read: variants of one model are alike.
const maxGraphs = 3

// Analyze implements sdk.Analyzer.
func (*Analyzer) Analyze(ctx context.Context, r sdk.Repo, _ sdk.Options) (sdk.Report, error) {
	files, err := r.Files(ctx)
	if err != nil {
		return sdk.Report{}, err
	}
	s := section{Models: list(files), Runtimes: []string{"onnxruntime"}}
	_, web := sdk.Find(files, "quantize_config.json")
	if web || slices.ContainsFunc(s.Models, func(m *model) bool { return strings.HasPrefix(m.Path, "onnx/") }) {
		s.Runtimes = append(s.Runtimes, "transformers.js")
	}
	for _, m := range s.Models {
		s.Optimized = s.Optimized || m.Optimized
		s.Quantized = s.Quantized || isQuantized(m.Variant)
	}
	report := sdk.Report{Description: "ONNX model", Warnings: readGraphs(ctx, r, s.Models)}
	if len(s.Models) > 1 {
		report.Items = items(s.Models)
	}
	sec, err := sdk.NewSection("onnx", s)
	report.Sections = []sdk.Section{sec}
	return report, err
}

// list finds the models and what belongs to each.
func list(files []sdk.File) []*model {
	var out []*model
	for _, f := range files {
		if !strings.HasSuffix(strings.ToLower(f.Path), ".onnx") {
			continue
		}
		m := &model{Path: f.Path, Name: weights.Stem(f.Path), Size: f.Size, own: f}
		m.Variant, m.suffix, m.Optimized = variantOf(m.Name, path.Dir(f.Path))
		out = append(out, m)
	}
	byFolder := map[string][]*model{}
	for _, m := range out {
		byFolder[path.Dir(m.Path)] = append(byFolder[path.Dir(m.Path)], m)
	}
	for _, f := range files {
		if weights.Of(f.Path) == weights.ONNX && !strings.HasSuffix(strings.ToLower(f.Path), ".onnx") || path.Ext(f.Path) == ".data" {
			if m := ownerOf(f, byFolder[path.Dir(f.Path)]); m != nil {
				m.External, m.Size = append(m.External, f.Path), m.Size+f.Size
			}
		}
	}
	for _, m := range out {
		m.SizeHuman = sdk.Human(m.Size)
	}
	return out
}

// ownerOf finds the model that external data belongs to: model.onnx_data,
// model.onnx.data, model.onnx_data_1; data of another name to a folder's only model.
func ownerOf(f sdk.File, models []*model) *model {
	base := path.Base(f.Path)
	for _, m := range models {
		own := path.Base(m.Path)
		if strings.HasPrefix(base, own+"_data") || base == own+".data" || base == m.Name+".data" {
			return m
		}
	}
	if len(models) == 1 {
		return models[0]
	}
	return nil
}

var reOptimized = regexp.MustCompile(`(?i)_(optimized|O[1-4])(?:_|$)`)

// variantOf reads the end of a name, else the folder. "opt" alone is no sign:
// optimum, opt-125m.
func variantOf(stem, dir string) (variant, suffix string, optimized bool) {
	optimized = reOptimized.MatchString(stem)
	name := strings.ToLower(stem)
	for _, v := range []struct{ suffix, variant string }{
		{"q4f16", "q4f16"}, {"q4", "q4"}, {"bnb4", "bnb4"}, {"uint8", "uint8"}, {"int8", "int8"}, {"int4", "int4"}, {"fp16", "fp16"}, {"quantized", "int8"}, {"fp32", "fp32"}, {"q8", "int8"},
	} {
		if name == v.suffix || strings.HasSuffix(name, "_"+v.suffix) || strings.HasSuffix(name, "-"+v.suffix) || strings.HasSuffix(name, "."+v.suffix) {
			return v.variant, v.suffix, optimized
		}
	}
	for part := range strings.FieldsFuncSeq(strings.ToLower(dir), func(r rune) bool { return r == '/' || r == '-' || r == '_' }) {
		switch part {
		case "fp16", "int8", "int4", "uint8":
			return part, part, optimized
		}
	}
	return "fp32", "fp32", optimized
}

func isQuantized(variant string) bool { return variant != "fp32" && variant != "fp16" }

// readGraphs reads those of the smallest files.
func readGraphs(ctx context.Context, r sdk.Repo, models []*model) (warnings []string) {
	bySize := slices.Clone(models)
	slices.SortStableFunc(bySize, func(a, b *model) int { return int(min(1, max(-1, a.own.Size-b.own.Size))) })
	bySize = bySize[:min(len(bySize), maxGraphs)]
	problems := make([]error, len(bySize))
	var wait sync.WaitGroup
	for i, m := range bySize {
		wait.Go(func() {
			g, err := Parse(func(off int64, n int) ([]byte, error) { return r.ReadAt(ctx, m.Path, off, n) }, m.own.Size)
			if err != nil {
				problems[i] = err
				return
			}
			m.Opset, m.IRVersion, m.Producer, m.Inputs, m.Outputs = g.Opset, g.IRVersion, g.Producer, g.Inputs, g.Outputs
		})
	}
	wait.Wait()
	for i, err := range problems {
		if err != nil {
			warnings = append(warnings, fmt.Sprintf("The graph of %s could not be read: %v", bySize[i].Path, err))
		}
	}
	return warnings
}

// items are the variants of all models of a repository together: an encoder alone
// is of no use without its decoder.
func items(models []*model) []sdk.Item {
	groups := map[string]*sdk.Item{}
	var order []string
	for _, m := range models {
		key := m.suffix
		if dir := path.Dir(m.Path); dir != "." && dir != "onnx" {
			key = dir + " " + m.suffix
		}
		item := groups[key]
		if item == nil {
			item = &sdk.Item{ID: strings.NewReplacer("/", "-", " ", "-").Replace(key), Label: key, Category: sdk.CategoryPrecision}
			item.Description, item.Quality = describeVariant(m.Variant)
			groups[key] = item
			order = append(order, key)
		}
		item.Files = append(append(item.Files, m.Path), m.External...)
		item.Size += m.Size
	}
	if len(groups) < 2 {
		return nil
	}
	var out []sdk.Item
	best := 0
	for i, key := range order {
		out = append(out, *groups[key])
		if preference(out[i].Label) < preference(out[best].Label) {
			best = i
		}
	}
	out[best].Recommended, out[best].Reason = true, "runs on every processor"
	if preference(out[best].Label) > smallest {
		out[best].Reason = "the most exact there is"
	}
	return out
}

// smallest is the worst preference of what runs everywhere.
const smallest = 1

// preference: what is made for CPUs, as folders say; 8 bits, which run on every
// processor and lose little; then full precision.
func preference(label string) int {
	folder, variant := "", label
	if i := strings.LastIndexByte(label, ' '); i >= 0 {
		folder, variant = label[:i], label[i+1:]
	}
	if strings.Contains(strings.ToLower(folder), "cpu") {
		return 0
	}
	if variant == "quantized" || variant == "q8" {
		variant = "int8"
	}
	if i := slices.Index([]string{"int8", "fp32", "fp16", "uint8", "q4f16", "q4", "int4", "bnb4"}, variant); i >= 0 {
		return smallest + i
	}
	return 99
}

func describeVariant(variant string) (description string, quality int) {
	switch variant {
	case "fp32":
		return "32-bit floats, as exported", 5
	case "fp16":
		return "16-bit floats, for GPUs", 5
	case "int8", "uint8":
		return "8-bit integers, for CPUs", 4
	case "q4", "int4", "bnb4":
		return "4 bits", 3
	case "q4f16":
		return "4 bits, computed in 16-bit floats", 3
	default:
		return "", 0
	}
}
