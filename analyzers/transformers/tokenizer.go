package transformers

import (
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/analyzers/modelconfig"
)

// Tokenizer is what tokenizer_config.json says.
type Tokenizer struct {
	Type         string `json:"type,omitempty"`
	Vocab        int64  `json:"vocab_size,omitempty"`
	MaxLength    int64  `json:"model_max_length,omitempty"`
	PaddingSide  string `json:"padding_side,omitempty"`
	TruncSide    string `json:"truncation_side,omitempty"`
	AddBOS       *bool  `json:"add_bos_token,omitempty"`
	AddEOS       *bool  `json:"add_eos_token,omitempty"`
	HasTemplate  bool   `json:"has_chat_template"`
	ChatTemplate string `json:"chat_template,omitempty"`
}

const (
	// maxTemplate is what of a chat template is passed on (analyzers.md §17).
	maxTemplate = 64 << 10
	// noLimit: larger lengths are a sentinel for "none", 1e30.
	noLimit = 1 << 40
)

// TokenizerOf reads the small files of a tokenizer; nil when there is none.
func TokenizerOf(small map[string][]byte, c *modelconfig.Config) (*Tokenizer, map[string]any) {
	o, _ := modelconfig.Object(small["tokenizer_config.json"])
	special := specialTokens(small["generation_config.json"], c)
	template := chatTemplate(o, small)
	if len(o) == 0 && template == "" {
		return nil, special
	}
	t := &Tokenizer{
		Type: o.Text("tokenizer_class"), PaddingSide: o.Text("padding_side"), TruncSide: o.Text("truncation_side"),
		HasTemplate: template != "", ChatTemplate: strings.ToValidUTF8(template[:min(len(template), maxTemplate)], ""),
	}
	if c != nil {
		t.Vocab = c.Vocab
		if t.Type == "" {
			t.Type = c.Root.Text("tokenizer_class")
		}
	}
	if n, ok := o.Int("vocab_size"); ok && n > 0 {
		t.Vocab = n
	}
	if n, ok := o.Int("model_max_length"); ok && n > 0 && n < noLimit {
		t.MaxLength = n
	}
	for key, to := range map[string]**bool{"add_bos_token": &t.AddBOS, "add_eos_token": &t.AddEOS} {
		if b, ok := o.Bool(key); ok {
			*to = &b
		}
	}
	return t, special
}

// chatTemplate is a file of its own, a text of the config, or of a list the one
// named default.
func chatTemplate(o loose.Object, small map[string][]byte) string {
	if data := small["chat_template.jinja"]; len(data) > 0 {
		return string(data)
	}
	if file, err := modelconfig.Object(small["chat_template.json"]); err == nil {
		if s := file.Text("chat_template"); s != "" {
			return s
		}
	}
	if s := o.Text("chat_template"); s != "" {
		return s
	}
	first := ""
	for _, v := range o.List("chat_template") {
		named, ok := v.(map[string]any)
		if !ok {
			continue
		}
		t := loose.Object(named)
		if t.Text("name") == "default" {
			return t.Text("template")
		}
		if first == "" {
			first = t.Text("template")
		}
	}
	return first
}

// specialTokens are the ids the config names: numbers, or lists of them.
func specialTokens(generation []byte, c *modelconfig.Config) map[string]any {
	out := map[string]any{}
	sources := []loose.Object{}
	if c != nil {
		sources = append(sources, c.Root, c.Text)
	}
	if g, err := modelconfig.Object(generation); err == nil {
		sources = append(sources, g)
	}
	for _, o := range sources {
		for _, key := range []string{"bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id"} {
			if id, ok := loose.Int(o[key]); ok {
				out[key] = id
			} else if list, ok := o[key].([]any); ok {
				var ids []int64
				for _, v := range list {
					if id, ok := loose.Int(v); ok {
						ids = append(ids, id)
					}
				}
				if len(ids) > 0 {
					out[key] = ids
				}
			}
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
