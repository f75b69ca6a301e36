// Package modelconfig reads the config.json of a model that transformers and its
// like load. Begin with Read. It guards that one reading serves all analyzers:
// where the sizes stand in a nested model, which of the many spellings of a key
// count, and what is left out because the class has a default (analyzers.md §5).
//
// Nothing in a config is trusted: numbers that make no sense are missing ones.
package modelconfig

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Path is where a model keeps its config.
const Path = "config.json"

// Config is what a config.json says. Zero is "not said" for every number.
type Config struct {
	// Root is the whole file, Text the part of it that describes the language
	// model (or whatever the main part is): Root itself unless models are nested.
	Root, Text loose.Object

	Architectures []string // class names; a single string counts as a list
	ModelType     string   // family key of the whole: "llava"
	TextType      string   // of Text: "llama"
	DType         string   // as written: "bfloat16", "torch.float16"

	HiddenSize   int64 // width of a layer
	Layers       int64
	Heads        int64 // of queries
	KVHeads      int64 // = Heads when not said
	HeadDim      int64 // HiddenSize/Heads when not said
	ValueDim     int64 // of a head's value; = HeadDim when not said
	Intermediate int64 // width of the feed-forward part
	Vocab        int64
	MaxPositions int64 // max_position_embeddings, as written
	Context      int64 // usable tokens, rope scaling included

	SlidingWindow int64 // tokens; 0 also where a key says it is not used
	RopeScaling   loose.Object

	// LatentRank and RopeDim are set in models that keep one compressed vector a
	// token instead of keys and values (MLA).
	LatentRank, RopeDim int64

	Experts         int64 // to choose from, in a layer
	ExpertsPerToken int64

	// RemoteCode: classes are loaded from files of the repository (auto_map).
	RemoteCode bool
	// HasText, HasVision and HasAudio say which parts have a config of their own.
	HasText, HasVision, HasAudio bool
	// Quantization says how the weights are quantized, nil when they are not.
	Quantization loose.Object
}

// Read reads a repository's config; sdk.ErrNoFile when there is none. Of one that
// is too large (some list every module) the leading members are used.
func Read(ctx context.Context, r sdk.Repo) (*Config, error) {
	data, err := sdk.ReadFile(ctx, r, Path, sdk.MaxConfig)
	if errors.Is(err, sdk.ErrTooLarge) {
		return readStart(ctx, r)
	}
	if err != nil {
		return nil, err
	}
	return Parse(data)
}

func readStart(ctx context.Context, r sdk.Repo) (*Config, error) {
	data, err := r.ReadAt(ctx, Path, 0, LeadingBytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", Path, err)
	}
	root := Leading(data)
	if len(root) == 0 {
		return nil, fmt.Errorf("%s: %w", Path, sdk.ErrTooLarge)
	}
	return New(root), nil
}

// Parse reads the bytes of a config.json.
func Parse(data []byte) (*Config, error) {
	root, err := Object(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", Path, err)
	}
	return New(root), nil
}

// New takes a config that is parsed already.
func New(root loose.Object) *Config {
	c := &Config{Root: root}
	c.Text = c.mainPart()
	c.Architectures = root.Texts("architectures")
	c.ModelType = root.Text("model_type")
	c.TextType = c.Text.Text("model_type")
	if c.TextType == "" {
		c.TextType = c.ModelType
	}
	c.DType = c.text("dtype", "torch_dtype")
	c.HasText = anyObject(root, "text_config", "llm_config", "language_config", "thinker_config")
	c.HasVision = anyObject(root, "vision_config", "vision_cfg", "img_processor", "visual", "vision_tower_config") ||
		root.Text("mm_vision_tower") != "" || anyObject(root.Object("thinker_config"), "vision_config")
	c.HasAudio = anyObject(root, "audio_config", "audio_encoder_config", "audio_processor", "speech_config") ||
		anyObject(root.Object("thinker_config"), "audio_config")
	c.RemoteCode = root.Has("auto_map")
	c.Quantization = root.Object("quantization_config", "quantization", "compression_config")
	if c.Quantization == nil {
		c.Quantization = c.Text.Object("quantization_config")
	}
	c.sizes()
	c.Context = c.contextLength()
	return c
}

// Architecture is the class that loads the model, "" when it is not said.
func (c *Config) Architecture() string {
	if len(c.Architectures) > 0 {
		return c.Architectures[0]
	}
	return ""
}

// Model says that the config is of a model: many other programs have a
// config.json, too.
func (c *Config) Model() bool { return len(c.Architectures) > 0 || c.ModelType != "" }

// Precision is DType by its short name: "bf16"; "" when it is not said.
func (c *Config) Precision() string { return Precision(c.DType) }

// Precision is the short name of a dtype of PyTorch or safetensors: "bf16".
func Precision(dtype string) string {
	switch strings.ToLower(strings.TrimPrefix(dtype, "torch.")) {
	case "float64", "double", "f64":
		return "fp64"
	case "float32", "float", "f32":
		return "fp32"
	case "float16", "half", "f16":
		return "fp16"
	case "bfloat16", "bf16":
		return "bf16"
	case "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "f8_e4m3", "f8_e5m2", "f8_e4m3fnuz", "f8_e5m2fnuz", "float8":
		return "fp8"
	case "float4_e2m1fn_x2", "f4", "f4_e2m1":
		return "fp4"
	case "int8", "i8":
		return "int8"
	case "uint8", "u8":
		return "uint8"
	case "int32", "i32":
		return "int32"
	case "int64", "i64":
		return "int64"
	default:
		return ""
	}
}

// text gives a text of the main part, else of the whole.
func (c *Config) text(keys ...string) string {
	if s := c.Text.Text(keys...); s != "" {
		return s
	}
	return c.Root.Text(keys...)
}

func anyObject(o loose.Object, keys ...string) bool { return o.Object(keys...) != nil }
