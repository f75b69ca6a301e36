// Package audio knows models of speech and sound: those that write it down, speak,
// make music, sort sounds or find where somebody speaks.
package audio

import (
	"context"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/analyzers/modelconfig"
	"github.com/hfdownloader/hfdownloader/analyzers/multimodal/senses"
	"github.com/hfdownloader/hfdownloader/analyzers/transformers"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Analyzer is the sdk.Analyzer of the type audio.
type Analyzer struct{}

// New makes an Analyzer.
func New() *Analyzer { return &Analyzer{} }

// Describe implements sdk.Analyzer.
func (*Analyzer) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "audio", Version: "1", Types: []string{"audio"}}, nil
}

// Match implements sdk.Analyzer.
func (*Analyzer) Match(ctx context.Context, r sdk.Repo) (sdk.Claim, error) {
	s, err := senses.Look(ctx, r)
	if err != nil {
		return sdk.Claim{}, err
	}
	return s.Claim(senses.Sound, sdk.RankAudio), nil
}

// section is the key "audio" (analyzers.md §5, §17).
type section struct {
	Task            string   `json:"task,omitempty"`
	TaskDescription string   `json:"task_description,omitempty"`
	Extractor       string   `json:"feature_extractor_type,omitempty"`
	SampleRate      int64    `json:"sample_rate,omitempty"` // Hz
	MelBins         int64    `json:"num_mel_bins,omitempty"`
	MaxLength       int64    `json:"max_length,omitempty"` // samples
	Languages       []string `json:"languages,omitempty"`
	Framework       string   `json:"framework"`
}

// Analyze implements sdk.Analyzer.
func (*Analyzer) Analyze(ctx context.Context, r sdk.Repo, _ sdk.Options) (sdk.Report, error) {
	s, err := senses.Look(ctx, r)
	if err != nil {
		return sdk.Report{}, err
	}
	out := section{
		Task: s.Config.Task(s.Facts), Extractor: senses.Name(s.Preprocessor.Audio.Text("feature_extractor_type")),
		SampleRate: s.SampleRate(), MelBins: s.MelBins(), MaxLength: s.MaxLength(),
		Languages: languages(ctx, r), Framework: s.Framework(),
	}
	if out.TaskDescription = modelconfig.TaskDescription(out.Task); out.Task == "feature-extraction" {
		out.TaskDescription = "Turns sound into vectors"
	}
	made, err := sdk.NewSection("audio", out)
	if err != nil {
		return sdk.Report{}, err
	}
	return sdk.Report{
		Description: "Audio model", Sections: []sdk.Section{made}, Items: transformers.FormatItems(s.Files), Warnings: s.Warnings,
	}, nil
}

// maxLanguages bounds how many are named; the most that are known are some 8000.
const maxLanguages = 10_000

// languages are those of the card, in its order, else those the model has tokens
// for, sorted.
func languages(ctx context.Context, r sdk.Repo) []string {
	if card, err := loose.Parse(r.Facts().Card); err == nil {
		if list := card.Texts("language"); len(list) > 0 {
			list = list[:min(len(list), maxLanguages)]
			for i := range list {
				list[i] = senses.Name(list[i])
			}
			return list
		}
	}
	data, err := sdk.ReadFile(ctx, r, "generation_config.json", sdk.MaxConfig)
	if err != nil {
		return nil // the transformers analyzer says so
	}
	config, err := loose.Parse(modelconfig.Plain(data))
	if err != nil {
		return nil
	}
	var out []string
	for token := range config.Object("lang_to_id") {
		if name := strings.TrimSuffix(strings.TrimPrefix(token, "<|"), "|>"); name != "" && len(out) < maxLanguages {
			out = append(out, senses.Name(name))
		}
	}
	slices.Sort(out)
	return out
}
