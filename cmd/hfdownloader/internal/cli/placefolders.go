package cli

import (
	"cmp"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// lmstudio looks for models/PUBLISHER/MODEL/FILE.
func (p *placer) lmstudio() ([]string, error) {
	files := p.with(".gguf", ".safetensors", ".json")
	if len(p.with(".gguf", ".safetensors")) == 0 {
		return nil, nothingFor("LM Studio", "GGUF or safetensors")
	}
	dir := p.session.lookup("LMSTUDIO_MODELS")
	if dir == "" {
		dir = filepath.Join(p.lmstudioHome(), "models")
	}
	dir = filepath.Join(dir, filepath.FromSlash(string(p.res.Repo.ID)))
	return p.linkAll(files, func(f string) string { return filepath.Join(dir, filepath.FromSlash(f)) })
}

// maxPointer bounds what is read of LM Studio's pointer file, in bytes.
const maxPointer = 4096

// lmstudioHome is where its pointer file says, else the folder of today's versions.
func (p *placer) lmstudioHome() string {
	home := filepath.Join(p.session.app.Home, ".lmstudio")
	text, err := os.ReadFile(filepath.Join(p.session.app.Home, ".lmstudio-home-pointer"))
	if err != nil || len(text) > maxPointer {
		return home
	}
	at := strings.TrimSpace(string(text))
	if st, err := os.Stat(at); err == nil && st.IsDir() && filepath.IsAbs(at) {
		return at
	}
	return home
}

// llamaCPP keeps downloads flat: owner_name_file.gguf. That is where versions looked
// that had a cache of their own; today's look into the Hub's cache, so into ours.
func (p *placer) llamaCPP(system string) ([]string, error) {
	files := p.with(".gguf")
	if len(files) == 0 {
		return nil, nothingFor("llama.cpp", "GGUF")
	}
	dir := p.llamaCache(system)
	flat := strings.NewReplacer("/", "_")
	return p.linkAll(files, func(f string) string {
		return filepath.Join(dir, flat.Replace(string(p.res.Repo.ID)+"/"+f))
	})
}

// llamaCache is the folder of llama.cpp on a system, by its GOOS.
func (p *placer) llamaCache(system string) string {
	if dir := p.session.lookup("LLAMA_CACHE"); dir != "" {
		return dir
	}
	home := p.session.app.Home
	var above string
	switch system {
	case "darwin":
		above = filepath.Join(home, "Library", "Caches")
	case "windows":
		above = cmp.Or(p.session.lookup("LOCALAPPDATA"), filepath.Join(home, "AppData", "Local"))
	default:
		above = cmp.Or(p.session.lookup("XDG_CACHE_HOME"), filepath.Join(home, ".cache"))
	}
	return filepath.Join(above, "llama.cpp")
}

// comfyui sorts models into folders by what they are. A part of a split file is of
// no use to it.
func (p *placer) comfyui() ([]string, error) {
	dir := p.session.lookup("COMFYUI_PATH")
	if dir == "" {
		return nil, bad("where ComfyUI is is not known", "set COMFYUI_PATH to the folder that has models in it")
	}
	files := slices.DeleteFunc(p.with(".safetensors", ".sft", ".ckpt", ".pt", ".pth", ".gguf"), func(f string) bool { return strings.Contains(f, "-of-0") })
	if len(files) == 0 {
		return nil, nothingFor("ComfyUI", "safetensors, ckpt, pt or gguf in one piece")
	}
	_, name, _ := strings.Cut(string(p.res.Repo.ID), "/")
	return p.linkAll(files, func(f string) string {
		return filepath.Join(dir, "models", comfyFolder(f), name, filepath.FromSlash(f))
	})
}

// comfyFolder is ComfyUI's folder for a file. The folder it is in tells more than
// its own name.
func comfyFolder(file string) string {
	lower := strings.ToLower(file)
	parts := strings.Split(path.Dir(lower), "/")
	for _, part := range slices.Backward(parts) {
		if kind := comfyWords(part); kind != "" {
			return kind
		}
	}
	stem := strings.TrimSuffix(path.Base(lower), path.Ext(lower))
	if kind := comfyWords(stem); kind != "" {
		return kind
	}
	if stem == "ae" { // the autoencoder of FLUX and its kin
		return "vae"
	}
	if path.Ext(lower) == ".gguf" { // it has no whole checkpoints of that kind
		return "diffusion_models"
	}
	return "checkpoints"
}

// comfyWords finds the first kind a name speaks of, by its words: "vae" is one of
// sdxl_vae, and none of sd_xl_base_1.0_0.9vae, which is a checkpoint.
func comfyWords(name string) string {
	words := "_" + strings.Join(strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), "_") + "_"
	for _, k := range []struct{ words, folder string }{
		{"lora", "loras"}, {"loras", "loras"}, {"vae_approx", "vae_approx"}, {"taesd", "vae_approx"}, {"vae", "vae"},
		{"text_encoder", "text_encoders"}, {"text_encoders", "text_encoders"}, {"t5", "text_encoders"}, {"t5xxl", "text_encoders"}, {"umt5", "text_encoders"},
		{"clip_vision", "clip_vision"}, {"image_encoder", "clip_vision"}, {"clip", "text_encoders"}, {"audio_encoders", "audio_encoders"},
		{"controlnet", "controlnet"}, {"upscale", "upscale_models"}, {"upscaler", "upscale_models"}, {"upscale_models", "upscale_models"},
		{"esrgan", "upscale_models"}, {"realesrgan", "upscale_models"}, {"embedding", "embeddings"}, {"embeddings", "embeddings"},
		{"style_models", "style_models"}, {"model_patches", "model_patches"}, {"diffusion_model", "diffusion_models"},
		{"diffusion_models", "diffusion_models"}, {"unet", "diffusion_models"}, {"transformer", "diffusion_models"}, {"flux1", "diffusion_models"},
	} {
		if strings.Contains(words, "_"+k.words+"_") {
			return k.folder
		}
	}
	return ""
}
