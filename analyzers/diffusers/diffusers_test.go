package diffusers

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/sdk"
)

func TestIndexKeepsTheOrder(t *testing.T) {
	x, err := parseIndex([]byte("\xef\xbb\xbf" + `{"_class_name":"P","_diffusers_version":"0.1","vae":["diffusers","V"],"unet":["diffusers","U"],"image_encoder":[null,null],
		"safety_checker":["sd","S"],"requires_safety_checker":false,"force_zeros":true,"text":["transformers",null],"_x":["a","b"]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []part{{"vae", "diffusers", "V"}, {"unet", "diffusers", "U"}, {"safety_checker", "sd", "S"}, {"text", "transformers", ""}}
	if diff := cmp.Diff(want, x.parts, cmp.AllowUnexported(part{})); diff != "" {
		t.Error(diff)
	}
	if x.required(x.parts[2]) || !x.required(x.parts[0]) {
		t.Error("the pipeline does without its safety checker alone")
	}
}

func TestT25_IndexesThatAreNone(t *testing.T) {
	for _, text := range []string{"", "[]", "5", `{"a":`, `{}`, `{"a":["b"]}`, `{"vae":` + strings.Repeat("[", 20_000)} {
		if _, err := parseIndex([]byte(text)); err == nil {
			t.Errorf("%.20s: no error", text)
		}
	}
}

func filesOf(paths string) []sdk.File {
	var out []sdk.File
	for p := range strings.FieldsSeq(paths) {
		out = append(out, sdk.File{Path: p, Size: 1, LFS: true})
	}
	return out
}

func TestChoose(t *testing.T) {
	for _, c := range []struct{ name, files, want, variant string }{
		{"plain", "a/model.safetensors", "a/model.safetensors", ""},
		{"fp16 first", "a/model.safetensors a/model.fp16.safetensors", "a/model.fp16.safetensors", "fp16"},
		{"bf16 before plain", "a/model.safetensors a/model.bf16.safetensors", "a/model.bf16.safetensors", "bf16"},
		{"safetensors before bin", "a/model.fp16.bin a/model.safetensors", "a/model.safetensors", ""},
		{"bin alone", "a/pytorch_model.bin", "a/pytorch_model.bin", ""},
		{"shards of the variant alone", "a/model-00001-of-00002.safetensors a/model-00002-of-00002.safetensors a/model.fp16-00001-of-00002.safetensors a/model.fp16-00002-of-00002.safetensors",
			"a/model.fp16-00001-of-00002.safetensors a/model.fp16-00002-of-00002.safetensors", "fp16"},
		{"the variant behind the shard", "a/model-00001-of-00001.fp16.safetensors a/model.safetensors", "a/model-00001-of-00001.fp16.safetensors", "fp16"},
		{"never others", "a/flax_model.msgpack a/model.onnx a/openvino_model.bin", "", ""},
		{"one file before shards", "a/model-00001-of-00002.safetensors a/model-00002-of-00002.safetensors a/model.safetensors", "a/model.safetensors", ""},
		{"one name", "a/model.safetensors a/diffusion_pytorch_model.safetensors", "a/diffusion_pytorch_model.safetensors", ""},
		{"not what lies below", "a/model.safetensors a/b/model.safetensors", "a/model.safetensors", ""},
		{"not the training's copy", "a/diffusion_pytorch_model.non_ema.safetensors a/diffusion_pytorch_model.safetensors", "a/diffusion_pytorch_model.safetensors", ""},
	} {
		chosen, variant := choose(filesOf(c.files))
		var got []string
		for _, f := range chosen {
			got = append(got, f.Path)
		}
		if strings.Join(got, " ") != c.want || variant != c.variant {
			t.Errorf("%s: %q %q", c.name, got, variant)
		}
	}
}

// Weights that no filter leaves out count once.
func TestSelectedCountsSmallWeightsOnce(t *testing.T) {
	files := []sdk.File{{Path: "model_index.json", Size: 10}, {Path: "a/model.safetensors", Size: 100}, {Path: "b/model.safetensors", Size: 1000, LFS: true}}
	var parts []chosen
	for _, name := range []string{"a", "b"} {
		parts = append(parts, pick(files, index{}, part{name: name}))
	}
	if s := describe(index{}, parts, files); s.Selected != 1110 {
		t.Errorf("%d bytes, want 1110", s.Selected)
	}
}

func FuzzModelIndex(f *testing.F) {
	f.Add([]byte(`{"_class_name":"P","vae":["diffusers","V"],"x":[null,null,{"type_hint":["a","b"]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if x, err := parseIndex(data); err == nil && len(x.parts) > maxParts {
			t.Errorf("%d parts", len(x.parts))
		}
	})
}
