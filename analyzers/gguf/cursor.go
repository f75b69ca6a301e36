package gguf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strings"
)

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
