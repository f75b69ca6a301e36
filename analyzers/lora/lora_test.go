package lora

import (
	"encoding/json"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/analyzers/safetensors"
	"github.com/hfdownloader/hfdownloader/analyzers/safetensors/safetensorstest"
	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

func TestShapesOfPEFT(t *testing.T) {
	yes, no := true, false
	alpha := 32.5
	for name, c := range map[string]struct {
		text string
		want section
	}{
		"a list":           {`{"peft_type":"LORA","r":8,"target_modules":["v","q"]}`, section{Type: "lora", Rank: 8, Targets: []string{"q", "v"}, Format: "peft"}},
		"a regex":          {`{"target_modules":".*(q|v).*","lora_alpha":"32.5"}`, section{Type: "lora", Targets: []string{".*(q|v).*"}, Alpha: &alpha, Format: "peft"}},
		"a map":            {`{"target_modules":{"q":1,"k":2}}`, section{Type: "lora", Targets: []string{"k", "q"}, Format: "peft"}},
		"a method":         {`{"init_lora_weights":"gaussian"}`, section{Type: "lora", Init: &yes, InitMethod: "gaussian", Format: "peft"}},
		"no weights":       {`{"init_lora_weights":false,"fan_in_fan_out":true}`, section{Type: "lora", Init: &no, FanInFanOut: &yes, Format: "peft"}},
		"DoRA":             {`{"use_dora":true}`, section{Type: "dora", Format: "peft"}},
		"nonsense":         {`{"r":"many","target_modules":7,"lora_alpha":[],"peft_type":5}`, section{Type: "lora", Format: "peft"}},
		"somebody's disk":  {`{"base_model_name_or_path":"/root/models/x"}`, section{Type: "lora", Format: "peft"}},
		"a relative path":  {`{"base_model_name_or_path":"./out/x"}`, section{Type: "lora", Format: "peft"}},
		"a disk of theirs": {`{"base_model_name_or_path":"C:\\models\\x"}`, section{Type: "lora", Format: "peft"}},
		"quantized":        {`{"quant_type":"nf4"}`, section{Type: "lora", QuantType: "nf4", Format: "peft"}},
		"a model":          {`{"base_model_name_or_path":"o/m"}`, section{Type: "lora", BaseModel: "o/m", Format: "peft"}},
	} {
		o, err := loose.Parse([]byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, ofPEFT(o)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestKindByTensors(t *testing.T) {
	for name, want := range map[string]string{
		"a.lora_A.weight": "lora", "lora_unet_x.lora_down.weight": "lora", "x.lora.up.weight": "lora", "lycoris.lokr_w1": "lokr", "x.hada_w1_a": "loha", "model.weight": "",
	} {
		if got := adapterOf(&safetensors.Header{Tensors: []safetensors.Tensor{{Name: name}}}); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestSingleFile(t *testing.T) {
	for name, c := range map[string]struct {
		files []sdk.File
		want  bool
	}{
		"alone":           {[]sdk.File{{Path: "a.safetensors", Size: 1}, {Path: "README.md"}}, true},
		"steps":           {[]sdk.File{{Path: "a-1.safetensors", Size: 1}, {Path: "a-2.safetensors", Size: 1}}, true},
		"with a config":   {[]sdk.File{{Path: "a.safetensors", Size: 1}, {Path: "config.json"}}, false},
		"beside pickle":   {[]sdk.File{{Path: "a.safetensors", Size: 1}, {Path: "a.ckpt"}}, false},
		"a whole model":   {[]sdk.File{{Path: "a.safetensors", Size: 20 << 30}}, false},
		"none":            {nil, false},
		"parts in folder": {[]sdk.File{{Path: "x/a.safetensors", Size: 1}, {Path: "x/b.safetensors", Size: 1}}, false},
	} {
		if _, got := single(c.files); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Where neither config nor card names a model, the trainer's version may.
func TestBaseModelOfTheTrainer(t *testing.T) {
	const sdxl = "stabilityai/stable-diffusion-xl-base-1.0"
	for _, c := range []struct {
		name, notes, card, want string
	}{
		{"SDXL", `{"ss_base_model_version":"sdxl_base_v1-0"}`, "", sdxl},
		{"the card knows better", `{"ss_base_model_version":"sdxl_base_v1-0"}`, "o/merge", "o/merge"},
		{"what it was trained on", `{"ss_base_model_version":"sdxl_base_v1-0","ss_sd_model_name":"o/merge"}`, "", "o/merge"},
		{"a version of many models", `{"ss_base_model_version":"sd_v1"}`, "", ""},
		{"a file of somebody's disk", `{"ss_sd_model_name":"model.safetensors"}`, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			head, err := safetensorstest.FromJSON([]byte(`{"__metadata__":` + c.notes + `,"x.lora_down.weight":{"dtype":"F16","shape":[8,64]}}`))
			if err != nil {
				t.Fatal(err)
			}
			r := &sdktest.Repo{RefValue: sdk.Ref{Type: "model", ID: "o/l"}, Contents: map[string]io.ReaderAt{}}
			r.SetContent("l.safetensors", append(head, make([]byte, 1024)...))
			if c.card != "" {
				r.FactsValue.BaseModels = []string{c.card}
			}
			report, err := New().Analyze(t.Context(), r, sdk.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got section
			if err := json.Unmarshal(report.Sections[0].Data, &got); err != nil || got.BaseModel != c.want || got.Rank != 8 {
				t.Errorf("%q, rank %d, %v", got.BaseModel, got.Rank, err)
			}
		})
	}
}

func TestTriggerWords(t *testing.T) {
	got := triggerWords(loose.Object{"ss_tag_frequency": `{"a":{"x":5,"y":1},"b":{"y":9," ":4},"c":7}`})
	if diff := cmp.Diff([]string{"y", "x"}, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzAdapterConfig(f *testing.F) {
	f.Add([]byte(`{"peft_type":"LORA","r":8,"target_modules":["v","q"],"init_lora_weights":"pissa"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := loose.Parse(data)
		if err != nil {
			return
		}
		if s := ofPEFT(o); s.Type == "" {
			t.Errorf("%+v", s)
		}
	})
}
