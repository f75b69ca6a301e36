// Package gguftest writes headers of GGUF files for tests.
package gguftest

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
)

// Spec is what a header says.
type Spec struct {
	Version uint32         `json:"version"` // 0 is 3
	KV      map[string]any `json:"kv"`
	// Vocab is how many tokens a vocabulary is made of.
	Vocab   int      `json:"vocab"`
	Tensors []Tensor `json:"tensors"`
	// Big writes numbers as a big-endian machine does.
	Big bool `json:"big"`
}

// Tensor is one tensor's line.
type Tensor struct {
	Name  string   `json:"name"`
	Type  uint32   `json:"type"` // ggml's number: 0 F32, 1 F16, 12 Q4_K, 14 Q6_K
	Shape []uint64 `json:"shape"`
	// Offset is where its data is, behind the header.
	Offset uint64 `json:"offset"`
}

// FromJSON is a Spec's header, for fixtures.
func FromJSON(spec []byte) ([]byte, error) {
	var s Spec
	if err := json.Unmarshal(spec, &s); err != nil {
		return nil, err
	}
	return s.Header()
}

// Header writes all that stands before the tensors' data.
func (s Spec) Header() ([]byte, error) {
	w := writer{order: binary.LittleEndian}
	if s.Big {
		w.order = binary.BigEndian
	}
	if s.Version == 0 {
		s.Version = 3
	}
	kv := maps.Clone(s.KV)
	if kv == nil {
		kv = map[string]any{}
	}
	if s.Vocab > 0 {
		tokens, scores := make([]any, s.Vocab), make([]any, s.Vocab)
		for i := range tokens {
			tokens[i], scores[i] = fmt.Sprintf("token-%d", i), 0.5
		}
		kv["tokenizer.ggml.tokens"], kv["tokenizer.ggml.scores"] = tokens, scores
	}
	w.WriteString("GGUF")
	w.u32(s.Version)
	w.u64(uint64(len(s.Tensors)))
	w.u64(uint64(len(kv)))
	for _, key := range slices.Sorted(maps.Keys(kv)) {
		w.text(key)
		if err := w.value(kv[key]); err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
	}
	for _, t := range s.Tensors {
		w.text(t.Name)
		w.u32(uint32(len(t.Shape)))
		for _, d := range t.Shape {
			w.u64(d)
		}
		w.u32(t.Type)
		w.u64(t.Offset)
	}
	for w.Len()%32 != 0 {
		w.WriteByte(0)
	}
	return w.Bytes(), nil
}

type writer struct {
	bytes.Buffer
	order binary.AppendByteOrder
}

func (w *writer) u32(n uint32) { w.Write(w.order.AppendUint32(nil, n)) }
func (w *writer) u64(n uint64) { w.Write(w.order.AppendUint64(nil, n)) }

func (w *writer) text(s string) {
	w.u64(uint64(len(s)))
	w.WriteString(s)
}

// value writes type and value.
func (w *writer) value(v any) error {
	kind, err := kindOf(v)
	if err != nil {
		return err
	}
	w.u32(kind)
	if list, ok := v.([]any); ok {
		inner := uint32(4)
		if len(list) > 0 {
			if inner, err = kindOf(list[0]); err != nil {
				return err
			}
		}
		w.u32(inner)
		w.u64(uint64(len(list)))
		for _, e := range list {
			w.bare(inner, e)
		}
		return nil
	}
	w.bare(kind, v)
	return nil
}

func kindOf(v any) (uint32, error) {
	switch v := v.(type) {
	case string:
		return 8, nil
	case bool:
		return 7, nil
	case []any:
		return 9, nil
	case int:
		return 4, nil
	case float64:
		if v == math.Trunc(v) && v >= 0 && v <= math.MaxUint32 {
			return 4, nil
		}
		return 6, nil
	default:
		return 0, fmt.Errorf("no way to write a %T", v)
	}
}

func (w *writer) bare(kind uint32, v any) {
	switch v := v.(type) {
	case string:
		w.text(v)
	case bool:
		b := byte(0)
		if v {
			b = 1
		}
		w.WriteByte(b)
	case int:
		w.u32(uint32(v))
	case float64:
		if kind == 4 {
			w.u32(uint32(v))
		} else {
			w.u32(math.Float32bits(float32(v)))
		}
	}
}
