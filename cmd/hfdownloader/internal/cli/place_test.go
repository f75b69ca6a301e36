package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline"
)

// TestComfyFolder: names as they are on the Hub, in the folders ComfyUI has.
func TestComfyFolder(t *testing.T) {
	for file, want := range map[string]string{
		"sd_xl_base_1.0.safetensors":                                    "checkpoints",
		"sd_xl_base_1.0_0.9vae.safetensors":                             "checkpoints",
		"v1-5-pruned-emaonly.ckpt":                                      "checkpoints",
		"sdxl_vae.safetensors":                                          "vae",
		"sdxl.vae.safetensors":                                          "vae",
		"vae/diffusion_pytorch_model.safetensors":                       "vae",
		"ae.safetensors":                                                "vae",
		"taesd/taesd_decoder.pth":                                       "vae_approx",
		"sd_xl_offset_example-lora_1.0.safetensors":                     "loras",
		"flora_and_fauna.safetensors":                                   "checkpoints",
		"loras/style.safetensors":                                       "loras",
		"t5xxl_fp16.safetensors":                                        "text_encoders",
		"clip_l.safetensors":                                            "text_encoders",
		"text_encoder_2/model.safetensors":                              "text_encoders",
		"split_files/text_encoders/qwen_2.5_vl_7b.safetensors":          "text_encoders",
		"split_files/diffusion_models/wan2.1_t2v_1.3B.safetensors":      "diffusion_models",
		"split_files/vae/wan_2.1_vae.safetensors":                       "vae",
		"split_files/clip_vision/clip_vision_h.safetensors":             "clip_vision",
		"transformer/diffusion_pytorch_model.safetensors":               "diffusion_models",
		"unet/diffusion_pytorch_model.fp16.safetensors":                 "diffusion_models",
		"flux1-dev.safetensors":                                         "diffusion_models",
		"flux1-dev-Q4_K_S.gguf":                                         "diffusion_models",
		"t5-v1_1-xxl-encoder-Q8_0.gguf":                                 "text_encoders",
		"umt5-xxl-encoder-Q8_0.gguf":                                    "text_encoders",
		"controlnet/diffusion_pytorch_model.safetensors":                "controlnet",
		"RealESRGAN_x4plus.pth":                                         "upscale_models",
		"x4-upscaler-ema.safetensors":                                   "upscale_models",
		"embeddings/easynegative.safetensors":                           "embeddings",
		"split_files/model_patches/qwen_image_canny.safetensors":        "model_patches",
		"split_files/audio_encoders/wav2vec2_large_english.safetensors": "audio_encoders",
	} {
		if got := comfyFolder(file); got != want {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
	}
}

// placing is a placer for a user with a home and variables.
func placing(t *testing.T, vars map[string]string) (*placer, string) {
	t.Helper()
	home := t.TempDir()
	lookup := func(name string) (string, bool) { v, ok := vars[name]; return v, ok }
	return &placer{session: &session{app: App{Home: home, Lookup: lookup}}, res: pipeline.Result{Repo: repo.Ref{Type: repo.Model, ID: "org/m"}}}, home
}

func TestLlamaCacheOfEachSystem(t *testing.T) {
	for name, c := range map[string]struct {
		system string
		vars   map[string]string
		want   string
	}{
		"linux":           {"linux", nil, "~/.cache/llama.cpp"},
		"linux, XDG":      {"linux", map[string]string{"XDG_CACHE_HOME": "/c"}, "/c/llama.cpp"},
		"darwin":          {"darwin", map[string]string{"XDG_CACHE_HOME": "/c"}, "~/Library/Caches/llama.cpp"},
		"windows":         {"windows", map[string]string{"LOCALAPPDATA": "/local"}, "/local/llama.cpp"},
		"windows, bare":   {"windows", nil, "~/AppData/Local/llama.cpp"},
		"its own setting": {"darwin", map[string]string{"LLAMA_CACHE": "/mine"}, "/mine"},
	} {
		t.Run(name, func(t *testing.T) {
			p, home := placing(t, c.vars)
			want := filepath.FromSlash(c.want)
			if c.want[0] == '~' {
				want = filepath.Join(home, filepath.FromSlash(c.want[1:]))
			}
			if got := p.llamaCache(c.system); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
}

func TestLMStudioHomeFollowsItsPointer(t *testing.T) {
	p, home := placing(t, nil)
	pointer, usual, elsewhere := filepath.Join(home, ".lmstudio-home-pointer"), filepath.Join(home, ".lmstudio"), filepath.Join(home, "elsewhere")
	if err := os.Mkdir(elsewhere, 0o700); err != nil {
		t.Fatal(err)
	}
	if got := p.lmstudioHome(); got != usual {
		t.Errorf("without a pointer: %s", got)
	}
	for text, want := range map[string]string{
		elsewhere + "\n": elsewhere, filepath.Join(home, "gone"): usual, "": usual, "relative": usual, "..": usual,
	} {
		if err := os.WriteFile(pointer, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := p.lmstudioHome(); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// TestOllamaTag: the quantization, as in what Ollama pulls itself, unless two
// files would have the same.
func TestOllamaTag(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"Qwen3-8B-Q4_K_M.gguf", "Q4_K_M"},
		{"sub/Qwen3-8B.q8_0.gguf", "Q8_0"},
		{"Qwen3-8B-UD-IQ2_XXS.gguf", "UD-IQ2_XXS"},
		{"base-Q5_K_M.gguf", "base-Q5_K_M"},
		{"chat-Q5_K_M.gguf", "chat-Q5_K_M"},
		{"ggml-model.gguf", "ggml-model"},
	} {
		all := []string{"Qwen3-8B-Q4_K_M.gguf", "sub/Qwen3-8B.q8_0.gguf", "Qwen3-8B-UD-IQ2_XXS.gguf", "base-Q5_K_M.gguf", "chat-Q5_K_M.gguf", "ggml-model.gguf"}
		if got := ollamaTag(c.file, all); got != c.want {
			t.Errorf("%s: %s, want %s", c.file, got, c.want)
		}
	}
}
