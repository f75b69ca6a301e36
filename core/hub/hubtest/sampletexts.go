package hubtest

// words are a vocabulary: special tokens, a few words, fillers.
func words(n int) []string {
	list := []string{"[UNK]", "[PAD]", "[CLS]", "[SEP]", "[MASK]", "hello", "world", "the", "sea"}
	for i := len(list); i < n; i++ {
		list = append(list, "word"+num(i))
	}
	return list
}

// tokenizer is what AutoTokenizer reads: one token a word.
func tokenizer(vocab int) []File {
	ids := map[string]int{}
	for i, w := range words(vocab) {
		ids[w] = i
	}
	return []File{
		document("tokenizer_config.json", map[string]any{
			"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512,
			"unk_token": "[UNK]", "pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]",
		}),
		document("tokenizer.json", map[string]any{
			"version": "1.0", "truncation": nil, "padding": nil, "added_tokens": []any{}, "post_processor": nil, "decoder": nil,
			"normalizer": map[string]string{"type": "Lowercase"}, "pre_tokenizer": map[string]string{"type": "Whitespace"},
			"model": map[string]any{"type": "WordLevel", "vocab": ids, "unk_token": "[UNK]"},
		}),
	}
}

func llamaConfig(m llama) map[string]any {
	return map[string]any{
		"architectures": []string{"LlamaForCausalLM"}, "model_type": "llama", "hidden_size": m.hidden, "intermediate_size": m.inner,
		"num_hidden_layers": m.layers, "num_attention_heads": 8, "num_key_value_heads": 4, "vocab_size": m.vocab,
		"max_position_embeddings": 2048, "rms_norm_eps": 1e-5, "torch_dtype": "bfloat16", "tie_word_embeddings": false,
		"bos_token_id": 2, "eos_token_id": 3,
	}
}
