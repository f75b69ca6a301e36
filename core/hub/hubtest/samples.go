package hubtest

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// SampleRepo is the sample the demo downloads unless told otherwise.
const SampleRepo = "demo/tiny-llama-GGUF"

// SampleToken opens the gated sample.
const SampleToken = "hf_sample"

// AddSamples fills the hub with small repositories of several types. Weights
// come from seeds, headers and configs are real.
func (h *Hub) AddSamples() []repo.Ref {
	repos := []*Repo{
		h.Model(SampleRepo,
			Regular("README.md", card("text-generation", "A tiny llama in three quantizations")),
			Regular("config.json", `{"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":64,"num_hidden_layers":2}`+"\n"),
			LFS("tiny-llama.Q4_K_M.gguf", ggufSample(1, 48<<20)),
			LFS("tiny-llama.Q5_K_M.gguf", ggufSample(2, 56<<20)),
			LFS("tiny-llama.Q8_0.gguf", ggufSample(3, 80<<20))),
		h.Model("demo/tiny-bert", append(bertSample(), LFS("model.safetensors", safetensorsSample(4, 24<<20)))...),
		h.Model("demo/tiny-diffusion",
			Regular("README.md", card("text-to-image", "A pipeline of small parts")),
			Regular("model_index.json", `{"_class_name":"StableDiffusionPipeline","unet":["diffusers","UNet2DConditionModel"],"vae":["diffusers","AutoencoderKL"]}`+"\n"),
			Regular("scheduler/scheduler_config.json", `{"_class_name":"DDIMScheduler"}`+"\n"),
			Regular("unet/config.json", `{"_class_name":"UNet2DConditionModel"}`+"\n"),
			LFS("unet/diffusion_pytorch_model.safetensors", safetensorsSample(5, 40<<20)),
			LFS("unet/diffusion_pytorch_model.fp16.safetensors", safetensorsSample(6, 20<<20)),
			Regular("vae/config.json", `{"_class_name":"AutoencoderKL"}`+"\n"),
			LFS("vae/diffusion_pytorch_model.safetensors", safetensorsSample(7, 12<<20))),
		h.Model("demo/tiny-lora",
			Regular("README.md", card("text-generation", "An adapter for demo/tiny-bert")),
			Regular("adapter_config.json", `{"peft_type":"LORA","base_model_name_or_path":"demo/tiny-bert","r":8,"lora_alpha":16}`+"\n"),
			LFS("adapter_model.safetensors", safetensorsSample(8, 4<<20))),
		h.Dataset("demo/tiny-poems",
			Regular("README.md", "---\nlicense: mit\nconfigs:\n- config_name: default\n  data_files: data/*.jsonl\n---\n# Poems\n"),
			Regular("data/train.jsonl", strings.Repeat(`{"text":"the sea, the sea"}`+"\n", 200)),
			LFS("data/audio.tar", Seeded(9, 8<<20))),
		h.Model("demo/gated",
			Regular("README.md", card("text-generation", "Readable with the token "+SampleToken)),
			LFS("model.safetensors", safetensorsSample(10, 4<<20))).Gate("manual"),
	}
	user := h.Token(SampleToken, "sample")
	refs := make([]repo.Ref, len(repos))
	for i, r := range repos {
		refs[i] = r.Ref()
		h.Grant(user, r.Ref())
	}
	return refs
}

func card(task, title string) string {
	return fmt.Sprintf("---\nlicense: apache-2.0\npipeline_tag: %s\n---\n# %s\n", task, title)
}

// bertSample loads with transformers' AutoConfig and AutoTokenizer.
func bertSample() []File {
	return []File{
		Regular("README.md", card("fill-mask", "A tiny BERT")),
		Regular("config.json", `{"architectures":["BertForMaskedLM"],"model_type":"bert","hidden_size":32,"num_hidden_layers":2,`+
			`"num_attention_heads":2,"intermediate_size":64,"vocab_size":5}`+"\n"),
		Regular("tokenizer_config.json", `{"tokenizer_class":"PreTrainedTokenizerFast","unk_token":"[UNK]","model_max_length":512}`+"\n"),
		Regular("tokenizer.json", `{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":{"type":"Lowercase"},`+
			`"pre_tokenizer":{"type":"Whitespace"},"post_processor":null,"decoder":null,`+
			`"model":{"type":"WordLevel","vocab":{"[UNK]":0,"hello":1,"world":2,"sea":3,"the":4},"unk_token":"[UNK]"}}`+"\n"),
	}
}

// ggufSample is a version 3 header with a few keys and one tensor, then data.
func ggufSample(seed uint64, size int64) Content {
	var b bytes.Buffer
	le := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) } // a buffer takes everything
	text := func(s string) { le(uint64(len(s))); b.WriteString(s) }
	b.WriteString("GGUF")
	le(uint32(3)) // version
	le(uint64(1)) // tensors
	le(uint64(2)) // keys
	text("general.architecture")
	le(uint32(8)) // string
	text("llama")
	text("general.name")
	le(uint32(8))
	text("tiny llama")
	const header = 256 // with alignment, enough for the tensor's entry
	elements := uint64(size-header) / 4
	text("blk.0.weight")
	le(uint32(1)) // dimensions
	le(elements)
	le(uint32(0)) // F32
	le(uint64(0)) // offset
	b.Write(make([]byte, header-b.Len()))
	return Join(Bytes(b.Bytes()), Seeded(seed, size-header))
}

// safetensorsSample is a header with one tensor, then data.
func safetensorsSample(seed uint64, size int64) Content {
	header, err := json.Marshal(map[string]any{"weight": map[string]any{
		"dtype": "F32", "shape": []int64{size / 4}, "data_offsets": []int64{0, size / 4 * 4},
	}})
	if err != nil {
		panic(err) // a literal
	}
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return Join(Bytes(append(b, header...)), Seeded(seed, size/4*4))
}
