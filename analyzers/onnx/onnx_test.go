package onnx

import (
	"bytes"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// message builds protobuf by hand.
type message []byte

func (m message) number(field protowire.Number, n uint64) message {
	return protowire.AppendVarint(protowire.AppendTag(m, field, protowire.VarintType), n)
}

func (m message) bytes(field protowire.Number, data []byte) message {
	return protowire.AppendBytes(protowire.AppendTag(m, field, protowire.BytesType), data)
}

// ports are a ValueInfoProto of a name, a type and dimensions.
func value(name string, kind uint64, dims ...any) message {
	var shape message
	for _, d := range dims {
		switch d := d.(type) {
		case int:
			shape = shape.bytes(1, message{}.number(1, uint64(d)))
		case string:
			shape = shape.bytes(1, message{}.bytes(2, []byte(d)))
		}
	}
	tensor := message{}.number(1, kind).bytes(2, shape)
	return message{}.bytes(1, []byte(name)).bytes(2, message{}.bytes(1, tensor))
}

// onnxModel is a file with so many bytes of weights in each of some tensors.
func onnxModel(tensors, size int) message {
	var g message
	for range 20 {
		g = g.bytes(1, message{}.bytes(1, []byte("in")).bytes(4, []byte("MatMul")))
	}
	for range tensors {
		g = g.bytes(5, message{}.number(1, 10).number(2, 1).bytes(8, []byte("weight")).bytes(9, make([]byte, size)))
	}
	g = g.bytes(11, value("input_ids", 7, "batch", "sequence")).bytes(11, value("weight", 1, 10)).bytes(12, value("logits", 1, "batch", 2))
	return message{}.number(1, 8).bytes(2, []byte("pytorch")).bytes(7, g).bytes(8, message{}.bytes(1, nil).number(2, 17)).bytes(8, message{}.bytes(1, []byte("com.microsoft")).number(2, 1))
}

// source counts reads.
type source struct {
	data  []byte
	calls int
	bytes int
}

func (s *source) at(off int64, n int) ([]byte, error) {
	out := s.data[min(off, int64(len(s.data))):min(off+int64(n), int64(len(s.data)))]
	s.calls++
	s.bytes += len(out)
	return out, nil
}

func parse(data []byte) (*Graph, *source, error) {
	s := &source{data: data}
	g, err := Parse(s.at, int64(len(data)))
	return g, s, err
}

func TestGraph(t *testing.T) {
	for name, c := range map[string]struct {
		data  message
		reads int
	}{
		"weights elsewhere": {onnxModel(0, 0), 1},
		"small weights":     {onnxModel(3, 1000), 1},
		"large weights":     {onnxModel(3, 8<<20), 4},
	} {
		t.Run(name, func(t *testing.T) {
			g, s, err := parse(c.data)
			if err != nil {
				t.Fatal(err)
			}
			want := &Graph{
				IRVersion: 8, Opset: 17, Producer: "pytorch",
				Inputs:  []Port{{"input_ids", "int64", []any{"batch", "sequence"}}},
				Outputs: []Port{{"logits", "float32", []any{"batch", int64(2)}}},
			}
			if len(g.weights) == 0 {
				want.Inputs = append(want.Inputs, Port{"weight", "float32", []any{int64(10)}})
			}
			g.weights = nil
			if diff := cmp.Diff(want, g, cmp.AllowUnexported(Graph{})); diff != "" {
				t.Error(diff)
			}
			if s.calls > c.reads || s.bytes > c.reads*window+200 {
				t.Errorf("%d reads of %d bytes", s.calls, s.bytes)
			}
		})
	}
}

func TestT22_HostileGraphs(t *testing.T) {
	good := onnxModel(1, 100)
	for name, data := range map[string][]byte{
		"empty":                        {},
		"another file":                 []byte(strings.Repeat("PK\x03\x04", 1000)),
		"zeros":                        make([]byte, 1000),
		"a length beyond the file":     protowire.AppendVarint(protowire.AppendTag(nil, 7, protowire.BytesType), 1<<62),
		"an endless number":            bytes.Repeat([]byte{0xff}, 100),
		"cut":                          good[:len(good)/2],
		"a name of 5 MiB":              message{}.bytes(2, make([]byte, 5<<20)),
		"an input of 5 MiB":            message{}.bytes(7, message{}.bytes(11, make([]byte, 5<<20))),
		"more tensors than steps":      onnxModel(600, 70_000),
		"fields of an unknown kind":    {0x0b, 0x0c, 0x0b},
		"a tensor longer than its own": message{}.bytes(7, protowire.AppendVarint(protowire.AppendTag(nil, 5, protowire.BytesType), 1<<40)),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			_, _, err := parse(data)
			runtime.ReadMemStats(&after)
			if err == nil {
				t.Error("no error")
			}
			if took := time.Since(began); took > 10*time.Second || after.TotalAlloc-before.TotalAlloc > 128<<20 {
				t.Errorf("%v, %d bytes", took, after.TotalAlloc-before.TotalAlloc)
			}
		})
	}
}

func TestVariant(t *testing.T) {
	for name, c := range map[string]struct {
		dir, want string
		optimized bool
	}{
		"model": {".", "fp32", false}, "model_fp16": {"onnx", "fp16", false}, "model_quantized": {"onnx", "int8", false}, "decoder_model_merged_q4f16": {"onnx", "q4f16", false},
		"model_O4": {"onnx", "fp32", true}, "model_optimized": {".", "fp32", true}, "opt-125m": {".", "fp32", false}, "optimum_model": {".", "fp32", false},
		"phi3": {"cuda/cuda-fp16", "fp16", false}, "model_bnb4": {"onnx", "bnb4", false}, "vit-uint8": {".", "uint8", false},
	} {
		got, _, optimized := variantOf(name, c.dir)
		if got != c.want || optimized != c.optimized {
			t.Errorf("%s: %s %v", name, got, optimized)
		}
	}
}

func TestExternalData(t *testing.T) {
	var files []sdk.File
	for p := range strings.FieldsSeq("a.onnx a.onnx_data a.onnx_data_1 b.onnx b.onnx.data one/c.onnx one/weights.data README.data.md") {
		files = append(files, sdk.File{Path: p, Size: 10, LFS: true})
	}
	got := map[string]int64{}
	for _, m := range list(files) {
		got[m.Path] = m.Size
	}
	if diff := cmp.Diff(map[string]int64{"a.onnx": 30, "b.onnx": 20, "one/c.onnx": 20}, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzONNX(f *testing.F) {
	f.Add([]byte(onnxModel(2, 100)))
	f.Add([]byte(value("x", 1, 2, "n")))
	f.Fuzz(func(t *testing.T, data []byte) {
		if g, _, err := parse(data); err == nil && (len(g.Inputs) > maxPorts || len(g.Outputs) > maxPorts) {
			t.Errorf("%d inputs", len(g.Inputs))
		}
	})
}
