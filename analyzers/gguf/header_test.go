package gguf

import (
	"encoding/binary"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/analyzers/gguf/gguftest"
)

// reads makes a Read of bytes, with zeros behind them, and counts.
type reads struct {
	data  []byte
	size  int64
	calls int
	bytes int64
}

func (r *reads) at(off int64, n int) ([]byte, error) {
	out := make([]byte, max(0, min(int64(n), r.size-off)))
	if off < int64(len(r.data)) {
		copy(out, r.data[off:])
	}
	r.calls++
	r.bytes += int64(len(out))
	return out, nil
}

func headerOf(t testing.TB, s gguftest.Spec) []byte {
	t.Helper()
	data, err := s.Header()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func llama() gguftest.Spec {
	return gguftest.Spec{
		KV: map[string]any{
			"general.architecture": "llama", "general.size_label": "8B", "general.file_type": 15, "llama.context_length": 8192,
			"llama.block_count": 2, "llama.embedding_length": 256, "llama.attention.head_count": 8, "llama.attention.head_count_kv": 2,
			"tokenizer.chat_template": "{{ x }}", "tokenizer.ggml.model": "gpt2",
		},
		Vocab: 100, Tensors: []gguftest.Tensor{{Name: "a", Type: 12, Shape: []uint64{256, 100}}, {Name: "b", Type: 0, Shape: []uint64{256}}},
	}
}

func TestHeader(t *testing.T) {
	for name, change := range map[string]func(*gguftest.Spec){
		"version 3":  func(*gguftest.Spec) {},
		"version 2":  func(s *gguftest.Spec) { s.Version = 2 },
		"big-endian": func(s *gguftest.Spec) { s.Big = true },
	} {
		t.Run(name, func(t *testing.T) {
			spec := llama()
			change(&spec)
			data := headerOf(t, spec)
			r := &reads{data: data, size: 1 << 30}
			h, err := Parse(r.at, r.size)
			if err != nil {
				t.Fatal(err)
			}
			if h.Size != int64(len(data)) || h.Parameters != 256*101 || h.Bytes != 100*144+256*4 || h.vocab() != 100 {
				t.Errorf("%+v", h)
			}
			if h.Text("general.architecture") != "llama" || h.value("block_count") != 2 || !h.Has("tokenizer.chat_template") {
				t.Errorf("%+v", h.keys)
			}
		})
	}
}

// TestLargeHeaderCostsFewReads: 5 MiB, with a vocabulary of 150,000 tokens.
func TestLargeHeaderCostsFewReads(t *testing.T) {
	spec := llama()
	spec.Vocab = 150_000
	spec.KV["tokenizer.ggml.merges"] = slices.Repeat([]any{"abcdefg hijk"}, 70_000)
	data := headerOf(t, spec)
	if len(data) < 4<<20 || len(data) > 6<<20 {
		t.Fatalf("a header of %d bytes", len(data))
	}
	r := &reads{data: data, size: 1 << 32}
	if _, err := Parse(r.at, r.size); err != nil {
		t.Fatal(err)
	}
	if r.calls > 2 || r.bytes >= 8<<20 {
		t.Errorf("%d reads of %d bytes", r.calls, r.bytes)
	}
}

func TestNumbersOfFixedWidthAreSkipped(t *testing.T) {
	spec := llama()
	spec.KV["a.first"] = slices.Repeat([]any{0.25}, 10<<20/4)
	r := &reads{data: headerOf(t, spec), size: 1 << 30}
	h, err := Parse(r.at, r.size)
	if err != nil || h.Length("a.first") != 10<<20/4 || h.value("block_count") != 2 {
		t.Fatal(err)
	}
	if r.bytes > 7<<20 {
		t.Errorf("%d bytes read of a header of %d", r.bytes, len(r.data))
	}
}

// patience is five times what is allowed (T22): the race detector and other tests
// take their share. BenchmarkHostileHeader has the figure alone.
const patience = 10 * time.Second

// TestT22_HostileHeaders end in an error, soon and in little memory.
func TestT22_HostileHeaders(t *testing.T) {
	good := headerOf(t, llama())
	put := func(at int, n uint64) []byte {
		out := slices.Clone(good)
		binary.LittleEndian.PutUint64(out[at:], n)
		return out
	}
	kv := func(kind uint32, rest ...byte) []byte {
		out := []byte("GGUF\x03\x00\x00\x00")
		out = binary.LittleEndian.AppendUint64(out, 0)
		out = binary.LittleEndian.AppendUint64(out, 1)
		out = binary.LittleEndian.AppendUint64(out, 1)
		out = append(out, 'k')
		out = binary.LittleEndian.AppendUint32(out, kind)
		return append(out, rest...)
	}
	nested := []byte{}
	for range 100 {
		nested = append(nested, 9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0)
	}
	huge := gguftest.Spec{Tensors: []gguftest.Tensor{{Name: "a", Type: 0, Shape: []uint64{1 << 40, 1 << 40}}}}
	many := gguftest.Spec{Tensors: slices.Repeat([]gguftest.Tensor{{Name: "a", Type: 0, Shape: []uint64{1 << 61}}}, 8)}
	for name, data := range map[string][]byte{
		"empty":                       {},
		"another file":                []byte(strings.Repeat("PK\x03\x04", 100)),
		"an unknown version":          []byte("GGUF\x09\x00\x00\x00" + strings.Repeat("\x00", 100)),
		"tensors beyond the limit":    put(8, 1<<63),
		"tensors beyond the file":     put(8, maxTensors),
		"keys beyond the limit":       put(16, 1<<40),
		"keys beyond the file":        put(16, maxKeys),
		"a text of 2^63 bytes":        put(24, 1<<63),
		"a text beyond the file":      put(24, maxString-1),
		"an unknown type":             kv(77),
		"a list of 2^62 numbers":      kv(9, append([]byte{4, 0, 0, 0}, binary.LittleEndian.AppendUint64(nil, 1<<62)...)...),
		"a list of 2^63 texts":        kv(9, append([]byte{8, 0, 0, 0}, binary.LittleEndian.AppendUint64(nil, 1<<63)...)...),
		"a list of lists of lists":    kv(9, nested...),
		"a tensor of 2^80 elements":   headerOf(t, huge),
		"tensors of 2^64 bytes":       headerOf(t, many),
		"cut in the middle":           good[:len(good)/2],
		"zeros where keys should be":  append([]byte("GGUF\x03\x00\x00\x00"), make([]byte, 1<<20)...),
		"ones where counts should be": append([]byte("GGUF\x03\x00\x00\x00"), slices.Repeat([]byte{0xff}, 1<<20)...),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			r := &reads{data: data, size: int64(len(data))}
			_, err := Parse(r.at, r.size)
			runtime.ReadMemStats(&after)
			if name == "zeros where keys should be" {
				if err != nil {
					t.Errorf("nothing is said, which is allowed: %v", err)
				}
			} else if err == nil {
				t.Error("no error")
			}
			if took := time.Since(began); took > patience {
				t.Errorf("took %v", took)
			}
			if got := after.TotalAlloc - before.TotalAlloc; got > 128<<20 {
				t.Errorf("%d bytes allocated", got)
			}
		})
	}
}

// TestT22_EndlessTextsEnd: a header that says nothing but texts is given up at 50 MiB.
func TestT22_EndlessTextsEnd(t *testing.T) {
	data := []byte("GGUF\x03\x00\x00\x00")
	data = binary.LittleEndian.AppendUint64(data, 0)
	data = binary.LittleEndian.AppendUint64(data, 1)
	data = binary.LittleEndian.AppendUint64(data, 1)
	data = append(data, 'k', 9, 0, 0, 0, 8, 0, 0, 0)
	data = binary.LittleEndian.AppendUint64(data, 1<<60)
	r := &reads{data: data, size: 1 << 40} // zeros: texts of no length
	began := time.Now()
	_, err := Parse(r.at, r.size)
	if !errors.Is(err, errCut) || r.bytes > maxHeader || time.Since(began) > patience {
		t.Errorf("%v after %d bytes in %v", err, r.bytes, time.Since(began))
	}
}

func FuzzGGUFHeader(f *testing.F) {
	f.Add(headerOf(f, llama()))
	f.Add(headerOf(f, gguftest.Spec{Version: 2, Big: true}))
	f.Add([]byte("GGUF\x01\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := &reads{data: data, size: int64(len(data))}
		h, err := Parse(r.at, r.size)
		if err != nil {
			return
		}
		if h.Parameters < 0 || h.Bytes < 0 || h.Size < 0 {
			t.Errorf("%+v", h)
		}
		if m := h.shape(); len(m.Layers) > maxLayers || m.KV(8192, "f16") < 0 {
			t.Errorf("%d layers", len(m.Layers))
		}
	})
}

// BenchmarkHostileHeader is the longest walk there is: 50 MiB of empty texts.
func BenchmarkHostileHeader(b *testing.B) {
	data := []byte("GGUF\x03\x00\x00\x00")
	data = binary.LittleEndian.AppendUint64(data, 0)
	data = binary.LittleEndian.AppendUint64(data, 1)
	data = binary.LittleEndian.AppendUint64(data, 1)
	data = append(data, 'k', 9, 0, 0, 0, 8, 0, 0, 0)
	data = binary.LittleEndian.AppendUint64(data, 1<<60)
	for b.Loop() {
		r := &reads{data: data, size: 1 << 40}
		_, _ = Parse(r.at, r.size)
	}
}
