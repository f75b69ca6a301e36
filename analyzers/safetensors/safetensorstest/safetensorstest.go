// Package safetensorstest writes headers of safetensors files for tests.
package safetensorstest

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Tensor is one tensor's line.
type Tensor struct {
	DType string  `json:"dtype"`
	Shape []int64 `json:"shape"`
}

// FromJSON writes the header of {"__metadata__": {...}, "name": {"dtype", "shape"}};
// the places of the data follow each other in the order of the names.
func FromJSON(spec []byte) ([]byte, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(spec, &raw); err != nil {
		return nil, err
	}
	doc := map[string]any{}
	offset := int64(0)
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		if name == "__metadata__" {
			doc[name] = raw[name]
			continue
		}
		var t Tensor
		if err := json.Unmarshal(raw[name], &t); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		n := width(t.DType)
		for _, d := range t.Shape {
			n *= d
		}
		doc[name] = map[string]any{"dtype": t.DType, "shape": t.Shape, "data_offsets": []int64{offset, offset + n}}
		offset += n
	}
	head, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	for len(head)%8 != 0 {
		head = append(head, ' ')
	}
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(head))), head...), nil
}

func width(dtype string) int64 {
	switch dtype {
	case "F64", "I64", "U64":
		return 8
	case "F32", "I32", "U32":
		return 4
	case "F16", "BF16", "I16", "U16":
		return 2
	default:
		return 1
	}
}
