package quantized

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/analyzers/analyzertest"
	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/analyzers/modelconfig"
	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

func TestFixtures(t *testing.T) { analyzertest.Check(t, New(), "testdata", nil) }

// model is a repository of root weights and small files.
func model(id string, contents map[string]string) *sdktest.Repo {
	r := &sdktest.Repo{
		RefValue: sdk.Ref{Type: "model", ID: id, Revision: "main"}, Contents: map[string]io.ReaderAt{},
		List: []sdk.File{{Path: "model.safetensors", Size: 4 << 30, LFS: true}},
	}
	for path, text := range contents {
		r.SetContent(path, []byte(text))
	}
	return r
}

func TestClaims(t *testing.T) {
	for _, c := range []struct {
		name     string
		contents map[string]string
		want     string
		rank     sdk.Rank
	}{
		{"gptq", map[string]string{"config.json": `{"quantization_config":{"quant_method":"gptq","bits":4}}`}, "gptq", sdk.RankGPTQ},
		{"gptqmodel", map[string]string{"config.json": `{"quantization_config":{"quant_method":"gptqmodel","bits":4}}`}, "gptq", sdk.RankGPTQ},
		{"old GPTQ of two keys", map[string]string{"config.json": `{}`, "quantize_config.json": `{"bits":4,"group_size":128}`}, "gptq", sdk.RankGPTQ},
		{"awq of its own file", map[string]string{"quant_config.json": `{"w_bit":4,"q_group_size":128}`}, "awq", sdk.RankGPTQ},
		{"config.json counts first", map[string]string{"config.json": `{"quantization_config":{"quant_method":"awq"}}`, "quantize_config.json": `{"bits":4,"group_size":128}`}, "awq", sdk.RankGPTQ},
		{"bitsandbytes without its name", map[string]string{"config.json": `{"quantization_config":{"load_in_8bit":true}}`}, "quantized", sdk.RankQuantized},
		{"in the language model's part", map[string]string{"config.json": `{"text_config":{"quantization_config":{"quant_method":"fp8"}}}`}, "quantized", sdk.RankQuantized},
		{"older compressed-tensors", map[string]string{"config.json": `{"compression_config":{"config_groups":{"group_0":{"weights":{"num_bits":8}}}}}`}, "quantized", sdk.RankQuantized},
		{"a method nobody knows", map[string]string{"config.json": `{"quantization_config":{"quant_method":"fp_quant"}}`}, "quantized", sdk.RankQuantized},
		{"transformers.js", map[string]string{"config.json": `{"model_type":"bert"}`, "quantize_config.json": `{"per_channel":false,"reduce_range":false,"bits":8,"group_size":32}`}, "", 0},
		{"ONNX Runtime, modes", map[string]string{"quantize_config.json": `{"modes":["fp16","q8"],"per_channel":true}`}, "", 0},
		{"only the cache is quantized", map[string]string{"hf_quant_config.json": `{"quantization":{"quant_algo":null,"kv_cache_quant_algo":"FP8"}}`}, "", 0},
		{"asked for and not done", map[string]string{"config.json": `{"quantization_config":{"load_in_4bit":false,"load_in_8bit":false}}`}, "", 0},
		{"null", map[string]string{"config.json": `{"quantization_config":null}`}, "", 0},
		{"a text", map[string]string{"config.json": `{"quantization_config":"gptq"}`}, "", 0},
		{"a broken file is passed over", map[string]string{"config.json": `{`, "quant_config.json": `{"w_bit":4}`}, "awq", sdk.RankGPTQ},
		{"not a number in it", map[string]string{"config.json": `{"a":NaN,"quantization_config":{"quant_method":"gptq"}}`}, "gptq", sdk.RankGPTQ},
	} {
		t.Run(c.name, func(t *testing.T) {
			claim, err := New().Match(t.Context(), model("o/n", c.contents))
			if err != nil || claim.Type != c.want || claim.Rank != c.rank {
				t.Errorf("%+v, %v; want %q at %d", claim, err, c.want, c.rank)
			}
		})
	}
}

func TestNoWeightsNoClaim(t *testing.T) {
	r := model("o/n", map[string]string{"config.json": `{"quantization_config":{"quant_method":"gptq"}}`})
	r.List[0].Path = "onnx/model.onnx"
	if claim, err := New().Match(t.Context(), r); err != nil || claim.Made() {
		t.Errorf("%+v, %v", claim, err)
	}
}

func TestMethods(t *testing.T) {
	for _, c := range []struct {
		config string
		method string
		bits   float64
	}{
		{`{"quant_method":"bitsandbytes","load_in_8bit":true}`, "bitsandbytes", 8},
		{`{"quant_method":"bitsandbytes_4bit","load_in_4bit":"true"}`, "bitsandbytes", 4},
		{`{"quant_method":"fbgemm_fp8","activation_scale_ub":1200.0}`, "fbgemm_fp8", 8},
		{`{"quant_method":"eetq","weights":"int8"}`, "eetq", 8},
		{`{"quant_method":"quanto","weights":"int4"}`, "quanto", 4},
		{`{"quant_method":"torchao","quant_type":"int4_weight_only"}`, "torchao", 4},
		{`{"quant_method":"torchao","quant_type":{"default":{"_type":"Int8DynamicActivationInt4WeightConfig"}}}`, "torchao", 4},
		{`{"quant_method":"torchao","quant_type":{"default":{"_type":"Float8DynamicActivationFloat8WeightConfig"}}}`, "torchao", 8},
		{`{"quant_method":"torchao","quant_type":{"default":{"_type":"IntxWeightOnlyConfig","_data":{"weight_dtype":{"_type":"torch.dtype","_data":"int4"}}}}}`, "torchao", 4},
		{`{"quant_method":"torchao","quant_type":"int16_weight_only"}`, "torchao", 0},
		{`{"quant_method":"quark","global_quant_config":{"weight":{"dtype":"fp8_e4m3"}}}`, "quark", 8},
		{`{"quant_method":"auto-round","bits":2}`, "auto-round", 2},
		{`{"quant_method":"intel/auto-round","bits":4}`, "auto-round", 4},
		{`{"quant_method":"higgs","bits":4,"p":2}`, "higgs", 4},
		{`{"quant_method":"spqr","bits":3,"beta1":16}`, "spqr", 3},
		{`{"quant_method":"aqlm","num_codebooks":2,"nbits_per_codebook":8,"in_group_size":8,"out_group_size":1}`, "aqlm", 2},
		// log2(65536)/8 and as much as log2(256)/8 for what is left over.
		{`{"quant_method":"vptq","config_for_layers":{"l.0":{"vector_lens":[-1,8],"num_centroids":[-1,65536],"num_res_centroids":[-1,256]}}}`, "vptq", 3},
		{`{"quant_method":"vptq","config_for_layers":{"l.0":{"vector_lens":[-1,12],"num_centroids":[-1,65536],"num_res_centroids":[-1,-1]}}}`, "vptq", 1.3},
		{`{"quant_method":"hqq","quant_config":{"mlp.up_proj":{"weight_quant_params":{"nbits":3}}}}`, "hqq", 3},
		{`{"quant_method":"exl2","bits_per_weight":"5.0"}`, "exl2", 5},
		{`{"quant_method":"exl3","bits":2.25}`, "exl3", 2.25},
		{`{"quant_algo":"W4A16_AWQ"}`, "modelopt", 4},
		{`{"quant_algo":"MIXED_PRECISION"}`, "modelopt", 0},
		{`{"quant_method":"gptq","bits":-4}`, "gptq", 0},
		{`{"quant_method":"gptq","bits":1e300}`, "gptq", 0},
		{`{"quant_method":"gptq","bits":"four"}`, "gptq", 0},
		{`{"quant_method":"aqlm","num_codebooks":1,"nbits_per_codebook":16,"in_group_size":0}`, "aqlm", 0},
	} {
		t.Run(c.config, func(t *testing.T) {
			o, err := loose.Parse([]byte(c.config))
			if err != nil {
				t.Fatal(err)
			}
			f, _ := recognise(o)
			if f.method != c.method || f.bits != c.bits {
				t.Errorf("%s of %g bits, want %s of %g", f.method, f.bits, c.method, c.bits)
			}
		})
	}
}

func TestSectionKeys(t *testing.T) {
	for _, c := range []struct{ name, config, key, want string }{
		{"modules of MLX that are left alone", `{"quantization":{"group_size":64,"bits":4,"mode":"affine","lm_head":false,"mlp":{"bits":8,"group_size":64}}}`, "excluded_modules", `["lm_head"]`},
		{"mode of MLX", `{"quantization":{"group_size":32,"bits":4,"mode":"mxfp4"}}`, "version", `"mxfp4"`},
		{"Marlin", `{"quantization_config":{"quant_method":"gptq","bits":4,"is_marlin_format":true}}`, "version", `"marlin"`},
		{"a program's version is no layout", `{"quantization_config":{"quant_method":"exl2","version":"0.0.20","bits":4.5}}`, "version", ``},
		{"AutoRound's packing", `{"quantization_config":{"quant_method":"auto-round","packing_format":"auto_round:auto_gptq"}}`, "version", `"auto_round:auto_gptq"`},
		{"torchao's groups", `{"quantization_config":{"quant_method":"torchao","quant_type":"int4_weight_only","quant_type_kwargs":{"group_size":128}}}`, "group_size", `128`},
		{"Quark's groups", `{"quantization_config":{"quant_method":"quark","global_quant_config":{"weight":{"dtype":"fp4","group_size":32}}}}`, "group_size", `32`},
		{"Quark's exclusions", `{"quantization_config":{"quant_method":"quark","exclude":["lm_head"]}}`, "excluded_modules", `["lm_head"]`},
		{"base model from the config", `{"quantization_config":{"quant_method":"gptq","model_name_or_path":"meta-llama/Llama-2-7b-hf"}}`, "base_model", `"meta-llama/Llama-2-7b-hf"`},
		{"a path is no base model", `{"quantization_config":{"quant_method":"gptq","model_name_or_path":"/root/llama"}}`, "base_model", ``},
		{"unknown bits are 0", `{"quantization_config":{"quant_method":"fp_quant"}}`, "bits", `0`},
		{"backends are never null", `{"quantization_config":{"quant_method":"fp_quant"}}`, "backends", `["transformers"]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			report, err := New().Analyze(t.Context(), model("o/n", map[string]string{"config.json": c.config}), sdk.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got map[string]json.RawMessage
			if err := json.Unmarshal(report.Sections[len(report.Sections)-1].Data, &got); err != nil {
				t.Fatal(err)
			}
			if string(got[c.key]) != c.want {
				t.Errorf("%s is %s, want %s", c.key, got[c.key], c.want)
			}
		})
	}
}

// EXL3 lists every tensor behind what matters: tens of megabytes of which the
// first 64 KiB are read.
func TestT25_LargeConfigIsReadByRange(t *testing.T) {
	var big bytes.Buffer
	big.WriteString(`{"quant_method":"exl3","bits":3.5,"head_bits":6,"tensor_storage":{`)
	for i := 0; big.Len() < sdk.MaxConfig+1; i++ {
		fmt.Fprintf(&big, `"model.layers.%d":{"quant_format":"exl3"},`, i)
	}
	big.WriteString(`"":{}}}`)
	r := model("o/n", map[string]string{"config.json": `{"model_type":"llama"}`, "quantization_config.json": big.String()})
	f, warnings := find(t.Context(), r)
	if f.method != "exl3" || f.bits != 3.5 || len(warnings) > 0 {
		t.Errorf("%+v, %v", f, warnings)
	}
	for _, read := range r.Reads() {
		if read.Bytes > modelconfig.LeadingBytes {
			t.Errorf("%d bytes of %s were read", read.Bytes, read.Path)
		}
	}
}

func TestT25_UnreadableConfigIsAWarning(t *testing.T) {
	r := model("o/n", map[string]string{"config.json": `{"quantization_config":`, "quantize_config.json": `{"bits":4,"group_size":128}`})
	report, err := New().Analyze(t.Context(), r, sdk.Options{})
	if err != nil || len(report.Sections) == 0 {
		t.Fatalf("%+v, %v", report, err)
	}
	if !strings.Contains(strings.Join(report.Warnings, "\n"), "config.json") {
		t.Errorf("warnings %q do not name the file", report.Warnings)
	}
}

func TestT25_HostileJSON(t *testing.T) {
	deep := strings.Repeat(`{"quantization_config":`, 100_000)
	for _, c := range []struct{ name, config, want string }{
		{"depth", deep, ""},
		{"depth of arrays", `{"quantization_config":` + strings.Repeat("[", 1_000_000), ""},
		{"of equal keys the last counts", `{"quantization_config":{"quant_method":"gptq"},"quantization_config":{"quant_method":"awq"}}`, "awq"},
		{"keys in other letters are other keys", `{"Quantization_Config":{"quant_method":"gptq"}}`, ""},
		{"a method as long as a book", `{"quantization_config":{"quant_method":"` + strings.Repeat("x", 1<<20) + `"}}`, "quantized"},
		{"numbers nobody can hold", `{"quantization_config":{"quant_method":"gptq","bits":1e999,"group_size":1e999}}`, "gptq"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := model("o/n", map[string]string{"config.json": c.config})
			claim, err := New().Match(t.Context(), r)
			if err != nil || claim.Type != c.want {
				t.Fatalf("%q, %v; want %q", claim.Type, err, c.want)
			}
			if len(claim.Evidence) > 200 {
				t.Errorf("evidence of %d bytes", len(claim.Evidence))
			}
			if _, err := New().Analyze(t.Context(), r, sdk.Options{}); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func FuzzConfig(f *testing.F) {
	for _, seed := range []string{
		`{"quantization_config":{"quant_method":"gptq","bits":4,"group_size":128,"desc_act":true,"sym":true}}`,
		`{"quantization":{"group_size":64,"bits":4,"mode":"affine","lm_head":false}}`,
		`{"compression_config":{"config_groups":{"group_0":{"weights":{"num_bits":4,"strategy":"channel"}}},"ignore":["lm_head"]}}`,
		`{"quantization_config":{"quant_method":"vptq","config_for_layers":{"a":{"vector_lens":[-1,8],"num_centroids":[-1,65536]}}}}`,
		`{"quantization_config":{"quant_method":"aqlm","num_codebooks":1,"nbits_per_codebook":16,"in_group_size":8}}`,
		`{"bits":1e400,"group_size":null,"quant_method":["gptq"]}`,
		`{"quantization":{"quant_algo":"NVFP4","group_size":16}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, name := range []string{"config.json", "quantize_config.json", "hf_quant_config.json"} {
			r := model("o/n-exl2", map[string]string{name: string(data)})
			if _, err := New().Match(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			report, err := New().Analyze(t.Context(), r, sdk.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range report.Sections {
				var got section
				if err := json.Unmarshal(s.Data, &got); err != nil {
					t.Fatal(err)
				}
				if got.Bits < 0 || got.Bits > maxBits || got.VRAM < 0 {
					t.Errorf("%s", s.Data)
				}
			}
		}
	})
}
