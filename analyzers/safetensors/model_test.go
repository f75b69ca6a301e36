package safetensors_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/analyzers/safetensors"
	"github.com/hfdownloader/hfdownloader/analyzers/safetensors/safetensorstest"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

// small is a whole file of two parameters.
func small(t *testing.T) []byte {
	t.Helper()
	file, err := safetensorstest.FromJSON([]byte(`{"a":{"dtype":"F32","shape":[2]}}`))
	if err != nil {
		t.Fatal(err)
	}
	return append(file, make([]byte, 8)...)
}

func TestReadModelChoosesOneSetOfWeights(t *testing.T) {
	const index = "model.safetensors.index.json"
	shards := func(n int) (out []string) {
		for i := range n {
			out = append(out, fmt.Sprintf("model-%05d-of-%05d.safetensors", i+1, n))
		}
		return out
	}
	for name, c := range map[string]struct {
		files []string
		index string
		want  []string
		reads int // files that are read
	}{
		"one file":                    {files: []string{"model.safetensors"}, want: []string{"model.safetensors"}, reads: 1},
		"shards":                      {files: shards(3), index: "not read", want: shards(3), reads: 3},
		"shards and Mistral's own":    {files: append(shards(2), "consolidated.safetensors"), index: "not read", want: shards(2), reads: 2},
		"Mistral's own alone":         {files: []string{"consolidated.safetensors"}, want: []string{"consolidated.safetensors"}, reads: 1},
		"one file and another":        {files: []string{"model.safetensors", "model.fp16.safetensors"}, want: []string{"model.safetensors"}, reads: 1},
		"shards and a part by itself": {files: append(shards(2), "mtp.safetensors"), index: `{"weight_map":{"a":"` + shards(2)[0] + `","b":"` + shards(2)[1] + `","c":"mtp.safetensors"}}`, want: append(shards(2), "mtp.safetensors"), reads: 4},
		"shards and a stranger":       {files: append(shards(2), "old.safetensors"), want: shards(2), reads: 2},
		"more than 20 shards":         {files: shards(163), index: "not read", want: shards(163), reads: 1},
		"an adapter beside it":        {files: []string{"model.safetensors", "adapter_model.safetensors"}, want: []string{"model.safetensors"}, reads: 1},
		"in folders":                  {files: []string{"onnx/model.safetensors"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := &sdktest.Repo{Contents: map[string]io.ReaderAt{}}
			for _, f := range c.files {
				r.SetContent(f, small(t))
			}
			if c.index != "" {
				r.SetContent(index, []byte(c.index))
			}
			m, err := safetensors.ReadModel(t.Context(), r, safetensors.Packing{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, m.Files); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
			if got := len(r.Reads()); got != c.reads {
				t.Errorf("%d reads, want %d: %v", got, c.reads, r.Reads())
			}
			if m.Counted && m.Count.Total != int64(2*len(c.want)) {
				t.Errorf("counted %d", m.Count.Total)
			}
			if m.Counted == (len(c.want) > 20 || len(c.want) == 0) {
				t.Errorf("counted: %v", m.Counted)
			}
			if len(m.Warnings) > 0 {
				t.Errorf("warnings: %v", m.Warnings)
			}
		})
	}
}

func TestReadModelWarns(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string][]byte
		want  string
	}{
		"a bad header":          {map[string][]byte{"model.safetensors": []byte("version https://git-lfs.github.com/spec/v1")}, "The header of model.safetensors could not be read"},
		"a missing shard":       {map[string][]byte{"model-00001-of-00002.safetensors": small(t)}, "1 of 2 shards are not in the repository"},
		"a truncated file":      {map[string][]byte{"model.safetensors": small(t)[:len(small(t))-1]}, "shorter than its header says"},
		"a bad index":           {map[string][]byte{"a.safetensors": small(t), "b.safetensors": small(t), "model.safetensors.index.json": []byte(`{"weight_map":{"x":"../a"}}`)}, "model.safetensors.index.json could not be read"},
		"an index of elsewhere": {map[string][]byte{"a.safetensors": small(t), "b.safetensors": small(t), "model.safetensors.index.json": []byte(`{"weight_map":{"x":"c"}}`)}, "1 of the 1 shards"},
	} {
		t.Run(name, func(t *testing.T) {
			r := &sdktest.Repo{Contents: map[string]io.ReaderAt{}}
			for p, data := range c.files {
				r.SetContent(p, data)
			}
			m, err := safetensors.ReadModel(t.Context(), r, safetensors.Packing{})
			if err != nil {
				t.Fatal(err)
			}
			if len(m.Warnings) != 1 || !strings.Contains(m.Warnings[0], c.want) {
				t.Errorf("warnings %q, want %q", m.Warnings, c.want)
			}
		})
	}
}
