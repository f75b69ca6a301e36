// Package safetensors reads headers of safetensors files: which tensors there are,
// of which type and shape, without their content.
package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
)

// Limits of a header (analyzers.md §9.2, §16; T23).
const (
	maxHeader  = 25_000_000
	firstRead  = 100_000
	maxTensors = 1_000_000
	maxDims    = 16
	maxNotes   = 1000 // keys of __metadata__ that are kept
)

// Tensor is one tensor of a file.
type Tensor struct {
	Name       string
	DType      string
	Shape      []int64
	Start, End int64 // of its data, behind the header
}

// Elements is the product of the shape.
func (t Tensor) Elements() int64 {
	n := uint64(1)
	for _, d := range t.Shape {
		_, n = bits.Mul64(n, uint64(d)) // checked by Parse
	}
	return int64(n)
}

// Header is what a file says before its data.
type Header struct {
	Tensors  []Tensor
	Metadata map[string]string
	Size     int64 // bytes before the data
	// Complete says that the data of all tensors is within the file.
	Complete bool
}

// Read gives up to n bytes of a file at off.
type Read func(off int64, n int) ([]byte, error)

// Parse reads a header, with one read when it is short.
func Parse(read Read, fileSize int64) (*Header, error) {
	head, err := read(0, int(min(firstRead, fileSize)))
	if err != nil {
		return nil, err
	}
	if len(head) < 8 {
		return nil, errors.New("this is no safetensors file")
	}
	n := binary.LittleEndian.Uint64(head)
	if n > maxHeader || n < 2 || int64(n) > fileSize-8 {
		return nil, fmt.Errorf("a header of %d bytes cannot be", n)
	}
	size := int64(n) + 8
	if int64(len(head)) < size {
		rest, err := read(int64(len(head)), int(size-int64(len(head))))
		if err != nil {
			return nil, err
		}
		head = append(bytes.Clone(head), rest...)
	}
	if int64(len(head)) < size {
		return nil, errors.New("the header ends too early")
	}
	h := &Header{Size: size, Complete: true}
	if err := h.parse(head[8:size]); err != nil {
		return nil, err
	}
	for _, t := range h.Tensors {
		h.Complete = h.Complete && t.End <= fileSize-size
	}
	return h, nil
}

// parse walks over the object, so that memory grows with its tensors only.
func (h *Header) parse(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.New("the header is no JSON object")
	}
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return fmt.Errorf("the header is no JSON: %w", err)
		}
		if name == "__metadata__" {
			if err := h.notes(d); err != nil {
				return err
			}
			continue
		}
		if len(h.Tensors) >= maxTensors {
			return fmt.Errorf("more than %d tensors", maxTensors)
		}
		var entry struct {
			DType   string   `json:"dtype"`
			Shape   []uint64 `json:"shape"`
			Offsets []uint64 `json:"data_offsets"`
		}
		if err := d.Decode(&entry); err != nil {
			return fmt.Errorf("the tensor %q: %w", short(name), err)
		}
		tensor, err := check(name, entry.DType, entry.Shape, entry.Offsets)
		if err != nil {
			return err
		}
		h.Tensors = append(h.Tensors, tensor)
	}
	return nil
}

// notes read __metadata__: texts only, as the format says.
func (h *Header) notes(d *json.Decoder) error {
	var notes map[string]any
	if err := d.Decode(&notes); err != nil {
		return fmt.Errorf("__metadata__: %w", err)
	}
	h.Metadata = map[string]string{}
	for k, v := range notes {
		if s, ok := v.(string); ok && len(h.Metadata) < maxNotes {
			h.Metadata[k] = s
		}
	}
	return nil
}

func check(name, dtype string, shape, offsets []uint64) (Tensor, error) {
	if len(shape) > maxDims || len(offsets) != 2 || offsets[0] > offsets[1] || offsets[1] > 1<<62 {
		return Tensor{}, fmt.Errorf("the tensor %q cannot be of that shape or place", short(name))
	}
	t := Tensor{Name: name, DType: dtype, Start: int64(offsets[0]), End: int64(offsets[1])}
	n := uint64(1)
	for _, dim := range shape {
		high, low := bits.Mul64(n, dim)
		if high != 0 || low > 1<<60 {
			return Tensor{}, fmt.Errorf("the tensor %q is larger than anything", short(name))
		}
		n = low
		if dim > 1<<60 {
			return Tensor{}, fmt.Errorf("the tensor %q is larger than anything", short(name))
		}
		t.Shape = append(t.Shape, int64(dim))
	}
	return t, nil
}

func short(name string) string { return name[:min(len(name), 100)] }
