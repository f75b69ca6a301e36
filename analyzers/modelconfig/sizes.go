package modelconfig

import "github.com/hfdownloader/hfdownloader/analyzers/loose"

// maxNumber bounds what is believed of a config, so that products of two sizes
// stay exact and sums do not overflow.
const maxNumber = 1 << 31

// mainPart is the nested config that describes the language model, if there is
// one, else the only part that has sizes, else the whole.
func (c *Config) mainPart() loose.Object {
	root := c.Root
	for _, key := range []string{"text_config", "llm_config", "language_config", "thinker_config", "decoder", "text_model_config"} {
		part := root.Object(key)
		if nested := part.Object("text_config"); nested != nil {
			part = nested
		}
		if len(part) > 0 {
			return part
		}
	}
	if _, ok := root.Int("hidden_size", "n_embd", "d_model", "dim", "num_hidden_layers"); ok {
		return root
	}
	if part := root.Object("vision_config", "audio_config", "encoder_config", "encoder"); len(part) > 0 {
		return part
	}
	return root
}

// number gives the first of the keys that holds a sensible number: in the main
// part, else in the whole.
func (c *Config) number(keys ...string) int64 {
	for _, o := range []loose.Object{c.Text, c.Root} {
		for _, k := range keys {
			if n, ok := o.Int(k); ok && n > 0 && n <= maxNumber {
				return n
			}
		}
	}
	return 0
}

// sizes reads every size under the names it has in the wild. The first name is
// the one most families use.
func (c *Config) sizes() {
	c.HiddenSize = c.number("hidden_size", "n_embd", "d_model", "n_embed", "dim", "model_dim", "embed_dim", "hidden_dim")
	c.Layers = c.number("num_hidden_layers", "n_layer", "n_layers", "decoder_layers", "num_layers", "num_transformer_layers", "encoder_layers")
	c.Heads = c.number("num_attention_heads", "n_head", "n_heads", "decoder_attention_heads", "num_heads", "encoder_attention_heads")
	c.Intermediate = c.number("intermediate_size", "n_inner", "d_ff", "ffn_dim", "decoder_ffn_dim", "ffn_hidden_size", "inner_dim", "encoder_ffn_dim")
	c.Vocab = c.number("vocab_size", "padded_vocab_size", "n_vocab")
	c.MaxPositions = c.number("max_position_embeddings", "n_positions", "max_sequence_length", "max_seq_len", "seq_length", "n_ctx", "max_target_positions")
	c.defaults()
	c.KVHeads = c.kvHeads()
	c.LatentRank = c.number("kv_lora_rank")
	c.headDims()
	if c.LatentRank > 0 {
		c.RopeDim = c.number("qk_rope_head_dim")
	}
	c.Experts = c.number("num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts", "num_moe_experts")
	c.ExpertsPerToken = c.number("num_experts_per_tok", "num_experts_per_token", "moe_top_k", "moe_topk", "moe_k", "experts_per_token")
	if ffn := c.Text.Object("ffn_config"); c.Experts == 0 && ffn != nil { // DBRX
		c.Experts, _ = ffn.Int("moe_num_experts")
		c.ExpertsPerToken, _ = ffn.Int("moe_top_k")
		c.Experts, c.ExpertsPerToken = sensible(c.Experts), sensible(c.ExpertsPerToken)
	}
	if c.Experts <= 1 { // families with an option for experts say 0 or 1 without
		c.Experts, c.ExpertsPerToken = 0, 0
	}
	c.SlidingWindow = c.slidingWindow()
}

func sensible(n int64) int64 {
	if n < 0 || n > maxNumber {
		return 0
	}
	return n
}

func (c *Config) kvHeads() int64 {
	if n := c.number("num_key_value_heads", "num_kv_heads", "n_head_kv", "n_kv_heads", "num_query_groups"); n > 0 {
		return n
	}
	if attention := c.Text.Object("attn_config"); attention != nil { // MPT, DBRX
		if n, ok := attention.Int("kv_n_heads"); ok && sensible(n) > 0 {
			return n
		}
	}
	if list := c.perLayer(); len(list) > 0 {
		most := int64(0)
		for _, n := range list {
			most = max(most, n)
		}
		return most
	}
	if multi, _ := c.Text.Bool("multi_query_attention"); multi { // ChatGLM
		if n := c.number("multi_query_group_num"); n > 0 {
			return n
		}
	}
	if multi, _ := c.Text.Bool("multi_query"); multi { // Falcon, StarCoder
		if grouped, _ := c.Text.Bool("new_decoder_architecture"); !grouped {
			return 1
		}
	}
	return c.Heads
}

// perLayer is the number of heads for keys of each layer, where they differ.
func (c *Config) perLayer() []int64 {
	for _, key := range []string{"num_key_value_heads", "num_kv_heads"} {
		if _, isList := c.Text[key].([]any); !isList {
			continue
		}
		var out []int64
		for _, v := range c.Text.List(key) {
			n, _ := loose.Int(v)
			out = append(out, sensible(n))
		}
		return out
	}
	return nil
}

func (c *Config) headDims() {
	c.HeadDim = c.number("head_dim", "d_kv", "kv_channels", "attention_head_dim", "head_size")
	if c.LatentRank > 0 {
		if n := c.number("qk_nope_head_dim"); n > 0 {
			c.HeadDim = n + c.number("qk_rope_head_dim")
		}
	}
	if c.HeadDim == 0 && c.Heads > 0 {
		c.HeadDim = c.HiddenSize / c.Heads
	}
	if c.ValueDim = c.number("v_head_dim", "value_head_dim"); c.ValueDim == 0 {
		c.ValueDim = c.HeadDim
	}
}

// defaults fills what published configs leave to the default of their class.
func (c *Config) defaults() {
	fill := func(to *int64, n int64) {
		if *to == 0 {
			*to = n
		}
	}
	switch c.TextType {
	case "llama": // the text part of LLaVA
		fill(&c.HiddenSize, 4096)
		fill(&c.Layers, 32)
		fill(&c.Heads, 32)
		fill(&c.Intermediate, 11008)
		fill(&c.Vocab, 32000)
		fill(&c.MaxPositions, 2048)
	case "mistral":
		fill(&c.HiddenSize, 4096)
		fill(&c.Layers, 32)
		fill(&c.Heads, 32)
		fill(&c.Intermediate, 14336)
		fill(&c.Vocab, 32000)
	case "gemma", "gemma2": // the text part of PaliGemma
		fill(&c.MaxPositions, 8192)
		c.Text = with(c.Text, "head_dim", 256)
	case "gemma3_text", "gemma3":
		fill(&c.HiddenSize, 2304)
		fill(&c.Layers, 26)
		fill(&c.Heads, 8)
		fill(&c.Intermediate, 9216)
		fill(&c.Vocab, 262208)
		fill(&c.MaxPositions, 131072)
		c.Text = with(with(c.Text, "head_dim", 256), "num_key_value_heads", 4)
	}
	if c.Intermediate == 0 && fourTimes(c.TextType) {
		c.Intermediate = 4 * c.HiddenSize
	}
}

// fourTimes are families whose feed-forward part is four times as wide as a layer
// unless they say otherwise.
func fourTimes(modelType string) bool {
	switch modelType {
	case "gpt2", "gptj", "gpt_neo", "gpt_bigcode", "codegen", "bloom", "falcon", "mpt":
		return true
	}
	return false
}

// with is an object and one more number, unless it has the key.
func with(o loose.Object, key string, n int64) loose.Object {
	if o.Has(key) {
		return o
	}
	out := make(loose.Object, len(o)+1)
	for k, v := range o {
		out[k] = v
	}
	out[key] = n
	return out
}
