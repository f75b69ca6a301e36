package onnx

import (
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Limits of a walk (analyzers.md §9.3, §16; T24).
const (
	window   = 64 << 10 // what one read brings
	maxHops  = 256      // jumps over what is not needed
	maxMeta  = 4 << 20  // bytes of a description of inputs, outputs or names
	maxPorts = 1000
	maxDims  = 32
)

var errTooMany = errors.New("it takes too many steps to the end of its graph")

// Read gives up to n bytes of a file at off.
type Read func(off int64, n int) ([]byte, error)

// Graph is what an ONNX file says besides its weights.
type Graph struct {
	IRVersion int64
	Opset     int64
	Producer  string
	Inputs    []Port
	Outputs   []Port
	weights   map[string]bool // names of initializers
}

// Port is an input or an output.
type Port struct {
	Name  string `json:"name"`
	DType string `json:"dtype,omitempty"`
	Shape []any  `json:"shape"` // int64, or a string for a symbolic dimension
}

// Numbers of fields (onnx.proto).
const (
	modelIR, modelProducer, modelGraph, modelOpset           = 1, 2, 7, 8
	graphInitializer, graphInput, graphOutput                = 5, 11, 12
	valueName, valueType                                     = 1, 2
	typeTensor, tensorElem, tensorShape, shapeDim            = 1, 1, 2, 1
	dimValue, dimParam, opsetDomain, opsetVersion, tensorTag = 1, 2, 1, 2, 8
)

// Parse walks over the top level of a file and jumps over tensors: they are not read.
func Parse(read Read, size int64) (*Graph, error) {
	w := &walker{read: read, size: size}
	g := &Graph{weights: map[string]bool{}}
	for w.pos < size {
		number, kind, err := w.tag()
		if err != nil {
			return nil, err
		}
		switch {
		case number == modelIR && kind == protowire.VarintType:
			n, err := w.varint()
			if err != nil {
				return nil, err
			}
			g.IRVersion = int64(min(n, math.MaxInt64))
		case number == modelProducer && kind == protowire.BytesType:
			data, err := w.small()
			if err != nil {
				return nil, err
			}
			g.Producer = string(data)
		case number == modelOpset && kind == protowire.BytesType:
			data, err := w.small()
			if err != nil {
				return nil, err
			}
			g.opset(data)
		case number == modelGraph && kind == protowire.BytesType:
			if err := w.enter(func() error { return g.graph(w) }); err != nil {
				return nil, err
			}
		default:
			if err := w.skip(kind); err != nil {
				return nil, err
			}
		}
	}
	if g.IRVersion == 0 && len(g.Outputs) == 0 {
		return nil, errors.New("this is no ONNX model")
	}
	g.dropWeights()
	return g, nil
}

// graph reads inputs and outputs, which stand behind the weights.
func (g *Graph) graph(w *walker) error {
	for w.pos < w.size {
		number, kind, err := w.tag()
		if err != nil {
			return err
		}
		switch {
		case kind == protowire.BytesType && (number == graphInput || number == graphOutput):
			data, err := w.small()
			if err != nil {
				return err
			}
			list := &g.Inputs
			if number == graphOutput {
				list = &g.Outputs
			}
			if p, ok := port(data); ok && len(*list) < maxPorts {
				*list = append(*list, p)
			}
		case kind == protowire.BytesType && number == graphInitializer:
			name, err := w.tensor()
			if err != nil {
				return err
			}
			if name != "" && len(g.weights) < 100_000 {
				g.weights[name] = true
			}
		default:
			if err := w.skip(kind); err != nil {
				return err
			}
		}
	}
	return nil
}

// dropWeights: older writers name weights as inputs, too.
func (g *Graph) dropWeights() {
	var kept []Port
	for _, p := range g.Inputs {
		if !g.weights[p.Name] {
			kept = append(kept, p)
		}
	}
	g.Inputs = kept
}

// opset keeps the version of the standard operators.
func (g *Graph) opset(data []byte) {
	domain, version := "", int64(0)
	fields(data, func(n protowire.Number, v []byte, i uint64) {
		switch n {
		case opsetDomain:
			domain = string(v)
		case opsetVersion:
			version = int64(min(i, math.MaxInt64))
		}
	})
	if domain == "" || domain == "ai.onnx" {
		g.Opset = version
	}
}

// port reads a ValueInfoProto.
func port(data []byte) (Port, bool) {
	p := Port{Shape: []any{}}
	fields(data, func(n protowire.Number, v []byte, _ uint64) {
		switch n {
		case valueName:
			p.Name = string(v)
		case valueType:
			fields(v, func(n protowire.Number, v []byte, _ uint64) {
				if n == typeTensor {
					p.tensor(v)
				}
			})
		}
	})
	return p, p.Name != ""
}

func (p *Port) tensor(data []byte) {
	fields(data, func(n protowire.Number, v []byte, i uint64) {
		switch n {
		case tensorElem:
			p.DType = dtype(i)
		case tensorShape:
			fields(v, func(n protowire.Number, v []byte, _ uint64) {
				if n == shapeDim && len(p.Shape) < maxDims {
					p.Shape = append(p.Shape, dim(v))
				}
			})
		}
	})
}

func dim(data []byte) any {
	var out any = ""
	fields(data, func(n protowire.Number, v []byte, i uint64) {
		switch n {
		case dimValue:
			out = int64(min(i, math.MaxInt64))
		case dimParam:
			out = string(v)
		}
	})
	return out
}

// fields calls f for each field of a message in memory; what is cut is left out.
func fields(data []byte, f func(n protowire.Number, v []byte, i uint64)) {
	for len(data) > 0 {
		n, kind, used := protowire.ConsumeTag(data)
		if used < 0 {
			return
		}
		data = data[used:]
		switch kind {
		case protowire.VarintType:
			i, used := protowire.ConsumeVarint(data)
			if used < 0 {
				return
			}
			f(n, nil, i)
			data = data[used:]
		case protowire.BytesType:
			v, used := protowire.ConsumeBytes(data)
			if used < 0 {
				return
			}
			f(n, v, 0)
			data = data[used:]
		default:
			used := protowire.ConsumeFieldValue(n, kind, data)
			if used < 0 {
				return
			}
			data = data[used:]
		}
	}
}

// dtype is TensorProto.DataType by name.
func dtype(n uint64) string {
	names := []string{"", "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16", "float64", "uint32", "uint64",
		"complex64", "complex128", "bfloat16", "float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz", "uint4", "int4", "float4e2m1"}
	if n < uint64(len(names)) {
		return names[n]
	}
	return ""
}

// walker goes through a file by windows.
type walker struct {
	read   Read
	size   int64 // end of the message it is in
	pos    int64
	base   int64
	window []byte
	hops   int
}

// bytes gives at most n bytes at the position, fewer at the end.
func (w *walker) bytes(n int64) ([]byte, error) {
	n = min(n, w.size-w.pos)
	if n <= 0 {
		return nil, errors.New("the file ends too early")
	}
	if w.pos < w.base || w.pos+n > w.base+int64(len(w.window)) {
		if w.hops++; w.hops > maxHops {
			return nil, errTooMany
		}
		data, err := w.read(w.pos, int(max(n, window)))
		if err != nil {
			return nil, err
		}
		w.base, w.window = w.pos, data
	}
	at := w.pos - w.base
	if at+n > int64(len(w.window)) {
		return nil, errors.New("the file ends too early")
	}
	return w.window[at : at+n], nil
}

func (w *walker) varint() (uint64, error) {
	data, err := w.bytes(min(10, w.size-w.pos))
	if err != nil {
		return 0, err
	}
	n, used := protowire.ConsumeVarint(data)
	if used < 0 {
		return 0, fmt.Errorf("it is no protobuf: %w", protowire.ParseError(used))
	}
	w.pos += int64(used)
	return n, nil
}

func (w *walker) tag() (protowire.Number, protowire.Type, error) {
	n, err := w.varint()
	if err != nil {
		return 0, 0, err
	}
	number, kind := protowire.DecodeTag(n)
	if number < 1 {
		return 0, 0, errors.New("it is no protobuf")
	}
	return number, kind, nil
}

// length reads that of a field and checks it.
func (w *walker) length() (int64, error) {
	n, err := w.varint()
	if err != nil {
		return 0, err
	}
	if n > uint64(w.size-w.pos) {
		return 0, errors.New("a field reaches beyond its end")
	}
	return int64(n), nil
}

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
	default:
		err = errors.New("it is no protobuf")
	}
	if err == nil && n > w.size-w.pos {
		err = errors.New("a field reaches beyond its end")
	}
	w.pos += n
	return err
}

// small reads a field whole.
func (w *walker) small() ([]byte, error) {
	n, err := w.length()
	if err != nil || n == 0 {
		return nil, err
	}
	if n > maxMeta {
		return nil, fmt.Errorf("a description of %d bytes", n)
	}
	data, err := w.bytes(n)
	if err != nil {
		return nil, err
	}
	w.pos += n
	return append([]byte(nil), data...), nil
}

// enter works within a message.
func (w *walker) enter(f func() error) error {
	n, err := w.length()
	if err != nil {
		return err
	}
	outer := w.size
	w.size = w.pos + n
	err = f()
	w.pos, w.size = w.size, outer
	return err
}

// tensor jumps over a TensorProto. Its name comes behind its raw data in the order
// of the numbers, but most writers leave the data elsewhere or last: only names
// within reach are known.
func (w *walker) tensor() (name string, err error) {
	err = w.enter(func() error {
		for w.pos < w.size {
			number, kind, err := w.tag()
			if err != nil {
				return err
			}
			if number == tensorTag && kind == protowire.BytesType {
				data, err := w.small()
				name = string(data)
				return err
			}
			if err := w.skip(kind); err != nil {
				return err
			}
		}
		return nil
	})
	return name, err
}
