package onnx

import (
	"errors"
	"math"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// Graph is what an ONNX file says besides its weights.
type Graph struct {
	IRVersion int64
	Opset     int64 // of the standard operators
	Producer  string
	Inputs    []Port // without those that are weights
	Outputs   []Port
	// External are the files that hold weights, as the graph names them.
	External []string
	// Partly says that the end of the graph was out of reach: inputs, outputs and
	// external files are not known.
	Partly bool
}

// Numbers of fields (onnx.proto of the ONNX project).
const (
	modelIR, modelProducer, modelGraph, modelOpset  = 1, 2, 7, 8
	opsetDomain, opsetVersion                       = 1, 2
	graphInitializer, graphInput, graphOutput       = 5, 11, 12
	tensorName, tensorExternal, entryKey, entryText = 8, 13, 1, 2
)

// What is kept of a graph (analyzers.md §16).
const (
	maxPorts    = 1000
	maxNames    = 100_000 // of weights, to tell inputs from them
	maxExternal = 1000
	maxLabel    = 256 // bytes of a name
)

// Parse walks over the top level of a file and of its graph and jumps over tensors:
// they are never read. hops is how many reads it may take.
//
// Writers put fields in the order of their numbers, so inputs and outputs stand
// behind the weights and the opset behind the graph. The graph's length is known,
// so that what stands behind it is read first: it costs one jump. Then each tensor
// larger than a window costs one more.
func Parse(read Read, size int64, hops int) (*Graph, error) {
	w := newWalker(read, size, hops)
	g := &Graph{}
	graphs, err := g.model(w)
	if err != nil {
		return nil, err
	}
	if g.IRVersion == 0 || len(graphs) == 0 {
		return nil, errors.New("it is no ONNX model")
	}
	s := &scan{weights: map[string]bool{}}
	for _, span := range graphs {
		if err := w.within(span[0], span[1], func() error { return s.graph(w) }); errors.Is(err, errTooMany) {
			g.Partly = true
			return g, nil
		} else if err != nil {
			return nil, err
		}
	}
	g.Inputs = slices.DeleteFunc(s.inputs, func(p Port) bool { return s.weights[p.Name] })
	g.Outputs, g.External = s.outputs, s.external
	return g, nil
}

// model reads the top level. The places of the graph's parts are for later: a
// message may come in several.
func (g *Graph) model(w *walker) (graphs [][2]int64, err error) {
	err = w.each(func(number protowire.Number, kind protowire.Type) error {
		switch {
		case number == modelIR && kind == protowire.VarintType:
			n, err := w.varint()
			g.IRVersion = clamp(n)
			return err
		case number == modelProducer && kind == protowire.BytesType:
			data, err := w.small()
			g.Producer = label(data)
			return err
		case number == modelOpset && kind == protowire.BytesType:
			data, err := w.small()
			g.opset(data)
			return err
		case number == modelGraph && kind == protowire.BytesType && len(graphs) < 2:
			n, err := w.length()
			if err == nil {
				graphs = append(graphs, [2]int64{w.pos, w.pos + n})
				w.pos += n
			}
			return err
		default:
			return w.skip(kind)
		}
	})
	return graphs, err
}

// opset keeps the version of the standard operators.
func (g *Graph) opset(data []byte) {
	domain, version := "", int64(0)
	fields(data, func(number protowire.Number, v []byte, n uint64) {
		switch number {
		case opsetDomain:
			domain = string(v)
		case opsetVersion:
			version = clamp(n)
		}
	})
	if domain == "" || domain == "ai.onnx" {
		g.Opset = version
	}
}

// scan is what the walk through a graph finds.
type scan struct {
	inputs, outputs []Port
	external        []string
	weights         map[string]bool
}

func (s *scan) graph(w *walker) error {
	return w.each(func(number protowire.Number, kind protowire.Type) error {
		switch {
		case number == graphInput && kind == protowire.BytesType:
			return s.port(w, &s.inputs)
		case number == graphOutput && kind == protowire.BytesType:
			return s.port(w, &s.outputs)
		case number == graphInitializer && kind == protowire.BytesType:
			return w.enter(func() error { return s.tensor(w) })
		default:
			return w.skip(kind)
		}
	})
}

func (s *scan) port(w *walker, list *[]Port) error {
	data, err := w.small()
	if err != nil {
		return err
	}
	if p := portOf(data); p.Name != "" && len(*list) < maxPorts {
		*list = append(*list, p)
	}
	return nil
}

// tensor reads the name and the place of weights.
func (s *scan) tensor(w *walker) error {
	return w.each(func(number protowire.Number, kind protowire.Type) error {
		switch {
		case number == tensorName && kind == protowire.BytesType:
			data, err := w.small()
			if err == nil && len(data) <= maxLabel && len(s.weights) < maxNames {
				s.weights[string(data)] = true
			}
			return err
		case number == tensorExternal && kind == protowire.BytesType:
			data, err := w.small()
			s.place(data)
			return err
		default:
			return w.skip(kind)
		}
	})
}

// place keeps the file that a tensor's data is in.
func (s *scan) place(entry []byte) {
	var key, text string
	fields(entry, func(number protowire.Number, v []byte, _ uint64) {
		switch number {
		case entryKey:
			key = string(v)
		case entryText:
			text = string(v[:min(len(v), 1024)])
		}
	})
	if key == "location" && len(s.external) < maxExternal && !slices.Contains(s.external, text) {
		s.external = append(s.external, text)
	}
}

// label is a name as it is shown: bounded, and valid text.
func label(data []byte) string {
	return strings.ToValidUTF8(string(data[:min(len(data), maxLabel)]), "�")
}

func clamp(n uint64) int64 { return int64(min(n, math.MaxInt64)) }
