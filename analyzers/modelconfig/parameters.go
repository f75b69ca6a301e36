package modelconfig

import "math"

// EstimateParameters is about how many parameters a model of these sizes has, 0
// when the config does not give them. It counts what is large: embeddings,
// attention, feed-forward parts with all experts. Counts from headers are exact;
// this is for repositories without any.
func (c *Config) EstimateParameters() int64 {
	if c.HiddenSize == 0 || c.Layers == 0 {
		return 0
	}
	h := float64(c.HiddenSize)
	sum := float64(c.Vocab) * h
	if c.Generates() && !c.tied() {
		sum *= 2
	}
	if c.learnsPositions() {
		sum += float64(c.MaxPositions) * h
	}
	kinds := c.layerKinds()
	for i := range min(c.Layers, maxLayers) {
		sum += 2 * h // norms
		switch c.layerKind(kinds, i) {
		case recurrent:
			sum += 6 * h * h // both ways through a state twice as wide
		case empty:
		default:
			sum += c.attention(h)
		}
		sum += c.feedForward(h, i)
	}
	if !(sum < maxParameters) {
		return 0
	}
	return int64(math.Round(sum))
}

// maxParameters: a model of more is a mistake.
const maxParameters = 1 << 50

func (c *Config) attention(h float64) float64 {
	heads, kv := float64(c.Heads), float64(c.KVHeads)
	key, val := float64(c.HeadDim), float64(c.ValueDim)
	if c.LatentRank == 0 {
		return h * (heads*key + kv*key + kv*val + heads*val)
	}
	latent, rope := float64(c.LatentRank), float64(c.RopeDim)
	queries := h * heads * key
	if rank := float64(c.number("q_lora_rank")); rank > 0 {
		queries = rank * (h + heads*key)
	}
	return queries + h*(latent+rope) + latent*heads*(key-rope+val) + heads*val*h
}

func (c *Config) feedForward(h float64, layer int64) float64 {
	matrices := 3.0
	if c.twoMatrices() {
		matrices = 2
	}
	if !c.sparse(layer) {
		return matrices * h * float64(c.Intermediate)
	}
	width := float64(c.number("moe_intermediate_size", "expert_ffn_hidden_size"))
	if width == 0 {
		width = float64(c.Intermediate)
	}
	shared := float64(c.number("n_shared_experts", "num_shared_experts")) * width
	if n := c.number("shared_expert_intermediate_size"); n > 0 {
		shared = float64(n)
	}
	return float64(c.Experts)*(matrices*h*width+h) + matrices*h*shared
}

// sparse says that a layer has experts: not the first few, or only each Nth.
func (c *Config) sparse(layer int64) bool {
	if c.Experts == 0 || layer < c.number("first_k_dense_replace") {
		return false
	}
	if step := c.number("decoder_sparse_step", "interleave_moe_layer_step", "expert_layer_period"); step > 1 {
		offset, ok := c.Text.Int("expert_layer_offset")
		if !ok {
			offset = step - 1
		}
		return layer%step == offset
	}
	return true
}

// twoMatrices are families whose feed-forward part has no gate.
func (c *Config) twoMatrices() bool {
	switch c.TextType {
	case "gpt2", "gptj", "gpt_neo", "gpt_neox", "gpt_bigcode", "codegen", "opt", "bloom", "falcon", "mpt", "phi", "starcoder2",
		"bert", "roberta", "xlm-roberta", "camembert", "distilbert", "electra", "albert", "deberta", "deberta-v2", "mpnet", "xlnet",
		"longformer", "bart", "mbart", "marian", "pegasus", "t5", "whisper", "vit", "deit", "beit", "dinov2", "wav2vec2", "hubert",
		"clip_text_model", "clip_vision_model", "siglip_vision_model", "nemotron", "nemotron_h", "gpt-neox":
		return true
	}
	return false
}

// tied says that input and output share their embeddings.
func (c *Config) tied() bool {
	if tied, said := c.Text.Bool("tie_word_embeddings"); said {
		return tied
	}
	switch c.TextType {
	case "gpt2", "gpt_neo", "gpt_bigcode", "opt", "bloom", "falcon", "mpt", "t5", "mt5", "bart", "mbart", "marian", "pegasus", "whisper",
		"gemma", "gemma2", "gemma3", "gemma3_text", "gemma3n_text", "cohere", "cohere2", "starcoder2", "mamba", "mamba2":
		return true
	}
	return false
}

// learnsPositions are families with a table of positions.
func (c *Config) learnsPositions() bool {
	switch c.TextType {
	case "gpt2", "gpt_neo", "gpt_bigcode", "opt", "bert", "roberta", "xlm-roberta", "camembert", "distilbert", "electra", "mpnet", "bart",
		"mbart", "pegasus", "whisper", "longformer", "xlm", "albert":
		return true
	}
	return false
}
