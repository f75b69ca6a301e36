// Package modelconfig reads config.json of models that the transformers library
// and its like load. It takes what people really wrote: a fact that is missing or
// of another shape is a zero, never an error.
package modelconfig

import (
	"context"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/analyzers/memory"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Config is a config.json.
type Config struct {
	Raw  loose.Object
	Text loose.Object // where the sizes of the language model are: Raw, or a part of it

	Architectures []string
	ModelType     string

	Hidden, Layers, Heads, KVHeads, HeadDim, Intermediate, Vocab int64

	MaxPositions  int64 // as written
	Context       int64 // tokens that can be used, with the stretching of rope
	SlidingWindow int64 // 0 for none
	Experts       int64
	ExpertsPerTok int64
	DType         string // as written
	Remote        bool   // auto_map asks for code of the repository
}

// Load reads root config.json. sdk.ErrNoFile when there is none.
func Load(ctx context.Context, r sdk.Repo) (*Config, error) {
	data, err := sdk.ReadFile(ctx, r, "config.json", sdk.MaxConfig)
	if err != nil {
		return nil, err
	}
	return Parse(data)
}

// Parse reads a config.json.
func Parse(data []byte) (*Config, error) {
	raw, err := loose.Parse(data)
	if err != nil {
		return nil, err
	}
	c := &Config{Raw: raw, Text: raw, Architectures: raw.Texts("architectures"), ModelType: raw.Text("model_type"), Remote: raw.Has("auto_map")}
	// Nested models keep their sizes in a part of their own (analyzers.md §5).
	for o := raw.Object("text_config", "llm_config", "language_config", "thinker_config", "decoder"); o != nil; o = o.Object("text_config") {
		if o.Has("hidden_size") || o.Has("num_hidden_layers") || o.Has("text_config") || o.Has("n_embd") {
			c.Text = o
		}
	}
	c.sizes()
	c.context()
	c.DType = first(raw.Text("dtype", "torch_dtype"), c.Text.Text("dtype", "torch_dtype"))
	c.DType = strings.TrimPrefix(c.DType, "torch.")
	return c, nil
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// sizes read the names that families have for the same thing.
func (c *Config) sizes() {
	t := c.Text
	num := func(keys ...string) int64 {
		n, ok := t.Int(keys...)
		if !ok && c.Raw != nil {
			n, _ = c.Raw.Int(keys...)
		}
		return max(0, n)
	}
	c.Hidden = num("hidden_size", "n_embd", "d_model", "dim", "model_dim")
	c.Layers = num("num_hidden_layers", "n_layer", "num_layers", "n_layers", "encoder_layers")
	c.Heads = num("num_attention_heads", "n_head", "num_heads", "n_heads", "encoder_attention_heads")
	c.KVHeads = num("num_key_value_heads", "n_head_kv", "num_kv_heads", "multi_query_group_num")
	if multi, ok := t.Bool("multi_query"); ok && multi && c.KVHeads == 0 {
		c.KVHeads = 1
	}
	if c.KVHeads == 0 {
		c.KVHeads = c.Heads
	}
	c.HeadDim = num("head_dim", "kv_channels", "d_kv")
	if c.HeadDim == 0 && c.Heads > 0 {
		c.HeadDim = c.Hidden / c.Heads
	}
	c.Intermediate = num("intermediate_size", "n_inner", "d_ff", "ffn_dim", "ffn_hidden_size", "encoder_ffn_dim")
	c.Vocab = num("vocab_size", "padded_vocab_size")
	c.Experts = num("num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts")
	c.ExpertsPerTok = num("num_experts_per_tok", "experts_per_token", "num_experts_per_token", "moe_topk", "top_k_experts")
	if c.Experts == 0 {
		c.ExpertsPerTok = 0
	}
}

// context is the larger of what is stated and what rope makes of its original
// length; a sliding window is not the context (analyzers.md §5).
func (c *Config) context() {
	t := c.Text
	c.MaxPositions, _ = t.Int("max_position_embeddings", "n_positions", "max_sequence_length", "seq_length", "max_seq_len", "n_ctx", "max_target_positions")
	c.MaxPositions = max(0, c.MaxPositions)
	c.Context = c.MaxPositions
	rope := t.Object("rope_scaling", "rope_parameters")
	if factor, ok := rope.Float("factor"); ok && factor > 1 && factor < 1e6 {
		original, has := rope.Int("original_max_position_embeddings")
		switch kind := rope.Text("rope_type", "type"); {
		case has && original > 0:
			c.Context = max(c.Context, int64(float64(original)*factor))
		case kind == "linear" || kind == "dynamic":
			c.Context = int64(float64(c.MaxPositions) * factor)
		}
	}
	if original, ok := t.Int("original_max_position_embeddings"); ok && c.Context < original {
		c.Context = original
	}
	window, _ := t.Int("sliding_window", "attention_window_size")
	if use, ok := t.Bool("use_sliding_window"); ok && !use {
		window = 0
	}
	c.SlidingWindow = max(0, window)
}

// Architecture is the first class name, "" without one.
func (c *Config) Architecture() string {
	if len(c.Architectures) == 0 {
		return ""
	}
	return c.Architectures[0]
}

// maxLayers bounds what is believed of a config.
const maxLayers = 10_000

// Shape is what the memory of the model depends on.
func (c *Config) Shape() memory.Model {
	m := memory.Model{Vocab: c.Vocab, Embedding: c.Hidden, Context: c.Context}
	t := c.Text
	latent, _ := t.Int("kv_lora_rank")
	if latent > 0 {
		rope, _ := t.Int("qk_rope_head_dim")
		latent += max(0, rope)
	}
	value := c.HeadDim
	if v, ok := t.Int("v_head_dim"); ok && v > 0 {
		value = v
	}
	kinds := t.Texts("layer_types")
	if kinds == nil {
		kinds = t.Texts("layers_block_type")
	}
	for i := range min(c.Layers, maxLayers) {
		l := memory.Layer{KVHeads: c.KVHeads, KeyLength: c.HeadDim, ValueLength: value, Latent: max(0, latent)}
		kind := ""
		if int(i) < len(kinds) {
			kind = kinds[i]
		}
		switch {
		case c.recurrent(kind):
			l = memory.Layer{State: c.state()}
		case c.slides(i, kind):
			l.Window = c.SlidingWindow
		}
		m.Layers = append(m.Layers, l)
	}
	return m
}

// slides: by the list of layers, or each but every Nth, or all.
func (c *Config) slides(i int64, kind string) bool {
	if c.SlidingWindow == 0 {
		return false
	}
	if kind != "" {
		return kind == "sliding_attention"
	}
	every, ok := c.Text.Int("sliding_window_pattern", "_sliding_window_pattern")
	if !ok {
		switch c.Text.Text("model_type") {
		case "gemma2", "gpt_oss":
			every = 2
		case "gemma3", "gemma3_text":
			every = 6
		case "cohere2":
			every = 4
		default:
			every = 1
		}
	}
	return every == 1 || every > 1 && (i+1)%every != 0
}

// recurrent layers keep a state of constant size.
func (c *Config) recurrent(kind string) bool {
	switch kind {
	case "linear_attention", "mamba", "mamba2", "recurrent", "conv":
		return true
	case "":
		switch c.ModelType {
		case "mamba", "mamba2", "falcon_mamba", "rwkv":
			return true
		}
	}
	return false
}

func (c *Config) state() int64 {
	num := func(keys ...string) int64 {
		n, _ := c.Text.Int(keys...)
		return max(0, n)
	}
	inner := num("intermediate_size", "mamba_d_inner", "d_inner")
	if expand := num("mamba_expand", "expand"); expand > 0 {
		inner = expand * c.Hidden
	}
	return memory.State(num("conv_kernel", "mamba_d_conv", "d_conv", "linear_conv_kernel_dim"), inner, max(1, num("n_groups", "mamba_n_groups")), num("state_size", "mamba_d_state", "d_state"))
}

// Parameters is the number of weights the sizes make, for where nothing counts
// them; 0 when they do not tell.
func (c *Config) Parameters() int64 {
	if c.Hidden == 0 || c.Layers == 0 || c.Heads == 0 {
		return 0
	}
	h, ff := float64(c.Hidden), float64(c.Intermediate)
	if ff == 0 {
		ff = 4 * h
	}
	attention := h*float64(c.Heads*c.HeadDim)*2 + h*float64(c.KVHeads*c.HeadDim)*2
	matrices := 2.0
	if act := c.Text.Text("hidden_act", "hidden_activation", "activation_function"); act == "silu" || act == "swiglu" || strings.HasPrefix(act, "gelu_pytorch") {
		matrices = 3 // with a gate
	}
	mlp := matrices * h * ff
	if c.Experts > 0 {
		if moe, ok := c.Text.Int("moe_intermediate_size"); ok && moe > 0 {
			mlp = matrices * h * float64(moe)
		}
		mlp *= float64(c.Experts)
	}
	embeddings := float64(c.Vocab) * h
	if tied, ok := c.Text.Bool("tie_word_embeddings"); ok && !tied {
		embeddings *= 2
	}
	total := embeddings + float64(c.Layers)*(attention+mlp)
	if total > 1e15 {
		return 0
	}
	return int64(total)
}

// Precision is a dtype in short: bf16, fp16, fp32, fp8, int8. "" unknown.
func Precision(dtype string) string {
	switch d := strings.ToLower(strings.TrimPrefix(dtype, "torch.")); d {
	case "bfloat16", "bf16":
		return "bf16"
	case "float16", "half", "f16", "fp16":
		return "fp16"
	case "float32", "float", "f32", "fp32":
		return "fp32"
	case "float64", "f64":
		return "fp64"
	case "int8", "i8", "u8", "uint8":
		return "int8"
	default:
		if strings.HasPrefix(d, "float8") || strings.HasPrefix(d, "f8") {
			return "fp8"
		}
		return ""
	}
}
