// Package export knows models that were converted for one runtime: OpenVINO,
// Core ML and TensorRT. They are of the type generic, with a section of their own.
package export

import (
	"context"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/weights"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Analyzer is the sdk.Analyzer of exports.
type Analyzer struct{}

// New makes an Analyzer.
func New() *Analyzer { return &Analyzer{} }

// Describe implements sdk.Analyzer.
func (*Analyzer) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "export", Version: "1", Types: []string{"generic"}}, nil
}

// Match implements sdk.Analyzer (analyzers.md §3 row 13).
func (*Analyzer) Match(ctx context.Context, r sdk.Repo) (sdk.Claim, error) {
	files, err := r.Files(ctx)
	if err != nil || r.Ref().Type != "model" {
		return sdk.Claim{}, err
	}
	found := lookFor(ctx, r, files)
	names := found.names()
	if len(names) == 0 {
		return sdk.Claim{}, nil
	}
	claim := sdk.Claim{Rank: sdk.RankExport, Type: "generic", Evidence: "models for " + strings.Join(names, " and ")}
	if slices.ContainsFunc(files, func(f sdk.File) bool { return sdk.AtRoot(f.Path) && found.isOther(f.Path) }) {
		claim.Rank = sdk.RankSide
		claim.Evidence += " beside other weights"
	}
	return claim, nil
}

// found is what of a repository is exported.
type found struct {
	openvino openvino
	coreml   coreml
	tensorrt tensorrt
}

func lookFor(ctx context.Context, r sdk.Repo, files []sdk.File) found {
	return found{findOpenVINO(files), findCoreML(files), findTensorRT(ctx, r, files)}
}

// names are those of the runtimes.
func (f found) names() []string {
	var out []string
	if len(f.openvino.Models) > 0 {
		out = append(out, "OpenVINO")
	}
	if len(f.coreml.Packages) > 0 {
		out = append(out, "Core ML")
	}
	if f.tensorrt.any() {
		out = append(out, "TensorRT")
	}
	return out
}

// isOther says that a file has weights for something else.
func (f found) isOther(p string) bool {
	switch weights.Of(p) {
	case weights.Safetensors, weights.PyTorchBin, weights.PyTorch, weights.GGUF:
		return !f.openvino.has(p) && !f.tensorrt.has(p)
	default:
		return false
	}
}

// Analyze implements sdk.Analyzer.
func (*Analyzer) Analyze(ctx context.Context, r sdk.Repo, _ sdk.Options) (sdk.Report, error) {
	files, err := r.Files(ctx)
	if err != nil {
		return sdk.Report{}, err
	}
	f := lookFor(ctx, r, files)
	report := sdk.Report{Description: "Repository"}
	add := func(key string, v any, items []sdk.Item, warnings ...string) error {
		s, err := sdk.NewSection(key, v)
		report.Sections = append(report.Sections, s)
		report.Warnings = append(report.Warnings, warnings...)
		if len(report.Items) == 0 { // one choice is enough
			report.Items = items
		}
		return err
	}
	if len(f.openvino.Models) > 0 {
		f.openvino.readPrecision(ctx, r)
		if err := add("openvino", f.openvino, f.openvino.items(files), f.openvino.warnings()...); err != nil {
			return report, err
		}
	}
	if len(f.coreml.Packages) > 0 {
		if err := add("coreml", f.coreml, f.coreml.items(files)); err != nil {
			return report, err
		}
	}
	if f.tensorrt.any() {
		if err := add("tensorrt", f.tensorrt, f.tensorrt.items(files), f.tensorrt.warnings()...); err != nil {
			return report, err
		}
	}
	return report, nil
}

// Bounds of what is listed, and of what can be chosen from.
const (
	maxListed = 1000
	maxItems  = 200
)

// idOf makes a path an id.
func idOf(path string) string { return strings.NewReplacer("/", "-", " ", "-").Replace(path) }

// words are those of a path, in lower case.
func words(p string) []string {
	return strings.FieldsFunc(strings.ToLower(p), func(r rune) bool { return strings.ContainsRune("/_-. ", r) })
}

// sizesOf are those of files, in bytes.
func sizesOf(files []sdk.File) map[string]int64 {
	out := make(map[string]int64, len(files))
	for _, f := range files {
		out[f.Path] = f.Size
	}
	return out
}
