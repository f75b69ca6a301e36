package export

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/analyzers/analyzertest"
	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

func TestFixtures(t *testing.T) { analyzertest.Check(t, New(), "testdata", nil) }

// repoOf has files of 10 bytes in LFS, and the contents of some.
func repoOf(id, paths string, contents map[string]string) *sdktest.Repo {
	r := &sdktest.Repo{RefValue: sdk.Ref{Type: "model", ID: id}, Contents: map[string]io.ReaderAt{}}
	for p := range strings.FieldsSeq(paths) {
		r.List = append(r.List, sdk.File{Path: p, Size: 10, LFS: true})
	}
	for p, text := range contents {
		r.SetContent(p, []byte(text))
	}
	return r
}

func TestClaims(t *testing.T) {
	llm := map[string]string{"config.json": `{"pretrained_config":{},"build_config":{}}`}
	for _, c := range []struct {
		files    string
		contents map[string]string
		want     sdk.Rank
	}{
		{"openvino_model.xml openvino_model.bin", nil, sdk.RankExport},
		{"openvino_model.xml", nil, sdk.RankExport},
		{"FP16/model.xml FP16/model.bin", nil, sdk.RankExport},
		{"model.xml model.bin", nil, sdk.RankExport}, // a .bin of that name alone would be PyTorch's
		{"model.xml other.bin", nil, 0},
		{"openvino_tokenizer.xml openvino_tokenizer.bin", nil, 0},
		{"openvino/openvino_model.xml openvino/openvino_model.bin model.safetensors", nil, sdk.RankSide},
		{"a.mlpackage/Manifest.json a.mlpackage/Data/w.bin", nil, sdk.RankExport},
		{"a.mlmodelc/coremldata.bin pytorch_model.bin", nil, sdk.RankSide},
		{"a.mlpackage", nil, 0},
		{"model.engine", nil, sdk.RankExport},
		{"model.plan", nil, sdk.RankExport},
		{"engines/rank0.engine model-00001-of-00002.safetensors", nil, sdk.RankSide},
		{"rank0.safetensors", nil, 0},
		{"rank0.safetensors rank1.safetensors", llm, sdk.RankExport},
		{"rank0.safetensors", map[string]string{"config.json": `{"architecture":"LlamaForCausalLM","mapping":{"tp_size":1}}`}, sdk.RankExport},
		{"rank0.safetensors", map[string]string{"config.json": `[`}, 0},
		{"rank0.safetensors model.safetensors", llm, sdk.RankSide},
		{"model.safetensors", llm, 0},
		{"", nil, 0},
	} {
		claim, err := New().Match(t.Context(), repoOf("o/m", c.files, c.contents))
		if err != nil || claim.Rank != c.want {
			t.Errorf("%s: %d, %v", c.files, claim.Rank, err)
		}
	}
}

func TestPackages(t *testing.T) {
	for p, want := range map[string][2]string{
		"a/b.mlpackage/Manifest.json": {"a/b.mlpackage", "mlpackage"}, "b.mlmodelc/model.mil": {"b.mlmodelc", "mlmodelc"},
		"a.mlpackage/b.mlmodelc/x": {"a.mlpackage", "mlpackage"}, "a.mlmodelc/b.mlpackage/x": {"a.mlmodelc", "mlmodelc"},
		".mlpackage/x": {}, "a.mlpackage": {}, "a.mlpackages/x": {},
	} {
		if root, kind := packageOf(p); [2]string{root, kind} != want {
			t.Errorf("%s: %q %q", p, root, kind)
		}
	}
}

func TestPrecisions(t *testing.T) {
	const pair = "openvino_model.xml openvino_model.bin"
	for name, c := range map[string]struct {
		id, files, config, want string
	}{
		"of the path":         {"o/m", "INT8/m.xml INT8/m.bin", "", "int8"},
		"of the file":         {"o/m", "openvino_model_qint8_quantized.xml openvino_model_qint8_quantized.bin", "", "int8"},
		"of the config":       {"o/m-int8-ov", pair, `{"dtype":"int4"}`, "int4"},
		"of the bits":         {"o/m", pair, `{"dtype":"int4","quantization_config":{"bits":8}}`, "int8"},
		"of the repository":   {"o/m-fp16-ov", pair, "", "fp16"},
		"of a broken config":  {"o/m-fp16-ov", pair, `{`, "fp16"},
		"of impossible bits":  {"o/m", pair, `{"quantization_config":{"bits":1e9}}`, ""},
		"not of the owner":    {"int8/m", pair, "", ""},
		"not of another word": {"o/point8", pair, `{"dtype":5}`, ""},
	} {
		contents := map[string]string{}
		if c.config != "" {
			contents["openvino_config.json"] = c.config
		}
		r := repoOf(c.id, c.files, contents)
		o := findOpenVINO(r.List)
		o.readPrecision(t.Context(), r)
		if got := o.Models[0].Precision; got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestNamesOfEngines(t *testing.T) {
	for _, c := range []struct{ id, files, version, gpu string }{
		{"o/m", "h100/rank0.engine", "", "H100"},
		{"o/sdxl-1.0-trt-8.6.1.post1-engine-A100", "unet.trt8.6.1.post1.plan", "8.6.1", "A100"},
		{"o/m", "a100/m.engine h100/m.engine", "", ""},
		{"o/vit-b16", "vit_b16.engine", "", ""},
		{"o/m", "model_sm86.engine", "", "SM86"},
	} {
		got := findTensorRT(t.Context(), repoOf(c.id, c.files, nil), repoOf(c.id, c.files, nil).List)
		if got.Version != c.version || got.GPU != c.gpu {
			t.Errorf("%s %s: %q %q", c.id, c.files, got.Version, got.GPU)
		}
	}
}

func TestRanks(t *testing.T) {
	r := repoOf("o/m", "a/rank0.engine a/rank1.engine b/rank0.engine", map[string]string{"a/config.json": `{"version":"0.15.0","build_config":{}}`})
	got := findTensorRT(t.Context(), r, r.List)
	if got.Ranks != 2 || got.Version != "0.15.0" || len(got.Engines) != 3 {
		t.Errorf("%+v", got)
	}
}

func TestItems(t *testing.T) {
	for name, c := range map[string]struct{ files, labels, recommended string }{
		"one precision":    {"openvino_model.xml openvino_model.bin", "", ""},
		"two precisions":   {"FP16/m.xml FP16/m.bin INT8/m.xml INT8/m.bin", "fp16|int8", "int8"},
		"a quantized one":  {"openvino_model.xml openvino_model.bin openvino_model_qint8_quantized.xml openvino_model_qint8_quantized.bin", "original|int8", "int8"},
		"parts":            {"openvino_encoder_model.xml openvino_encoder_model.bin openvino_decoder_model.xml openvino_decoder_model.bin", "", ""},
		"packages":         {"a.mlpackage/Data/w.bin b.mlpackage/Data/w.bin", "", ""},
		"packages of two":  {"x/a.mlpackage/Data/w.bin y/a.mlpackage/Data/w.bin", "x|y", "x"},
		"compiled":         {"x/a.mlpackage/Data/w.bin y/a.mlmodelc/w.bin", "x|y", "y"},
		"GPUs":             {"h100/m.engine a100/m.engine", "H100|A100", ""},
		"engines of parts": {"unet/m.engine clip/m.engine", "", ""},
	} {
		r := repoOf("o/m", c.files, nil)
		report, err := New().Analyze(t.Context(), r, sdk.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var labels []string
		recommended := ""
		for _, item := range report.Items {
			labels = append(labels, item.Label)
			if item.Recommended {
				recommended += item.Label
			}
			if item.Recommended != (item.Reason != "") {
				t.Errorf("%s: %s: reason %q", name, item.Label, item.Reason)
			}
		}
		if diff := cmp.Diff(c.labels, strings.Join(labels, "|")); diff != "" || recommended != c.recommended {
			t.Errorf("%s: %s, recommended %q", name, diff, recommended)
		}
	}
}

func TestTokenizersGoWithEveryPrecision(t *testing.T) {
	r := repoOf("o/m", "FP16/m.xml FP16/m.bin INT8/m.xml INT8/m.bin openvino_tokenizer.xml openvino_tokenizer.bin", nil)
	for _, item := range findOpenVINO(r.List).items(r.List) {
		if len(item.Files) != 2 || item.Files[1] != "openvino_tokenizer.bin" {
			t.Errorf("%s: %q", item.Label, item.Files)
		}
	}
}

func TestMissingWeightsAreAWarning(t *testing.T) {
	report, err := New().Analyze(t.Context(), repoOf("o/m", "openvino_model.xml", nil), sdk.Options{})
	if err != nil || len(report.Warnings) != 1 || !strings.Contains(report.Warnings[0], "openvino_model.xml") {
		t.Errorf("%q, %v", report.Warnings, err)
	}
}
