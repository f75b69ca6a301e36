package onnx

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// Limits of a walk (analyzers.md §9.3, §16; reliability.md T24).
const (
	// MaxHops is how many reads all graphs of a repository may cost together.
	MaxHops = 256

	firstWindow = 256 << 10 // a file up to this size takes one read
	window      = 64 << 10  // what a read behind a jump brings
	widest      = 1 << 20   // what a read brings when everything is needed
	maxField    = 1 << 20   // bytes of one description: an input, a name, an opset
	leastBytes  = 4 << 20   // what the reads of one file may bring at least
)

var (
	errTooMany = errors.New("it takes too many reads to the end of its graph")
	errShort   = errors.New("it ends too early")
	errWire    = errors.New("it is no protobuf")
	errBeyond  = errors.New("a field reaches beyond its end")
)

// Read gives up to n bytes of a file at off; fewer at the end of the file.
type Read func(off int64, n int) ([]byte, error)

// walker goes through nested messages of a file. It reads windows and jumps over
// what is not asked for.
type walker struct {
	read Read
	end  int64 // of the message it is in
	pos  int64
	hops int   // reads that are left
	left int64 // bytes that are

	// The window it is in, and the one before: the walk goes behind the graph and
	// comes back once.
	now, before chunk
}

// newWalker walks through a file with so many reads.
func newWalker(read Read, size int64, hops int) *walker {
	return &walker{read: read, end: size, hops: hops, left: max(leastBytes, firstWindow+int64(hops)*window)}
}

// chunk is what one read brought.
type chunk struct {
	off  int64
	data []byte
}

func (c chunk) until() int64 { return c.off + int64(len(c.data)) }

func (c chunk) has(off, n int64) bool { return off >= c.off && off+n <= c.until() }

// bytes gives n bytes at the position. They are valid until the next call.
func (w *walker) bytes(n int64) ([]byte, error) {
	if n > w.end-w.pos {
		return nil, errShort
	}
	if !w.now.has(w.pos, n) {
		if err := w.fetch(n); err != nil {
			return nil, err
		}
	}
	at := w.pos - w.now.off
	return w.now.data[at : at+n], nil
}

// fetch makes a window current that has n bytes at the position.
func (w *walker) fetch(n int64) error {
	if w.before.has(w.pos, n) {
		w.now, w.before = w.before, w.now
		return nil
	}
	if w.hops <= 0 || w.left <= 0 {
		return errTooMany
	}
	w.hops--
	want := int64(window)
	switch {
	case w.now.data == nil:
		want = firstWindow
	case w.pos >= w.now.off && w.pos <= w.now.until()+window: // no jump: most of this is needed
		want = min(max(2*int64(len(w.now.data)), window), widest)
	}
	data, err := w.read(w.pos, int(max(n, want)))
	if err != nil {
		return err
	}
	w.now, w.before = chunk{w.pos, data}, w.now
	w.left -= int64(len(data))
	if !w.now.has(w.pos, n) {
		return errShort
	}
	return nil
}

func (w *walker) varint() (uint64, error) {
	data, err := w.bytes(min(10, w.end-w.pos))
	if err != nil {
		return 0, err
	}
	n, used := protowire.ConsumeVarint(data)
	if used < 0 {
		return 0, errWire
	}
	w.pos += int64(used)
	return n, nil
}

// tag reads that of a field.
func (w *walker) tag() (protowire.Number, protowire.Type, error) {
	n, err := w.varint()
	if err != nil {
		return 0, 0, err
	}
	number, kind := protowire.DecodeTag(n)
	if !number.IsValid() {
		return 0, 0, errWire
	}
	return number, kind, nil
}

// length reads that of a field and checks it.
func (w *walker) length() (int64, error) {
	n, err := w.varint()
	if err != nil {
		return 0, err
	}
	if n > uint64(w.end-w.pos) {
		return 0, errBeyond
	}
	return int64(n), nil
}

// skip goes to the end of a field without reading it.
func (w *walker) skip(kind protowire.Type) error {
	var n int64
	var err error
	switch kind {
	case protowire.VarintType:
		_, err = w.varint()
	case protowire.Fixed32Type:
		n = 4
	case protowire.Fixed64Type:
		n = 8
	case protowire.BytesType:
		n, err = w.length()
	default: // groups: nobody writes them any more
		err = errWire
	}
	if err != nil {
		return err
	}
	if n > w.end-w.pos {
		return errBeyond
	}
	w.pos += n
	return nil
}

// small reads a field whole. The bytes are valid until the next call.
func (w *walker) small() ([]byte, error) {
	n, err := w.length()
	if err != nil || n == 0 {
		return nil, err
	}
	if n > maxField {
		return nil, fmt.Errorf("a description of %d bytes", n)
	}
	data, err := w.bytes(n)
	if err != nil {
		return nil, err
	}
	w.pos += n
	return data, nil
}

// within calls f between two places of the file and goes to the second.
func (w *walker) within(from, to int64, f func() error) error {
	outer := w.end
	w.pos, w.end = from, to
	err := f()
	w.pos, w.end = to, outer
	return err
}

// enter calls f within the message that follows.
func (w *walker) enter(f func() error) error {
	n, err := w.length()
	if err != nil {
		return err
	}
	return w.within(w.pos, w.pos+n, f)
}

// each calls f for every field of the message it is in. f takes the field: by
// varint, small, enter or skip.
func (w *walker) each(f func(number protowire.Number, kind protowire.Type) error) error {
	for w.pos < w.end {
		number, kind, err := w.tag()
		if err != nil {
			return err
		}
		if err := f(number, kind); err != nil {
			return err
		}
	}
	return nil
}

// fields calls f for each field of a message in memory. It stops where the message
// is broken.
func fields(data []byte, f func(number protowire.Number, v []byte, n uint64)) {
	for len(data) > 0 {
		number, kind, used := protowire.ConsumeTag(data)
		if used < 0 {
			return
		}
		data = data[used:]
		var v []byte
		var n uint64
		switch kind {
		case protowire.VarintType:
			n, used = protowire.ConsumeVarint(data)
		case protowire.BytesType:
			v, used = protowire.ConsumeBytes(data)
		case protowire.Fixed32Type, protowire.Fixed64Type:
			used = protowire.ConsumeFieldValue(number, kind, data)
		default:
			return
		}
		if used < 0 {
			return
		}
		f(number, v, n)
		data = data[used:]
	}
}
