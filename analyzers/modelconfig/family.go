package modelconfig

import "strings"

// Family is what a model works on.
type Family string

// The families.
const (
	Unknown    Family = ""
	Text       Family = "text"    // generates text
	Encoder    Family = "encoder" // reads text, gives vectors or labels
	Seq2Seq    Family = "seq2seq" // text to text with an encoder
	Vision     Family = "vision"
	Audio      Family = "audio"
	Multimodal Family = "multimodal" // text and something else
)

// Family tells what a config is of. Its own model type says most; then the parts
// it has; then the classes (analyzers.md §3).
func (c *Config) Family() Family {
	if f := familyOf(c.ModelType); f != Unknown {
		if f == Text && (c.HasVision || c.HasAudio || c.seesImages()) {
			return Multimodal // built on the model type of a language model
		}
		return f
	}
	if c.HasVision && (c.HasText || c.seesImages() || c.languageModel()) || c.HasAudio && (c.HasText || c.languageModel()) || c.seesImages() {
		return Multimodal
	}
	for _, name := range c.Architectures {
		if f := familyOfClass(name); f != Unknown {
			return f
		}
	}
	return Unknown
}

// Generates says that the model writes token after token, and so keeps a cache.
func (c *Config) Generates() bool {
	switch c.Family() {
	case Text, Seq2Seq:
		return true
	case Multimodal:
		return !dual(c.ModelType)
	case Audio:
		return generatesFromSound(c.ModelType)
	default:
		return false
	}
}

// seesImages says that there is a token that stands for a picture.
func (c *Config) seesImages() bool {
	for _, key := range []string{"image_token_id", "image_token_index", "img_token_id", "media_placeholder_token_id"} {
		if _, ok := c.Root.Int(key); ok {
			return true
		}
	}
	return false
}

// languageModel says that a class of the config writes text.
func (c *Config) languageModel() bool {
	for _, name := range c.Architectures {
		if strings.HasSuffix(name, "ForCausalLM") || strings.HasSuffix(name, "ForConditionalGeneration") || strings.HasSuffix(name, "LMHeadModel") {
			return true
		}
	}
	return false
}

// familyOf knows model types. Of those that generate text only a few need to be
// here: their classes say so.
func familyOf(modelType string) Family {
	switch modelType {
	case "llama", "mistral", "mixtral", "qwen", "qwen2", "qwen3", "qwen2_moe", "qwen3_moe", "qwen3_next", "gemma", "gemma2", "gemma3_text",
		"phi", "phi3", "phimoe", "gpt2", "gpt_neo", "gpt_neox", "gptj", "gpt_oss", "gpt_bigcode", "codegen", "opt", "bloom", "falcon",
		"mpt", "stablelm", "starcoder2", "cohere", "cohere2", "deepseek_v2", "deepseek_v3", "olmo", "olmo2", "olmoe", "granite",
		"granitemoe", "granitemoehybrid", "mamba", "mamba2", "falcon_mamba", "falcon_h1", "jamba", "bamba", "nemotron", "nemotron_h",
		"internlm2", "internlm3", "baichuan", "chatglm", "glm", "glm4", "glm4_moe", "exaone", "exaone4", "smollm3", "lfm2",
		"minimax_m2", "dbrx", "rwkv", "recurrent_gemma", "llama4_text", "ernie4_5", "seed_oss", "kimi_k2", "hunyuan_v1_dense",
		"bitnet", "xglm", "openai-gpt", "ctrl", "apertus", "arcee":
		return Text
	case "bert", "roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "distilbert", "albert", "electra", "deberta", "deberta-v2", "mpnet",
		"xlnet", "xlm", "longformer", "big_bird", "modernbert", "nomic_bert", "new", "esm", "layoutlm", "funnel", "squeezebert",
		"mobilebert", "roformer", "ernie", "convbert", "fnet", "nystromformer", "flaubert", "rembert", "eurobert", "gte":
		return Encoder
	case "t5", "mt5", "umt5", "longt5", "bart", "mbart", "marian", "pegasus", "pegasus_x", "blenderbot", "blenderbot-small", "led",
		"m2m_100", "nllb-moe", "prophetnet", "switch_transformers", "encoder-decoder", "fsmt", "bigbird_pegasus", "t5gemma":
		return Seq2Seq
	case "vit", "vit_mae", "vit_msn", "vit_hybrid", "deit", "beit", "data2vec-vision", "swin", "swinv2", "swin2sr", "convnext", "convnextv2",
		"resnet", "regnet", "efficientnet", "mobilenet_v1", "mobilenet_v2", "mobilevit", "mobilevitv2", "poolformer", "pvt", "pvt_v2",
		"levit", "cvt", "van", "bit", "focalnet", "dinat", "nat", "hiera", "timm_wrapper", "timm_backbone", "ijepa", "textnet",
		"detr", "conditional_detr", "deformable_detr", "dab-detr", "deta", "table-transformer", "rt_detr", "rt_detr_v2", "d_fine",
		"yolos", "segformer", "mask2former", "maskformer", "oneformer", "upernet", "dpt", "glpn", "zoedepth", "depth_anything",
		"depth_pro", "prompt_depth_anything", "sam", "sam_hq", "sam2", "sam2_video", "dinov2", "dinov2_with_registers", "dinov3_vit",
		"dinov3_convnext", "clip_vision_model", "siglip_vision_model", "siglip2_vision_model", "birefnet",
		"videomae", "vivit", "timesformer", "vjepa2", "superpoint", "superglue", "lightglue", "vitpose", "vitmatte", "imagegpt", "seggpt", "eomt":
		return Vision
	case "whisper", "wav2vec2", "wav2vec2-bert", "wav2vec2-conformer", "hubert", "wavlm", "unispeech", "unispeech-sat", "sew", "sew-d",
		"data2vec-audio", "mctct", "speech_to_text", "speech_to_text_2", "speech-encoder-decoder", "vits", "speecht5", "bark",
		"musicgen", "musicgen_melody", "seamless_m4t", "seamless_m4t_v2", "encodec", "dac", "mimi", "xcodec", "moshi",
		"kyutai_speech_to_text", "kokoro", "csm", "dia", "parler_tts", "fastspeech2_conformer", "fastspeech2_conformer_with_hifigan",
		"univnet", "pop2piano", "audio-spectrogram-transformer", "moonshine", "parakeet", "parakeet_ctc", "parakeet_encoder", "xtts",
		"style_tts2", "stable_audio", "higgs_audio", "canary", "fastconformer", "pyannet", "snac", "zipformer", "vibevoice":
		return Audio
	case "clip", "siglip", "siglip2", "chinese_clip", "altclip", "clipseg", "align", "flava", "vilt", "bridgetower", "visual_bert", "lxmert",
		"owlvit", "owlv2", "grounding-dino", "mm-grounding-dino", "groupvit", "x-clip", "blip", "blip-2", "instructblip", "git",
		"kosmos-2", "pix2struct", "vision-encoder-decoder", "vision-text-dual-encoder", "layoutlmv2", "layoutlmv3", "lilt", "udop",
		"florence2", "fuyu", "clap", "chameleon", "llava", "llava_next", "llava_next_video", "llava_onevision", "llava_llama",
		"llava_mistral", "llava_qwen2", "vipllava", "video_llava", "idefics", "idefics2", "idefics3", "smolvlm", "paligemma", "mllama",
		"llama4", "gemma3", "gemma3n", "gemma4", "pixtral", "mistral3", "qwen2_vl", "qwen2_5_vl", "qwen3_vl", "qwen3_vl_moe", "qwen2_audio",
		"qwen2_5_omni", "qwen3_omni_moe", "internvl", "internvl_chat", "minicpmv", "minicpmo", "phi3_v", "phi4mm", "phi4_multimodal",
		"aria", "molmo", "moondream1", "deepseek_vl", "deepseek_vl_v2", "deepseek_vl_hybrid", "cogvlm2", "janus", "multi_modality",
		"emu3", "ovis", "kimi_vl", "glm4v", "glm4v_moe", "voxtral", "granite_speech", "ultravox", "aya_vision", "cohere2_vision",
		"colpali", "colqwen2", "got_ocr2", "jina_clip", "imagebind", "bagel", "tvlt", "mgp-str", "donut-swin", "nougat":
		return Multimodal
	default:
		return Unknown
	}
}

// dual are models that compare a text with something else; they write nothing.
func dual(modelType string) bool {
	switch modelType {
	case "clip", "siglip", "siglip2", "chinese_clip", "altclip", "clipseg", "align", "flava", "vilt", "bridgetower", "visual_bert", "lxmert",
		"owlvit", "owlv2", "grounding-dino", "mm-grounding-dino", "groupvit", "x-clip", "vision-text-dual-encoder", "layoutlmv2",
		"layoutlmv3", "lilt", "clap", "jina_clip", "imagebind", "colpali", "colqwen2", "tvlt", "donut-swin":
		return true
	}
	return false
}

func generatesFromSound(modelType string) bool {
	switch modelType {
	case "whisper", "speech_to_text", "speech-encoder-decoder", "bark", "musicgen", "musicgen_melody", "seamless_m4t", "seamless_m4t_v2",
		"moshi", "kyutai_speech_to_text", "csm", "dia", "parler_tts", "moonshine", "speecht5", "pop2piano", "higgs_audio", "vibevoice":
		return true
	}
	return false
}

// familyOfClass goes by the end of a class's name, which says what it is for.
func familyOfClass(name string) Family {
	switch task := taskOfClass(name); task {
	case "text-generation":
		return Text
	case "text2text-generation":
		return Seq2Seq
	case "fill-mask", "text-classification", "token-classification", "question-answering", "multiple-choice", "next-sentence-prediction":
		return Encoder
	case "image-classification", "object-detection", "image-segmentation", "depth-estimation", "mask-generation", "image-to-image",
		"image-feature-extraction", "video-classification", "keypoint-detection":
		return Vision
	case "automatic-speech-recognition", "text-to-speech", "audio-classification", "text-to-audio", "audio-to-audio",
		"voice-activity-detection":
		return Audio
	case "visual-question-answering", "document-question-answering", "image-to-text", "image-text-to-text", "zero-shot-object-detection":
		return Multimodal
	default:
		return Unknown
	}
}
