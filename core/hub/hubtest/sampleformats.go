package hubtest

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// tensor is a name with a shape; its numbers come from a seed.
type tensor struct {
	name  string
	shape []int64
}

func (t tensor) elements() int64 {
	n := int64(1)
	for _, d := range t.shape {
		n *= d
	}
	return n
}

func parameters(tensors []tensor) (n int64) {
	for _, t := range tensors {
		n += t.elements()
	}
	return n
}

// safetensors is a file of the safetensors format: the length of a JSON header,
// the header, the numbers. dtype is "F32", "F16" or "BF16".
func safetensors(seed uint64, dtype string, tensors []tensor) Content {
	width := int64(2)
	if dtype == "F32" {
		width = 4
	}
	head := bytes.NewBufferString(`{"__metadata__":{"format":"pt"}`)
	var at int64
	for _, t := range tensors {
		end := at + t.elements()*width
		shape, err := json.Marshal(t.shape)
		if err != nil {
			panic(err) // numbers
		}
		fmt.Fprintf(head, `,%q:{"dtype":%q,"shape":%s,"data_offsets":[%d,%d]}`, t.name, dtype, shape, at, end)
		at = end
	}
	head.WriteByte('}')
	for head.Len()%8 != 0 {
		head.WriteByte(' ')
	}
	size := binary.LittleEndian.AppendUint64(nil, uint64(head.Len()))
	return Join(Bytes(append(size, head.Bytes()...)), Seeded(seed, at))
}

// ggml is a way to store numbers: its number in GGUF files, and the bytes of a
// block of elements.
type ggml struct {
	id           uint32
	block, bytes int64
}

// ggufAlign is where the tensors of a GGUF file begin.
const ggufAlign = 32

// gguf is a file of the GGUF format, version 3, of a llama. Vectors are F32, as
// they are in quantized files.
func gguf(seed uint64, name string, fileType uint32, matrix ggml, keys []ggufKey, tensors []tensor) Content {
	var b ggufWriter
	b.WriteString("GGUF")
	b.put(uint32(3), uint64(len(tensors)), uint64(len(keys)+3))
	keys = append([]ggufKey{{"general.architecture", "llama"}, {"general.name", name}, {"general.file_type", fileType}}, keys...)
	for _, k := range keys {
		b.key(k)
	}
	var at int64
	for _, t := range tensors {
		store := matrix
		if len(t.shape) == 1 {
			store = ggml{0, 1, 4}
		}
		b.text(t.name)
		b.put(uint32(len(t.shape)))
		b.put(t.shape, store.id, at)
		size := t.elements() / store.block * store.bytes
		at += (size + ggufAlign - 1) / ggufAlign * ggufAlign
	}
	b.Write(make([]byte, (ggufAlign-b.Len()%ggufAlign)%ggufAlign))
	return Join(Bytes(b.Bytes()), Seeded(seed, at))
}

type ggufKey struct {
	name  string
	value any // uint32, float32, string, []string
}

type ggufWriter struct{ bytes.Buffer }

func (b *ggufWriter) put(values ...any) {
	for _, v := range values {
		_ = binary.Write(b, binary.LittleEndian, v) // a buffer takes everything
	}
}

func (b *ggufWriter) text(s string) {
	b.put(uint64(len(s)))
	b.WriteString(s)
}

// key writes a name, the number of a type, a value.
func (b *ggufWriter) key(k ggufKey) {
	b.text(k.name)
	switch v := k.value.(type) {
	case uint32:
		b.put(uint32(4), v)
	case float32:
		b.put(uint32(6), math.Float32bits(v))
	case string:
		b.put(uint32(8))
		b.text(v)
	case []string:
		b.put(uint32(9), uint32(8), uint64(len(v)))
		for _, s := range v {
			b.text(s)
		}
	default:
		panic("a GGUF key of type " + fmt.Sprintf("%T", v)) // only literals come here
	}
}

// tarOf is an archive of one seeded file.
func tarOf(name string, seed uint64, size int64) Content {
	var head bytes.Buffer
	w := tar.NewWriter(&head)
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: size}); err != nil {
		panic(err) // a literal
	}
	return Join(Bytes(head.Bytes()), Seeded(seed, size), Bytes(make([]byte, (512-size%512)%512+1024)))
}

func num(n int) string { return strconv.Itoa(n) }
