// Package safetensorstest writes headers of safetensors files for tests.
package safetensorstest

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/hfdownloader/hfdownloader/analyzers/safetensors"
)

// Tensor is one tensor's line.
type Tensor struct {
	DType string  `json:"dtype"`
	Shape []int64 `json:"shape"`
	// Repeat writes so many of them; "%d" in the name becomes 0, 1, 2, ….
	Repeat int `json:"repeat"`
}

// FromJSON writes the header of {"__metadata__": {...}, "name": {"dtype", "shape"}};
// the places of the data follow each other in the order of the names.
func FromJSON(spec []byte) ([]byte, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(spec, &raw); err != nil {
		return nil, err
	}
	doc, tensors := map[string]any{}, map[string]Tensor{}
	for name, data := range raw {
		if name == "__metadata__" {
			doc[name] = data
			continue
		}
		var t Tensor
		if err := json.Unmarshal(data, &t); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if t.Repeat == 0 {
			tensors[name] = t
		}
		for i := range t.Repeat {
			tensors[fmt.Sprintf(name, i)] = t
		}
	}
	offset := int64(0)
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		t := tensors[name]
		width := safetensors.Bits(t.DType)
		if width == 0 {
			return nil, fmt.Errorf("%s: the dtype %q is not known", name, t.DType)
		}
		n := int64(width)
		for _, d := range t.Shape {
			n *= d
		}
		end := offset + (n+7)/8
		doc[name] = map[string]any{"dtype": t.DType, "shape": append([]int64{}, t.Shape...), "data_offsets": []int64{offset, end}}
		offset = end
	}
	head, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	return File(head), nil
}

// File is the beginning of a file with this header.
func File(head []byte) []byte {
	for len(head)%8 != 0 {
		head = append(head, ' ')
	}
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(head))), head...)
}
