package modelconfig

import "strings"

// Modality is what a model works on.
type Modality string

// The modalities. Text is also what nothing else is said about.
const (
	Text       Modality = "text"
	Vision     Modality = "vision"
	Audio      Modality = "audio"
	Multimodal Modality = "multimodal"
)

// Modality decides by the parts of the config, then by the model's type
// (analyzers.md §3, rows 8 to 11).
func (c *Config) Modality() Modality {
	if c.multimodal() {
		return Multimodal
	}
	if m := modalityOf(c.ModelType); m != "" {
		return m
	}
	return Text
}

// multimodal: a language model and something that sees or hears.
func (c *Config) multimodal() bool {
	o := c.Raw
	sees := o.Has("vision_config") || o.Has("image_token_id") || o.Has("image_token_index") || o.Has("vision_tower") || o.Has("mm_vision_tower") || o.Has("img_processor") || o.Has("visual")
	hears := o.Has("audio_config") || o.Has("audio_token_index") || o.Has("audio_token_id") || o.Has("audio_processor") || o.Has("embd_layer")
	if !sees && !hears {
		return false
	}
	if o.Has("text_config") || o.Has("llm_config") || o.Has("language_config") || o.Has("thinker_config") {
		return true
	}
	return strings.HasSuffix(c.Architecture(), "ForCausalLM") || strings.HasSuffix(c.Architecture(), "ForConditionalGeneration") || modalityOf(c.ModelType) == Multimodal
}

// modalityOf is by model_type. "" is text, or unknown.
func modalityOf(modelType string) Modality {
	switch modelType {
	case "whisper", "wav2vec2", "wav2vec2-bert", "wav2vec2-conformer", "wavlm", "hubert", "sew", "sew-d", "unispeech", "unispeech-sat", "data2vec-audio",
		"vits", "speecht5", "fastspeech2_conformer", "bark", "musicgen", "musicgen_melody", "encodec", "dac", "mimi",
		"seamless_m4t", "seamless_m4t_v2", "speech_to_text", "mms", "parakeet", "parakeet_ctc", "moshi", "kokoro", "csm", "dia",
		"audio-spectrogram-transformer", "clap", "univnet", "pop2piano", "moonshine", "granite_speech", "xcodec", "s2t_transformer", "kyutai_speech_to_text":
		return Audio
	case "vit", "deit", "beit", "swin", "swinv2", "convnext", "convnextv2", "resnet", "regnet", "mobilenet_v1", "mobilenet_v2", "mobilevit", "mobilevitv2",
		"efficientnet", "levit", "poolformer", "van", "cvt", "dinat", "nat", "pvt", "pvt_v2", "focalnet", "bit", "hiera", "vit_mae", "vit_msn", "vit_hybrid",
		"detr", "conditional_detr", "deformable_detr", "deta", "rt_detr", "rt_detr_v2", "d_fine", "yolos", "table-transformer",
		"segformer", "mask2former", "maskformer", "oneformer", "upernet", "dpt", "depth_anything", "zoedepth", "glpn", "depth_pro",
		"sam", "sam2", "sam_hq", "dinov2", "dinov2_with_registers", "dinov3_vit", "dinov3_convnext", "swin2sr", "superpoint", "vitmatte", "vitpose", "timm_wrapper", "timesformer", "videomae", "vivit", "siglip_vision_model", "clip_vision_model", "ijepa", "vjepa2":
		return Vision
	case "clip", "siglip", "siglip2", "blip", "blip-2", "instructblip", "llava", "llava_next", "llava_onevision", "llava_next_video", "video_llava", "vipllava",
		"idefics", "idefics2", "idefics3", "smolvlm", "paligemma", "qwen2_vl", "qwen2_5_vl", "qwen3_vl", "qwen3_vl_moe", "qwen2_audio", "qwen2_5_omni", "qwen3_omni_moe",
		"mllama", "gemma3", "gemma3n", "mistral3", "pixtral", "fuyu", "kosmos-2", "git", "vilt", "flava", "align", "altclip", "chinese_clip", "clipseg", "owlvit", "owlv2",
		"grounding-dino", "florence2", "internvl", "internvl_chat", "aria", "emu3", "chameleon", "janus", "molmo", "phi3_v", "phi4mm", "phi4_multimodal", "minicpmv", "ultravox", "voxtral",
		"vision-encoder-decoder", "donut", "pix2struct", "udop", "layoutlmv2", "layoutlmv3", "trocr", "got_ocr2", "bridgetower", "imagebind", "llama4", "glm4v", "ovis", "deepseek_vl", "deepseek_vl_v2", "kimi_vl":
		return Multimodal
	default:
		return ""
	}
}
