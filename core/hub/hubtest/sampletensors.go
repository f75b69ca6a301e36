package hubtest

// Shapes of small models, with the names their libraries use.

// llama is a small one: width of a token, of the inner layer, layers, tokens.
type llama struct{ hidden, inner, layers, vocab int64 }

func (m llama) gguf() []tensor {
	h, kv := m.hidden, m.hidden/2
	list := []tensor{{"token_embd.weight", []int64{h, m.vocab}}, {"output_norm.weight", []int64{h}}, {"output.weight", []int64{h, m.vocab}}}
	for i := range int(m.layers) {
		at := "blk." + num(i) + "."
		list = append(list,
			tensor{at + "attn_norm.weight", []int64{h}}, tensor{at + "ffn_norm.weight", []int64{h}},
			tensor{at + "attn_q.weight", []int64{h, h}}, tensor{at + "attn_k.weight", []int64{h, kv}},
			tensor{at + "attn_v.weight", []int64{h, kv}}, tensor{at + "attn_output.weight", []int64{h, h}},
			tensor{at + "ffn_gate.weight", []int64{h, m.inner}}, tensor{at + "ffn_up.weight", []int64{h, m.inner}},
			tensor{at + "ffn_down.weight", []int64{m.inner, h}})
	}
	return list
}

// torch lists layers [from, to) and, with the first of them, what is not in layers.
func (m llama) torch(from, to int) []tensor {
	h, kv := m.hidden, m.hidden/2
	var list []tensor
	if from == 0 {
		list = []tensor{{"model.embed_tokens.weight", []int64{m.vocab, h}}, {"model.norm.weight", []int64{h}}, {"lm_head.weight", []int64{m.vocab, h}}}
	}
	for i := from; i < to; i++ {
		at := "model.layers." + num(i) + "."
		list = append(list,
			tensor{at + "input_layernorm.weight", []int64{h}}, tensor{at + "post_attention_layernorm.weight", []int64{h}},
			tensor{at + "self_attn.q_proj.weight", []int64{h, h}}, tensor{at + "self_attn.k_proj.weight", []int64{kv, h}},
			tensor{at + "self_attn.v_proj.weight", []int64{kv, h}}, tensor{at + "self_attn.o_proj.weight", []int64{h, h}},
			tensor{at + "mlp.gate_proj.weight", []int64{m.inner, h}}, tensor{at + "mlp.up_proj.weight", []int64{m.inner, h}},
			tensor{at + "mlp.down_proj.weight", []int64{h, m.inner}})
	}
	return list
}

// bert is a small one, in the same numbers.
type bert struct{ hidden, inner, layers, vocab int64 }

func tinyBert() bert { return bert{hidden: 256, inner: 1024, layers: 8, vocab: 512} }

func (m bert) torch() []tensor {
	h := m.hidden
	var list []tensor
	linear := func(name string, out, in int64) {
		list = append(list, tensor{name + ".weight", []int64{out, in}}, tensor{name + ".bias", []int64{out}})
	}
	norm := func(name string) {
		list = append(list, tensor{name + ".weight", []int64{h}}, tensor{name + ".bias", []int64{h}})
	}
	list = append(list,
		tensor{"bert.embeddings.word_embeddings.weight", []int64{m.vocab, h}},
		tensor{"bert.embeddings.position_embeddings.weight", []int64{512, h}},
		tensor{"bert.embeddings.token_type_embeddings.weight", []int64{2, h}})
	norm("bert.embeddings.LayerNorm")
	for i := range int(m.layers) {
		at := "bert.encoder.layer." + num(i) + "."
		for _, part := range []string{"query", "key", "value"} {
			linear(at+"attention.self."+part, h, h)
		}
		linear(at+"attention.output.dense", h, h)
		norm(at + "attention.output.LayerNorm")
		linear(at+"intermediate.dense", m.inner, h)
		linear(at+"output.dense", h, m.inner)
		norm(at + "output.LayerNorm")
	}
	linear("cls.predictions.transform.dense", h, h)
	norm("cls.predictions.transform.LayerNorm")
	return append(list, tensor{"cls.predictions.bias", []int64{m.vocab}})
}

// lora is an adapter of the attention of all layers.
func (m bert) lora(rank int64) []tensor {
	var list []tensor
	for i := range int(m.layers) {
		for _, part := range []string{"query", "value"} {
			at := "base_model.model.bert.encoder.layer." + num(i) + ".attention.self." + part
			list = append(list, tensor{at + ".lora_A.weight", []int64{rank, m.hidden}}, tensor{at + ".lora_B.weight", []int64{m.hidden, rank}})
		}
	}
	return list
}

// convolutions are the bulk of an image model.
func convolutions(blocks int, channels int64) []tensor {
	list := []tensor{{"conv_in.weight", []int64{channels, 4, 3, 3}}, {"conv_in.bias", []int64{channels}}}
	for i := range blocks {
		at := "down_blocks." + num(i) + ".resnets.0."
		list = append(list,
			tensor{at + "conv1.weight", []int64{channels, channels, 3, 3}}, tensor{at + "conv1.bias", []int64{channels}},
			tensor{at + "conv2.weight", []int64{channels, channels, 3, 3}}, tensor{at + "conv2.bias", []int64{channels}})
	}
	return append(list, tensor{"conv_out.weight", []int64{4, channels, 3, 3}}, tensor{"conv_out.bias", []int64{4}})
}
