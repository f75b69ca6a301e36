package multimodal

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/analyzers/analyzertest"
	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

func TestFixtures(t *testing.T) { analyzertest.Check(t, New(), "testdata", nil) }

// analyze describes a repository of weights and these files.
func analyze(t *testing.T, pipeline string, contents map[string]string) (section, sdk.Report) {
	t.Helper()
	r := &sdktest.Repo{
		RefValue: sdk.Ref{Type: "model", ID: "o/n"}, FactsValue: sdk.Facts{Pipeline: pipeline},
		Contents: map[string]io.ReaderAt{}, List: []sdk.File{{Path: "model.safetensors", Size: 1 << 30, LFS: true}},
	}
	for path, text := range contents {
		r.SetContent(path, []byte(text))
	}
	report, err := New().Analyze(t.Context(), r, sdk.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var s section
	if err := json.Unmarshal(report.Sections[0].Data, &s); err != nil {
		t.Fatal(err)
	}
	return s, report
}

func TestModalities(t *testing.T) {
	for _, c := range []struct{ name, pipeline, config, preprocessor, want string }{
		{"images by an encoder", "", `{"model_type":"llava","vision_config":{"a":1}}`, `{}`, "text image"},
		{"images by a token", "", `{"model_type":"new_one","image_token_id":7,"text_config":{"a":1}}`, `{}`, "text image"},
		{"sound by an encoder", "", `{"model_type":"qwen2_audio","audio_config":{"a":1}}`, `{}`, "text audio"},
		{"sound by its type", "", `{"model_type":"ultravox"}`, `{}`, "text audio"},
		{"everything, in the contract's order", "any-to-any", `{"model_type":"qwen2_5_omni","thinker_config":{"audio_config":{"a":1},"vision_config":{"a":1},"video_token_index":9}}`, `{}`, "text image audio video"},
		{"video by its type", "", `{"model_type":"video_llava","vision_config":{"a":1}}`, `{}`, "text image video"},
		{"video by the Hub's task", "video-text-to-text", `{"model_type":"new_one","vision_config":{"a":1},"text_config":{"a":1}}`, `{}`, "text image video"},
		{"Phi-4 by what it embeds", "", `{"model_type":"phi4mm","embd_layer":{"audio_embd_layer":{},"image_embd_layer":{}}}`, `{}`, "text image audio"},
		{"a processor of both", "", `{"model_type":"new_one"}`, `{"image_processor_type":"A","feature_extractor_type":"B"}`, "text image audio"},
		{"a type that is all there is", "any-to-any", `{"model_type":"chameleon"}`, `{}`, "text image"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, _ := analyze(t, c.pipeline, map[string]string{"config.json": c.config, "preprocessor_config.json": c.preprocessor})
			if got := strings.Join(s.Modalities, " "); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestLongestText(t *testing.T) {
	for _, c := range []struct {
		name, config, tokenizer string
		want                    int64
	}{
		{"of the language model", `{"model_type":"llava","text_config":{"max_position_embeddings":4096}}`, `{"model_max_length":77}`, 4096},
		{"of the tokenizer", `{"model_type":"clip"}`, `{"model_max_length":77}`, 77},
		{"the sentinel is none", `{"model_type":"clip"}`, `{"model_max_length":1000000000000000019884624838656}`, 0},
		{"T25: a broken tokenizer", `{"model_type":"clip"}`, `{`, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, _ := analyze(t, "", map[string]string{"config.json": c.config, "tokenizer_config.json": c.tokenizer})
			if s.MaxText != c.want {
				t.Errorf("%d, want %d", s.MaxText, c.want)
			}
		})
	}
}

func TestT25_BrokenProcessorIsAWarning(t *testing.T) {
	_, report := analyze(t, "", map[string]string{"config.json": `{"model_type":"clip"}`, "processor_config.json": `{"a":`})
	if len(report.Warnings) != 1 || !strings.Contains(report.Warnings[0], "processor_config.json") {
		t.Errorf("%q", report.Warnings)
	}
}
