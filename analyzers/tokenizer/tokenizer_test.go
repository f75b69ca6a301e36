package tokenizer_test

import (
	"io"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/analyzers/analyzertest"
	"github.com/hfdownloader/hfdownloader/analyzers/tokenizer"
	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

func TestFixtures(t *testing.T) { analyzertest.Check(t, tokenizer.New(), "testdata", nil) }

func TestMatch(t *testing.T) {
	for name, c := range map[string]struct {
		files []string
		want  bool
	}{
		"fast":                {[]string{"tokenizer.json"}, true},
		"SentencePiece":       {[]string{"spiece.model"}, true},
		"WordPiece":           {[]string{"vocab.txt", "config.json"}, true},
		"Mistral's":           {[]string{"tekken.json"}, true},
		"a version of it":     {[]string{"tokenizer.model.v3"}, true},
		"with weights":        {[]string{"tokenizer.json", "model.safetensors"}, false},
		"with nested weights": {[]string{"tokenizer.json", "onnx/model.onnx"}, false},
		"in a folder":         {[]string{"a/tokenizer.json"}, false},
		"a config alone":      {[]string{"tokenizer_config.json"}, false},
		"nothing":             {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := &sdktest.Repo{RefValue: sdk.Ref{Type: "model"}}
			for _, f := range c.files {
				r.List = append(r.List, sdk.File{Path: f, Size: 1})
			}
			if claim, err := tokenizer.New().Match(t.Context(), r); err != nil || claim.Made() != c.want {
				t.Errorf("%+v, %v", claim, err)
			}
			r.RefValue.Type = "dataset"
			if claim, _ := tokenizer.New().Match(t.Context(), r); claim.Made() {
				t.Errorf("of a dataset: %+v", claim)
			}
		})
	}
}

func TestBadFilesAreWarnings(t *testing.T) {
	r := &sdktest.Repo{RefValue: sdk.Ref{Type: "model"}, Contents: map[string]io.ReaderAt{}, List: []sdk.File{{Path: "tokenizer.json", Size: 1}, {Path: "tokenizer_config.json", Size: 1}}}
	r.SetContent("config.json", []byte("<html>"))
	report, err := tokenizer.New().Analyze(t.Context(), r, sdk.Options{})
	if err != nil || len(report.Warnings) != 2 || !strings.Contains(report.Warnings[0], "tokenizer_config.json") || !strings.Contains(report.Warnings[1], "config.json") {
		t.Errorf("%q, %v", report.Warnings, err)
	}
	if want := `{"has_chat_template":false,"files":["tokenizer.json"]}`; string(report.Sections[0].Data) != want {
		t.Errorf("%s, want %s", report.Sections[0].Data, want)
	}
}
