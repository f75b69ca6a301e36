package modelconfig

import (
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/analyzers/memory"
)

// maxLayers bounds what is believed of a config.
const maxLayers = 10_000

// Memory is what the memory of a running model depends on (analyzers.md §9.4).
// Models that do not generate keep nothing between tokens.
func (c *Config) Memory() memory.Model {
	m := memory.Model{Vocab: c.Vocab, Embedding: c.HiddenSize, Context: c.Context}
	if !c.Generates() {
		return m
	}
	heads, kinds := c.perLayer(), c.layerKinds()
	for i := range min(c.Layers, maxLayers) {
		kind := c.layerKind(kinds, i)
		l := memory.Layer{KVHeads: c.KVHeads, KeyLength: c.HeadDim, ValueLength: c.ValueDim}
		if int(i) < len(heads) {
			l.KVHeads = heads[i]
		}
		switch {
		case kind == recurrent:
			l = memory.Layer{State: c.recurrentState()}
		case kind == empty:
			l = memory.Layer{}
		case c.LatentRank > 0:
			l = memory.Layer{Latent: c.LatentRank + c.RopeDim}
		case kind == sliding:
			l.Window = c.window()
		}
		m.Layers = append(m.Layers, l)
	}
	return m
}

// kind is what a layer keeps.
type kind int

const (
	full      kind = iota // keys and values of every token
	sliding               // of the last ones
	recurrent             // a state of constant size
	empty                 // nothing: only a feed-forward part
)

// layerKinds is the config's own list of layers, nil when it has none.
func (c *Config) layerKinds() []kind {
	for _, key := range []string{"layer_types", "layers_block_type", "block_types"} {
		var out []kind
		for _, name := range c.Text.Texts(key) {
			switch name {
			case "sliding_attention", "chunked_attention", "local_attention", "local":
				out = append(out, sliding)
			case "linear_attention", "mamba", "mamba2", "conv", "recurrent":
				out = append(out, recurrent)
			case "mlp", "moe":
				out = append(out, empty)
			default:
				out = append(out, full)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	var out []kind
	for _, r := range c.Text.Text("hybrid_override_pattern") { // Nemotron-H: "M-M*-"
		switch r {
		case 'M':
			out = append(out, recurrent)
		case '*':
			out = append(out, full)
		default:
			out = append(out, empty)
		}
	}
	return out
}

// layerKind is that of one layer. A list that is shorter than the model repeats.
func (c *Config) layerKind(kinds []kind, i int64) kind {
	if len(kinds) > 0 {
		return kinds[int(i)%len(kinds)]
	}
	if c.recurrentLayer(i) {
		return recurrent
	}
	if c.slides(i) {
		return sliding
	}
	return full
}

// recurrentLayer says so where a family has a rule instead of a list.
func (c *Config) recurrentLayer(i int64) bool {
	switch c.TextType {
	case "mamba", "mamba2", "falcon_mamba", "rwkv", "xlstm":
		return true
	}
	if period := c.number("attn_layer_period"); period > 0 { // Jamba
		offset, _ := c.Text.Int("attn_layer_offset")
		return i%period != offset
	}
	if interval := c.number("full_attention_interval"); interval > 0 { // Qwen3-Next
		return (i+1)%interval != 0
	}
	if list := c.Text.List("attn_layer_indices"); len(list) > 0 { // Bamba
		for _, v := range list {
			if n, ok := loose.Int(v); ok && n == i {
				return false
			}
		}
		return true
	}
	return false
}

// recurrentState is the number of elements a recurrent layer keeps.
func (c *Config) recurrentState() int64 {
	inner := c.number("linear_num_value_heads") * c.number("linear_value_head_dim")
	if inner > 0 { // Qwen3-Next
		return memory.State(c.number("linear_conv_kernel_dim"), inner, c.number("linear_num_key_heads"), c.number("linear_key_head_dim"))
	}
	if n := c.number("conv_L_cache"); n > 0 { // LFM2
		return n * c.HiddenSize
	}
	inner = c.number("mamba_n_heads", "mamba_num_heads") * c.number("mamba_d_head", "mamba_head_dim")
	if inner == 0 {
		inner = c.number("mamba_expand", "expand") * c.HiddenSize
	}
	if inner == 0 {
		inner = 2 * c.HiddenSize
	}
	return memory.State(c.number("mamba_d_conv", "conv_kernel"), inner, c.number("mamba_n_groups", "n_groups"), c.number("mamba_d_state", "ssm_state_size", "state_size"))
}

// slidingWindow is the window of those layers that have one. A key may say that
// it is not used; the Qwen families do not use it unless a key says so.
func (c *Config) slidingWindow() int64 {
	used, said := c.Text.Bool("use_sliding_window")
	if said && !used || !said && strings.HasPrefix(c.TextType, "qwen") {
		return 0
	}
	if n := c.number("sliding_window", "sliding_window_size"); n > 0 {
		return n
	}
	return 0
}

// window is what a layer of the kind sliding keeps.
func (c *Config) window() int64 {
	if c.SlidingWindow > 0 {
		return c.SlidingWindow
	}
	return c.number("attention_chunk_size", "attention_window_size") // Llama 4, RecurrentGemma
}

// slides says whether a layer has a window where the config has no list of layers.
func (c *Config) slides(i int64) bool {
	if c.SlidingWindow == 0 {
		return false
	}
	if first := c.number("max_window_layers"); first > 0 && strings.HasPrefix(c.TextType, "qwen") {
		return i >= first
	}
	if pattern := c.Text.Text("sliding_window_pattern"); pattern != "" { // EXAONE 4: "LLLG"
		return pattern[int(i)%len(pattern)] == 'L'
	}
	every := c.number("sliding_window_pattern", "_sliding_window_pattern")
	if every == 0 {
		every = fullEvery(c.TextType)
	}
	return every <= 1 || (i+1)%every != 0
}

// fullEvery is which layers of a family see everything: each Nth; 0 is none.
func fullEvery(modelType string) int64 {
	switch modelType {
	case "gemma2", "gpt_oss":
		return 2
	case "gemma3", "gemma3_text":
		return 6
	case "gemma3n", "gemma3n_text":
		return 5
	case "cohere2", "exaone4", "olmo3":
		return 4
	default:
		return 0
	}
}
