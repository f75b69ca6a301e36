package modelconfig_test

import (
	"io"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/analyzers/modelconfig"
	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

func parse(t testing.TB, json string) *modelconfig.Config {
	t.Helper()
	c, err := modelconfig.Parse([]byte(json))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Configs of published models, cut down to what matters. parameters are those
// their makers count.
const (
	llama8B = `{"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,
		"num_attention_heads":32,"num_key_value_heads":8,"vocab_size":128256,"max_position_embeddings":131072,"tie_word_embeddings":false,"torch_dtype":"bfloat16",
		"rope_scaling":{"factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":8192,"rope_type":"llama3"}}`
	mistral7B = `{"architectures":["MistralForCausalLM"],"model_type":"mistral","hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,
		"num_attention_heads":32,"num_key_value_heads":8,"vocab_size":32000,"max_position_embeddings":32768,"sliding_window":4096,"tie_word_embeddings":false}`
	deepseekV3 = `{"architectures":["DeepseekV3ForCausalLM"],"model_type":"deepseek_v3","hidden_size":7168,"intermediate_size":18432,"moe_intermediate_size":2048,
		"num_hidden_layers":61,"num_attention_heads":128,"num_key_value_heads":128,"vocab_size":129280,"max_position_embeddings":163840,"n_routed_experts":256,
		"n_shared_experts":1,"num_experts_per_tok":8,"first_k_dense_replace":3,"moe_layer_freq":1,"q_lora_rank":1536,"kv_lora_rank":512,"qk_nope_head_dim":128,
		"qk_rope_head_dim":64,"v_head_dim":128,"tie_word_embeddings":false,"auto_map":{"AutoConfig":"configuration_deepseek.DeepseekV3Config"},
		"rope_scaling":{"beta_fast":32,"beta_slow":1,"factor":40,"mscale":1.0,"mscale_all_dim":1.0,"original_max_position_embeddings":4096,"type":"yarn"},
		"quantization_config":{"activation_scheme":"dynamic","fmt":"e4m3","quant_method":"fp8","weight_block_size":[128,128]}}`
	qwen3MoE = `{"architectures":["Qwen3MoeForCausalLM"],"model_type":"qwen3_moe","hidden_size":2048,"intermediate_size":6144,"moe_intermediate_size":768,"head_dim":128,
		"num_hidden_layers":48,"num_attention_heads":32,"num_key_value_heads":4,"vocab_size":151936,"max_position_embeddings":40960,"num_experts":128,"num_experts_per_tok":8,
		"decoder_sparse_step":1,"mlp_only_layers":[],"sliding_window":null,"use_sliding_window":false,"max_window_layers":48,"tie_word_embeddings":false}`
	gpt2       = `{"architectures":["GPT2LMHeadModel"],"model_type":"gpt2","n_embd":768,"n_head":12,"n_layer":12,"n_positions":1024,"n_ctx":1024,"vocab_size":50257}`
	bert       = `{"architectures":["BertForMaskedLM"],"model_type":"bert","hidden_size":768,"intermediate_size":3072,"num_attention_heads":12,"num_hidden_layers":12,"max_position_embeddings":512,"vocab_size":30522}`
	gemma1B    = `{"architectures":["Gemma3ForCausalLM"],"model_type":"gemma3_text","head_dim":256,"hidden_size":1152,"intermediate_size":6912,"max_position_embeddings":32768,"num_attention_heads":4,"num_hidden_layers":26,"num_key_value_heads":1,"rope_scaling":null,"sliding_window":512,"sliding_window_pattern":6,"vocab_size":262144}`
	gemma4B    = `{"architectures":["Gemma3ForConditionalGeneration"],"model_type":"gemma3","image_token_index":262144,"text_config":{"hidden_size":2560,"intermediate_size":10240,"model_type":"gemma3_text","num_hidden_layers":34,"rope_scaling":{"factor":8.0,"rope_type":"linear"},"sliding_window":1024},"vision_config":{"hidden_size":1152,"num_hidden_layers":27,"model_type":"siglip_vision_model"}}`
	phi2       = `{"architectures":["PhiForCausalLM"],"model_type":"phi","hidden_size":2560,"intermediate_size":10240,"num_attention_heads":32,"num_hidden_layers":32,"max_position_embeddings":2048,"vocab_size":51200,"tie_word_embeddings":false}`
	llava      = `{"architectures":["LlavaForConditionalGeneration"],"model_type":"llava","image_token_index":32000,"text_config":{"_name_or_path":"lmsys/vicuna-7b-v1.5","architectures":["LlamaForCausalLM"],"max_position_embeddings":4096,"model_type":"llama","torch_dtype":"float16","vocab_size":32064},"vision_config":{"hidden_size":1024,"model_type":"clip_vision_model","num_hidden_layers":24},"vocab_size":32064}`
	qwenOmni   = `{"architectures":["Qwen2_5OmniModel"],"model_type":"qwen2_5_omni","thinker_config":{"audio_config":{"d_model":1280},"vision_config":{"depth":32},"text_config":{"hidden_size":3584,"num_hidden_layers":28,"model_type":"qwen2_5_omni_text","num_attention_heads":28,"num_key_value_heads":4,"max_position_embeddings":32768}}}`
	nemotronH  = `{"architectures":["NemotronHForCausalLM"],"model_type":"nemotron_h","hidden_size":4480,"hybrid_override_pattern":"M-M*","num_hidden_layers":4,"num_attention_heads":40,"num_key_value_heads":8,"head_dim":128,"time_step_limit":[0.0,Infinity],"mamba_num_heads":128,"mamba_head_dim":80,"n_groups":8,"ssm_state_size":128,"conv_kernel":4}`
	whisper    = `{"architectures":["WhisperForConditionalGeneration"],"model_type":"whisper","d_model":1280,"encoder_layers":32,"decoder_layers":4,"encoder_attention_heads":20,"decoder_attention_heads":20,"decoder_ffn_dim":5120,"max_target_positions":448,"vocab_size":51866}`
	clip       = `{"architectures":["CLIPModel"],"model_type":"clip","text_config":{"model_type":"clip_text_model"},"vision_config":{"model_type":"clip_vision_model"}}`
	phi3Long   = `{"architectures":["Phi3ForCausalLM"],"model_type":"phi3","hidden_size":3072,"num_hidden_layers":32,"num_attention_heads":32,"max_position_embeddings":131072,"original_max_position_embeddings":4096,"sliding_window":262144,"rope_scaling":{"type":"longrope","short_factor":[1.0],"long_factor":[1.1]}}`
	qwenYarn   = `{"model_type":"qwen2","max_position_embeddings":32768,"rope_scaling":{"factor":4.0,"original_max_position_embeddings":32768,"type":"yarn"},"sliding_window":131072,"use_sliding_window":false}`
	linear     = `{"model_type":"llama","max_position_embeddings":4096,"rope_scaling":{"factor":8.0,"type":"linear"}}`
	newRope    = `{"model_type":"llama","max_position_embeddings":4096,"rope_parameters":{"factor":2.0,"rope_type":"dynamic","rope_theta":10000}}`
	bge        = `{"architectures":["XLMRobertaModel"],"model_type":"xlm-roberta","hidden_size":1024,"num_hidden_layers":24,"num_attention_heads":16,"intermediate_size":4096,"max_position_embeddings":8194,"vocab_size":250002}`
	falcon7B   = `{"architectures":["FalconForCausalLM"],"model_type":"falcon","hidden_size":4544,"num_attention_heads":71,"num_hidden_layers":32,"multi_query":true,"new_decoder_architecture":false,"vocab_size":65024}`
	chatglm    = `{"architectures":["ChatGLMModel"],"model_type":"chatglm","hidden_size":4096,"num_layers":28,"num_attention_heads":32,"multi_query_attention":true,"multi_query_group_num":2,"kv_channels":128,"ffn_hidden_size":13696,"padded_vocab_size":65024,"seq_length":32768,"auto_map":{}}`
	perLayerKV = `{"architectures":["OpenELMForCausalLM"],"model_type":"openelm","model_dim":1280,"num_transformer_layers":3,"num_kv_heads":[3,4,5],"head_dim":64}`
)

func TestParse(t *testing.T) {
	type sizes struct {
		Type                                                            string
		Hidden, Layers, Heads, KV, Dim, Feed, Vocab, Positions, Context int64
		Window, Experts, Used                                           int64
		Remote                                                          bool
	}
	for name, c := range map[string]struct {
		json string
		want sizes
	}{
		"Llama 3.1 8B":     {llama8B, sizes{"llama", 4096, 32, 32, 8, 128, 14336, 128256, 131072, 131072, 0, 0, 0, false}},
		"Mistral 7B":       {mistral7B, sizes{"mistral", 4096, 32, 32, 8, 128, 14336, 32000, 32768, 32768, 4096, 0, 0, false}},
		"DeepSeek V3":      {deepseekV3, sizes{"deepseek_v3", 7168, 61, 128, 128, 192, 18432, 129280, 163840, 163840, 0, 256, 8, true}},
		"Qwen3 30B-A3B":    {qwen3MoE, sizes{"qwen3_moe", 2048, 48, 32, 4, 128, 6144, 151936, 40960, 40960, 0, 128, 8, false}},
		"GPT-2":            {gpt2, sizes{"gpt2", 768, 12, 12, 12, 64, 3072, 50257, 1024, 1024, 0, 0, 0, false}},
		"BERT":             {bert, sizes{"bert", 768, 12, 12, 12, 64, 3072, 30522, 512, 512, 0, 0, 0, false}},
		"Gemma 3 1B":       {gemma1B, sizes{"gemma3_text", 1152, 26, 4, 1, 256, 6912, 262144, 32768, 32768, 512, 0, 0, false}},
		"Gemma 3 4B":       {gemma4B, sizes{"gemma3_text", 2560, 34, 8, 4, 256, 10240, 262208, 131072, 131072, 1024, 0, 0, false}},
		"LLaVA 1.5 7B":     {llava, sizes{"llama", 4096, 32, 32, 32, 128, 11008, 32064, 4096, 4096, 0, 0, 0, false}},
		"Qwen2.5-Omni":     {qwenOmni, sizes{"qwen2_5_omni_text", 3584, 28, 28, 4, 128, 0, 0, 32768, 32768, 0, 0, 0, false}},
		"Whisper turbo":    {whisper, sizes{"whisper", 1280, 4, 20, 20, 64, 5120, 51866, 448, 448, 0, 0, 0, false}},
		"Phi-3 128k":       {phi3Long, sizes{"phi3", 3072, 32, 32, 32, 96, 0, 0, 131072, 131072, 262144, 0, 0, false}},
		"BGE-M3":           {bge, sizes{"xlm-roberta", 1024, 24, 16, 16, 64, 4096, 250002, 8194, 8192, 0, 0, 0, false}},
		"Falcon 7B":        {falcon7B, sizes{"falcon", 4544, 32, 71, 1, 64, 18176, 65024, 0, 0, 0, 0, 0, false}},
		"ChatGLM 2":        {chatglm, sizes{"chatglm", 4096, 28, 32, 2, 128, 13696, 65024, 32768, 32768, 0, 0, 0, true}},
		"per-layer heads":  {perLayerKV, sizes{"openelm", 1280, 3, 0, 5, 64, 0, 0, 0, 0, 0, 0, 0, false}},
		"nothing":          {`{}`, sizes{}},
		"nonsense":         {`{"model_type":7,"architectures":{"a":1},"hidden_size":-5,"num_hidden_layers":"x","vocab_size":1e99,"head_dim":[1],"text_config":3,"rope_scaling":"big","num_attention_heads":null}`, sizes{}},
		"numbers as texts": {`{"hidden_size":"64","num_attention_heads":"4.0"}`, sizes{Hidden: 64, Heads: 4, KV: 4, Dim: 16}},
	} {
		t.Run(name, func(t *testing.T) {
			p := parse(t, c.json)
			got := sizes{p.TextType, p.HiddenSize, p.Layers, p.Heads, p.KVHeads, p.HeadDim, p.Intermediate, p.Vocab, p.MaxPositions, p.Context, p.SlidingWindow, p.Experts, p.ExpertsPerToken, p.RemoteCode}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// The larger of what is stated and of what rope scaling reaches (analyzers.md §5).
func TestContext(t *testing.T) {
	for name, c := range map[string]struct {
		json string
		want int64
	}{
		"yarn from the original length":    {qwenYarn, 131072},
		"linear, length before scaling":    {linear, 32768},
		"rope_parameters":                  {newRope, 8192},
		"factor without a length":          {`{"rope_scaling":{"factor":4,"type":"linear"}}`, 0},
		"negative factor":                  {`{"max_position_embeddings":10,"rope_scaling":{"factor":-4,"type":"linear"}}`, 10},
		"huge factor":                      {`{"max_position_embeddings":10,"rope_scaling":{"factor":1e300,"type":"linear"}}`, 10},
		"factor below one":                 {`{"max_position_embeddings":10,"rope_scaling":{"factor":0.5,"type":"linear"}}`, 10},
		"factor of NaN":                    {`{"max_position_embeddings":10,"rope_scaling":{"factor":NaN,"type":"linear"}}`, 10},
		"parameters per kind of layer":     {`{"max_position_embeddings":10,"rope_parameters":{"full_attention":{"rope_type":"linear","factor":2},"sliding_attention":{"rope_type":"default"}}}`, 20},
		"default rope is no scaling":       {`{"max_position_embeddings":10,"rope_parameters":{"rope_type":"default","factor":2}}`, 10},
		"another type without an original": {`{"max_position_embeddings":10,"rope_scaling":{"rope_type":"yarn","factor":2}}`, 10},
	} {
		t.Run(name, func(t *testing.T) {
			if got := parse(t, c.json).Context; got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
		})
	}
}

// The cache of 8192 tokens in f16, worked out by hand from analyzers.md §9.4.
func TestMemory(t *testing.T) {
	for name, c := range map[string]struct {
		json string
		want int64
	}{
		"Llama: 32 layers · 8 heads · (128+128) · 2 bytes":             {llama8B, 32 * 8 * 256 * 2 * 8192},
		"Mistral: all layers see 4096 tokens":                          {mistral7B, 32 * 8 * 256 * 2 * 4096},
		"DeepSeek: 61 layers · (512+64)":                               {deepseekV3, 61 * 576 * 2 * 8192},
		"Gemma 3 1B: each sixth of 26 layers sees all, the others 512": {gemma1B, (4*8192 + 22*512) * 512 * 2},
		"BERT keeps nothing":                                           {bert, 0},
		"CLIP keeps nothing":                                           {clip, 0},
		"Falcon: one head":                                             {falcon7B, 32 * 1 * 128 * 2 * 8192},
		"heads per layer":                                              {perLayerKV, (3 + 4 + 5) * 128 * 2 * 8192},
		"Qwen with windows from layer 2": {`{"model_type":"qwen2","architectures":["Qwen2ForCausalLM"],"num_hidden_layers":4,"num_key_value_heads":1,"head_dim":1,
			"use_sliding_window":true,"sliding_window":1024,"max_window_layers":2}`, (2*8192 + 2*1024) * 2 * 2},
		"a list of layers": {`{"model_type":"gpt_oss","architectures":["GptOssForCausalLM"],"num_hidden_layers":4,"num_key_value_heads":1,"head_dim":1,"sliding_window":128,
			"layer_types":["sliding_attention","full_attention","sliding_attention","full_attention"]}`, (2*8192 + 2*128) * 2 * 2},
		"Nemotron-H: one of four layers has keys, two a state": {nemotronH, 8*256*2*8192 + 2*4*(3*(128*80+2*8*128)+128*128*80)},
		"Mamba: a state a layer": {`{"model_type":"mamba","architectures":["MambaForCausalLM"],"hidden_size":768,"num_hidden_layers":24,"expand":2,"state_size":16,"conv_kernel":4}`,
			24 * 4 * (3*1536 + 16*1536)},
	} {
		t.Run(name, func(t *testing.T) {
			if got := parse(t, c.json).Memory().KV(8192, ""); got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
		})
	}
}

// What the makers count, within 5 %.
func TestEstimateParameters(t *testing.T) {
	for name, c := range map[string]struct {
		json string
		want float64
	}{
		"Llama 3.1 8B":  {llama8B, 8.030e9},
		"Mistral 7B":    {mistral7B, 7.242e9},
		"DeepSeek V3":   {deepseekV3, 671.0e9},
		"Qwen3 30B-A3B": {qwen3MoE, 30.53e9},
		"GPT-2":         {gpt2, 124.4e6},
		"BERT":          {bert, 109.5e6},
		"Gemma 3 1B":    {gemma1B, 1.000e9},
		"Phi-2":         {phi2, 2.78e9},
		"BGE-M3":        {bge, 568e6},
		"Falcon 7B":     {falcon7B, 6.92e9},
	} {
		t.Run(name, func(t *testing.T) {
			if got := float64(parse(t, c.json).EstimateParameters()); math.Abs(got-c.want) > 0.05*c.want {
				t.Errorf("%.4g, want %.4g", got, c.want)
			}
		})
	}
	if got := parse(t, `{"hidden_size":2147483648,"num_hidden_layers":2147483648,"intermediate_size":2147483648,"num_attention_heads":2147483648}`).EstimateParameters(); got != 0 {
		t.Errorf("nonsense has %d", got)
	}
}

func TestFamilyAndTask(t *testing.T) {
	for name, c := range map[string]struct {
		json   string
		family modelconfig.Family
		task   string
	}{
		"Llama":               {llama8B, modelconfig.Text, "text-generation"},
		"BERT":                {bert, modelconfig.Encoder, "fill-mask"},
		"BGE-M3":              {bge, modelconfig.Encoder, "feature-extraction"},
		"Gemma 3 text":        {gemma1B, modelconfig.Text, "text-generation"},
		"Gemma 3":             {gemma4B, modelconfig.Multimodal, "image-text-to-text"},
		"LLaVA":               {llava, modelconfig.Multimodal, "image-text-to-text"},
		"Whisper":             {whisper, modelconfig.Audio, "automatic-speech-recognition"},
		"CLIP":                {clip, modelconfig.Multimodal, "zero-shot-image-classification"},
		"T5":                  {`{"architectures":["T5ForConditionalGeneration"],"model_type":"t5"}`, modelconfig.Seq2Seq, "text2text-generation"},
		"old T5":              {`{"architectures":["T5WithLMHeadModel"],"model_type":"t5"}`, modelconfig.Seq2Seq, "text2text-generation"},
		"ViT":                 {`{"architectures":["ViTForImageClassification"],"model_type":"vit"}`, modelconfig.Vision, "image-classification"},
		"bare ViT":            {`{"architectures":["ViTModel"],"model_type":"vit"}`, modelconfig.Vision, "image-feature-extraction"},
		"SAM":                 {`{"architectures":["SamModel"],"model_type":"sam","vision_config":{}}`, modelconfig.Vision, "mask-generation"},
		"wav2vec2 classifier": {`{"architectures":["Wav2Vec2ForSequenceClassification"],"model_type":"wav2vec2"}`, modelconfig.Audio, "audio-classification"},
		"classifier":          {`{"architectures":["BertForSequenceClassification"],"model_type":"bert"}`, modelconfig.Encoder, "text-classification"},
		"speaks and sees":     {`{"architectures":["Qwen2_5OmniForConditionalGeneration"],"model_type":"qwen2_5_omni","thinker_config":{"audio_config":{"a":1},"vision_config":{"a":1}}}`, modelconfig.Multimodal, "any-to-any"},
		"hears":               {`{"architectures":["Qwen2AudioForConditionalGeneration"],"model_type":"qwen2_audio","audio_config":{"a":1},"text_config":{"a":1}}`, modelconfig.Multimodal, "audio-text-to-text"},
		"a new type, sees":    {`{"architectures":["FooForConditionalGeneration"],"model_type":"foo","vision_config":{"a":1},"text_config":{"b":1}}`, modelconfig.Multimodal, "image-text-to-text"},
		"a new type, writes":  {`{"architectures":["FooForCausalLM"],"model_type":"foo"}`, modelconfig.Text, "text-generation"},
		"a language model's type with eyes": {
			`{"architectures":["QWenLMHeadModel"],"model_type":"qwen","visual":{"heads":16}}`, modelconfig.Multimodal, "text-generation",
		},
		"architectures as a text":  {`{"architectures":"LlamaForCausalLM"}`, modelconfig.Text, "text-generation"},
		"architectures of numbers": {`{"architectures":[1,null,"LlamaForCausalLM"]}`, modelconfig.Text, "text-generation"},
		"nothing":                  {`{}`, modelconfig.Unknown, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := parse(t, c.json)
			if got := p.Family(); got != c.family {
				t.Errorf("family %q, want %q", got, c.family)
			}
			if got := p.Task(sdk.Facts{}); got != c.task {
				t.Errorf("task %q, want %q", got, c.task)
			}
			if p.Task(sdk.Facts{}) != "" && modelconfig.TaskDescription(p.Task(sdk.Facts{})) == "" {
				t.Errorf("nothing said of %q", c.task)
			}
		})
	}
	if got := parse(t, bert).Task(sdk.Facts{Pipeline: "sentence-similarity"}); got != "sentence-similarity" {
		t.Errorf("the Hub's word does not count: %q", got)
	}
}

func TestReadTakesTheLeadingMembersOfALargeConfig(t *testing.T) {
	r := &sdktest.Repo{Contents: map[string]io.ReaderAt{}}
	r.SetContent("config.json", []byte(`{"model_type":"llama","hidden_size":64,"quantization_config":{"modules":"`+strings.Repeat("x", sdk.MaxConfig)+`"}}`))
	c, err := modelconfig.Read(t.Context(), r)
	if err != nil || c.ModelType != "llama" || c.HiddenSize != 64 {
		t.Fatalf("%+v, %v", c, err)
	}
	if reads := r.Reads(); len(reads) != 1 || reads[0].Bytes != modelconfig.LeadingBytes {
		t.Errorf("reads: %v", reads)
	}
}

func TestT25_HostileConfigs(t *testing.T) {
	for name, json := range map[string]string{
		"no object": `[]`, "empty": ``, "deep": strings.Repeat(`{"a":`, 100_000), "cut": `{"a":1`, "html": `<html>`,
		"a million values": `{"a":[` + strings.Repeat("1,", 1_000_000) + `1]}`,
	} {
		if c, err := modelconfig.Parse([]byte(json)); err == nil {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		`{"a":NaN,"b":[-Infinity,Infinity],"c":-1}`: `{"a":null,"b":[null,null],"c":-1}`,
		`{"NaN":"Infinity \" NaN","x":"\\"}`:        `{"NaN":"Infinity \" NaN","x":"\\"}`,
		`{"a":1}`:                                   `{"a":1}`,
	} {
		if got := string(modelconfig.Plain([]byte(in))); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestPrecision(t *testing.T) {
	for in, want := range map[string]string{
		"bfloat16": "bf16", "torch.float16": "fp16", "F32": "fp32", "F8_E4M3": "fp8", "float8_e4m3fn": "fp8", "I8": "int8", "auto": "", "": "",
	} {
		if got := modelconfig.Precision(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzConfig(f *testing.F) {
	for _, seed := range []string{llama8B, deepseekV3, gemma4B, qwenOmni, nemotronH, perLayerKV, whisper, qwenYarn} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := modelconfig.Parse(data)
		if err != nil {
			c = modelconfig.New(modelconfig.Leading(data))
		}
		if m := c.Memory(); m.KV(m.Tokens(0), "q8_0") < 0 || c.EstimateParameters() < 0 || c.Context < 0 {
			t.Fatalf("%+v", c)
		}
		_ = c.Task(sdk.Facts{})
	})
}
