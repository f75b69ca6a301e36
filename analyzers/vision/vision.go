// Package vision knows models that look at images: they sort, find, cut out, or
// turn them into vectors.
package vision

import (
	"context"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/analyzers/modelconfig"
	"github.com/hfdownloader/hfdownloader/analyzers/multimodal/senses"
	"github.com/hfdownloader/hfdownloader/analyzers/transformers"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Analyzer is the sdk.Analyzer of the type vision.
type Analyzer struct{}

// New makes an Analyzer.
func New() *Analyzer { return &Analyzer{} }

// Describe implements sdk.Analyzer.
func (*Analyzer) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "vision", Version: "1", Types: []string{"vision"}}, nil
}

// Match implements sdk.Analyzer.
func (*Analyzer) Match(ctx context.Context, r sdk.Repo) (sdk.Claim, error) {
	s, err := senses.Look(ctx, r)
	if err != nil {
		return sdk.Claim{}, err
	}
	return s.Claim(senses.Sight, sdk.RankVision), nil
}

// section is the key "vision" (analyzers.md §5, §17).
type section struct {
	Task            string         `json:"task,omitempty"`
	TaskDescription string         `json:"task_description,omitempty"`
	Processor       string         `json:"image_processor_type,omitempty"`
	ImageSize       *senses.Size   `json:"image_size,omitempty"`
	Channels        int64          `json:"num_channels"`
	Labels          int64          `json:"num_labels,omitempty"`
	Normalization   *normalization `json:"normalization,omitempty"`
	Framework       string         `json:"framework"`
}

// normalization is per channel, of values from 0 to 1.
type normalization struct {
	Mean []float64 `json:"mean"`
	Std  []float64 `json:"std"`
}

// Analyze implements sdk.Analyzer.
func (*Analyzer) Analyze(ctx context.Context, r sdk.Repo, _ sdk.Options) (sdk.Report, error) {
	s, err := senses.Look(ctx, r)
	if err != nil {
		return sdk.Report{}, err
	}
	out := section{
		Task: s.Config.Task(s.Facts), Processor: senses.Name(s.Preprocessor.Image.Text("image_processor_type", "feature_extractor_type")),
		ImageSize: s.ImageSize(), Channels: channels(s.Config.Root), Labels: labels(s.Config.Root),
		Normalization: normalized(s), Framework: s.Framework(),
	}
	if out.TaskDescription = modelconfig.TaskDescription(out.Task); out.Task == "feature-extraction" {
		out.TaskDescription = "Turns images into vectors"
	}
	made, err := sdk.NewSection("vision", out)
	if err != nil {
		return sdk.Report{}, err
	}
	return sdk.Report{
		Description: "Vision model", Sections: []sdk.Section{made}, Items: transformers.FormatItems(s.Files), Warnings: s.Warnings,
	}, nil
}

const (
	colours = 3 // channels where nothing is said (analyzers.md §17)
	// maxChannels and maxLabels bound what is believed of a config.
	maxChannels = 1 << 10
	maxLabels   = 1 << 24
)

func channels(root loose.Object) int64 {
	for _, o := range []loose.Object{root, root.Object("vision_config"), root.Object("backbone_config"), root.Object("pretrained_cfg")} {
		if n, ok := o.Int("num_channels", "in_channels", "in_chans"); ok && n > 0 && n <= maxChannels {
			return n
		}
	}
	return colours
}

// labels is how many classes there are: the size of id2label, else a number that
// stands for it.
func labels(root loose.Object) int64 {
	if n := len(root.Object("id2label")); n > 0 {
		return int64(n)
	}
	for _, key := range []string{"num_labels", "num_classes"} {
		if n, ok := root.Int(key); ok && n > 0 && n <= maxLabels {
			return n
		}
	}
	return 0
}

// normalized is what values are shifted and scaled by, nil when nothing tells.
func normalized(s *senses.Senses) *normalization {
	for _, o := range []struct {
		from      loose.Object
		mean, std string
	}{
		{s.Preprocessor.Image, "image_mean", "image_std"},
		{s.Config.Root.Object("pretrained_cfg"), "mean", "std"}, // timm
	} {
		mean, std := o.from.Floats(o.mean), o.from.Floats(o.std)
		if len(mean) > 0 && len(mean) <= maxChannels && len(mean) == len(std) {
			return &normalization{mean, std}
		}
	}
	return nil
}
