// Package export knows models that were converted for one runtime: OpenVINO,
// Core ML and TensorRT.
package export

import (
	"context"
	"path"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/analyzers/weights"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Analyzer is the sdk.Analyzer of exports: they are of the type generic.
type Analyzer struct{}

// New makes an Analyzer.
func New() *Analyzer { return &Analyzer{} }

// Describe implements sdk.Analyzer.
func (*Analyzer) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "export", Version: "1", Types: []string{"generic"}}, nil
}

// found is what of a repository is exported.
type found struct {
	openvino []openvinoModel
	coreml   []coremlPackage
	engines  []engine
	ranks    int
	llm      loose.Object // config of TensorRT-LLM
}

func (f found) any() bool {
	return len(f.openvino)+len(f.coreml)+len(f.engines) > 0 || f.ranks > 0
}

// Match implements sdk.Analyzer.
func (*Analyzer) Match(ctx context.Context, r sdk.Repo) (sdk.Claim, error) {
	files, err := r.Files(ctx)
	if err != nil || r.Ref().Type != "model" {
		return sdk.Claim{}, err
	}
	f := look(ctx, r, files)
	if !f.any() {
		return sdk.Claim{}, nil
	}
	claim := sdk.Claim{Rank: sdk.RankExport, Type: "generic", Evidence: "models converted for one runtime"}
	for _, file := range files {
		switch weights.Of(file.Path) {
		case weights.Safetensors, weights.PyTorchBin, weights.PyTorch, weights.GGUF:
			if sdk.AtRoot(file.Path) && f.ranks == 0 {
				claim.Rank, claim.Evidence = sdk.RankSide, "converted models beside other weights"
			}
		}
	}
	return claim, nil
}

type openvinoModel struct {
	Path      string `json:"path"`
	Size      int64  `json:"size"` // with its weights
	Precision string `json:"precision,omitempty"`
}

type coremlPackage struct {
	Path string `json:"path"`
	Size int64  `json:"size"`
	Kind string `json:"kind"`
}

type engine struct {
	Path string `json:"path"`
	Size int64  `json:"size"`
}

type tensorrt struct {
	Engines []engine `json:"engines"`
	Version string   `json:"version,omitempty"`
	GPU     string   `json:"gpu,omitempty"`
	Ranks   int      `json:"ranks,omitempty"`
}

// look finds exports by their names; of TensorRT-LLM the config tells.
func look(ctx context.Context, r sdk.Repo, files []sdk.File) found {
	var f found
	sizes := map[string]int64{}
	for _, file := range files {
		sizes[file.Path] = file.Size
	}
	packages := map[string]int{}
	for _, file := range files {
		base, p := strings.ToLower(path.Base(file.Path)), file.Path
		switch {
		case strings.HasSuffix(base, ".xml") && strings.Contains(base, "openvino") && !strings.Contains(base, "tokenizer"):
			bin := p[:len(p)-len(".xml")] + ".bin"
			f.openvino = append(f.openvino, openvinoModel{p, file.Size + sizes[bin], openvinoPrecision(p)})
		case strings.HasSuffix(base, ".engine"), strings.HasSuffix(base, ".plan"):
			f.engines = append(f.engines, engine{p, file.Size})
		case strings.HasPrefix(base, "rank") && strings.HasSuffix(base, ".safetensors"):
			f.ranks++
		}
		if root, kind := coremlRoot(p); root != "" {
			i, ok := packages[root]
			if !ok {
				i = len(f.coreml)
				packages[root] = i
				f.coreml = append(f.coreml, coremlPackage{Path: root, Kind: kind})
			}
			f.coreml[i].Size += file.Size
		}
	}
	if f.ranks > 0 || len(f.engines) > 0 {
		f.readLLM(ctx, r)
	}
	return f
}

// readLLM: rank files alone are no sign.
func (f *found) readLLM(ctx context.Context, r sdk.Repo) {
	data, err := sdk.ReadFile(ctx, r, "config.json", sdk.MaxConfig)
	if err == nil {
		if o, err := loose.Parse(data); err == nil && (o.Has("pretrained_config") || o.Has("build_config")) {
			f.llm = o
			return
		}
	}
	f.ranks = 0
}

// coremlRoot is the folder of a package: it is selected whole.
func coremlRoot(p string) (root, kind string) {
	for _, kind := range []string{"mlpackage", "mlmodelc"} {
		if i := strings.Index(p, "."+kind+"/"); i >= 0 {
			return p[:i+1+len(kind)], kind
		}
	}
	return "", ""
}

func openvinoPrecision(p string) string {
	p = strings.ToLower(p)
	for _, v := range []string{"int4", "int8", "fp16", "fp32"} {
		if strings.Contains(p, v) {
			return v
		}
	}
	return ""
}

// Analyze implements sdk.Analyzer.
func (*Analyzer) Analyze(ctx context.Context, r sdk.Repo, _ sdk.Options) (sdk.Report, error) {
	files, err := r.Files(ctx)
	if err != nil {
		return sdk.Report{}, err
	}
	f := look(ctx, r, files)
	report := sdk.Report{Description: "Repository"}
	add := func(key string, v any) error {
		s, err := sdk.NewSection(key, v)
		report.Sections = append(report.Sections, s)
		return err
	}
	if len(f.openvino) > 0 {
		if err := add("openvino", map[string]any{"models": f.openvino}); err != nil {
			return report, err
		}
	}
	if len(f.coreml) > 0 {
		if err := add("coreml", map[string]any{"packages": f.coreml}); err != nil {
			return report, err
		}
		report.Items = coremlItems(f.coreml, files)
	}
	if len(f.engines) > 0 || f.ranks > 0 {
		t := tensorrt{Engines: f.engines, Ranks: f.ranks, Version: f.llm.Text("version")}
		if t.Engines == nil {
			t.Engines = []engine{}
		}
		t.GPU = gpuIn(f.engines)
		if err := add("tensorrt", t); err != nil {
			return report, err
		}
		report.Warnings = append(report.Warnings, "TensorRT engines run on the GPU and version they were built for, and no other")
	}
	return report, nil
}

// gpuIn reads a GPU's name in the path of an engine.
func gpuIn(engines []engine) string {
	for _, e := range engines {
		for part := range strings.FieldsFuncSeq(e.Path, func(r rune) bool { return r == '/' || r == '_' || r == '-' || r == '.' }) {
			switch strings.ToUpper(part) {
			case "A100", "H100", "H200", "B200", "L4", "L40", "L40S", "A10", "A10G", "T4", "V100", "RTX4090", "4090", "RTX3090", "3090":
				return strings.ToUpper(part)
			}
		}
	}
	return ""
}

// coremlItems: a package is selected whole.
func coremlItems(list []coremlPackage, files []sdk.File) []sdk.Item {
	if len(list) < 2 {
		return nil
	}
	var out []sdk.Item
	for _, p := range list {
		item := sdk.Item{ID: strings.ReplaceAll(p.Path, "/", "-"), Label: p.Path, Description: "Core ML " + p.Kind, Size: p.Size, Category: sdk.CategoryFormat}
		for _, f := range files {
			if f.LFS && strings.HasPrefix(f.Path, p.Path+"/") {
				item.Files = append(item.Files, f.Path)
			}
		}
		if len(item.Files) > 0 {
			out = append(out, item)
		}
	}
	return out
}
