package transformers_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/analyzers/modelconfig"
	"github.com/hfdownloader/hfdownloader/analyzers/safetensors/safetensorstest"
	"github.com/hfdownloader/hfdownloader/analyzers/selection"
	"github.com/hfdownloader/hfdownloader/analyzers/transformers"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

// repo has files of one byte, and those with contents.
func repo(contents map[string]string, files ...string) *sdktest.Repo {
	r := &sdktest.Repo{RefValue: sdk.Ref{Type: "model", ID: "o/n"}, Contents: map[string]io.ReaderAt{}}
	for _, f := range files {
		r.List = append(r.List, sdk.File{Path: f, Size: 1, LFS: true})
	}
	for p, data := range contents {
		r.SetContent(p, []byte(data))
	}
	return r
}

const llama = `{"model_type":"llama","architectures":["LlamaForCausalLM"],"torch_dtype":"bfloat16"}`

func TestMatch(t *testing.T) {
	config := func(json string) map[string]string { return map[string]string{"config.json": json} }
	for name, c := range map[string]struct {
		contents map[string]string
		files    []string
		want     sdk.Rank
	}{
		"model":                             {config(llama), []string{"model.safetensors"}, sdk.RankTransformers},
		"architectures alone":               {config(`{"architectures":"X"}`), []string{"pytorch_model.bin"}, sdk.RankTransformers},
		"TensorFlow alone":                  {config(llama), []string{"tf_model.h5"}, sdk.RankTransformers},
		"sentences":                         {config(llama), []string{"modules.json", "config_sentence_transformers.json", "model.safetensors"}, sdk.RankSentenceTransformer},
		"modules of something else":         {config(`{}`), []string{"modules.json", "model.safetensors"}, 0},
		"config of something else":          {config(`{"name":"x"}`), []string{"model.safetensors"}, 0},
		"no config":                         {nil, []string{"model.safetensors"}, 0},
		"config in a folder":                {map[string]string{"a/config.json": llama}, []string{"a/model.safetensors"}, 0},
		"no weights":                        {config(llama), []string{"tokenizer.json"}, 0},
		"weights in a folder":               {config(llama), []string{"onnx/model.onnx"}, 0},
		"an adapter with a copied config":   {config(llama), []string{"adapter_model.safetensors", "adapter_config.json"}, 0},
		"only what a training left":         {config(llama), []string{"optimizer.pt", "rng_state.pth", "training_args.bin"}, 0},
		"bin files of other programs":       {config(llama), []string{"openvino_model.bin", "tokenizer.bin", "weights.bin"}, 0},
		"GGUF with a config":                {config(llama), []string{"m.Q4_K_M.gguf"}, 0},
		"TensorRT-LLM has another config":   {config(`{"pretrained_config":{},"build_config":{}}`), []string{"rank0.safetensors"}, 0},
		"a dataset that looks like a model": {config(llama), []string{"model.safetensors", "!dataset"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := repo(c.contents, c.files...)
			if slices.Contains(c.files, "!dataset") {
				r.RefValue.Type = "dataset"
			}
			claim, err := transformers.New().Match(t.Context(), r)
			if err != nil || claim.Rank != c.want || claim.Made() != (c.want > 0) {
				t.Errorf("%+v, %v", claim, err)
			}
		})
	}
}

func TestMatchSaysWhyAConfigCannotBeRead(t *testing.T) {
	if _, err := transformers.New().Match(t.Context(), repo(map[string]string{"config.json": "<html>"}, "model.safetensors")); err == nil {
		t.Error("no error")
	}
}

// analyze gives the report and the section by key.
func analyze(t testing.TB, r sdk.Repo) (sdk.Report, map[string]any) {
	t.Helper()
	report, err := transformers.New().Analyze(t.Context(), r, sdk.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var section map[string]any
	if err := json.Unmarshal(report.Sections[0].Data, &section); err != nil {
		t.Fatal(err)
	}
	return report, section
}

// Each small file costs a request and its redirect: of 300 shards one header is
// read, and before it the config alone.
func TestWhatIsReadFirst(t *testing.T) {
	for name, c := range map[string]struct {
		shards  int
		extra   []string
		before  []string // the headers
		headers int
	}{
		"300 shards":                {300, nil, []string{"config.json"}, 1},
		"3 shards":                  {3, nil, []string{"config.json"}, 3},
		"3 shards and another file": {3, []string{"x.safetensors"}, []string{"config.json", "model.safetensors.index.json"}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			head, err := safetensorstest.FromJSON([]byte(`{"a":{"dtype":"BF16","shape":[8]}}`))
			if err != nil {
				t.Fatal(err)
			}
			contents := map[string]string{
				"config.json": llama, "tokenizer_config.json": `{}`, "generation_config.json": `{}`, "chat_template.jinja": "x", "special_tokens_map.json": `{}`,
			}
			index := map[string]string{}
			for i := range c.shards {
				name := fmt.Sprintf("model-%05d-of-%05d.safetensors", i+1, c.shards)
				contents[name], index[name] = string(head)+strings.Repeat("\x00", 16), name
			}
			data, _ := json.Marshal(map[string]any{"weight_map": index})
			contents["model.safetensors.index.json"] = string(data)
			r := repo(contents, c.extra...)
			_, section := analyze(t, r)
			var before []string
			headers := 0
			for _, read := range r.Reads() {
				if strings.HasSuffix(read.Path, ".safetensors") {
					headers++
				} else if headers == 0 && !slices.Contains(before, read.Path) {
					before = append(before, read.Path)
				}
			}
			if !cmp.Equal(c.before, before) || headers != c.headers {
				t.Errorf("read %v before %d headers; want %v, %d", before, headers, c.before, c.headers)
			}
			if want := fmt.Sprint(8 * c.shards); c.shards == 3 && fmt.Sprint(section["estimated_parameters_num"]) != want {
				t.Errorf("%v parameters, want %s", section["estimated_parameters_num"], want)
			}
			if section["parameters_exact"] != (c.shards == 3) || section["precision"] != "bf16" {
				t.Errorf("%v", section)
			}
		})
	}
}

func TestNoHeaderIsReadWhenTheHubHasCounted(t *testing.T) {
	r := repo(map[string]string{"config.json": llama}, "model.safetensors")
	r.FactsValue = sdk.Facts{TotalParameters: 10, Parameters: map[string]int64{"BF16": 10}}
	analyze(t, r)
	for _, read := range r.Reads() {
		if read.Path != "config.json" {
			t.Errorf("read %v", read)
		}
	}
}

// No dtype in the config: it comes from the header, and is never guessed.
func TestPrecision(t *testing.T) {
	const config = `{"model_type":"llama"}`
	head, err := safetensorstest.FromJSON([]byte(`{"a":{"dtype":"F16","shape":[8]},"b":{"dtype":"F32","shape":[2]}}`))
	if err != nil {
		t.Fatal(err)
	}
	_, section := analyze(t, repo(map[string]string{"config.json": config, "model.safetensors": string(head) + strings.Repeat("\x00", 24)}))
	if section["precision"] != "fp16" {
		t.Errorf("%v", section["precision"])
	}
	_, section = analyze(t, repo(map[string]string{"config.json": config}, "pytorch_model.bin"))
	if p, ok := section["precision"]; ok {
		t.Errorf("%v of a pickle", p)
	}
}

// The Hub once counted each container of packed weights as one parameter.
func TestPackedCountsOfTheHub(t *testing.T) {
	const config = `{"model_type":"mistral","architectures":["MistralForCausalLM"],"hidden_size":4096,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,
		"intermediate_size":14336,"vocab_size":32000,"tie_word_embeddings":false,"quantization_config":{"quant_method":"gptq","bits":4}}`
	const packed, plain = 6979321856 / 8, 262410240
	for name, c := range map[string]struct {
		counts map[string]int64
		want   int64
	}{
		"containers":      {map[string]int64{"I32": packed, "F16": plain}, 7241732096},
		"already counted": {map[string]int64{"I32": packed * 8, "F16": plain}, 7241732096},
	} {
		t.Run(name, func(t *testing.T) {
			r := repo(map[string]string{"config.json": config}, "model.safetensors")
			r.FactsValue.Parameters = c.counts
			for _, n := range c.counts {
				r.FactsValue.TotalParameters += n
			}
			_, section := analyze(t, r)
			if got, _ := section["estimated_parameters_num"].(float64); int64(got) != c.want || section["parameters_exact"] != false || section["precision"] != "int4" {
				t.Errorf("%v", section)
			}
		})
	}
}

// Of packings that no rule knows the config tells how many weights there are.
func TestCountsOfUnknownPackings(t *testing.T) {
	const sizes = `"model_type":"mistral","architectures":["MistralForCausalLM"],"hidden_size":4096,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,
		"intermediate_size":14336,"vocab_size":32000,"tie_word_embeddings":false`
	for name, c := range map[string]struct {
		method      string
		total, want int64
	}{
		"EXL2, a third of the elements": {"exl2", 2_500_000_000, 7_241_732_096},
		"EXL3, more elements":           {"exl3", 12_000_000_000, 7_241_732_096},
		"a count that may be right":     {"exl3", 7_300_000_000, 7_300_000_000},
		"a packing that is known":       {"fp8", 2_500_000_000, 2_500_000_000},
	} {
		t.Run(name, func(t *testing.T) {
			r := repo(map[string]string{"config.json": `{` + sizes + `,"quantization_config":{"quant_method":"` + c.method + `","bits":4.25}}`}, "model.safetensors")
			r.FactsValue.Parameters, r.FactsValue.TotalParameters = map[string]int64{"I16": c.total}, c.total
			_, section := analyze(t, r)
			got, _ := section["estimated_parameters_num"].(float64)
			if far := got/float64(c.want) - 1; far < -0.001 || far > 0.001 || section["parameters_exact"] != false {
				t.Errorf("%v parameters, exact %v; want %d", section["estimated_parameters_num"], section["parameters_exact"], c.want)
			}
		})
	}
}

func TestBadFilesAreWarnings(t *testing.T) {
	r := repo(map[string]string{"config.json": llama, "model.safetensors": "version https://git-lfs", "tokenizer_config.json": "<html>", "generation_config.json": "[", "chat_template.json": "7"})
	r.List = append(r.List, sdk.File{Path: "chat_template.jinja", Size: 5}) // without content
	report, section := analyze(t, r)
	if len(report.Warnings) != 2 || !strings.Contains(report.Warnings[0], "model.safetensors") || !strings.Contains(report.Warnings[1], "chat_template.jinja") {
		t.Errorf("warnings %q", report.Warnings)
	}
	if section["architecture"] != "LlamaForCausalLM" || section["tokenizer"] != nil || section["generation_config"] != nil {
		t.Errorf("%v", section)
	}
}

// gated is a repository whose listing is public and whose files are not.
type gated struct{ *sdktest.Repo }

func (gated) ReadAt(_ context.Context, path string, _ int64, _ int) ([]byte, error) {
	return nil, fault.New(fault.Gated, "read", path, errors.New("403"))
}

func TestAGatedModelIsStillOne(t *testing.T) {
	r := repo(map[string]string{"config.json": llama, "tokenizer_config.json": "{}"}, "model.safetensors", "original/consolidated.00.pth")
	r.FactsValue = sdk.Facts{Library: "transformers", Pipeline: "text-generation", TotalParameters: 8030261248, Parameters: map[string]int64{"BF16": 8030261248}}
	claim, err := transformers.New().Match(t.Context(), gated{r})
	if err != nil || claim.Rank != sdk.RankTransformers {
		t.Errorf("%+v, %v", claim, err)
	}
	report, section := analyze(t, gated{r})
	if len(report.Warnings) != 1 || !strings.Contains(report.Warnings[0], "config.json") || len(report.Items) != 2 {
		t.Errorf("%q, %v", report.Warnings, report.Items)
	}
	if section["estimated_parameters"] != "8B" || section["task"] != "text-generation" || section["precision"] != "bf16" {
		t.Errorf("%v", section)
	}
}

func TestTokenizer(t *testing.T) {
	named := func(list string) string { return `{"chat_template":` + list + `}` }
	for name, c := range map[string]struct {
		small    map[string]string
		template string
		length   int64
	}{
		"in the config":       {map[string]string{"tokenizer_config.json": named(`"a"`)}, "a", 0},
		"a file before it":    {map[string]string{"tokenizer_config.json": named(`"a"`), "chat_template.jinja": "b"}, "b", 0},
		"a JSON file":         {map[string]string{"tokenizer_config.json": `{}`, "chat_template.json": named(`"c"`)}, "c", 0},
		"the default of some": {map[string]string{"tokenizer_config.json": named(`[{"name":"rag","template":"x"},{"name":"default","template":"d"}]`)}, "d", 0},
		"some, no default":    {map[string]string{"tokenizer_config.json": named(`[3,{"name":"rag","template":"x"}]`)}, "x", 0},
		"nonsense":            {map[string]string{"tokenizer_config.json": `{"chat_template":{"a":1},"model_max_length":"x","padding_side":4}`}, "", 0},
		"too long":            {map[string]string{"chat_template.jinja": strings.Repeat("ä", 100_000)}, strings.Repeat("ä", 32<<10), 0},
		"cut within a letter": {map[string]string{"chat_template.jinja": "x" + strings.Repeat("ä", 100_000)}, "x" + strings.Repeat("ä", 32<<10-1), 0},
		"a length":            {map[string]string{"tokenizer_config.json": `{"model_max_length":4096}`}, "", 4096},
		"no limit":            {map[string]string{"tokenizer_config.json": `{"model_max_length":1000000000000000019884624838656}`}, "", 0},
		"negative":            {map[string]string{"tokenizer_config.json": `{"model_max_length":-1}`}, "", 0},
		"infinite":            {map[string]string{"tokenizer_config.json": `{"model_max_length":Infinity,"tokenizer_class":"T"}`}, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			small := map[string][]byte{}
			for k, v := range c.small {
				small[k] = []byte(v)
			}
			got, _ := transformers.TokenizerOf(small, nil)
			if got == nil || got.ChatTemplate != c.template || got.HasTemplate != (c.template != "") || got.MaxLength != c.length {
				t.Errorf("%+v", got)
			}
		})
	}
	if got, special := transformers.TokenizerOf(nil, modelconfig.New(nil)); got != nil || special != nil {
		t.Errorf("of nothing: %+v, %v", got, special)
	}
}

func TestFormatItems(t *testing.T) {
	for name, c := range map[string]struct {
		files []string
		want  []string // id and files, the recommended one with "*"
	}{
		"one format":          {[]string{"model.safetensors", "tokenizer.model"}, nil},
		"nothing":             {[]string{"README.md"}, nil},
		"exports in folders":  {[]string{"model.safetensors", "onnx/model.onnx", "onnx/model.onnx_data", "openvino/openvino_model.bin"}, []string{"*safetensors model.safetensors", "onnx onnx/model.onnx onnx/model.onnx_data", "openvino openvino/openvino_model.bin"}},
		"safetensors of ONNX": {[]string{"onnx/x.safetensors", "pytorch_model.bin"}, []string{"*pytorch pytorch_model.bin", "onnx onnx/x.safetensors"}},
		"Mistral's own":       {[]string{"consolidated.safetensors", "model.safetensors"}, []string{"*safetensors model.safetensors", "original consolidated.safetensors"}},
		"Llama's own":         {[]string{"original/consolidated.00.pth", "original/consolidated.01.pth", "model.safetensors"}, []string{"*safetensors model.safetensors", "original original/consolidated.00.pth original/consolidated.01.pth"}},
		"a courtesy GGUF":     {[]string{"model.safetensors", "m.gguf"}, []string{"*safetensors model.safetensors", "gguf m.gguf"}},
		"a training's state":  {[]string{"model.safetensors", "optimizer.pt", "scheduler.pt", "rng_state_0.pth", "training_args.bin"}, nil},
		"layers of sentences": {[]string{"model.safetensors", "2_Dense/model.safetensors", "pytorch_model.bin", "2_Dense/pytorch_model.bin"}, []string{"*safetensors model.safetensors 2_Dense/model.safetensors", "pytorch pytorch_model.bin 2_Dense/pytorch_model.bin"}},
	} {
		t.Run(name, func(t *testing.T) {
			var files []sdk.File
			for _, f := range c.files {
				files = append(files, sdk.File{Path: f, Size: 7, LFS: true})
			}
			items := transformers.FormatItems(files)
			var got []string
			var sets [][]string
			for _, item := range items {
				line := item.ID + " " + strings.Join(item.Files, " ")
				if item.Recommended {
					line = "*" + line
				}
				got, sets = append(got, line), append(sets, item.Files)
				if item.Size != int64(7*len(item.Files)) || item.Label == "" || item.Description == "" || item.Category != sdk.CategoryFormat {
					t.Errorf("%+v", item)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for i, filter := range selection.Exact(files, false, sets) {
				if filter == "" {
					t.Errorf("no filter selects %v", sets[i])
				}
			}
		})
	}
}

func TestFormatItemsLeaveOutWhatIsNotLFS(t *testing.T) {
	if items := transformers.FormatItems([]sdk.File{{Path: "model.safetensors", Size: 9, LFS: true}, {Path: "tiny.onnx", Size: 9}}); items != nil {
		t.Errorf("%+v", items)
	}
}

func TestFormatItemsRecommendTheWholeModel(t *testing.T) {
	items := transformers.FormatItems([]sdk.File{{Path: "head.safetensors", Size: 9, LFS: true}, {Path: "pytorch_model.bin", Size: 1000, LFS: true}})
	if len(items) != 2 || items[0].Recommended || !items[1].Recommended {
		t.Errorf("%+v", items)
	}
}

func TestSentences(t *testing.T) {
	r := repo(map[string]string{
		"config.json":  `{"architectures":["T5EncoderModel"],"model_type":"t5","d_model":768,"n_positions":512}`,
		"modules.json": `[{"type":"sentence_transformers.models.Transformer"},{"type":"sentence_transformers.models.Dense"}]`, "config_sentence_transformers.json": `{"similarity_fn_name":"cosine","prompts":{"query":"query: ","document":"","n":3}}`,
		"1_Pooling/config.json": `{"word_embedding_dimension":768,"pooling_mode_lasttoken":true}`, "2_Dense/config.json": `{"in_features":768,"out_features":256}`,
	}, "model.safetensors")
	r.FactsValue.TotalParameters = 1
	report, err := transformers.New().Analyze(t.Context(), r, sdk.Options{})
	if err != nil || len(report.Sections) != 2 {
		t.Fatalf("%+v, %v", report, err)
	}
	want := `{"embedding_dimension":256,"max_seq_length":512,"pooling":"last_token","normalize":false,"similarity":"cosine","prompts":{"query":"query: "}}`
	if got := string(report.Sections[1].Data); got != want || report.Sections[1].Key != "sentence_transformers" {
		t.Errorf("%s, want %s", got, want)
	}
}

// Whatever the small files hold, there is an answer that is JSON.
func FuzzAnalyze(f *testing.F) {
	f.Add(llama, `{"chat_template":[{"name":"default","template":"x"}],"model_max_length":1e30}`, `{"eos_token_id":[1,"2",null]}`)
	f.Add(`{"quantization_config":{"quant_method":"gptq","bits":3},"hidden_size":1e9,"num_hidden_layers":"9"}`, `{"add_bos_token":"true"}`, `[]`)
	f.Add(`{"quantization":{"bits":-1},"text_config":{"text_config":[]},"rope_scaling":{"factor":"NaN"}}`, `null`, `NaN`)
	f.Fuzz(func(t *testing.T, config, tokenizer, generation string) {
		head, _ := safetensorstest.FromJSON([]byte(`{"w.qweight":{"dtype":"I32","shape":[8]},"b":{"dtype":"U8","shape":[3]}}`))
		r := repo(map[string]string{
			"config.json": config, "tokenizer_config.json": tokenizer, "generation_config.json": generation, "model.safetensors": string(head),
			"modules.json": generation, "config_sentence_transformers.json": tokenizer, "1_Pooling/config.json": config,
		})
		report, section := analyze(t, r)
		if n, ok := section["estimated_vram"].(float64); ok && n < 0 {
			t.Fatalf("%v", section)
		}
		for name, data := range report.Metadata {
			if !json.Valid(data) {
				t.Fatalf("%s: %s", name, data)
			}
		}
	})
}
