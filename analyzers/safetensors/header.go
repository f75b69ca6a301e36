// Package safetensors reads headers of safetensors files: which tensors there are,
// of which type and shape, without their content. Begin with ReadModel for the
// weights of a repository, or Parse for one file. It guards that no number of a
// header is believed before it is checked (analyzers.md §9.2, §16; T23).
package safetensors

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// Limits of a header. The first two are what the format's own readers use.
const (
	maxHeader  = 25_000_000
	firstRead  = 100_000
	maxTensors = 1_000_000
	maxDims    = 8
	maxNotes   = 1000    // keys of __metadata__ that are kept
	maxSize    = 1 << 60 // elements, or bytes
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
	n := int64(1)
	for _, d := range t.Shape {
		n *= d // checked by Parse
	}
	return n
}

// Header is what a file says before its data.
type Header struct {
	Tensors  []Tensor // in the order of their data
	Metadata map[string]string
	Size     int64 // bytes before the data
	// Complete says that the data of all tensors is within the file.
	Complete bool
}

// Read gives up to n bytes of a file at off.
type Read func(off int64, n int) ([]byte, error)

// ReadHeader reads that of a file of a repository.
func ReadHeader(ctx context.Context, r sdk.Repo, path string) (*Header, error) {
	files, err := r.Files(ctx)
	if err != nil {
		return nil, err
	}
	f, ok := sdk.Find(files, path)
	if !ok {
		return nil, fmt.Errorf("%s: %w", path, sdk.ErrNoFile)
	}
	return Parse(func(off int64, n int) ([]byte, error) { return r.ReadAt(ctx, path, off, n) }, f.Size)
}

// Parse reads a header, with one read when it is short.
func Parse(read Read, fileSize int64) (*Header, error) {
	head, err := read(0, int(max(0, min(firstRead, fileSize))))
	if err != nil {
		return nil, err
	}
	if len(head) < 8 {
		return nil, errors.New("it is no safetensors file")
	}
	n := binary.LittleEndian.Uint64(head)
	switch {
	case n > maxHeader:
		return nil, fmt.Errorf("it claims a header of %d bytes; %d are the most", n, maxHeader)
	case n < 2 || int64(n) > fileSize-8:
		return nil, fmt.Errorf("it claims a header of %d bytes, but has %d", n, fileSize-8)
	}
	size := int64(n) + 8
	if have := int64(len(head)); have < size {
		rest, err := read(have, int(size-have))
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
	if len(h.Tensors) > 0 {
		h.Complete = h.Tensors[len(h.Tensors)-1].End <= fileSize-size
	}
	return h, nil
}

func (h *Header) parse(data []byte) error {
	s := &scanner{data: data}
	// At most as many as have a place; a list that grows would need twice as much.
	h.Tensors = make([]Tensor, 0, min(bytes.Count(data, []byte(`"data_offsets"`)), maxTensors))
	var problem error
	s.members(func(key []byte) {
		switch {
		case problem != nil:
			s.fail() // nothing more is of interest
		case string(key) == "__metadata__":
			h.notes(s)
		case len(h.Tensors) >= maxTensors:
			problem = fmt.Errorf("the header has more than %d tensors", maxTensors)
		default:
			var t Tensor
			if t, problem = tensor(s, key); problem == nil && s.err == nil {
				h.Tensors = append(h.Tensors, t)
			}
		}
	})
	s.end()
	if problem == nil && s.err != nil {
		problem = fmt.Errorf("the header: %w", s.err)
	}
	if problem != nil {
		return problem
	}
	return h.order()
}

// tensor reads one tensor's object.
func tensor(s *scanner, key []byte) (Tensor, error) {
	t := Tensor{Name: string(key), Start: -1, End: -1}
	dims, offsets := 0, 0
	elements, tooLarge := uint64(1), false
	s.members(func(key []byte) {
		switch string(key) {
		case "dtype":
			t.DType = intern(s.text())
		case "shape":
			t.Shape, elements = nil, 1
			s.elements(func() {
				d := s.number()
				high, low := bits.Mul64(elements, d)
				tooLarge = tooLarge || high != 0 || low > maxSize || d > maxSize
				elements = low
				if dims++; dims <= maxDims && !tooLarge {
					t.Shape = append(t.Shape, int64(d))
				}
			})
		case "data_offsets":
			s.elements(func() {
				at := int64(min(s.number(), maxSize+1))
				if offsets++; offsets == 1 {
					t.Start = at
				} else {
					t.End = at
				}
			})
		default:
			s.skip()
		}
	})
	name := short(t.Name)
	switch {
	case s.err != nil:
		return t, nil // said by the caller
	case dims > maxDims:
		return t, fmt.Errorf("the tensor %q has %d dimensions", name, dims)
	case tooLarge:
		return t, fmt.Errorf("the tensor %q is larger than anything", name)
	case offsets != 2 || t.Start < 0 || t.Start > t.End || t.End > maxSize:
		return t, fmt.Errorf("the data of the tensor %q has no place", name)
	}
	if width := Bits(t.DType); width > 0 {
		high, all := bits.Mul64(elements, uint64(width))
		if high != 0 || uint64(t.End-t.Start) != (all+7)/8 {
			return t, fmt.Errorf("the data of the tensor %q is not as long as its shape", name)
		}
	}
	return t, nil
}

// notes read __metadata__: texts only, as the format says.
func (h *Header) notes(s *scanner) {
	h.Metadata = map[string]string{}
	s.members(func(key []byte) {
		if s.next() != '"' {
			s.skipAt(1)
			return
		}
		name := string(key)
		if v := s.text(); len(h.Metadata) < maxNotes {
			h.Metadata[name] = string(v)
		}
	})
}

// order sorts tensors by their data, which must follow each other, and refuses
// two of one name: programs would disagree on which is meant.
func (h *Header) order() error {
	slices.SortFunc(h.Tensors, func(a, b Tensor) int { return cmp.Compare(a.Name, b.Name) })
	for i := 1; i < len(h.Tensors); i++ {
		if h.Tensors[i].Name == h.Tensors[i-1].Name {
			return fmt.Errorf("there are two tensors %q", short(h.Tensors[i].Name))
		}
	}
	slices.SortStableFunc(h.Tensors, func(a, b Tensor) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End)) })
	at := int64(0)
	for _, t := range h.Tensors {
		if t.Start != at {
			return fmt.Errorf("the data of the tensor %q begins at %d instead of %d", short(t.Name), t.Start, at)
		}
		at = t.End
	}
	return nil
}

// Bits is the width of an element of a dtype, 0 for one that is not known.
func Bits(dtype string) int {
	switch dtype {
	case "C64", "F64", "I64", "U64":
		return 64
	case "F32", "I32", "U32":
		return 32
	case "F16", "BF16", "I16", "U16":
		return 16
	case "I8", "U8", "BOOL", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ":
		return 8
	case "F6_E2M3", "F6_E3M2":
		return 6
	case "F4":
		return 4
	default:
		return 0
	}
}

// intern keeps one copy of the common dtypes.
func intern(dtype []byte) string {
	switch string(dtype) {
	case "BF16":
		return "BF16"
	case "F16":
		return "F16"
	case "F32":
		return "F32"
	case "I32":
		return "I32"
	case "U8":
		return "U8"
	case "F8_E4M3":
		return "F8_E4M3"
	default:
		return string(dtype[:min(len(dtype), maxDType)])
	}
}

// maxDType bounds the name of a dtype.
const maxDType = 32

func short(name string) string { return name[:min(len(name), 100)] }
