package builtin_test

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/analyzers"
	"github.com/hfdownloader/hfdownloader/analyzers/builtin"
	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

// TestPrecedence: what a repository is when there is evidence of two types, row by
// row of analyzers.md §3, and which sections go along.
func TestPrecedence(t *testing.T) {
	const (
		llama  = `config.json={"model_type":"llama","architectures":["LlamaForCausalLM"]}`
		gptq   = `config.json={"model_type":"llama","quantization_config":{"quant_method":"gptq","bits":4}}`
		bnb    = `config.json={"model_type":"llama","quantization_config":{"load_in_4bit":true}}`
		vision = `config.json={"model_type":"llava","architectures":["LlavaForConditionalGeneration"],"text_config":{"model_type":"llama"},"vision_config":{"model_type":"clip_vision_model"}}`
		index  = `model_index.json={"_class_name":"FluxPipeline","vae":["diffusers","AutoencoderKL"]}`
		images = `preprocessor_config.json={"image_processor_type":"CLIPImageProcessor","image_mean":[0.5,0.5,0.5]}`
		sound  = `preprocessor_config.json={"feature_extractor_type":"WhisperFeatureExtractor","sampling_rate":16000}`
	)
	for _, c := range []struct {
		name, files string // as repoOf reads them
		want        string // the type
		sections    string // some that are there, by blanks; "-" before one that is not
	}{
		{"a dataset, whatever lies in it", "!dataset\n" + llama + "\nmodel.safetensors", "dataset", "dataset -transformers"},
		{"a pipeline with GGUF beside", index + "\nvae/diffusion_pytorch_model.safetensors\nflux-Q4_0.gguf\nflux-Q8_0.gguf", "diffusers", "diffusers"},
		{"a modular pipeline", `modular_model_index.json={"_class_name":"M","vae":["diffusers","A"]}` + "\nvae/model.safetensors", "diffusers", "diffusers"},
		{"an index in a folder is none", "a/model_index.json={}\n" + llama + "\nmodel.safetensors", "transformers", "transformers -diffusers"},
		{"an adapter with a copied config", llama + "\nadapter_config.json={\"peft_type\":\"LORA\"}\nadapter_model.safetensors", "lora", "lora"},
		{"GGUF with a config", llama + "\nm-Q4_K_M.gguf\nm-Q8_0.gguf", "gguf", "gguf -transformers"},
		{"a courtesy GGUF", llama + "\nmodel-00001-of-00002.safetensors\nmodel-00002-of-00002.safetensors\nm-Q4_K_M.gguf", "transformers", "transformers gguf"},
		{"companions alone", llama + "\nmodel.safetensors\nmmproj-f16.gguf\nimatrix.gguf", "transformers", "transformers -gguf"},
		{"GPTQ of a model", gptq + "\nmodel.safetensors", "gptq", "gptq quantized transformers"},
		{"an export's config is not GPTQ's", llama + "\nquantize_config.json={\"per_channel\":true,\"reduce_range\":true}\nmodel.safetensors\nonnx/model.onnx", "transformers", "transformers -gptq"},
		{"bitsandbytes without a method", bnb + "\nmodel.safetensors", "quantized", "quantized transformers"},
		{"sentences before what they are made of", llama + "\nmodules.json=[]\nconfig_sentence_transformers.json={}\nmodel.safetensors", "transformers", "sentence_transformers transformers"},
		{"a model that sees has an image processor", vision + "\n" + images + "\nmodel.safetensors", "multimodal", "multimodal transformers"},
		{"sound before images", `config.json={"model_type":"whisper","architectures":["WhisperForConditionalGeneration"]}` + "\n" + sound + "\nmodel.safetensors", "audio", "audio transformers"},
		{"images", `config.json={"model_type":"vit","architectures":["ViTForImageClassification"]}` + "\n" + images + "\nmodel.safetensors", "vision", "vision transformers"},
		{"an export beside weights", llama + "\nmodel.safetensors\nonnx/model.onnx", "transformers", "transformers onnx"},
		{"an export alone", llama + "\nonnx/model.onnx", "onnx", "onnx -transformers"},
		{"a tokenizer", "tokenizer.json={}\ntokenizer_config.json={}", "generic", "tokenizer"},
		{"nothing known", "notes.txt", "generic", "-tokenizer -transformers"},
		{"weights nobody describes", "weights.bin\nthing.pt", "generic", "-transformers"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := repoOf(c.files)
			registry, err := analyzers.NewRegistry(t.Context(), builtin.All()...)
			if err != nil {
				t.Fatal(err)
			}
			got := registry.Look(t.Context(), r, sdk.Options{})
			if got.Type != c.want {
				t.Errorf("%s, want %s (%s)", got.Type, c.want, got.Evidence)
			}
			for key := range strings.FieldsSeq(c.sections) {
				key, absent := strings.CutPrefix(key, "-")
				there := slices.ContainsFunc(got.Sections, func(s analyzers.FoundSection) bool { return s.Key == key })
				if there == absent {
					t.Errorf("section %s: %v", key, there)
				}
			}
		})
	}
}

// repoOf is a repository of lines: PATH is a file of 1 GiB, PATH=CONTENT a small
// one, "!dataset" makes a dataset of it.
func repoOf(lines string) *sdktest.Repo {
	r := &sdktest.Repo{RefValue: sdk.Ref{Type: "model", ID: "o/m", Revision: "main"}, Contents: map[string]io.ReaderAt{}}
	for line := range strings.SplitSeq(lines, "\n") {
		if line == "!dataset" {
			r.RefValue.Type = "dataset"
		} else if p, content, small := strings.Cut(line, "="); small {
			r.SetContent(p, []byte(content))
		} else {
			r.List = append(r.List, sdk.File{Path: p, Size: 1 << 30, LFS: true})
		}
	}
	return r
}
