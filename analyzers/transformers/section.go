package transformers

import (
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/analyzers/modelconfig"
	"github.com/hfdownloader/hfdownloader/analyzers/safetensors"
	"github.com/hfdownloader/hfdownloader/analyzers/weights"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// section is the key "transformers" of an analysis (analyzers.md §5, §17).
type section struct {
	Architecture            string           `json:"architecture"`
	ArchitectureDescription string           `json:"architecture_description,omitempty"`
	Task                    string           `json:"task,omitempty"`
	TaskDescription         string           `json:"task_description,omitempty"`
	ModelType               string           `json:"model_type,omitempty"`
	HiddenSize              int64            `json:"hidden_size,omitempty"`
	Layers                  int64            `json:"num_hidden_layers,omitempty"`
	Heads                   int64            `json:"num_attention_heads,omitempty"`
	KVHeads                 int64            `json:"num_key_value_heads,omitempty"`
	HeadDim                 int64            `json:"head_dim,omitempty"`
	Intermediate            int64            `json:"intermediate_size,omitempty"`
	Vocab                   int64            `json:"vocab_size,omitempty"`
	MaxPositions            int64            `json:"max_position_embeddings,omitempty"`
	Context                 int64            `json:"context_length,omitempty"`
	SlidingWindow           *int64           `json:"sliding_window,omitempty"`
	RopeScaling             json.RawMessage  `json:"rope_scaling,omitempty"`
	Experts                 int64            `json:"num_experts,omitempty"`
	ExpertsPerTok           int64            `json:"num_experts_per_tok,omitempty"`
	Parameters              string           `json:"estimated_parameters,omitempty"`
	ParametersNum           int64            `json:"estimated_parameters_num,omitempty"`
	ByDType                 map[string]int64 `json:"parameters_by_dtype,omitempty"`
	Exact                   *bool            `json:"parameters_exact,omitempty"`
	Precision               string           `json:"precision,omitempty"`
	DType                   string           `json:"torch_dtype,omitempty"`
	Sharded                 bool             `json:"is_sharded"`
	Shards                  int              `json:"shard_count,omitempty"`
	WeightFiles             []weightFile     `json:"weight_files,omitempty"`
	Tokenizer               *Tokenizer       `json:"tokenizer,omitempty"`
	SpecialTokens           map[string]any   `json:"special_tokens,omitempty"`
	Generation              json.RawMessage  `json:"generation_config,omitempty"`
	Backends                []string         `json:"backends,omitempty"`
	Remote                  bool             `json:"requires_remote_code"`
	EstimatedVRAM           int64            `json:"estimated_vram,omitempty"`
	EstimatedVRAMHuman      string           `json:"estimated_vram_human,omitempty"`
}

type weightFile struct {
	Path      string `json:"path"`
	Name      string `json:"name"`
	Size      int64  `json:"size"`
	SizeHuman string `json:"size_human"`
	Format    string `json:"format"`
	Index     int    `json:"shard_index,omitempty"`
	Total     int    `json:"shard_total,omitempty"`
}

func describe(r sdk.Repo, c *modelconfig.Config, files []sdk.File, m safetensors.Model, small map[string][]byte, o sdk.Options) section {
	facts := r.Facts()
	s := section{
		Architecture: c.Architecture(), Task: c.Task(facts), ModelType: c.ModelType,
		HiddenSize: c.HiddenSize, Layers: c.Layers, Heads: c.Heads, KVHeads: c.KVHeads, HeadDim: c.HeadDim, Intermediate: c.Intermediate, Vocab: c.Vocab,
		MaxPositions: c.MaxPositions, Context: c.Context, Experts: c.Experts, ExpertsPerTok: c.ExpertsPerToken, DType: c.DType, Remote: c.RemoteCode,
	}
	s.ArchitectureDescription, s.TaskDescription = describeArchitecture(s.Architecture, c), modelconfig.TaskDescription(s.Task)
	if c.Text.Has("sliding_window") {
		s.SlidingWindow = &c.SlidingWindow
	}
	if rope := c.Text.Object("rope_scaling"); rope != nil {
		s.RopeScaling, _ = json.Marshal(rope) // it was JSON
	}
	s.weights(files)
	s.count(c, facts, m)
	s.Precision = s.precision()
	s.Tokenizer, s.SpecialTokens = TokenizerOf(small, c)
	if data := small["generation_config.json"]; json.Valid(data) {
		s.Generation = data
	}
	s.Backends = backends(s.WeightFiles, c)
	s.estimate(c, m, o)
	return s
}

// weights lists the files transformers would load.
func (s *section) weights(files []sdk.File) {
	for _, f := range files {
		if !sdk.AtRoot(f.Path) || !isWeights(f.Path) || weights.Of(f.Path) == weights.TensorFlow || weights.Of(f.Path) == weights.Flax {
			continue
		}
		w := weightFile{Path: f.Path, Name: path.Base(f.Path), Size: f.Size, SizeHuman: sdk.Human(f.Size), Format: string(weights.Of(f.Path))}
		if _, index, total, ok := weights.Shard(weights.Stem(f.Path)); ok {
			w.Index, w.Total = index, total
			s.Sharded = s.Sharded || total > 1
			s.Shards = max(s.Shards, total)
		}
		s.WeightFiles = append(s.WeightFiles, w)
	}
}

// count prefers what the Hub counted, then the headers, then the config's sizes.
func (s *section) count(c *modelconfig.Config, facts sdk.Facts, m safetensors.Model) {
	exact := true
	switch {
	case facts.TotalParameters > 0:
		s.ParametersNum = facts.TotalParameters
		if len(facts.Parameters) > 0 {
			s.ByDType = facts.Parameters
		}
		exact = PackingOf(c).Method == ""
	case m.Counted && m.Count.Total > 0:
		s.ParametersNum, s.ByDType, exact = m.Count.Total, m.Count.ByDType, m.Count.Exact
	default:
		if s.ParametersNum, exact = s.bySize(c), false; s.ParametersNum == 0 {
			s.ParametersNum = c.EstimateParameters()
		}
	}
	if s.ParametersNum > 0 {
		s.Parameters, s.Exact = sdk.Count(s.ParametersNum), &exact
	}
}

// bySize divides the bytes of unquantized weights by those of their dtype.
func (s *section) bySize(c *modelconfig.Config) int64 {
	width := widthOf(modelconfig.Precision(c.DType))
	if width == 0 || PackingOf(c).Method != "" {
		return 0
	}
	return s.weightBytes() / width
}

// weightBytes are those of one set of weights: safetensors, else PyTorch's.
func (s *section) weightBytes() int64 {
	sums := map[string]int64{}
	for _, w := range s.WeightFiles {
		if !strings.HasPrefix(w.Name, "consolidated") || len(s.WeightFiles) == 1 {
			sums[w.Format] += w.Size
		}
	}
	for _, format := range []string{"safetensors", "pytorch_bin", "pytorch"} {
		if sums[format] > 0 {
			return sums[format]
		}
	}
	return 0
}

func widthOf(precision string) int64 {
	switch precision {
	case "fp64":
		return 8
	case "fp32":
		return 4
	case "bf16", "fp16":
		return 2
	case "fp8", "int8":
		return 1
	default:
		return 0
	}
}

// precision is what most parameters are of, else what the config says.
func (s *section) precision() string {
	best, most := "", int64(0)
	for _, dtype := range slices.Sorted(maps.Keys(s.ByDType)) {
		if n := s.ByDType[dtype]; n > most && modelconfig.Precision(dtype) != "" {
			best, most = dtype, n
		}
	}
	if p := modelconfig.Precision(best); p != "" {
		return p
	}
	return modelconfig.Precision(s.DType)
}

// estimate is the memory to run it: the weights, the cache of a context, and 15 %
// for the rest (analyzers.md §9.4).
func (s *section) estimate(c *modelconfig.Config, m safetensors.Model, o sdk.Options) {
	bytes := m.Count.Bytes
	if bytes == 0 {
		for dtype, n := range s.ByDType {
			bytes += n * widthOf(modelconfig.Precision(dtype))
		}
	}
	if size := s.weightBytes(); bytes == 0 || PackingOf(c).Method != "" && size > 0 {
		bytes = size
	}
	if bytes == 0 {
		return
	}
	shape := c.Memory()
	kv := int64(0)
	if c.Generates() {
		kv = shape.KV(shape.Tokens(o.Context), o.KVType)
	}
	s.EstimatedVRAM = int64(float64(bytes+kv) * 1.15)
	s.EstimatedVRAMHuman = sdk.Human(s.EstimatedVRAM)
}

func describeArchitecture(class string, c *modelconfig.Config) string {
	family, task := class, ""
	for _, t := range []struct{ suffix, text string }{
		{"ForCausalLM", "language model that writes text"}, {"LMHeadModel", "language model that writes text"},
		{"ForConditionalGeneration", "model that answers its input"}, {"ForSequenceClassification", "classifier of texts"},
		{"ForTokenClassification", "classifier of words"}, {"ForMaskedLM", "language model that fills gaps"}, {"ForPreTraining", "language model that fills gaps"},
		{"ForQuestionAnswering", "finder of answers"}, {"ForImageClassification", "classifier of images"}, {"ForObjectDetection", "detector of objects"},
		{"ForCTC", "recogniser of speech"}, {"ForDepthEstimation", "estimator of depth"}, {"ForSemanticSegmentation", "divider of images"}, {"Model", "encoder"},
	} {
		if base, ok := strings.CutSuffix(class, t.suffix); ok && base != "" {
			family, task = base, t.text
			break
		}
	}
	if task == "" {
		return ""
	}
	text := family + ": " + task
	if c.Experts > 0 {
		text += ", a mixture of experts"
	}
	return text
}

// backends are programs that load it.
func backends(files []weightFile, c *modelconfig.Config) []string {
	out := []string{"transformers"}
	safe := slices.ContainsFunc(files, func(w weightFile) bool { return w.Format == "safetensors" })
	if c.Generates() && safe {
		out = append(out, "vllm", "sglang", "tgi")
	}
	return out
}

func intOf(v any) int64 {
	n, _ := loose.Int(v)
	return n
}
