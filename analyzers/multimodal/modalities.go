package multimodal

import (
	"context"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/analyzers/modelconfig"
	"github.com/hfdownloader/hfdownloader/analyzers/multimodal/senses"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// modalities are in the order of the contract. All of these models read or write
// text.
func modalities(s *senses.Senses) []string {
	out := []string{"text"}
	image, audio, video := sees(s), hears(s), watches(s)
	if image || !audio && !video { // where a type is all that is known, most look at images
		out = append(out, "image")
	}
	if audio {
		out = append(out, "audio")
	}
	if video {
		out = append(out, "video")
	}
	return out
}

func sees(s *senses.Senses) bool {
	c := s.Config
	if c.HasVision || s.Preprocessor.Image != nil || hasToken(c, "image_token_id", "image_token_index", "img_token_id", "media_placeholder_token_id") {
		return true
	}
	// Phi-4 names its encoders in the layer that embeds.
	if c.Root.Object("embd_layer").Object("image_embd_layer") != nil || c.Root.Object("embd_layer").Text("embedding_cls") == "image" {
		return true
	}
	switch s.Facts.Pipeline {
	case "image-text-to-text", "image-to-text", "visual-question-answering", "document-question-answering", "zero-shot-image-classification",
		"zero-shot-object-detection", "visual-document-retrieval":
		return true
	default:
		return false
	}
}

func hears(s *senses.Senses) bool {
	c := s.Config
	if c.HasAudio || s.Preprocessor.Audio != nil || hasToken(c, "audio_token_id", "audio_token_index") {
		return true
	}
	switch s.Facts.Pipeline {
	case "audio-text-to-text", "zero-shot-audio-classification":
		return true
	}
	switch c.ModelType {
	case "clap", "qwen2_audio", "ultravox", "granite_speech", "voxtral":
		return true
	}
	return c.Root.Object("embd_layer").Object("audio_embd_layer") != nil
}

func watches(s *senses.Senses) bool {
	if s.Preprocessor.Video || hasToken(s.Config, "video_token_id", "video_token_index") || s.Facts.Pipeline == "video-text-to-text" {
		return true
	}
	switch s.Config.ModelType {
	case "video_llava", "llava_next_video", "x-clip", "tvlt":
		return true
	default:
		return false
	}
}

// hasToken says that a token stands for what is put in its place.
func hasToken(c *modelconfig.Config, keys ...string) bool {
	for _, o := range []loose.Object{c.Root, c.Root.Object("thinker_config")} {
		if _, ok := o.Int(keys...); ok {
			return true
		}
	}
	return false
}

// encoders are the model types of the parts, "" where a part does not say it.
func encoders(c *modelconfig.Config) (vision, text, audio string) {
	vision = typeOf(c, "vision_config", "vision_tower_config", "vision_cfg")
	text = typeOf(c, "text_config", "llm_config", "language_config")
	audio = typeOf(c, "audio_config", "audio_encoder_config", "speech_config", "encoder_config")
	if vision == "" && c.Root.Text("mm_vision_tower") != "" { // LLaVA's own code names a repository
		vision = c.Root.Text("mm_vision_tower")
	}
	if c.ModelType == "vision-encoder-decoder" || c.ModelType == "vision-text-dual-encoder" {
		if t := typeOf(c, "encoder"); t != "" {
			vision = t
		}
		if t := typeOf(c, "decoder"); t != "" {
			text = t
		}
	}
	return senses.Name(vision), senses.Name(text), senses.Name(audio)
}

func typeOf(c *modelconfig.Config, keys ...string) string {
	for _, o := range []loose.Object{c.Root, c.Root.Object("thinker_config")} {
		for _, key := range keys {
			if t := o.Object(key).Text("model_type"); t != "" {
				return t
			}
		}
	}
	return ""
}

// noLimit: larger lengths are a sentinel for "none", 1e30.
const noLimit = 1 << 40

// tokenizerLimit is the number of tokens the tokenizer cuts at, 0 for none.
func tokenizerLimit(ctx context.Context, r sdk.Repo) int64 {
	data, err := sdk.ReadFile(ctx, r, "tokenizer_config.json", sdk.MaxConfig)
	if err != nil {
		return 0 // the transformers analyzer says so
	}
	o, err := loose.Parse(modelconfig.Plain(data))
	if err != nil {
		return 0
	}
	n, ok := o.Int("model_max_length")
	if !ok || n < 1 || n >= noLimit {
		return 0
	}
	return n
}
