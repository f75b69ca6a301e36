package gguf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
)

// Limits of a header (analyzers.md §9.1, §16; T22).
const (
	maxHeader    = 50 << 20
	maxKeys      = 100_000
	maxTensors   = 10_000_000
	maxString    = 10 << 20
	maxDims      = 8
	maxNesting   = 4
	keptString   = 64 << 10 // a longer one is only known to be there
	keptElements = 4096     // of an array of numbers
	firstRead    = 3 << 20
)

var (
	errNoGGUF = errors.New("this is no GGUF file")
	errCut    = errors.New("the header ends too early")
)

// Read gives up to n bytes of a file at off.
type Read func(off int64, n int) ([]byte, error)

// Header is what a GGUF file says before its tensors.
type Header struct {
	Version    uint32
	Size       int64 // bytes before the tensors' data
	Tensors    int64
	Parameters int64 // elements of all tensors
	Bytes      int64 // of all tensors; 0 when a type is not known
	keys       map[string]value
}

// value is a number, a text or an array of numbers. Of the rest only the length
// is kept.
type value struct {
	number  float64
	integer bool
	text    string
	list    []float64
	length  int64 // of a text or array
	isText  bool
	isList  bool
}

// Parse reads a header in a few growing pieces.
func Parse(read Read, fileSize int64) (*Header, error) {
	c := &cursor{read: read, size: min(fileSize, maxHeader), order: binary.LittleEndian}
	h := &Header{keys: map[string]value{}}
	if err := h.parse(c); err != nil {
		return nil, err
	}
	return h, nil
}

func (h *Header) parse(c *cursor) error {
	magic, err := c.take(8)
	switch {
	case err != nil && !errors.Is(err, errCut):
		return err
	case err != nil || string(magic[:4]) != "GGUF":
		return errNoGGUF
	}
	h.Version = binary.LittleEndian.Uint32(magic[4:])
	if h.Version > math.MaxUint16 { // written on a big-endian machine
		c.order = binary.BigEndian
		h.Version = bits.ReverseBytes32(h.Version)
	}
	if h.Version < 1 || h.Version > 3 {
		return fmt.Errorf("GGUF version %d is not known", h.Version)
	}
	c.short = h.Version == 1
	tensors, keys := c.length(), c.length()
	switch {
	case c.err != nil:
		return c.err
	case tensors > maxTensors || keys > maxKeys:
		return fmt.Errorf("%d tensors and %d keys are too many", tensors, keys)
	}
	h.Tensors = int64(tensors)
	for range keys {
		name := c.string(keptString)
		v := c.value(uint32(c.number(4)), 0)
		if c.err != nil {
			return c.err
		}
		h.keys[name.text] = v
	}
	h.tensors(c, tensors)
	if c.err != nil {
		return c.err
	}
	align := int64(32)
	if v, ok := h.Int("general.alignment"); ok && v > 0 && v <= 1<<16 && v&(v-1) == 0 {
		align = v
	}
	h.Size = (c.pos + align - 1) / align * align
	return nil
}

// tensors sums up the tensors' sizes.
func (h *Header) tensors(c *cursor, n uint64) {
	known := true
	for range n {
		c.string(0)
		dims := c.number(4)
		if dims > maxDims {
			c.fail(fmt.Errorf("a tensor of %d dimensions", dims))
		}
		elements := uint64(1)
		for range dims {
			d := c.length()
			high, low := bits.Mul64(elements, d)
			if high != 0 || low > 1<<62 {
				c.fail(errors.New("a tensor that is larger than anything"))
			}
			elements = low
		}
		kind := uint32(c.number(4))
		c.skip(8) // where its data is
		if c.err != nil {
			return
		}
		per, size := blockOf(kind)
		if per == 0 {
			known = false
			per, size = 1, 0
		}
		blocks := (int64(elements) + per - 1) / per
		if h.Parameters > 1<<62-int64(elements) || size > 0 && blocks > (1<<62-h.Bytes)/size {
			c.fail(errors.New("tensors that are larger than anything"))
			return
		}
		h.Parameters += int64(elements)
		h.Bytes += blocks * size
	}
	if !known {
		h.Bytes = 0
	}
}

// Text gives a text, "" when there is none.
func (h *Header) Text(key string) string { return h.keys[key].text }

// Has says that there is such a key.
func (h *Header) Has(key string) bool {
	_, ok := h.keys[key]
	return ok
}

// Length is that of a text or an array.
func (h *Header) Length(key string) int64 { return h.keys[key].length }

// Int gives a whole number; of a list the largest one, since some models give
// their shape per layer.
func (h *Header) Int(key string) (int64, bool) {
	v, ok := h.keys[key]
	if !ok || v.isText {
		return 0, false
	}
	n := v.number
	if v.isList {
		if len(v.list) == 0 {
			return 0, false
		}
		n = v.list[0]
		for _, e := range v.list {
			n = math.Max(n, e)
		}
	}
	if n != math.Trunc(n) || math.Abs(n) > 1<<53 {
		return 0, false
	}
	return int64(n), true
}

// List gives numbers per layer; nil for a single one.
func (h *Header) List(key string) []float64 { return h.keys[key].list }

// arch is the key of the model's own architecture.
func (h *Header) arch(name string) string { return h.Text("general.architecture") + "." + name }
