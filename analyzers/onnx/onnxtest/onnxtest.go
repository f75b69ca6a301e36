// Package onnxtest writes ONNX files for tests.
package onnxtest

import (
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// Spec is a file. Its weights are zeros.
type Spec struct {
	IRVersion uint64   `json:"ir_version"`
	Producer  string   `json:"producer"`
	Opset     uint64   `json:"opset"`
	Nodes     int      `json:"nodes"` // how many there are
	Inputs    []Port   `json:"inputs"`
	Outputs   []Port   `json:"outputs"`
	Tensors   []Tensor `json:"tensors"`
	// Size is that of the file in bytes: a description at its end fills it. 0 is as
	// long as it gets.
	Size int `json:"size"`
}

// Port is an input or an output. DType is a number of TensorProto.DataType; Shape
// are numbers and strings, nil for none.
type Port struct {
	Name  string `json:"name"`
	DType uint64 `json:"dtype"`
	Shape []any  `json:"shape"`
}

// Tensor are weights: bytes in the file itself, or a file that has them.
type Tensor struct {
	Name     string `json:"name"`
	Bytes    int    `json:"bytes"`
	Location string `json:"location"`
	Count    int    `json:"count"` // of tensors like this; 0 is 1
}

// FromJSON writes the file of a Spec in JSON.
func FromJSON(data []byte) ([]byte, error) {
	var s Spec
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, err
	}
	return s.File()
}

// File writes it, with the fields in the order of their numbers, as writers do.
func (s Spec) File() ([]byte, error) {
	var g Message
	for i := range s.Nodes {
		g = g.Bytes(1, Message{}.Text(1, fmt.Sprintf("in_%d", i)).Text(2, fmt.Sprintf("out_%d", i)).Text(4, "MatMul"))
	}
	g = g.Text(2, "main_graph")
	for _, t := range s.Tensors {
		for i := range max(1, t.Count) {
			name := t.Name
			if t.Count > 1 {
				name = fmt.Sprintf("%s.%d", name, i)
			}
			g = g.Bytes(5, t.message(name))
		}
	}
	for _, p := range s.Inputs {
		g = g.Bytes(11, p.Message())
	}
	for _, p := range s.Outputs {
		g = g.Bytes(12, p.Message())
	}
	m := Message{}.Number(1, s.IRVersion).Text(2, s.Producer).Bytes(7, g)
	m = m.Bytes(8, Message{}.Text(1, "").Number(2, s.Opset)).Bytes(8, Message{}.Text(1, "com.microsoft").Number(2, 1))
	return m.fill(s.Size)
}

func (t Tensor) message(name string) Message {
	m := Message{}.Number(1, uint64(t.Bytes/4)).Number(2, 1).Text(8, name)
	if t.Location == "" {
		return m.Bytes(9, make([]byte, t.Bytes))
	}
	return m.Bytes(13, Message{}.Text(1, "location").Text(2, t.Location)).
		Bytes(13, Message{}.Text(1, "offset").Text(2, "0")).Number(14, 1)
}

// Message is a ValueInfoProto.
func (p Port) Message() Message {
	tensor := Message{}.Number(1, p.DType)
	if p.Shape != nil {
		var shape Message
		for _, d := range p.Shape {
			var dim Message
			switch d := d.(type) {
			case float64: // as JSON has it
				dim = dim.Number(1, uint64(d))
			case int:
				dim = dim.Number(1, uint64(d))
			case string:
				dim = dim.Text(2, d)
			}
			shape = shape.Bytes(1, dim)
		}
		tensor = tensor.Bytes(2, shape)
	}
	return Message{}.Text(1, p.Name).Bytes(2, Message{}.Bytes(1, tensor))
}

// Message is one of protobuf, as its bytes.
type Message []byte

// Number appends a field.
func (m Message) Number(field protowire.Number, n uint64) Message {
	return protowire.AppendVarint(protowire.AppendTag(m, field, protowire.VarintType), n)
}

// Bytes appends a field.
func (m Message) Bytes(field protowire.Number, data []byte) Message {
	return protowire.AppendBytes(protowire.AppendTag(m, field, protowire.BytesType), data)
}

// Text appends a field.
func (m Message) Text(field protowire.Number, text string) Message {
	return m.Bytes(field, []byte(text))
}

// fill brings a model to a size by its doc_string.
func (m Message) fill(size int) (Message, error) {
	const doc = 6
	if size == 0 || size == len(m) {
		return m, nil
	}
	for range 2 {
		for digits := 1; digits <= 5; digits++ {
			n := size - len(m) - 1 - digits
			if n >= 0 && protowire.SizeVarint(uint64(n)) == digits {
				return m.Bytes(doc, make([]byte, n)), nil
			}
		}
		m = m.Text(doc, "") // one size in between cannot be met at once
	}
	return nil, fmt.Errorf("the file has %d bytes, not %d", len(m), size)
}
