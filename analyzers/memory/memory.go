// Package memory estimates what a language model needs while it runs
// (analyzers.md §9.4). It is pure arithmetic: everything is in bytes, and numbers
// that make no sense count as nothing.
package memory

import "math"

const (
	// DefaultContext bounds the context of an estimate nobody asked for.
	DefaultContext = 8192
	// Runtime is what llama.cpp needs besides the model.
	Runtime = 11 << 20
	// batch is how many tokens are computed at once.
	batch = 512
	// tokenBytes is what a token of the vocabulary takes: its text twice, a score,
	// a type and the map that finds it.
	tokenBytes = 184
)

// Layer is what one layer keeps of every token, or of the sequence.
type Layer struct {
	KVHeads     int64
	KeyLength   int64 // elements of a head's key
	ValueLength int64
	Window      int64 // tokens that are kept; 0 is the whole context
	// Latent replaces the above: elements a token, of models that compress keys
	// and values together (MLA).
	Latent int64
	// State is a constant number of 32-bit elements, of recurrent layers.
	State int64
}

// Model is the shape of a model.
type Model struct {
	Layers    []Layer
	Vocab     int64
	Embedding int64
	Context   int64 // tokens the model was made for; 0 unknown
}

// State is the number of elements a recurrent layer keeps of a sequence.
func State(conv, inner, groups, state int64) int64 {
	return clamp(float64(max(0, conv-1))*(float64(inner)+2*float64(groups)*float64(state)) + float64(state)*float64(inner))
}

// Tokens is the context of an estimate: what was asked for, else the smaller of
// the model's and DefaultContext.
func (m Model) Tokens(asked int64) int64 {
	switch {
	case asked > 0:
		return asked
	case m.Context > 0:
		return min(m.Context, DefaultContext)
	default:
		return DefaultContext
	}
}

// elementBytes are the bytes of an element of the cache: types other than f16 are
// stored in blocks of 32 with a scale.
func elementBytes(kvType string) float64 {
	switch kvType {
	case "q8_0":
		return 34.0 / 32
	case "q4_0":
		return 18.0 / 32
	default:
		return 2
	}
}

// KV is the cache of keys and values for so many tokens.
func (m Model) KV(tokens int64, kvType string) int64 {
	b := elementBytes(kvType)
	var sum float64
	for _, l := range m.Layers {
		kept := float64(max(0, tokens))
		if l.Window > 0 {
			kept = math.Min(kept, float64(l.Window))
		}
		if l.Latent > 0 {
			sum += kept * float64(l.Latent) * b
		} else {
			sum += kept * float64(max(0, l.KVHeads)) * float64(max(0, l.KeyLength)+max(0, l.ValueLength)) * b
		}
		sum += float64(max(0, l.State)) * 4
	}
	return clamp(sum)
}

// Compute is what intermediate results of a context need, as llama.cpp lays them
// out: for the tokens of a batch their embeddings, the mask of the context and the
// output twice, 32 bits each, and the keys and values of one layer. It is also
// what gguf-parser counts; analyzers.md §9.4 has a rougher rule that is a tenth
// too much for small models.
func (m Model) Compute(tokens int64, kvType string) int64 {
	vocab, width := float64(max(0, m.Vocab)), float64(max(0, m.Embedding))
	var layer int64
	for _, l := range m.Layers {
		layer = max(layer, Model{Layers: []Layer{l}}.KV(tokens, kvType))
		if l.Window == 0 && l.State == 0 {
			break // none is larger than one that sees everything
		}
	}
	return clamp(batch*4*(2*vocab+2*width+float64(max(0, tokens))) + vocab*tokenBytes + float64(layer))
}

// Estimate is all that weights of so many bytes need beside a projector's file (0
// without one).
func (m Model) Estimate(weights, projector, tokens int64, kvType string) int64 {
	return clamp(float64(weights) + float64(m.KV(tokens, kvType)) + float64(m.Compute(tokens, kvType)) + float64(projector)*1.1 + Runtime)
}

// Rough is the estimate where nothing but the size of the files is known.
func Rough(size int64) int64 { return clamp(float64(size)*1.1 + 500<<20) }

// clamp rounds and bounds.
func clamp(f float64) int64 {
	if !(f > 0) {
		return 0
	}
	return int64(math.Min(math.Round(f), 1<<62))
}
