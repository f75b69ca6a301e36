package gguf

import "github.com/hfdownloader/hfdownloader/analyzers/memory"

// maxLayers bounds what is believed of a header.
const maxLayers = 10_000

// shape is what the memory of a model depends on.
func (h *Header) shape() memory.Model {
	m := memory.Model{Vocab: h.vocab(), Embedding: h.value("embedding_length"), Context: h.value("context_length")}
	n := min(h.value("block_count"), maxLayers)
	heads := h.value("attention.head_count")
	if heads <= 0 {
		heads = 1
	}
	key, val := h.value("attention.key_length"), h.value("attention.value_length")
	if key <= 0 {
		key = m.Embedding / heads
	}
	if val <= 0 {
		val = m.Embedding / heads
	}
	latent := h.value("attention.kv_lora_rank")
	if latent > 0 {
		latent += h.value("rope.dimension_count")
	}
	state := memory.State(h.value("ssm.conv_kernel"), h.value("ssm.inner_size"), h.value("ssm.group_count"), h.value("ssm.state_size"))
	for i := range n {
		l := memory.Layer{KVHeads: h.perLayer("attention.head_count_kv", i, h.perLayer("attention.head_count", i, heads)), KeyLength: key, ValueLength: val, Latent: latent}
		if h.recurrent(i) {
			l = memory.Layer{State: state}
		} else if h.slides(i) {
			l.Window = h.value("attention.sliding_window")
		}
		m.Layers = append(m.Layers, l)
	}
	return m
}

// value is a number of the model's own architecture, 0 without one.
func (h *Header) value(name string) int64 {
	n, _ := h.Int(h.arch(name))
	return max(0, n)
}

func (h *Header) perLayer(name string, i, otherwise int64) int64 {
	if list := h.List(h.arch(name)); int(i) < len(list) {
		return int64(list[i])
	}
	if n, ok := h.Int(h.arch(name)); ok {
		return n
	}
	return otherwise
}

func (h *Header) vocab() int64 {
	if n := h.value("vocab_size"); n > 0 {
		return n
	}
	return h.Length("tokenizer.ggml.tokens")
}

// recurrent: all layers of a state-space model, and of a hybrid those that have
// no heads for keys.
func (h *Header) recurrent(i int64) bool {
	if h.value("ssm.state_size") == 0 {
		return false
	}
	if list := h.List(h.arch("attention.head_count_kv")); int(i) < len(list) {
		return list[i] == 0
	}
	return h.value("attention.head_count") == 0
}

// slides says that a layer sees a window only: by the header's list, or every
// layer but each Nth, by the header's number or what the architecture does.
func (h *Header) slides(i int64) bool {
	if h.value("attention.sliding_window") == 0 {
		return false
	}
	if list := h.List(h.arch("attention.sliding_window_pattern")); int(i) < len(list) {
		return list[i] != 0
	}
	every := h.value("attention.sliding_window_pattern")
	if every == 0 {
		every = fullEvery(h.Text("general.architecture"))
	}
	return every == 1 || every > 1 && (i+1)%every != 0
}

// fullEvery is which layers of an architecture see everything: each Nth; 1 is
// none, 0 is all.
func fullEvery(arch string) int64 {
	switch arch {
	case "gemma2", "gpt-oss":
		return 2
	case "gemma3":
		return 6
	case "gemma3n":
		return 5
	case "cohere2", "exaone4", "olmo2", "olmo3":
		return 4
	case "phi3":
		return 1
	default:
		return 0
	}
}
