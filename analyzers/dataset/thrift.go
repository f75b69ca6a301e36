package dataset

import (
	"encoding/binary"
	"errors"
)

// Limits of a footer's structure: the library allocates by declared numbers, so they
// are checked before it sees them (analyzers.md §15, §16; reliability.md T24).
const (
	maxThriftDepth  = 24
	maxThriftItems  = 150_000 // structs in lists: column chunks and their like
	maxThriftValues = 1 << 20 // texts and numbers in lists
	maxSchema       = 10_000  // elements of the schema
	maxSchemaDepth  = 64
	fieldSchema     = 2 // of FileMetaData
	fieldOfChildren = 5 // of SchemaElement
)

var errFooter = errors.New("the footer is broken")

// thrift walks through a message of Thrift's compact protocol and keeps nothing.
type thrift struct {
	data   []byte
	items  int
	values int
}

// checkFooter says whether a footer is what it claims to be: every list has the
// elements it declares, and nothing is larger or deeper than the limits.
func checkFooter(data []byte) error {
	t := &thrift{data: data}
	var children []int64
	err := t.structure(0, func(id int64, kind byte) error {
		if id != fieldSchema || kind != thriftList {
			return t.value(kind, 1)
		}
		var err error
		children, err = t.schema()
		return err
	})
	if err != nil {
		return err
	}
	return checkSchema(children)
}

// checkSchema holds a tree, which is listed root first with the number of children
// of each element, to its depth.
func checkSchema(children []int64) error {
	var open []int64 // children that are still to come, by depth
	for i, n := range children {
		if n < 0 || n > int64(len(children)-i) {
			return errFooter
		}
		if len(open) > 0 {
			open[len(open)-1]--
		}
		if open = append(open, n); len(open) > maxSchemaDepth {
			return errors.New("the schema is nested too deep")
		}
		for len(open) > 0 && open[len(open)-1] == 0 {
			open = open[:len(open)-1]
		}
	}
	return nil
}

// Types of the compact protocol.
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftI64    = 6 // and 4, 5
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12
	thriftUUID   = 13
)

// schema reads the list of elements and how many children each has.
func (t *thrift) schema() ([]int64, error) {
	n, kind, err := t.list()
	if err != nil {
		return nil, err
	}
	if kind != thriftStruct || n > maxSchema {
		return nil, errors.New("the schema is too large")
	}
	out := make([]int64, n)
	for i := range out {
		err := t.structure(1, func(id int64, kind byte) error {
			if id != fieldOfChildren || kind < 4 || kind > thriftI64 {
				return t.value(kind, 2)
			}
			u, err := t.varint()
			out[i] = int64(u>>1) ^ -int64(u&1)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// structure calls f for every field; f takes its value.
func (t *thrift) structure(depth int, f func(id int64, kind byte) error) error {
	if depth > maxThriftDepth {
		return errFooter
	}
	var id int64
	for {
		b, err := t.byte()
		if err != nil || b == 0 {
			return err
		}
		if delta := b >> 4; delta != 0 {
			id += int64(delta)
		} else {
			u, err := t.varint()
			if err != nil {
				return err
			}
			id = int64(u>>1) ^ -int64(u&1)
		}
		if err := f(id, b&15); err != nil {
			return err
		}
	}
}

// value goes over one.
func (t *thrift) value(kind byte, depth int) error {
	switch kind {
	case thriftTrue, thriftFalse:
		return nil
	case thriftByte:
		return t.skip(1)
	case 4, 5, thriftI64:
		_, err := t.varint()
		return err
	case thriftDouble:
		return t.skip(8)
	case thriftUUID:
		return t.skip(16)
	case thriftBinary:
		n, err := t.varint()
		if err != nil {
			return err
		}
		return t.skip(n)
	case thriftList, thriftSet:
		return t.elements(depth)
	case thriftStruct:
		return t.structure(depth, func(_ int64, kind byte) error { return t.value(kind, depth+1) })
	default: // footers have no maps
		return errFooter
	}
}

// elements goes over a list.
func (t *thrift) elements(depth int) error {
	if depth > maxThriftDepth {
		return errFooter
	}
	n, kind, err := t.list()
	if err != nil {
		return err
	}
	if kind == thriftStruct {
		t.items += int(n)
	} else {
		t.values += int(n)
	}
	if t.items > maxThriftItems || t.values > maxThriftValues {
		return errors.New("the footer has too many parts")
	}
	for range n {
		if kind == thriftTrue || kind == thriftFalse { // a byte each in lists
			err = t.skip(1)
		} else {
			err = t.value(kind, depth+1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// list reads the head of one. Each element takes a byte at least.
func (t *thrift) list() (n uint64, kind byte, err error) {
	b, err := t.byte()
	if err != nil {
		return 0, 0, err
	}
	n, kind = uint64(b>>4), b&15
	if n == 15 {
		if n, err = t.varint(); err != nil {
			return 0, 0, err
		}
	}
	if n > uint64(len(t.data)) {
		return 0, 0, errFooter
	}
	return n, kind, nil
}

func (t *thrift) byte() (byte, error) {
	if len(t.data) == 0 {
		return 0, errFooter
	}
	b := t.data[0]
	t.data = t.data[1:]
	return b, nil
}

func (t *thrift) varint() (uint64, error) {
	n, used := binary.Uvarint(t.data)
	if used <= 0 {
		return 0, errFooter
	}
	t.data = t.data[used:]
	return n, nil
}

func (t *thrift) skip(n uint64) error {
	if n > uint64(len(t.data)) {
		return errFooter
	}
	t.data = t.data[n:]
	return nil
}
