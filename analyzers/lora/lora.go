// Package lora knows adapters: small weights that change another model. PEFT
// describes them in adapter_config.json, diffusers names their file, and of
// single files the tensors' names tell.
package lora

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/analyzers/safetensors"
	"github.com/hfdownloader/hfdownloader/analyzers/weights"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Analyzer is the sdk.Analyzer of the type lora.
type Analyzer struct{}

// New makes an Analyzer.
func New() *Analyzer { return &Analyzer{} }

// Describe implements sdk.Analyzer.
func (*Analyzer) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "lora", Version: "1", Types: []string{"lora"}}, nil
}

const (
	adapterConfig = "adapter_config.json"
	// maxAdapter bounds a file that may be an adapter: whole models are not asked.
	maxAdapter = 8 << 30
)

// Match implements sdk.Analyzer (analyzers.md §3, row 3).
func (*Analyzer) Match(ctx context.Context, r sdk.Repo) (sdk.Claim, error) {
	files, err := r.Files(ctx)
	if err != nil || r.Ref().Type != "model" {
		return sdk.Claim{}, err
	}
	if _, ok := sdk.Find(files, adapterConfig); ok {
		return sdk.Claim{Rank: sdk.RankLoRA, Type: "lora", Evidence: adapterConfig + " at the root"}, nil
	}
	for _, name := range []string{"pytorch_lora_weights.safetensors", "pytorch_lora_weights.bin"} {
		if _, ok := sdk.Find(files, name); ok {
			return sdk.Claim{Rank: sdk.RankLoRA, Type: "lora", Evidence: name + " at the root"}, nil
		}
	}
	f, ok := single(files)
	if !ok {
		return sdk.Claim{}, nil
	}
	h, err := header(ctx, r, f)
	if err != nil || adapterOf(h) == "" {
		return sdk.Claim{}, nil //nolint:nilerr // a file nobody can read is no adapter
	}
	return sdk.Claim{Rank: sdk.RankLoRA, Type: "lora", Evidence: "the tensors of " + f.Path + " are those of an adapter"}, nil
}

// single is the one safetensors file of a repository without any config.
func single(files []sdk.File) (sdk.File, bool) {
	var found []sdk.File
	for _, f := range files {
		if _, config := sdk.Find([]sdk.File{f}, "config.json"); config || f.Path == "model_index.json" {
			return sdk.File{}, false
		}
		if weights.Of(f.Path) == weights.Safetensors {
			found = append(found, f)
		} else if weights.Of(f.Path) != weights.None {
			return sdk.File{}, false
		}
	}
	if len(found) == 0 || found[0].Size > maxAdapter || len(found) > 1 && !lookAlike(found) {
		return sdk.File{}, false
	}
	return found[0], true
}

// lookAlike: steps of one training, or one adapter for several models.
func lookAlike(files []sdk.File) bool {
	for _, f := range files {
		if !sdk.AtRoot(f.Path) || f.Size > 2<<30 {
			return false
		}
	}
	return true
}

func header(ctx context.Context, r sdk.Repo, f sdk.File) (*safetensors.Header, error) {
	return safetensors.Parse(func(off int64, n int) ([]byte, error) { return r.ReadAt(ctx, f.Path, off, n) }, f.Size)
}

// adapterOf tells the kind by the tensors' names: lora, lokr, loha; "" for none.
func adapterOf(h *safetensors.Header) string {
	for _, t := range h.Tensors {
		n := strings.ToLower(t.Name)
		switch {
		case strings.Contains(n, "lora_a"), strings.Contains(n, "lora_b"), strings.Contains(n, "lora_up"), strings.Contains(n, "lora_down"),
			strings.Contains(n, "lora.up"), strings.Contains(n, "lora.down"):
			return "lora"
		case strings.Contains(n, "lokr"):
			return "lokr"
		case strings.Contains(n, "hada"):
			return "loha"
		}
	}
	return ""
}

// section is the key "lora" (analyzers.md §17).
type section struct {
	Type         string   `json:"adapter_type"`
	Description  string   `json:"adapter_description,omitempty"`
	BaseModel    string   `json:"base_model"`
	Rank         int64    `json:"rank,omitempty"`
	Alpha        *float64 `json:"alpha,omitempty"`
	Dropout      *float64 `json:"dropout,omitempty"`
	Targets      []string `json:"target_modules,omitempty"`
	Bias         string   `json:"bias,omitempty"`
	TaskType     string   `json:"task_type,omitempty"`
	FanInFanOut  *bool    `json:"fan_in_fan_out,omitempty"`
	Init         *bool    `json:"init_lora_weights,omitempty"`
	InitMethod   string   `json:"init_method,omitempty"`
	QuantType    string   `json:"quant_type,omitempty"`
	TriggerWords []string `json:"trigger_words,omitempty"`
	Format       string   `json:"format,omitempty"`
}

// Analyze implements sdk.Analyzer.
func (*Analyzer) Analyze(ctx context.Context, r sdk.Repo, _ sdk.Options) (sdk.Report, error) {
	files, err := r.Files(ctx)
	if err != nil {
		return sdk.Report{}, err
	}
	report := sdk.Report{Description: "LoRA adapter"}
	var s section
	if _, ok := sdk.Find(files, adapterConfig); ok {
		data, err := sdk.ReadFile(ctx, r, adapterConfig, sdk.MaxConfig)
		var o loose.Object
		if err == nil {
			o, err = loose.Parse(data)
		}
		if err != nil {
			report.Warnings = append(report.Warnings, fmt.Sprintf("%s could not be read: %v", adapterConfig, err))
		}
		s = ofPEFT(o)
	}
	madeFor := ""
	if f, ok := weightsFile(files); ok && s.Rank == 0 {
		h, err := header(ctx, r, f)
		if err != nil {
			report.Warnings = append(report.Warnings, fmt.Sprintf("The header of %s could not be read: %v", f.Path, err))
		} else {
			madeFor = s.fromHeader(h, f)
		}
	}
	if s.Format == "" && s.Type == "" {
		s.Type, s.Format = "diffusers-lora", "diffusers"
	}
	if s.BaseModel == "" && len(r.Facts().BaseModels) > 0 {
		s.BaseModel = r.Facts().BaseModels[0]
	}
	if s.BaseModel == "" {
		s.BaseModel = madeFor
	}
	s.Description = describeAdapter(s.Type)
	if s.BaseModel != "" {
		report.Related = []sdk.Related{{
			Type: "base_model", Repo: s.BaseModel, Label: path.Base(s.BaseModel), Description: "The model this adapter changes", Required: true,
		}}
	}
	sec, err := sdk.NewSection("lora", s)
	report.Sections = []sdk.Section{sec}
	return report, err
}

// ofPEFT reads adapter_config.json, whose values come in many shapes.
func ofPEFT(o loose.Object) section {
	s := section{Type: strings.ToLower(o.Text("peft_type")), Bias: o.Text("bias"), TaskType: o.Text("task_type"), QuantType: o.Text("quant_type"), Format: "peft"}
	if s.Type == "" {
		s.Type = "lora"
	}
	if use, _ := o.Bool("use_dora"); use && s.Type == "lora" {
		s.Type = "dora"
	}
	s.BaseModel = modelID(o.Text("base_model_name_or_path"))
	s.Rank, _ = o.Int("r", "rank", "lora_rank")
	if f, ok := o.Float("lora_alpha", "alpha"); ok {
		s.Alpha = &f
	}
	if f, ok := o.Float("lora_dropout", "module_dropout"); ok {
		s.Dropout = &f
	}
	if m := o.Object("target_modules"); m != nil {
		for name := range m {
			s.Targets = append(s.Targets, name)
		}
	} else {
		s.Targets = o.Texts("target_modules")
	}
	slices.Sort(s.Targets)
	if b, ok := o.Bool("fan_in_fan_out"); ok {
		s.FanInFanOut = &b
	}
	if b, ok := o["init_lora_weights"].(bool); ok {
		s.Init = &b
	} else if method := o.Text("init_lora_weights"); method != "" {
		yes := true
		s.Init, s.InitMethod = &yes, method
	}
	return s
}

// modelID is an id of the Hub, never a path of somebody's machine.
func modelID(name string) string {
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "/") || strings.HasPrefix(name, "~") || strings.Contains(name, "\\") || strings.Count(name, "/") > 1 {
		return ""
	}
	if _, err := repo.ParseID(name); err != nil {
		return ""
	}
	return name
}

// weightsFile is the adapter's own file.
func weightsFile(files []sdk.File) (sdk.File, bool) {
	for _, name := range []string{"adapter_model.safetensors", "pytorch_lora_weights.safetensors"} {
		if f, ok := sdk.Find(files, name); ok {
			return f, true
		}
	}
	for _, f := range files {
		if sdk.AtRoot(f.Path) && weights.Of(f.Path) == weights.Safetensors {
			return f, true
		}
	}
	return sdk.File{}, false
}

func describeAdapter(kind string) string {
	switch kind {
	case "lora":
		return "Low-rank adapter"
	case "dora":
		return "Low-rank adapter of directions (DoRA)"
	case "adalora":
		return "Low-rank adapter with ranks of its own for each layer"
	case "loha":
		return "Adapter of Hadamard products (LoHa)"
	case "lokr":
		return "Adapter of Kronecker products (LoKr)"
	case "ia3":
		return "Scales of activations (IA³)"
	case "prompt_tuning", "p_tuning", "prefix_tuning":
		return "Learned prompt"
	case "diffusers-lora":
		return "Low-rank adapter for a diffusers pipeline"
	default:
		return "Adapter"
	}
}
