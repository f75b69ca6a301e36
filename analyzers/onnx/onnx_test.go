package onnx

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/analyzers/analyzertest"
	"github.com/hfdownloader/hfdownloader/analyzers/onnx/onnxtest"
	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

// TestFixtures are listings alone, TestGraphs have graphs that can be read, too.
func TestFixtures(t *testing.T) {
	for _, f := range analyzertest.Load(t, "testdata", nil) {
		t.Run(f.Name, func(t *testing.T) { checkListing(t, f) })
	}
}

func TestGraphs(t *testing.T) {
	analyzertest.Check(t, New(), "testdata/graphs", analyzertest.Writers{".onnx": onnxtest.FromJSON})
}

// checkListing is analyzertest.Check for a fixture whose graphs cannot be read.
func checkListing(t *testing.T, f *analyzertest.Fixture) {
	t.Helper()
	claim, err := New().Match(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	if isMain := f.Type() == "onnx"; isMain != (claim.Rank == sdk.RankONNX) || !claim.Made() {
		t.Errorf("a claim of rank %d", claim.Rank)
	}
	report, err := New().Analyze(t.Context(), f, sdk.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range report.Sections {
		analyzertest.Same(t, s.Key, f.Want[s.Key], s.Data)
	}
	if want := f.Want["selectable_items"]; want != nil && f.Type() == "onnx" {
		got, err := json.Marshal(report.Items)
		if err != nil {
			t.Fatal(err)
		}
		analyzertest.Within(t, "selectable_items", withoutComposed(t, want), got)
	}
}

// withoutComposed leaves out what the composition of all analyzers fills in.
func withoutComposed(t *testing.T, items []byte) []byte {
	t.Helper()
	var list []map[string]any
	if err := json.Unmarshal(items, &list); err != nil {
		t.Fatal(err)
	}
	for _, item := range list {
		for _, key := range []string{"filter_value", "size_human", "quality_stars"} {
			delete(item, key)
		}
	}
	out, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestNames(t *testing.T) {
	for stem, want := range map[string]name{
		"model":                          {"model", "", "fp32", false},
		"model_fp16":                     {"model", "fp16", "fp16", false},
		"model_quantized":                {"model", "quantized", "int8", false},
		"decoder_model_merged_q4f16":     {"decoder_model_merged", "q4f16", "q4f16", false},
		"model_O4":                       {"model", "O4", "fp32", true},
		"model_optimized":                {"model", "optimized", "fp32", true},
		"model_optimized_quantized":      {"model", "optimized_quantized", "int8", true},
		"opt-125m":                       {"opt-125m", "", "fp32", false},
		"optimum_model":                  {"optimum_model", "", "fp32", false},
		"model_bnb4":                     {"model", "bnb4", "bnb4", false},
		"vit-uint8":                      {"vit", "uint8", "uint8", false},
		"model_qint8_avx512_vnni":        {"model", "qint8_avx512_vnni", "int8", false},
		"resnet50-v1-12-qdq":             {"resnet50-v1-12", "qdq", "int8", false},
		"encoder-epoch-99-avg-1.int8":    {"encoder-epoch-99-avg-1", "int8", "int8", false},
		"phi3-cpu-int4-rtn-block-32":     {"phi3-cpu", "int4-rtn-block-32", "int4", false},
		"int8":                           {"", "int8", "int8", false},
		"model_q4_fp16":                  {"model", "q4_fp16", "q4", false},
		"unquantized":                    {"unquantized", "", "fp32", false},
		"sentence-transformers-f16tuned": {"sentence-transformers-f16tuned", "", "fp32", false},
	} {
		if got := nameOf(stem, "."); got != want {
			t.Errorf("%s: %+v, want %+v", stem, got, want)
		}
	}
	if got := nameOf("model", "cuda/cuda-fp16"); got.variant != "fp16" || got.written != "" {
		t.Errorf("of the folder: %+v", got)
	}
}

func TestPlaces(t *testing.T) {
	for dir, want := range map[string][2]string{
		".": {"", "model"}, "onnx": {"", "model"}, "unet": {"", "unet/model"}, "onnx/text_encoder_2": {"", "text_encoder_2/model"},
		"cuda/cuda-fp16": {"cuda/cuda-fp16", "model"}, "cuda/onnx": {"cuda", "model"}, "en/en_US/amy/medium": {"en/en_US/amy/medium", "model"},
	} {
		if place, network := placeOf(dir, "model"); [2]string{place, network} != want {
			t.Errorf("%s: %q %q, want %q", dir, place, network, want)
		}
	}
}

// listing makes files of 10 bytes in LFS.
func listing(paths string) []sdk.File {
	var out []sdk.File
	for p := range strings.FieldsSeq(paths) {
		out = append(out, sdk.File{Path: p, Size: 10, LFS: true})
	}
	return out
}

func TestExternalDataByName(t *testing.T) {
	got := map[string]int64{}
	for _, m := range list(listing("a.onnx a.onnx_data a.onnx_data_1 b.onnx b.onnx.data one/c.onnx one/weights.data README.data.md c.data d.data two/a.onnx two/a.data two/b.onnx")) {
		got[m.Path] = m.Size
	}
	if diff := cmp.Diff(map[string]int64{"a.onnx": 30, "b.onnx": 20, "one/c.onnx": 20, "two/a.onnx": 20, "two/b.onnx": 10}, got); diff != "" {
		t.Error(diff)
	}
}

func TestItems(t *testing.T) {
	for name, c := range map[string]struct{ files, labels, recommended string }{
		"one model":          {"model.onnx model.onnx_data", "", ""},
		"parts of one model": {"encoder.onnx decoder.onnx", "", ""},
		"variants of parts":  {"encoder.onnx encoder_int8.onnx decoder.onnx decoder_int8.onnx", "fp32|int8", "int8"},
		"transformers.js":    {"onnx/model.onnx onnx/model_int8.onnx onnx/model_quantized.onnx onnx/model_q4.onnx", "fp32|int8|quantized|q4", "quantized"},
		"a pipeline":         {"unet/model.onnx vae_decoder/model.onnx", "", ""},
		"different models":   {"a.onnx b.onnx", "a|b", "a"},
		"devices":            {"cuda/m.onnx cpu/m.onnx", "cuda|cpu", "cpu"},
		"devices and sizes":  {"cuda/m_int4.onnx cuda/m_fp16.onnx", "cuda int4|cuda fp16", "cuda fp16"},
		"processors":         {"model_qint8_avx512.onnx model_O4.onnx model.onnx", "qint8_avx512|O4|fp32", "fp32"},
		"no LFS":             {"", "", ""},
	} {
		files := listing(c.files)
		var labels []string
		recommended, reason := "", ""
		for _, item := range items(list(files), files) {
			labels = append(labels, item.Label)
			if item.Recommended {
				recommended, reason = recommended+item.Label, item.Reason
			}
		}
		if got := strings.Join(labels, "|"); got != c.labels || recommended != c.recommended || (reason == "") != (recommended == "") {
			t.Errorf("%s: %s, recommended %q because %q", name, got, recommended, reason)
		}
	}
}

func TestItemsWithoutPayloadAreLeftOut(t *testing.T) {
	files := listing("a.onnx b.onnx")
	files[1].LFS = false
	if got := items(list(files), files); got != nil {
		t.Errorf("%+v", got)
	}
}

// repoOf has the bytes of its files.
func repoOf(contents map[string][]byte) *sdktest.Repo {
	r := &sdktest.Repo{RefValue: sdk.Ref{Type: "model", ID: "o/m"}, Contents: map[string]io.ReaderAt{}}
	for p, data := range contents {
		r.SetContent(p, data)
	}
	return r
}

func file(t testing.TB, s onnxtest.Spec) []byte {
	t.Helper()
	data, err := s.File()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestExternalDataByGraph(t *testing.T) {
	for location, c := range map[string]struct{ size, warnings int }{
		"weights.pb": {7, 0}, "../b/weights.pb": {7, 0}, "gone.bin": {0, 1}, "/etc/passwd": {0, 1}, "../../x": {0, 1},
	} {
		graph := file(t, onnxtest.Spec{IRVersion: 8, Opset: 17, Tensors: []onnxtest.Tensor{{Name: "w", Bytes: 4, Location: location}}})
		r := repoOf(map[string][]byte{"b/model.onnx": graph, "b/weights.pb": make([]byte, 7), "x": nil})
		models := list(r.List)
		warnings := readGraphs(t.Context(), r, r.List, models)
		if got := int(models[0].Size) - len(graph); got != c.size || len(warnings) != c.warnings {
			t.Errorf("%q: %d bytes, %q", location, got, warnings)
		}
	}
}

func TestBudgetOfReads(t *testing.T) {
	many := file(t, onnxtest.Spec{IRVersion: 8, Opset: 17, Tensors: []onnxtest.Tensor{{Name: "w", Bytes: 150_000, Count: 100}}})
	contents := map[string][]byte{}
	for i := range 12 {
		contents[fmt.Sprintf("m%d/x.onnx", i)] = many
	}
	r := repoOf(contents)
	if w := readGraphs(t.Context(), r, r.List, list(r.List)); len(w) > 0 {
		t.Error(w)
	}
	paths := map[string]bool{}
	for _, read := range r.Reads() {
		paths[read.Path] = true
	}
	if len(r.Reads()) > MaxHops || len(paths) != maxGraphs {
		t.Errorf("%d reads of %d files", len(r.Reads()), len(paths))
	}
	for _, other := range []string{"model.safetensors", "model_index.json"} {
		side := repoOf(map[string][]byte{"unet/model.onnx": many, "vae_decoder/model.onnx": many, other: nil})
		readGraphs(t.Context(), side, side.List, list(side.List))
		if n := len(side.Reads()); n > sideHops {
			t.Errorf("%d reads beside %s", n, other)
		}
	}
}

func TestWhatCannotBeReadIsAWarning(t *testing.T) {
	r := repoOf(map[string][]byte{"m.onnx": []byte("version https://git-lfs.github.com/spec/v1\n")})
	report, err := New().Analyze(t.Context(), r, sdk.Options{})
	if err != nil || len(report.Warnings) != 1 || !strings.Contains(report.Warnings[0], "m.onnx") {
		t.Errorf("%v, %q", err, report.Warnings)
	}
}

func TestClaims(t *testing.T) {
	for files, want := range map[string]sdk.Rank{
		"onnx/model.onnx": sdk.RankONNX, "model.onnx": sdk.RankONNX, "model.onnx model.safetensors": sdk.RankSide, "a/b.onnx pytorch_model.bin": sdk.RankSide,
		"model.onnx tokenizer.bin training_args.bin": sdk.RankONNX, "model.onnx sub/model.safetensors": sdk.RankONNX, "model.onnx_data": 0, "x.safetensors": 0,
	} {
		claim, err := New().Match(context.Background(), &sdktest.Repo{RefValue: sdk.Ref{Type: "model"}, List: listing(files)})
		if err != nil || claim.Rank != want {
			t.Errorf("%s: %d, %v", files, claim.Rank, err)
		}
	}
	if claim, err := New().Match(context.Background(), &sdktest.Repo{RefValue: sdk.Ref{Type: "dataset"}, List: listing("a.onnx")}); err != nil || claim.Made() {
		t.Errorf("a dataset: %+v, %v", claim, err)
	}
}
