package transformers

import (
	"encoding/json"
	"slices"
	"strings"

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
	SlidingWindow           *int64           `json:"sliding_window,omitempty"` // 0: there is a key for one, but none
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
	EstimatedVRAM           int64            `json:"estimated_vram,omitempty"` // bytes
	EstimatedVRAMHuman      string           `json:"estimated_vram_human,omitempty"`
}

func describe(r sdk.Repo, c *modelconfig.Config, files []sdk.File, m safetensors.Model, small map[string][]byte, o sdk.Options) section {
	facts := r.Facts()
	s := section{
		Architecture: c.Architecture(), ArchitectureDescription: describeArchitecture(c),
		Task: c.Task(facts), TaskDescription: modelconfig.TaskDescription(c.Task(facts)), ModelType: c.ModelType,
		HiddenSize: c.HiddenSize, Layers: c.Layers, Heads: c.Heads, KVHeads: c.KVHeads, HeadDim: c.HeadDim, Intermediate: c.Intermediate, Vocab: c.Vocab,
		MaxPositions: c.MaxPositions, Context: c.Context, Experts: c.Experts, ExpertsPerTok: c.ExpertsPerToken, DType: c.DType, Remote: c.RemoteCode,
		WeightFiles: weightFiles(files),
	}
	if _, said := c.Text["sliding_window"]; said {
		s.SlidingWindow = &c.SlidingWindow
	}
	if len(c.RopeScaling) > 0 {
		s.RopeScaling, _ = json.Marshal(c.RopeScaling) // it was JSON
	}
	for _, w := range preferred(s.WeightFiles) {
		s.Shards = max(s.Shards, w.Total)
	}
	s.Sharded = s.Shards > 1
	p := countParameters(facts, c, m, s.WeightFiles)
	if p.total > 0 {
		s.ParametersNum, s.Parameters, s.Exact = p.total, sdk.Count(p.total), &p.exact
	}
	if len(p.byDType) > 0 {
		s.ByDType = p.byDType
	}
	s.Precision = p.precision(c, m)
	if s.EstimatedVRAM = p.memory(c, m, s.WeightFiles, o); s.EstimatedVRAM > 0 {
		s.EstimatedVRAMHuman = sdk.Human(s.EstimatedVRAM)
	}
	s.Tokenizer, s.SpecialTokens = TokenizerOf(small, c)
	if data := modelconfig.Plain(small["generation_config.json"]); json.Valid(data) {
		s.Generation = data
	}
	s.Backends = backends(s.WeightFiles, c, IsSentenceTransformer(files))
	return s
}

// describeArchitecture says in one line what a class is: "Llama language model".
func describeArchitecture(c *modelconfig.Config) string {
	class := c.Architecture()
	for _, t := range []struct{ suffix, text string }{
		{"ForCausalLM", "language model"}, {"WithLMHeadModel", "model from text to text"}, {"DoubleHeadsModel", "language model"}, {"LMHeadModel", "language model"},
		{"ForConditionalGeneration", "model that answers its input"}, {"ForMaskedLM", "model that fills gaps in text"}, {"ForPreTraining", "model that fills gaps in text"},
		{"ForSequenceClassification", "classifier"}, {"ForTokenClassification", "tagger of words"}, {"ForQuestionAnswering", "finder of answers in text"},
		{"ForImageClassification", "classifier of images"}, {"ForObjectDetection", "detector of objects"}, {"ForSemanticSegmentation", "segmenter of images"},
		{"ForInstanceSegmentation", "segmenter of images"}, {"ForUniversalSegmentation", "segmenter of images"}, {"ForDepthEstimation", "estimator of depth"},
		{"ForCTC", "recognizer of speech"}, {"ForAudioClassification", "classifier of sounds"}, {"Model", "model without a head: gives vectors"},
	} {
		if name, ok := strings.CutSuffix(class, t.suffix); ok && name != "" {
			text := name + " " + t.text
			if c.Experts > 0 {
				text += ", mixture of experts"
			}
			return text
		}
	}
	return ""
}

// backends are programs that load the model.
func backends(files []weightFile, c *modelconfig.Config, sentences bool) []string {
	var out []string
	if sentences {
		out = append(out, "sentence-transformers")
	}
	out = append(out, "transformers")
	if !slices.ContainsFunc(files, func(w weightFile) bool { return w.Format == string(weights.Safetensors) }) {
		return out
	}
	switch family := c.Family(); {
	case family == modelconfig.Text && !c.RemoteCode:
		out = append(out, "vllm", "sglang", "tgi")
	case family == modelconfig.Text, family == modelconfig.Multimodal && c.Generates():
		out = append(out, "vllm", "sglang")
	}
	return out
}
