package onnx

import "google.golang.org/protobuf/encoding/protowire"

// Port is an input or an output of a graph.
type Port struct {
	Name string `json:"name"`
	// DType is that of a tensor's elements, else the kind of value: "sequence".
	DType string `json:"dtype,omitempty"`
	// Shape are whole numbers, and names of dimensions that vary ("?" for one
	// without a name); empty for a single number, nil when it is not said.
	Shape []any `json:"shape,omitzero"`
}

// Numbers of fields of ValueInfoProto, TypeProto and TensorShapeProto.
const (
	valueName, valueType              = 1, 2
	typeTensor, typeSequence, typeMap = 1, 4, 5
	typeSparse, typeOptional          = 8, 9
	tensorElem, tensorShape, shapeDim = 1, 2, 1
	dimValue, dimParam                = 1, 2
)

// maxDims bounds a shape.
const maxDims = 32

// portOf reads a ValueInfoProto.
func portOf(data []byte) Port {
	var p Port
	fields(data, func(number protowire.Number, v []byte, _ uint64) {
		switch number {
		case valueName:
			p.Name = label(v)
		case valueType:
			p.kind(v)
		}
	})
	return p
}

func (p *Port) kind(data []byte) {
	fields(data, func(number protowire.Number, v []byte, _ uint64) {
		switch number {
		case typeTensor, typeSparse:
			p.tensor(v)
		case typeSequence:
			p.DType = "sequence"
		case typeMap:
			p.DType = "map"
		case typeOptional:
			p.DType = "optional"
		}
	})
}

func (p *Port) tensor(data []byte) {
	fields(data, func(number protowire.Number, v []byte, n uint64) {
		switch number {
		case tensorElem:
			p.DType = dtype(n)
		case tensorShape:
			p.Shape = []any{}
			fields(v, func(number protowire.Number, v []byte, _ uint64) {
				if number == shapeDim && len(p.Shape) < maxDims {
					p.Shape = append(p.Shape, dim(v))
				}
			})
		}
	})
}

func dim(data []byte) any {
	var out any = "?"
	fields(data, func(number protowire.Number, v []byte, n uint64) {
		switch {
		case number == dimValue:
			out = clamp(n)
		case number == dimParam && len(v) > 0:
			out = label(v)
		}
	})
	return out
}

// dtype is TensorProto.DataType by name, "" for one that is not known.
func dtype(n uint64) string {
	names := [...]string{
		"", "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16", "float64", "uint32", "uint64",
		"complex64", "complex128", "bfloat16", "float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz", "uint4", "int4", "float4e2m1",
	}
	if n < uint64(len(names)) {
		return names[n]
	}
	return ""
}
