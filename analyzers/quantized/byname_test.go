package quantized

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/sdk"
)

func TestEXL2WithoutQuantizationConfig(t *testing.T) {
	for _, c := range []struct {
		name, id, revision, files string
		bits                      float64
		head                      int64
		want                      string
	}{
		{"by the repository's name", "LoneStriker/zephyr-7b-beta-4.0bpw-h6-exl2", "main", "output.safetensors", 4, 6, "exl2"},
		{"in shards", "LoneStriker/x-2.4bpw-h6-exl2", "main", "output-00001-of-00002.safetensors output-00002-of-00002.safetensors", 2.4, 6, "exl2"},
		{"by the branch's name", "turboderp/Mixtral-8x7B-exl2", "3.5bpw", "output.safetensors", 3.5, 0, "exl2"},
		{"by a width alone", "o/m-5.0bpw", "main", "output.safetensors", 5, 0, "exl2"},
		{"by a measurement alone", "o/m", "main", "output.safetensors measurement.json", 0, 0, "exl2"},
		{"a name alone is no quantization", "o/m-4.0bpw-exl2", "main", "model.safetensors", 0, 0, ""},
		{"weights alone neither", "o/m", "main", "output.safetensors", 0, 0, ""},
		{"not in a folder", "o/m-exl2", "main", "a/output.safetensors", 0, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := model(c.id, map[string]string{"config.json": `{"model_type":"llama","architectures":["LlamaForCausalLM"]}`})
			r.RefValue.Revision = c.revision
			for p := range strings.FieldsSeq(c.files) {
				r.List = append(r.List, sdk.File{Path: p, Size: 4 << 30, LFS: true})
			}
			f, warnings := find(t.Context(), r)
			var head int64
			if n := integer(f.config, "head_bits"); n != nil {
				head = *n
			}
			if f.method != c.want || f.bits != c.bits || head != c.head || len(warnings) > 0 {
				t.Errorf("%s, %g bits, %d in the output layer, %q", f.method, f.bits, head, warnings)
			}
		})
	}
}

func TestP9_SeveralQuantizationsAreBounded(t *testing.T) {
	r := model("o/m-GPTQ", map[string]string{"quantize_config.json": `{"bits":4,"group_size":128}`})
	for i := range 50_000 {
		r.List = append(r.List, sdk.File{Path: fmt.Sprintf("m-%d.safetensors", i), Size: 1 << 30, LFS: true})
	}
	report, err := New().Analyze(t.Context(), r, sdk.Options{})
	if err != nil || len(report.Items) > maxSeveral {
		t.Errorf("%d choices, %v", len(report.Items), err)
	}
}

// The estimate is of one of them, and each can be had alone.
func TestSeveralQuantizationsSideBySide(t *testing.T) {
	const old = `{"bits":4,"group_size":128,"desc_act":false}`
	for _, c := range []struct {
		name, config string
		files        map[string]int64
		loaded       int64
		items        string // the recommended one with a star
	}{
		{"two of safetensors", old, map[string]int64{"m-4bit-128g.safetensors": 41 << 26, "m-4bit.safetensors": 39 << 26}, 41 << 26, "m-4bit-128g.safetensors* m-4bit.safetensors"},
		{"one is named", `{"bits":4,"group_size":128,"model_file_base_name":"m-4bit"}`, map[string]int64{"m-4bit-128g.safetensors": 41 << 26, "m-4bit.safetensors": 39 << 26}, 39 << 26, "m-4bit-128g.safetensors m-4bit.safetensors*"},
		{"pickles beside", old, map[string]int64{"m.safetensors": 40 << 26, "m.act.pt": 40 << 26, "m.pt": 40 << 26}, 40 << 26, "m.act.pt m.pt m.safetensors*"},
		{"one of each format is a choice of formats", old, map[string]int64{"m.safetensors": 40 << 26, "m.pt": 40 << 26}, 40 << 26, "pytorch safetensors*"},
		{"shards are no choice", old, map[string]int64{"model-00001-of-00002.safetensors": 40 << 26, "model-00002-of-00002.safetensors": 40 << 26}, 80 << 26, ""},
		{"a small file belongs to the model", old, map[string]int64{"model.safetensors": 40 << 26, "mtp.safetensors": 4 << 26}, 44 << 26, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := model("o/m-GPTQ", map[string]string{"quantize_config.json": c.config})
			r.List = slices.DeleteFunc(r.List, func(f sdk.File) bool { return f.Path == "model.safetensors" })
			for p, size := range c.files {
				r.List = append(r.List, sdk.File{Path: p, Size: size, LFS: true})
			}
			report, err := New().Analyze(t.Context(), r, sdk.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if want := c.loaded * 115 / 100; report.Memory < want-1 || report.Memory > want+1 {
				t.Errorf("needs %d, want %d", report.Memory, want)
			}
			var got []string
			for _, item := range report.Items {
				name := strings.TrimPrefix(item.ID, "variant-")
				if item.Recommended {
					name += "*"
				}
				got = append(got, name)
			}
			slices.Sort(got)
			if strings.Join(got, " ") != c.items {
				t.Errorf("%q, want %q", got, c.items)
			}
		})
	}
}
