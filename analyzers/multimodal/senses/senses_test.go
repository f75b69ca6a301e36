package senses

import (
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

// repository has files of 1 MiB and small files.
func repository(pipeline string, files []string, contents map[string]string) *sdktest.Repo {
	r := &sdktest.Repo{RefValue: sdk.Ref{Type: "model", ID: "o/n"}, FactsValue: sdk.Facts{Pipeline: pipeline}, Contents: map[string]io.ReaderAt{}}
	for _, path := range files {
		r.List = append(r.List, sdk.File{Path: path, Size: 1 << 20, LFS: true})
	}
	for path, text := range contents {
		r.SetContent(path, []byte(text))
	}
	return r
}

func TestKinds(t *testing.T) {
	safe := []string{"model.safetensors"}
	config := func(s string) map[string]string { return map[string]string{"config.json": s} }
	both := func(c, p string) map[string]string {
		return map[string]string{"config.json": c, "preprocessor_config.json": p}
	}
	for _, c := range []struct {
		name     string
		pipeline string
		files    []string
		contents map[string]string
		want     Kind
	}{
		{"a language model", "text-generation", safe, config(`{"model_type":"llama","architectures":["LlamaForCausalLM"]}`), Nothing},
		{"a language model that speaks", "text-to-speech", safe, config(`{"model_type":"llama","architectures":["LlamaForCausalLM"]}`), Nothing},
		{"a language model with a tag of more", "image-text-to-text", safe, config(`{"model_type":"mistral","architectures":["MistralForCausalLM"]}`), Nothing},
		{"a language model with eyes", "", safe, config(`{"model_type":"llama","vision_config":{"a":1},"architectures":["LlamaForCausalLM"]}`), Several},
		{"vision beside text", "", safe, config(`{"model_type":"new_one","vision_config":{"a":1},"text_config":{"b":2}}`), Several},
		{"sound beside text", "", safe, config(`{"model_type":"new_one","audio_config":{"a":1},"text_config":{"b":2}}`), Several},
		{"SigLIP without text", "", safe, config(`{"model_type":"siglip_vision_model"}`), Sight},
		{"a VLM also has an image processor", "", safe, both(`{"model_type":"llava"}`, `{"image_mean":[0.5]}`), Several},
		{"a new type with images", "", safe, both(`{"model_type":"new_one","architectures":["NewForCausalLM"]}`, `{"image_processor_type":"NewImageProcessor"}`), Several},
		{"a new type with sound that writes", "automatic-speech-recognition", safe, both(`{"model_type":"new_one","architectures":["NewForConditionalGeneration"]}`, `{"sampling_rate":16000}`), Sound},
		{"a new encoder of sound", "", safe, both(`{"model_type":"new_one","architectures":["NewModel"]}`, `{"num_mel_bins":80}`), Sound},
		{"a new encoder of images", "", safe, both(`{"model_type":"new_one","architectures":["NewModel"]}`, `{"image_mean":[0.5]}`), Sight},
		{"old image processors are feature extractors", "", safe, both(`{"model_type":"new_one"}`, `{"feature_extractor_type":"NewFeatureExtractor","image_mean":[0.5]}`), Sight},
		{"a processor of parts", "", safe, map[string]string{"config.json": `{"model_type":"new_one","architectures":["NewForConditionalGeneration"]}`, "processor_config.json": `{"image_processor":{"image_mean":[0.5]}}`}, Several},
		{"BERT", "fill-mask", safe, config(`{"model_type":"bert","architectures":["BertForMaskedLM"]}`), Nothing},
		{"NeMo", "automatic-speech-recognition", []string{"m.nemo"}, nil, Sound},
		{"names say nothing", "", []string{"whisper-asr-tts.safetensors"}, nil, Nothing},
		{"exports are shown beside", "", []string{"onnx/model.onnx"}, config(`{"model_type":"vit"}`), Sight},
		{"no weights", "image-classification", nil, config(`{"model_type":"vit"}`), Nothing},
		{"GGUF", "image-text-to-text", []string{"m.Q4_K_M.gguf"}, config(`{"model_type":"llava"}`), Nothing},
		{"an adapter", "automatic-speech-recognition", []string{"adapter_model.safetensors"}, nil, Nothing},
		{"a pipeline of diffusers", "text-to-audio", []string{"unet/diffusion_pytorch_model.safetensors"}, map[string]string{"model_index.json": `{}`}, Nothing},
		{"weights in folders, by the Hub's task", "text-to-speech", []string{"F5TTS_Base/model_1200000.safetensors"}, nil, Sound},
		{"T25: a broken config", "image-classification", safe, config(`{"model_type":`), Sight},
		{"T25: a config of another shape", "", safe, config(`{"model_type":["vit"],"architectures":{"a":1},"vision_config":[]}`), Nothing},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := Look(t.Context(), repository(c.pipeline, c.files, c.contents))
			if err != nil || s.Kind != c.want {
				t.Fatalf("%q (%s), %v; want %q", s.Kind, s.Evidence, err, c.want)
			}
			if s.Kind != Nothing && s.Evidence == "" {
				t.Error("no evidence")
			}
		})
	}
}

func TestExportsAreShownBeside(t *testing.T) {
	s, err := Look(t.Context(), repository("", []string{"onnx/model.onnx"}, map[string]string{"config.json": `{"model_type":"vit"}`}))
	if err != nil {
		t.Fatal(err)
	}
	if claim := s.Claim(Sight, sdk.RankVision); claim.Rank != sdk.RankSide {
		t.Errorf("rank %d", claim.Rank)
	}
	if claim := s.Claim(Sound, sdk.RankAudio); claim.Made() {
		t.Errorf("%+v", claim)
	}
}

func TestDatasetIsNothing(t *testing.T) {
	r := repository("image-classification", []string{"model.safetensors"}, nil)
	r.RefValue.Type = "dataset"
	if s, err := Look(t.Context(), r); err != nil || s.Kind != Nothing {
		t.Errorf("%q, %v", s.Kind, err)
	}
}

func TestImageSize(t *testing.T) {
	for _, c := range []struct {
		name, config, image string
		want                *Size
	}{
		{"a number", `{}`, `{"size":224}`, &Size{224, 224}},
		{"a text", `{}`, `{"size":"224"}`, &Size{224, 224}},
		{"height and width", `{}`, `{"size":{"height":480,"width":640}}`, &Size{480, 640}},
		{"the shortest edge", `{}`, `{"size":{"shortest_edge":800,"longest_edge":1333}}`, &Size{800, 800}},
		{"the longest edge", `{}`, `{"size":{"longest_edge":1024}}`, &Size{1024, 1024}},
		{"a list", `{}`, `{"size":[384,512]}`, &Size{384, 512}},
		{"what is cut out counts", `{}`, `{"size":{"shortest_edge":256},"crop_size":{"height":224,"width":224},"do_center_crop":true}`, &Size{224, 224}},
		{"nothing is cut out", `{}`, `{"size":256,"crop_size":224,"do_center_crop":false}`, &Size{256, 256}},
		{"numbers of pixels are no edges", `{"image_size":7}`, `{"size":{"shortest_edge":3136,"longest_edge":12845056}}`, nil},
		{"any size", `{"image_size":7}`, `{"min_pixels":3136,"max_pixels":12845056}`, nil},
		{"of the config", `{"image_size":518}`, `{}`, &Size{518, 518}},
		{"of the part that sees", `{"vision_config":{"image_size":[336,336]}}`, `{}`, &Size{336, 336}},
		{"timm", `{"pretrained_cfg":{"input_size":[3,224,288]}}`, `{}`, &Size{224, 288}},
		{"negative", `{}`, `{"size":-1}`, nil},
		{"huge", `{}`, `{"size":1e18}`, nil},
		{"half of it", `{}`, `{"size":{"height":224}}`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := Look(t.Context(), repository("", []string{"model.safetensors"}, map[string]string{"config.json": c.config}))
			if err != nil {
				t.Fatal(err)
			}
			if s.Preprocessor.Image, err = loose.Parse([]byte(c.image)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, s.ImageSize()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSound(t *testing.T) {
	for _, c := range []struct {
		name, config, audio string
		rate, bins, length  int64
	}{
		{"Whisper's features are bands", `{}`, `{"sampling_rate":16000,"feature_size":80,"chunk_length":30}`, 16000, 80, 480000},
		{"one channel is no band", `{}`, `{"sampling_rate":16000,"feature_size":1}`, 16000, 0, 0},
		{"samples as they stand", `{}`, `{"sampling_rate":16000,"n_samples":80000,"chunk_length":30}`, 16000, 0, 80000},
		{"frames are no samples", `{}`, `{"sampling_rate":16000,"num_mel_bins":128,"max_length":1024}`, 16000, 128, 0},
		{"seconds with a fraction", `{}`, `{"sampling_rate":24000,"chunk_length_s":0.5}`, 24000, 0, 12000},
		{"of the config", `{"audio_encoder":{"sampling_rate":32000},"num_mel_bins":64}`, `{}`, 32000, 64, 0},
		{"nonsense", `{}`, `{"sampling_rate":-5,"feature_size":1e300,"chunk_length":"NaN"}`, 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := Look(t.Context(), repository("", []string{"model.safetensors"}, map[string]string{"config.json": c.config}))
			if err != nil {
				t.Fatal(err)
			}
			if s.Preprocessor.Audio, err = loose.Parse([]byte(c.audio)); err != nil {
				t.Fatal(err)
			}
			if s.SampleRate() != c.rate || s.MelBins() != c.bins || s.MaxLength() != c.length {
				t.Errorf("%d Hz, %d bands, %d samples; want %d, %d, %d", s.SampleRate(), s.MelBins(), s.MaxLength(), c.rate, c.bins, c.length)
			}
		})
	}
}

func TestFramework(t *testing.T) {
	transformers := map[string]string{"config.json": `{"model_type":"vit"}`}
	for _, c := range []struct {
		name, library string
		files         []string
		contents      map[string]string
		want          string
	}{
		{"transformers", "transformers", []string{"model.safetensors"}, transformers, "transformers"},
		{"weights outrank exports", "", []string{"model.safetensors", "onnx/model.onnx"}, transformers, "transformers"},
		{"only exports", "transformers.js", []string{"onnx/model.onnx"}, transformers, "onnx"},
		{"NeMo by its file", "", []string{"m.nemo"}, nil, "nemo"},
		{"speechbrain", "speechbrain", []string{"m.ckpt"}, nil, "speechbrain"},
		{"MLX", "mlx", []string{"model.safetensors"}, transformers, "mlx"},
		{"anything else", "timm", []string{"model.safetensors"}, nil, "pytorch"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := repository("image-classification", c.files, c.contents)
			r.FactsValue.Library = c.library
			s, err := Look(t.Context(), r)
			if err != nil || s.Framework() != c.want {
				t.Errorf("%s, %v; want %s", s.Framework(), err, c.want)
			}
		})
	}
}

func TestT25UnreadablePreprocessorIsAWarning(t *testing.T) {
	s, err := Look(t.Context(), repository("", []string{"model.safetensors"}, map[string]string{"config.json": `{"model_type":"vit"}`, "preprocessor_config.json": `[`}))
	if err != nil || s.Kind != Sight || len(s.Warnings) != 1 {
		t.Errorf("%q, %q, %v", s.Kind, s.Warnings, err)
	}
}

func FuzzPreprocessor(f *testing.F) {
	for _, seed := range [][2]string{
		{`{"model_type":"vit","image_size":224}`, `{"image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.5],"size":{"height":224,"width":224}}`},
		{`{"model_type":"whisper","num_mel_bins":80}`, `{"chunk_length":30,"feature_extractor_type":"WhisperFeatureExtractor","feature_size":80,"n_samples":480000,"sampling_rate":16000}`},
		{`{"vision_config":{},"text_config":{"max_position_embeddings":77}}`, `{"crop_size":224,"size":{"shortest_edge":1e400}}`},
		{`{"pretrained_cfg":{"input_size":[3,224,224]}}`, `{"size":[[[1]]],"chunk_length_s":-1e308,"max_length":null}`},
	} {
		f.Add([]byte(seed[0]), []byte(seed[1]))
	}
	f.Fuzz(func(t *testing.T, config, preprocessor []byte) {
		for _, name := range []string{preprocessorFile, processorFile} {
			r := repository("", []string{"model.safetensors"}, map[string]string{"config.json": string(config), name: string(preprocessor)})
			s, err := Look(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			size := s.ImageSize()
			if size != nil && (size.Height < 1 || size.Height > maxEdge || size.Width < 1 || size.Width > maxEdge) {
				t.Errorf("%+v", size)
			}
			for _, n := range []int64{s.SampleRate(), s.MelBins(), s.MaxLength()} {
				if n < 0 {
					t.Errorf("%d", n)
				}
			}
			if s.Framework() == "" {
				t.Error("no framework")
			}
		}
	})
}
