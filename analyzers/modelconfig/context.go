package modelconfig

import (
	"math"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
)

// contextLength is what a model can use: the larger of what it states and of what
// its rope scaling reaches, since some configs state the length before scaling and
// some after (analyzers.md §5).
func (c *Config) contextLength() int64 {
	c.RopeScaling = c.ropeScaling()
	stated := c.MaxPositions
	if reserved(c.TextType) && stated > 2 {
		stated -= 2
	}
	scale := c.RopeScaling
	factor, ok := scale.Float("factor")
	if !ok || factor <= 0 {
		return stated
	}
	original, ok := scale.Int("original_max_position_embeddings")
	if !ok {
		original, ok = c.Text.Int("original_max_position_embeddings")
	}
	if !ok {
		switch scale.Text("rope_type", "type") {
		case "linear", "dynamic", "ntk":
			if c.scaledAlready() {
				return stated
			}
			original = stated
		default:
			return stated
		}
	}
	reach := float64(original) * factor
	if !(reach > 0) || reach > maxNumber {
		return stated
	}
	return max(stated, int64(math.Round(reach)))
}

// ropeScaling is the object that says how positions are stretched, nil when they
// are not. Newer configs call it rope_parameters, and may have one per kind of
// layer: those that see everything count.
func (c *Config) ropeScaling() loose.Object {
	for _, o := range []loose.Object{c.Text, c.Root} {
		if s := o.Object("rope_scaling"); len(s) > 0 {
			return s
		}
		s := o.Object("rope_parameters")
		if full := s.Object("full_attention"); full != nil {
			s = full
		}
		if kind := s.Text("rope_type", "type"); kind != "" && kind != "default" {
			return s
		}
	}
	return nil
}

// reserved are families whose first two positions are for padding.
func reserved(modelType string) bool {
	switch modelType {
	case "roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "longformer", "mpnet", "roberta-prelayernorm":
		return true
	}
	return false
}

// scaledAlready: Gemma 3 stretches its positions by 8 and states the length that
// comes of it.
func (c *Config) scaledAlready() bool {
	return c.TextType == "gemma3_text" || c.TextType == "gemma3"
}
