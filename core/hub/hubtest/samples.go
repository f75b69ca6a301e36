package hubtest

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// SampleRepo is the sample the demo downloads unless told otherwise.
const SampleRepo = "demo/tiny-llama-GGUF"

// SampleToken opens the gated sample.
const SampleToken = "hf_sample"

// AddSamples fills the hub with small repositories of several types, and gives
// their names. Numbers come from seeds; headers, configs and tokenizers are
// real: the libraries read them.
func (h *Hub) AddSamples() []repo.Ref {
	repos := []*Repo{
		h.sampleGGUF(), h.sampleBert(), h.sampleLlama(), h.sampleDiffusion(), h.sampleLora(), h.sampleDataset(), h.sampleGated(),
	}
	user := h.Token(SampleToken, "sample")
	refs := make([]repo.Ref, len(repos))
	for i, r := range repos {
		refs[i] = r.Ref()
		h.Grant(user, r.Ref())
	}
	return refs
}

// card is a README with the front matter the Hub reads, and the same facts for
// the info document.
func card(task, library, title string, tags ...string) (File, map[string]any) {
	text := fmt.Sprintf("---\nlicense: apache-2.0\npipeline_tag: %s\nlibrary_name: %s\n---\n# %s\n\nA sample: its numbers are random.\n", task, library, title)
	return Regular("README.md", text), map[string]any{
		"pipeline_tag": task, "library_name": library, "tags": append(tags, library, task, "license:apache-2.0", "region:us"),
		"cardData": map[string]any{"license": "apache-2.0", "pipeline_tag": task, "library_name": library},
	}
}

// document is a JSON file as libraries write them.
func document(path string, v any) File {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(err) // literals
	}
	return Regular(path, string(b)+"\n")
}

func (h *Hub) sampleGGUF() *Repo {
	readme, info := card("text-generation", "gguf", "A tiny llama in three quantizations", "gguf", "base_model:quantized:demo/tiny-llama")
	m := llama{hidden: 512, inner: 1536, layers: 26, vocab: 512}
	keys := []ggufKey{
		{"llama.block_count", uint32(m.layers)}, {"llama.context_length", uint32(2048)}, {"llama.embedding_length", uint32(m.hidden)},
		{"llama.feed_forward_length", uint32(m.inner)}, {"llama.attention.head_count", uint32(8)}, {"llama.attention.head_count_kv", uint32(4)},
		{"llama.attention.layer_norm_rms_epsilon", float32(1e-5)}, {"llama.rope.dimension_count", uint32(64)}, {"general.quantization_version", uint32(2)},
		{"tokenizer.ggml.model", "llama"}, {"tokenizer.ggml.tokens", words(int(m.vocab))},
	}
	files := []File{readme, document("config.json", llamaConfig(m))}
	for i, q := range []struct {
		name     string
		fileType uint32
		store    ggml
	}{{"Q4_K_M", 15, ggml{12, 256, 144}}, {"Q5_K_M", 17, ggml{13, 256, 176}}, {"Q8_0", 7, ggml{8, 32, 34}}} {
		files = append(files, LFS("tiny-llama."+q.name+".gguf", gguf(uint64(1+i), "tiny llama", q.fileType, q.store, keys, m.gguf())))
	}
	info["gguf"] = map[string]any{"total": parameters(m.gguf()), "architecture": "llama", "context_length": 2048, "totalFileSize": files[2].Content.Size()}
	return h.Model(SampleRepo, files...).Info(info)
}

func (h *Hub) sampleBert() *Repo {
	readme, info := card("fill-mask", "transformers", "A tiny BERT", "safetensors", "bert")
	m := tinyBert()
	files := append(tokenizer(int(m.vocab)), readme, document("config.json", map[string]any{
		"architectures": []string{"BertForMaskedLM"}, "model_type": "bert", "hidden_size": m.hidden, "num_hidden_layers": m.layers,
		"num_attention_heads": 4, "intermediate_size": m.inner, "vocab_size": m.vocab, "max_position_embeddings": 512, "type_vocab_size": 2,
	}), LFS("model.safetensors", safetensors(4, "F32", m.torch())))
	info["safetensors"] = map[string]any{"parameters": map[string]int64{"F32": parameters(m.torch())}, "total": parameters(m.torch())}
	return h.Model("demo/tiny-bert", files...).Info(info)
}

// sampleLlama is in two parts, with an index.
func (h *Hub) sampleLlama() *Repo {
	readme, info := card("text-generation", "transformers", "A tiny llama in two parts", "safetensors", "llama")
	m := llama{hidden: 512, inner: 1536, layers: 12, vocab: 512}
	files := append(tokenizer(int(m.vocab)), readme, document("config.json", llamaConfig(m)),
		document("generation_config.json", map[string]any{"max_length": 64}))
	where, total := map[string]string{}, int64(0)
	for i, part := range [][]tensor{m.torch(0, 6), m.torch(6, 12)} {
		name := fmt.Sprintf("model-%05d-of-00002.safetensors", i+1)
		files = append(files, LFS(name, safetensors(uint64(11+i), "BF16", part)))
		total += 2 * parameters(part)
		for _, t := range part {
			where[t.name] = name
		}
	}
	files = append(files, document("model.safetensors.index.json", map[string]any{"metadata": map[string]any{"total_size": total}, "weight_map": where}))
	info["safetensors"] = map[string]any{"parameters": map[string]int64{"BF16": total / 2}, "total": total / 2}
	return h.Model("demo/tiny-llama", files...).Info(info)
}

func (h *Hub) sampleDiffusion() *Repo {
	readme, info := card("text-to-image", "diffusers", "A pipeline of small parts", "safetensors", "diffusers:StableDiffusionPipeline")
	return h.Model("demo/tiny-diffusion", readme,
		document("model_index.json", map[string]any{
			"_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.35.0",
			"scheduler": []string{"diffusers", "DDIMScheduler"}, "unet": []string{"diffusers", "UNet2DConditionModel"}, "vae": []string{"diffusers", "AutoencoderKL"},
		}),
		document("scheduler/scheduler_config.json", map[string]any{"_class_name": "DDIMScheduler", "num_train_timesteps": 1000}),
		document("unet/config.json", map[string]any{"_class_name": "UNet2DConditionModel", "block_out_channels": []int{256, 256}, "sample_size": 64}),
		LFS("unet/diffusion_pytorch_model.safetensors", safetensors(5, "F32", convolutions(8, 256))),
		LFS("unet/diffusion_pytorch_model.fp16.safetensors", safetensors(6, "F16", convolutions(8, 256))),
		document("vae/config.json", map[string]any{"_class_name": "AutoencoderKL", "latent_channels": 4}),
		LFS("vae/diffusion_pytorch_model.safetensors", safetensors(7, "F32", convolutions(4, 192)))).Info(info)
}

func (h *Hub) sampleLora() *Repo {
	readme, info := card("fill-mask", "peft", "An adapter for demo/tiny-bert", "safetensors", "lora", "base_model:adapter:demo/tiny-bert")
	return h.Model("demo/tiny-lora", readme,
		document("adapter_config.json", map[string]any{
			"peft_type": "LORA", "task_type": "FEATURE_EXTRACTION", "base_model_name_or_path": "demo/tiny-bert", "r": 128, "lora_alpha": 256,
			"lora_dropout": 0.05, "target_modules": []string{"query", "value"}, "bias": "none",
		}),
		LFS("adapter_model.safetensors", safetensors(8, "F32", tinyBert().lora(128)))).Info(info)
}

func (h *Hub) sampleDataset() *Repo {
	return h.Dataset("demo/tiny-poems",
		Regular("README.md", "---\nlicense: mit\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: data/train.jsonl\n  - split: test\n    path: data/test.jsonl\n---\n# Poems\n"),
		Regular("data/train.jsonl", strings.Repeat(`{"text":"the sea, the sea"}`+"\n", 200)),
		Regular("data/test.jsonl", strings.Repeat(`{"text":"hello world"}`+"\n", 20)),
		LFS("data/audio.tar", tarOf("waves.raw", 9, 8<<20))).Info(map[string]any{"tags": []string{"license:mit", "region:us"}, "cardData": map[string]any{"license": "mit"}})
}

func (h *Hub) sampleGated() *Repo {
	readme, info := card("text-generation", "transformers", "Readable with the token "+SampleToken, "safetensors", "llama")
	m := llama{hidden: 256, inner: 768, layers: 2, vocab: 512}
	return h.Model("demo/gated", readme, document("config.json", llamaConfig(m)),
		LFS("model.safetensors", safetensors(10, "BF16", m.torch(0, int(m.layers))))).Info(info).Gate("manual")
}
