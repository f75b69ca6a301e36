package onnx

import (
	"bytes"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/hfdownloader/hfdownloader/analyzers/onnx/onnxtest"
)

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
	g, err := Parse(s.at, int64(len(data)), MaxHops)
	return g, s, err
}

// bert is a graph with these tensors.
func bert(tensors ...onnxtest.Tensor) onnxtest.Spec {
	return onnxtest.Spec{
		IRVersion: 8, Producer: "pytorch", Opset: 17, Nodes: 20, Tensors: tensors,
		Inputs:  []onnxtest.Port{{Name: "input_ids", DType: 7, Shape: []any{"batch", "sequence"}}, {Name: "weight", DType: 1, Shape: []any{10}}},
		Outputs: []onnxtest.Port{{Name: "logits", DType: 1, Shape: []any{"batch", 2}}},
	}
}

func TestGraph(t *testing.T) {
	weight := Port{"weight", "float32", []any{int64(10)}}
	for name, c := range map[string]struct {
		spec     onnxtest.Spec
		inputs   []Port
		external []string
		reads    int
	}{
		"no weights":        {bert(), []Port{weight}, nil, 1},
		"small weights":     {bert(onnxtest.Tensor{Name: "weight", Bytes: 1000, Count: 1}, onnxtest.Tensor{Name: "b", Bytes: 100, Count: 50}), nil, nil, 1},
		"weights elsewhere": {bert(onnxtest.Tensor{Name: "weight", Location: "w.data"}, onnxtest.Tensor{Name: "b", Location: "w.data", Count: 9}), nil, []string{"w.data"}, 1},
		// The start, behind the graph, and behind each tensor but the last: that is known.
		"large weights": {bert(onnxtest.Tensor{Name: "weight", Bytes: 8 << 20}, onnxtest.Tensor{Name: "b", Bytes: 1 << 20, Count: 2}), nil, nil, 5},
	} {
		t.Run(name, func(t *testing.T) {
			g, s, err := parse(file(t, c.spec))
			if err != nil {
				t.Fatal(err)
			}
			want := &Graph{
				IRVersion: 8, Opset: 17, Producer: "pytorch", External: c.external,
				Inputs:  append([]Port{{"input_ids", "int64", []any{"batch", "sequence"}}}, c.inputs...),
				Outputs: []Port{{"logits", "float32", []any{"batch", int64(2)}}},
			}
			if diff := cmp.Diff(want, g); diff != "" {
				t.Error(diff)
			}
			if s.calls > c.reads || s.bytes > firstWindow+s.calls*window {
				t.Errorf("%d reads of %d bytes", s.calls, s.bytes)
			}
		})
	}
}

func TestGraphOfManyNodesIsReadInFewSteps(t *testing.T) {
	spec := bert()
	spec.Nodes = 100_000 // 2.5 MB
	g, s, err := parse(file(t, spec))
	if err != nil || len(g.Inputs) != 2 || s.calls > 7 {
		t.Errorf("%v, %+v, %d reads of %d bytes", err, g, s.calls, s.bytes)
	}
}

func TestGraphOutOfReach(t *testing.T) {
	g, s, err := parse(file(t, bert(onnxtest.Tensor{Name: "w", Bytes: 200_000, Count: 300})))
	if err != nil {
		t.Fatal(err)
	}
	if want := (&Graph{IRVersion: 8, Opset: 17, Producer: "pytorch", Partly: true}); !cmp.Equal(want, g) || s.calls != MaxHops {
		t.Errorf("%+v after %d reads", g, s.calls)
	}
}

func TestPortsOfOtherKinds(t *testing.T) {
	value := func(kind onnxtest.Message) onnxtest.Message {
		return onnxtest.Message{}.Text(1, "x").Bytes(2, kind)
	}
	tensor := onnxtest.Message{}.Number(1, 16)
	scalar := onnxtest.Message{}.Number(1, 1).Bytes(2, nil)
	unnamed := onnxtest.Message{}.Number(1, 99).Bytes(2, onnxtest.Message{}.Bytes(1, nil))
	for name, c := range map[string]struct {
		data onnxtest.Message
		want Port
	}{
		"no shape":       {value(onnxtest.Message{}.Bytes(1, tensor)), Port{"x", "bfloat16", nil}},
		"a number":       {value(onnxtest.Message{}.Bytes(1, scalar)), Port{"x", "float32", []any{}}},
		"unknown":        {value(onnxtest.Message{}.Bytes(1, unnamed)), Port{"x", "", []any{"?"}}},
		"a sequence":     {value(onnxtest.Message{}.Bytes(4, nil)), Port{"x", "sequence", nil}},
		"a map":          {value(onnxtest.Message{}.Bytes(5, nil)), Port{"x", "map", nil}},
		"an optional":    {value(onnxtest.Message{}.Bytes(9, nil)), Port{"x", "optional", nil}},
		"a broken shape": {value(onnxtest.Message{}.Bytes(1, onnxtest.Message{}.Bytes(2, []byte{0x0a, 0x80}))), Port{"x", "", []any{}}},
		"a long name":    {onnxtest.Message{}.Text(1, strings.Repeat("n", 5000)), Port{strings.Repeat("n", maxLabel), "", nil}},
		"no text":        {onnxtest.Message{}.Text(1, "a\xff"), Port{"a�", "", nil}},
	} {
		if diff := cmp.Diff(c.want, portOf(c.data)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestT22_HostileGraphs(t *testing.T) {
	good := file(t, bert(onnxtest.Tensor{Name: "w", Bytes: 100}))
	huge := func(field protowire.Number, n uint64) []byte {
		return protowire.AppendVarint(protowire.AppendTag(nil, field, protowire.BytesType), n)
	}
	head := onnxtest.Message{}.Number(1, 8)
	for name, data := range map[string][]byte{
		"empty":                        {},
		"another file":                 []byte(strings.Repeat("PK\x03\x04", 1000)),
		"zeros":                        make([]byte, 1000),
		"a length beyond the file":     huge(7, 1<<62),
		"a length beyond numbers":      huge(7, 1<<64-1),
		"an endless number":            bytes.Repeat([]byte{0xff}, 100),
		"cut":                          good[:len(good)/2],
		"no graph":                     head,
		"no version":                   onnxtest.Message{}.Bytes(7, nil),
		"a name of 5 MiB":              head.Bytes(2, make([]byte, 5<<20)),
		"an input of 5 MiB":            head.Bytes(7, onnxtest.Message{}.Bytes(11, make([]byte, 5<<20))),
		"fields of an unknown kind":    {0x0b, 0x0c, 0x0b},
		"a tensor longer than its own": head.Bytes(7, huge(5, 1<<40)),
		"a field cut in its length":    head.Bytes(7, []byte{0x5a, 0x80}),
		"more fields than steps":       bytes.Repeat(onnxtest.Message{}.Bytes(25, make([]byte, 70_000)), 600),
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func() {
				if _, _, err := parse(data); err == nil {
					t.Error("no error")
				}
			})
		})
	}
}

// TestT22_HostileGraphsThatAreGraphs keep no more than the limits allow.
func TestT22_HostileGraphsThatAreGraphs(t *testing.T) {
	long := strings.Repeat("x", 900_000)
	for name, g := range map[string]onnxtest.Message{
		"long names":          repeat(onnxtest.Message{}.Bytes(11, onnxtest.Message{}.Text(1, long)), 15),
		"long names of files": repeat(onnxtest.Message{}.Bytes(5, onnxtest.Message{}.Bytes(13, onnxtest.Message{}.Text(1, "location").Text(2, long))), 15),
		"many tensors":        repeat(onnxtest.Message{}.Bytes(5, onnxtest.Message{}.Text(8, "w")), 1_000_000),
		"many inputs":         repeat(onnxtest.Message{}.Bytes(11, onnxtest.Message{}.Text(1, "i")), 1_000_000),
		"many dimensions":     onnxtest.Message{}.Bytes(11, onnxtest.Message{}.Text(1, "x").Bytes(2, onnxtest.Message{}.Bytes(1, onnxtest.Message{}.Bytes(2, repeat(onnxtest.Message{}.Bytes(1, nil), 400_000))))),
	} {
		t.Run(name, func(t *testing.T) {
			data := onnxtest.Message{}.Number(1, 8).Bytes(7, g)
			within(t, func() {
				g, _, err := parse(data)
				if err != nil {
					t.Fatal(err)
				}
				if len(g.Inputs) > maxPorts || len(g.External) > maxExternal {
					t.Errorf("%d inputs, %d files", len(g.Inputs), len(g.External))
				}
			})
		})
	}
}

func repeat(m onnxtest.Message, n int) onnxtest.Message { return bytes.Repeat(m, n) }

// within holds f to 128 MiB and to the 2 s of reliability.md T22, which are more
// where tests of other packages run beside it.
func within(t *testing.T, f func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	f()
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	if took > 10*time.Second || after.TotalAlloc-before.TotalAlloc > 128<<20 {
		t.Errorf("%v, %d bytes", took, after.TotalAlloc-before.TotalAlloc)
	}
}

func FuzzONNX(f *testing.F) {
	for _, s := range []onnxtest.Spec{
		{}, bert(), bert(onnxtest.Tensor{Name: "weight", Bytes: 100}), bert(onnxtest.Tensor{Name: "b", Location: "w.data", Count: 3}),
	} {
		f.Add(file(f, s))
	}
	f.Add([]byte(onnxtest.Port{Name: "x", DType: 1, Shape: []any{2, "n"}}.Message()))
	f.Fuzz(func(t *testing.T, data []byte) {
		g, s, err := parse(data)
		if err == nil && (len(g.Inputs) > maxPorts || len(g.Outputs) > maxPorts || s.calls > MaxHops) {
			t.Errorf("%d inputs, %d outputs, %d reads", len(g.Inputs), len(g.Outputs), s.calls)
		}
	})
}
