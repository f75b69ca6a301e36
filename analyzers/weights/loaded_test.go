package weights

import (
	"strconv"
	"strings"
	"testing"
)

func TestLoaded(t *testing.T) {
	for _, c := range []struct {
		name, files string // path=size
		quantized   bool
		named, want string
	}{
		{name: "nothing"},
		{name: "one file", files: "model.safetensors=9", want: "model.safetensors"},
		{name: "another precision beside", files: "model.safetensors=9 model.fp32-00001-of-00002.safetensors=9 model.fp32-00002-of-00002.safetensors=9", want: "model.safetensors"},
		{name: "the variant behind the shard", files: "pytorch_model.bin=9 pytorch_model-00001-of-00002.fp32.bin=9", want: "pytorch_model.bin"},
		{name: "nothing but precisions", files: "model.fp32.safetensors=9 model.fp16.safetensors=5", want: "model.fp16.safetensors"},
		{name: "shards beside one file", files: "model.safetensors=9 model-00001-of-00002.safetensors=5 model-00002-of-00002.safetensors=4", want: "model.safetensors"},
		{name: "shards alone", files: "model-00001-of-00002.safetensors=5 model-00002-of-00002.safetensors=4", want: "model-00001-of-00002.safetensors model-00002-of-00002.safetensors"},
		{name: "consolidated beside", files: "consolidated.safetensors=9 model-00001-of-00001.safetensors=9", want: "model-00001-of-00001.safetensors"},
		{name: "consolidated alone", files: "consolidated.safetensors=9", want: "consolidated.safetensors"},
		{name: "parts with names of their own", files: "a.safetensors=5 b.safetensors=5", want: "a.safetensors b.safetensors"},
		{name: "of GPTQ the largest", quantized: true, files: "m-4bit-128g.safetensors=41 m-4bit.safetensors=39", want: "m-4bit-128g.safetensors"},
		{name: "of GPTQ the one that is named", quantized: true, named: "m-4bit", files: "m-4bit-128g.safetensors=41 m-4bit.safetensors=39", want: "m-4bit.safetensors"},
		{name: "of GPTQ the usual", quantized: true, files: "m-4bit-32g.safetensors=44 model.safetensors=39", want: "model.safetensors"},
		{name: "with what belongs to it", quantized: true, files: "model-00001-of-00001.safetensors=39 mtp.safetensors=3", want: "model-00001-of-00001.safetensors mtp.safetensors"},
		{name: "sizes that overflow nothing", quantized: true, files: "a.safetensors=0 b.safetensors=0", want: "a.safetensors"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sizes := map[string]int64{}
			for f := range strings.FieldsSeq(c.files) {
				p, size, _ := strings.Cut(f, "=")
				sizes[p], _ = strconv.ParseInt(size, 10, 64)
			}
			if got := strings.Join(Loaded(sizes, c.quantized, c.named), " "); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
