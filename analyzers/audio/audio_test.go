package audio

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

func analyze(t *testing.T, facts sdk.Facts, contents map[string]string) section {
	t.Helper()
	r := &sdktest.Repo{
		RefValue: sdk.Ref{Type: "model", ID: "o/n"}, FactsValue: facts,
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
	return s
}

func TestLanguages(t *testing.T) {
	for _, c := range []struct{ name, card, generation, want string }{
		{"of the card, in its order", `{"language":["fr","en"]}`, `{"lang_to_id":{"<|de|>":1}}`, "fr en"},
		{"a single one", `{"language":"en"}`, `{}`, "en"},
		{"no list of texts", `{"language":[{"a":1},null,"en"]}`, `{}`, "en"},
		{"of the tokens, sorted", `{}`, `{"lang_to_id":{"<|zh|>":3,"<|de|>":1,"<||>":2}}`, "de zh"},
		{"T25: tokens of another shape", `[]`, `{"lang_to_id":["<|de|>"]}`, ""},
		{"T25: a broken file", ``, `{"lang_to_id"`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := analyze(t, sdk.Facts{Card: json.RawMessage(c.card)}, map[string]string{"config.json": `{"model_type":"whisper"}`, "generation_config.json": c.generation})
			if got := strings.Join(s.Languages, " "); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestTasks(t *testing.T) {
	for _, c := range []struct{ name, pipeline, config, want string }{
		{"the Hub's", "audio-classification", `{"model_type":"whisper"}`, "audio-classification"},
		{"of the type", "", `{"model_type":"vits"}`, "text-to-speech"},
		{"music", "", `{"model_type":"musicgen","architectures":["MusicgenForConditionalGeneration"]}`, "text-to-audio"},
		{"of the class", "", `{"model_type":"wav2vec2","architectures":["Wav2Vec2ForSequenceClassification"]}`, "audio-classification"},
		{"letters to speech", "", `{"model_type":"hubert","architectures":["HubertForCTC"]}`, "automatic-speech-recognition"},
		{"nobody says", "", `{"model_type":"encodec","architectures":["EncodecModel"]}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if s := analyze(t, sdk.Facts{Pipeline: c.pipeline}, map[string]string{"config.json": c.config}); s.Task != c.want {
				t.Errorf("%q, want %q", s.Task, c.want)
			}
		})
	}
}
