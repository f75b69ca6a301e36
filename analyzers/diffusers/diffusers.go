// Package diffusers knows pipelines of the diffusers library: several models in
// folders of their own, each in more than one form. It finds the one set of
// weights that is enough.
package diffusers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/modelconfig"
	"github.com/hfdownloader/hfdownloader/analyzers/safetensors"
	"github.com/hfdownloader/hfdownloader/analyzers/selection"
	"github.com/hfdownloader/hfdownloader/analyzers/weights"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Analyzer is the sdk.Analyzer of the type diffusers.
type Analyzer struct{}

// New makes an Analyzer.
func New() *Analyzer { return &Analyzer{} }

// Describe implements sdk.Analyzer.
func (*Analyzer) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "diffusers", Version: "1", Types: []string{"diffusers"}}, nil
}

// indexFile is the one of the two that is there, "" without one.
func indexFile(files []sdk.File) string {
	for _, name := range []string{"model_index.json", "modular_model_index.json"} {
		if _, ok := sdk.Find(files, name); ok {
			return name
		}
	}
	return ""
}

// Match implements sdk.Analyzer.
func (*Analyzer) Match(ctx context.Context, r sdk.Repo) (sdk.Claim, error) {
	files, err := r.Files(ctx)
	if err != nil || r.Ref().Type != "model" {
		return sdk.Claim{}, err
	}
	name := indexFile(files)
	if name == "" {
		return sdk.Claim{}, nil
	}
	return sdk.Claim{Rank: sdk.RankDiffusers, Type: "diffusers", Evidence: name + " at the root"}, nil
}

// section is the key "diffusers" (analyzers.md §17).
type section struct {
	Pipeline    string      `json:"pipeline_type"`
	Description string      `json:"pipeline_description,omitempty"`
	Version     string      `json:"diffusers_version,omitempty"`
	Components  []component `json:"components"`
	Variants    []string    `json:"variants,omitempty"`
	Precisions  []string    `json:"precisions,omitempty"`
	Selected    int64       `json:"total_selected_size"`
	SelectedFor string      `json:"total_selected_size_human"`
}

type component struct {
	Name      string         `json:"name"`
	Library   string         `json:"library"`
	Class     string         `json:"class_name"`
	Size      int64          `json:"size"`
	SizeHuman string         `json:"size_human"`
	Files     []sdk.FileInfo `json:"files"`
	Required  bool           `json:"required"`
	Variant   string         `json:"variant,omitempty"`
}

// chosen is a component with what was chosen of it.
type chosen struct {
	part
	required bool
	variant  string
	weights  []sdk.File
	small    []sdk.File
}

// Analyze implements sdk.Analyzer.
func (*Analyzer) Analyze(ctx context.Context, r sdk.Repo, _ sdk.Options) (sdk.Report, error) {
	files, err := r.Files(ctx)
	if err != nil {
		return sdk.Report{}, err
	}
	report := sdk.Report{Description: "Diffusers pipeline"}
	name := indexFile(files)
	data, err := sdk.ReadFile(ctx, r, name, sdk.MaxConfig)
	var x index
	if err == nil {
		x, err = parseIndex(data)
	}
	if err != nil {
		report.Warnings = append(report.Warnings, fmt.Sprintf("%s could not be read: %v", name, err))
	}
	var parts []chosen
	for _, p := range x.parts {
		parts = append(parts, pick(files, x, p))
	}
	s := describe(x, parts, files)
	s.Precisions = precisions(ctx, r, parts, s.Variants)
	if report.Items = items(parts, files); len(report.Items) == 1 {
		report.Items = nil // there is nothing to choose
	}
	sec, err := sdk.NewSection("diffusers", s)
	report.Sections = []sdk.Section{sec}
	return report, err
}

// pick sorts the folder of a component.
func pick(files []sdk.File, x index, p part) chosen {
	c := chosen{part: p, required: x.required(p)}
	folder := inFolder(files, p.name)
	c.weights, c.variant = choose(folder)
	for _, f := range folder {
		if weights.Of(f.Path) == weights.None {
			c.small = append(c.small, f)
		}
	}
	return c
}

func (c chosen) size() int64 {
	var sum int64
	for _, f := range append(slices.Clone(c.weights), c.small...) {
		sum += f.Size
	}
	return sum
}

func describe(x index, parts []chosen, files []sdk.File) section {
	s := section{Pipeline: x.pipeline, Description: describePipeline(x.pipeline), Version: x.version, Components: []component{}}
	for _, c := range parts {
		out := component{
			Name: c.name, Library: c.library, Class: c.class, Size: c.size(), SizeHuman: sdk.Human(c.size()),
			Files: []sdk.FileInfo{}, Required: c.required, Variant: c.variant,
		}
		for _, f := range append(slices.Clone(c.weights), c.small...) {
			out.Files = append(out.Files, f.Info())
		}
		s.Components = append(s.Components, out)
		for _, f := range c.weights {
			if selection.Payload(f, false) {
				s.Selected += f.Size
			}
		}
	}
	for _, f := range files { // what no filter leaves out comes too
		if !selection.Payload(f, false) {
			s.Selected += f.Size
		}
	}
	s.SelectedFor = sdk.Human(s.Selected)
	seen := map[string]bool{}
	for _, f := range files {
		if w, ok := readName(f); ok && w.variant != "" && !sdk.AtRoot(f.Path) {
			seen[w.variant] = true
		}
	}
	for _, v := range variants() {
		if seen[v] {
			s.Variants = append(s.Variants, v)
		}
	}
	return s
}

// maxJudged bounds the headers that are read.
const maxJudged = 4

// precisions are those the names say, and of weights that say none what their
// header says: plain weights are not always 32 bits wide (analyzers.md §17).
func precisions(ctx context.Context, r sdk.Repo, parts []chosen, named []string) []string {
	seen := map[string]bool{}
	for _, v := range named {
		if v != "ema" && v != "non_ema" {
			seen[v] = true
		}
	}
	judged := 0
	for _, c := range parts {
		if c.variant != "" && c.variant != "ema" && c.variant != "non_ema" || len(c.weights) == 0 || judged == maxJudged {
			continue
		}
		f := c.weights[0]
		if weights.Of(f.Path) != weights.Safetensors {
			continue
		}
		judged++
		h, err := safetensors.Parse(func(off int64, n int) ([]byte, error) { return r.ReadAt(ctx, f.Path, off, n) }, f.Size)
		if err != nil {
			continue // it costs this fact
		}
		if p := modelconfig.Precision(mostly(h)); p != "" {
			seen[p] = true
		}
	}
	var out []string
	for _, p := range []string{"fp32", "fp16", "bf16", "fp8"} {
		if seen[p] {
			out = append(out, p)
		}
	}
	return out
}

// mostly is the dtype of most elements.
func mostly(h *safetensors.Header) string {
	count := map[string]int64{}
	best := ""
	for _, t := range h.Tensors {
		count[t.DType] += t.Elements()
		if best == "" || count[t.DType] > count[best] {
			best = t.DType
		}
	}
	return best
}

// items are the components' chosen weights, which together make the pipeline, the
// other variants, and single-file checkpoints.
func items(parts []chosen, files []sdk.File) []sdk.Item {
	var out []sdk.Item
	for _, c := range parts {
		var paths []string
		var size int64
		for _, f := range c.weights {
			if selection.Payload(f, false) {
				paths, size = append(paths, f.Path), size+f.Size
			}
		}
		if len(paths) == 0 {
			continue
		}
		item := sdk.Item{
			ID: "component-" + c.name, Label: c.name, Description: c.class, Size: size, Category: sdk.CategoryComponent, Files: paths,
			Recommended: true, Reason: "a part of the pipeline, in its smallest full form",
		}
		if c.variant != "" {
			item.Description += " (" + c.variant + ")"
		}
		if !c.required {
			item.Reason = "the pipeline uses it, and can do without"
		}
		out = append(out, item)
	}
	out = append(out, otherVariants(parts, files)...)
	for _, f := range checkpoints(files) {
		out = append(out, sdk.Item{
			ID: "checkpoint-" + strings.ToLower(f.Path), Label: f.Path, Description: "Single-file checkpoint: the whole model once more, for other programs",
			Size: f.Size, Category: sdk.CategoryCheckpoint, Files: []string{f.Path},
		})
	}
	return out
}

// otherVariants are the same components in another form, as far as they have it.
func otherVariants(parts []chosen, files []sdk.File) []sdk.Item {
	groups := map[string]*sdk.Item{}
	var order []string
	for _, c := range parts {
		taken := map[string]bool{}
		for _, f := range c.weights {
			taken[f.Path] = true
		}
		for _, f := range inFolder(files, c.name) {
			w, ok := readName(f)
			if !ok || taken[f.Path] || !selection.Payload(f, false) || w.format != weights.Safetensors && w.format != weights.PyTorchBin {
				continue
			}
			label := string(w.format)
			if w.variant != "" {
				label = w.variant + " " + label
			}
			item := groups[label]
			if item == nil {
				item = &sdk.Item{ID: "variant-" + strings.ReplaceAll(label, " ", "-"), Label: label, Description: "The components in another form", Category: sdk.CategoryVariant}
				groups[label] = item
				order = append(order, label)
			}
			item.Files, item.Size = append(item.Files, f.Path), item.Size+f.Size
		}
	}
	var out []sdk.Item
	for _, label := range order {
		out = append(out, *groups[label])
	}
	return out
}
