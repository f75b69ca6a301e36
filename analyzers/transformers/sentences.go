package transformers

import (
	"encoding/json"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/modelconfig"
)

// sentences is the key "sentence_transformers" (analyzers.md §5).
type sentences struct {
	Dimension  int64             `json:"embedding_dimension,omitempty"`
	MaxLength  int64             `json:"max_seq_length,omitempty"`
	Pooling    string            `json:"pooling,omitempty"`
	Normalize  bool              `json:"normalize"`
	Similarity string            `json:"similarity,omitempty"`
	Prompts    map[string]string `json:"prompts,omitempty"`
}

func describeSentences(c *modelconfig.Config, small map[string][]byte) sentences {
	s := sentences{Dimension: c.HiddenSize}
	if pooling, err := modelconfig.Object(small["1_Pooling/config.json"]); err == nil {
		if n, ok := pooling.Int("word_embedding_dimension"); ok && n > 0 {
			s.Dimension = n
		}
		for _, mode := range []struct{ key, name string }{
			{"pooling_mode_cls_token", "cls"}, {"pooling_mode_mean_tokens", "mean"}, {"pooling_mode_max_tokens", "max"},
			{"pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len"}, {"pooling_mode_weightedmean_tokens", "weighted_mean"}, {"pooling_mode_lasttoken", "last_token"},
		} {
			if on, _ := pooling.Bool(mode.key); on {
				s.Pooling = mode.name
			}
		}
	}
	if dense, err := modelconfig.Object(small["2_Dense/config.json"]); err == nil {
		if n, ok := dense.Int("out_features"); ok && n > 0 {
			s.Dimension = n
		}
	}
	if bert, err := modelconfig.Object(small["sentence_bert_config.json"]); err == nil {
		s.MaxLength, _ = bert.Int("max_seq_length")
	}
	if s.MaxLength <= 0 { // then the library takes all the model can
		s.MaxLength = c.Context
	}
	if config, err := modelconfig.Object(small["config_sentence_transformers.json"]); err == nil {
		s.Similarity = config.Text("similarity_fn_name")
		for name, v := range config.Object("prompts") {
			if text, ok := v.(string); ok && text != "" {
				if s.Prompts == nil {
					s.Prompts = map[string]string{}
				}
				s.Prompts[name] = text
			}
		}
	}
	var modules []struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(small["modules.json"], &modules) == nil {
		for _, m := range modules {
			s.Normalize = s.Normalize || strings.HasSuffix(m.Type, ".Normalize")
		}
	}
	return s
}
