// Package multimodal knows models that understand images, sound or video beside
// text.
package multimodal

import (
	"context"
	"slices"

	"github.com/hfdownloader/hfdownloader/analyzers/modelconfig"
	"github.com/hfdownloader/hfdownloader/analyzers/multimodal/senses"
	"github.com/hfdownloader/hfdownloader/analyzers/transformers"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Analyzer is the sdk.Analyzer of the type multimodal.
type Analyzer struct{}

// New makes an Analyzer.
func New() *Analyzer { return &Analyzer{} }

// Describe implements sdk.Analyzer.
func (*Analyzer) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "multimodal", Version: "1", Types: []string{"multimodal"}}, nil
}

// Match implements sdk.Analyzer.
func (*Analyzer) Match(ctx context.Context, r sdk.Repo) (sdk.Claim, error) {
	s, err := senses.Look(ctx, r)
	if err != nil {
		return sdk.Claim{}, err
	}
	return s.Claim(senses.Several, sdk.RankMultimodal), nil
}

// Analyze implements sdk.Analyzer.
func (*Analyzer) Analyze(ctx context.Context, r sdk.Repo, _ sdk.Options) (sdk.Report, error) {
	s, err := senses.Look(ctx, r)
	if err != nil {
		return sdk.Report{}, err
	}
	section, err := sdk.NewSection("multimodal", describe(s, tokenizerLimit(ctx, r)))
	if err != nil {
		return sdk.Report{}, err
	}
	return sdk.Report{
		Description: "Multimodal model", Sections: []sdk.Section{section}, Items: transformers.FormatItems(s.Files), Warnings: s.Warnings,
	}, nil
}

// section is the key "multimodal" (analyzers.md §5, §17).
type section struct {
	Task            string       `json:"task,omitempty"`
	TaskDescription string       `json:"task_description,omitempty"`
	Modalities      []string     `json:"modalities"`
	Processor       string       `json:"processor_type,omitempty"`
	VisionEncoder   string       `json:"vision_encoder,omitempty"`
	TextEncoder     string       `json:"text_encoder,omitempty"`
	AudioEncoder    string       `json:"audio_encoder,omitempty"`
	ImageSize       *senses.Size `json:"image_size,omitempty"`
	MaxText         int64        `json:"max_text_length,omitempty"` // tokens
	Framework       string       `json:"framework"`
}

func describe(s *senses.Senses, limit int64) section {
	c := s.Config
	out := section{Task: c.Task(s.Facts), Modalities: modalities(s), Processor: processor(s.Preprocessor), Framework: s.Framework()}
	out.TaskDescription = modelconfig.TaskDescription(out.Task)
	out.VisionEncoder, out.TextEncoder, out.AudioEncoder = encoders(c)
	if slices.Contains(out.Modalities, "image") {
		out.ImageSize = s.ImageSize()
	}
	if out.MaxText = c.Context; out.MaxText == 0 {
		out.MaxText = limit
	}
	return out
}

// processor is the class that prepares all inputs, else the one of images or sound.
func processor(p senses.Preprocessor) string {
	if p.Class != "" {
		return senses.Name(p.Class)
	}
	if t := p.Image.Text("image_processor_type", "feature_extractor_type"); t != "" {
		return senses.Name(t)
	}
	return senses.Name(p.Audio.Text("feature_extractor_type"))
}
