package gguf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strings"
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

// cursor walks over a file. Its window holds one piece; what is skipped is not read.
type cursor struct {
	read  Read
	size  int64
	order binary.ByteOrder
	short bool // version 1 counts with 32 bits

	pos    int64
	base   int64 // offset of the window
	window []byte
	loaded int64 // bytes read in all
	err    error
}

func (c *cursor) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// take gives n bytes, which stay valid until the next call.
func (c *cursor) take(n int64) ([]byte, error) {
	if c.err != nil {
		return nil, c.err
	}
	if n > c.size-c.pos {
		c.err = errCut
		return nil, c.err
	}
	for c.pos+n > c.base+int64(len(c.window)) {
		if err := c.load(n); err != nil {
			c.err = err
			return nil, err
		}
	}
	at := c.pos - c.base
	c.pos += n
	return c.window[at : at+n], nil
}

// load reads the next piece: half as much again as was read until now.
func (c *cursor) load(need int64) error {
	if end := c.base + int64(len(c.window)); c.pos >= end {
		c.base, c.window = c.pos, nil
	} else {
		c.window = append([]byte(nil), c.window[c.pos-c.base:]...)
		c.base = c.pos
	}
	from := c.base + int64(len(c.window))
	n := min(max(firstRead, c.loaded/2, need-int64(len(c.window))), c.size-from)
	data, err := c.read(from, int(n))
	if err != nil {
		return err
	}
	if len(data) == 0 {
		return errCut
	}
	c.loaded += int64(len(data))
	c.window = append(c.window, data...)
	return nil
}

func (c *cursor) skip(n uint64) {
	if n > uint64(max(0, c.size-c.pos)) {
		c.fail(errCut)
		return
	}
	c.pos += int64(n)
}

// number reads an unsigned number of 1, 2, 4 or 8 bytes.
func (c *cursor) number(width int64) uint64 {
	b, err := c.take(width)
	if err != nil {
		return 0
	}
	switch width {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(c.order.Uint16(b))
	case 4:
		return uint64(c.order.Uint32(b))
	default:
		return c.order.Uint64(b)
	}
}

// length reads a count.
func (c *cursor) length() uint64 {
	if c.short {
		return c.number(4)
	}
	return c.number(8)
}

// string reads a text and keeps it when it is no longer than keep.
func (c *cursor) string(keep int) value {
	n := c.length()
	if n > maxString {
		c.fail(fmt.Errorf("a text of %d bytes", n))
		return value{}
	}
	v := value{isText: true, length: int64(n)}
	if n > uint64(keep) {
		c.skip(n)
		return v
	}
	if b, err := c.take(int64(n)); err == nil {
		v.text = strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return v
}

// Types of values.
const (
	typeString = 8
	typeArray  = 9
)

// width is the size of a value of fixed size, 0 for others.
func width(kind uint32) int64 {
	switch kind {
	case 0, 1, 7: // u8, i8, bool
		return 1
	case 2, 3: // u16, i16
		return 2
	case 4, 5, 6: // u32, i32, f32
		return 4
	case 10, 11, 12: // u64, i64, f64
		return 8
	default:
		return 0
	}
}

func (c *cursor) value(kind uint32, depth int) value {
	switch {
	case kind == typeString:
		return c.string(keptString)
	case kind == typeArray:
		return c.array(depth)
	case width(kind) > 0:
		return value{number: number(kind, c.number(width(kind))), integer: kind != 6 && kind != 12}
	default:
		c.fail(fmt.Errorf("a value of the unknown type %d", kind))
		return value{}
	}
}

// array keeps short lists of numbers; texts are walked over.
func (c *cursor) array(depth int) value {
	if depth >= maxNesting {
		c.fail(errors.New("lists nested too deep"))
		return value{}
	}
	kind, n := uint32(c.number(4)), c.length()
	v := value{isList: true, length: int64(min(n, math.MaxInt64))}
	w := width(kind)
	switch {
	case c.err != nil:
	case w > 0 && n <= keptElements:
		for range n {
			v.list = append(v.list, number(kind, c.number(w)))
		}
	case w > 0:
		if high, size := bits.Mul64(n, uint64(w)); high == 0 {
			c.skip(size)
		} else {
			c.fail(errCut)
		}
	case kind == typeString:
		c.skipStrings(n)
	default:
		for i := uint64(0); i < n && c.err == nil; i++ { // each takes bytes of a bounded header
			c.value(kind, depth+1)
		}
	}
	return v
}

// skipStrings walks over the texts of a vocabulary: by far the most of a header.
func (c *cursor) skipStrings(n uint64) {
	little := c.order == binary.ByteOrder(binary.LittleEndian) && !c.short
	for i := uint64(0); i < n && c.err == nil; i++ {
		at := c.pos - c.base
		if !little || at < 0 || at+8 > int64(len(c.window)) {
			c.string(0)
			continue
		}
		length := binary.LittleEndian.Uint64(c.window[at:])
		if length > maxString || int64(length) > c.size-c.pos-8 {
			c.string(0) // which says what is wrong
			continue
		}
		c.pos += 8 + int64(length)
	}
}

// number is the bits of a value as a number.
func number(kind uint32, b uint64) float64 {
	switch kind {
	case 1:
		return float64(int8(b))
	case 3:
		return float64(int16(b))
	case 5:
		return float64(int32(b))
	case 6:
		return float64(math.Float32frombits(uint32(b)))
	case 11:
		return float64(int64(b))
	case 12:
		return math.Float64frombits(b)
	default:
		return float64(b)
	}
}
