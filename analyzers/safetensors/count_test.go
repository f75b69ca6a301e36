package safetensors_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/analyzers/safetensors"
	"github.com/hfdownloader/hfdownloader/analyzers/safetensors/safetensorstest"
)

// One linear layer of 4096 × 4096 = 16,777,216 weights in every packing.
func TestCountOf(t *testing.T) {
	const square = 4096 * 4096
	for name, c := range map[string]struct {
		spec    string
		packing safetensors.Packing
		want    map[string]int64
		exact   bool
	}{
		"plain": {
			`{"w.weight":{"dtype":"BF16","shape":[4096,4096]},"n.weight":{"dtype":"F32","shape":[4096]}}`,
			safetensors.Packing{}, map[string]int64{"BF16": square, "F32": 4096}, true,
		},
		"gptq 4": {
			`{"w.qweight":{"dtype":"I32","shape":[512,4096]},"w.qzeros":{"dtype":"I32","shape":[32,512]},"w.scales":{"dtype":"F16","shape":[32,4096]},"w.g_idx":{"dtype":"I32","shape":[4096]}}`,
			safetensors.Packing{Method: "gptq", Bits: 4}, map[string]int64{"I32": square}, false,
		},
		"gptq 3: 32 weights in 3 numbers": {
			`{"w.qweight":{"dtype":"I32","shape":[384,4096]}}`,
			safetensors.Packing{Method: "gptq", Bits: 3}, map[string]int64{"I32": square}, false,
		},
		"awq, bits not said": {
			`{"w.qweight":{"dtype":"I32","shape":[4096,512]},"w.scales":{"dtype":"F16","shape":[32,4096]}}`,
			safetensors.Packing{Method: "awq"}, map[string]int64{"I32": square}, false,
		},
		"mxfp4": {
			`{"e.down_proj_blocks":{"dtype":"U8","shape":[32,2880,90,16]},"e.down_proj_scales":{"dtype":"U8","shape":[32,2880,90]},"e.down_proj_bias":{"dtype":"BF16","shape":[32,2880]}}`,
			safetensors.Packing{Method: "mxfp4"}, map[string]int64{"U8": 32 * 2880 * 2880, "BF16": 32 * 2880}, false,
		},
		"bitsandbytes 4": {
			`{"w.weight":{"dtype":"U8","shape":[8388608,1]},"w.weight.absmax":{"dtype":"U8","shape":[262144]},"w.weight.quant_map":{"dtype":"F32","shape":[16]},"w.weight.nested_absmax":{"dtype":"F32","shape":[1024]},"w.weight.nested_quant_map":{"dtype":"F32","shape":[256]},"w.weight.quant_state.bitsandbytes__nf4":{"dtype":"U8","shape":[80]}}`,
			safetensors.Packing{Method: "bitsandbytes", Bits: 4}, map[string]int64{"U8": square}, false,
		},
		"bitsandbytes 8": {
			`{"w.weight":{"dtype":"I8","shape":[4096,4096]},"w.SCB":{"dtype":"F32","shape":[4096]},"w.weight_format":{"dtype":"U8","shape":[]}}`,
			safetensors.Packing{Method: "bitsandbytes", Bits: 8}, map[string]int64{"I8": square}, false,
		},
		"compressed-tensors": {
			`{"w.weight_packed":{"dtype":"I32","shape":[4096,512]},"w.weight_scale":{"dtype":"BF16","shape":[4096,32]},"w.weight_shape":{"dtype":"I64","shape":[2]},"w.weight_zero_point":{"dtype":"I32","shape":[512,32]}}`,
			safetensors.Packing{Method: "compressed-tensors", Bits: 4}, map[string]int64{"I32": square}, false,
		},
		"nvfp4": {
			`{"w.weight":{"dtype":"U8","shape":[4096,2048]},"w.weight_scale":{"dtype":"F8_E4M3","shape":[4096,256]},"w.weight_scale_2":{"dtype":"F32","shape":[]},"w.input_scale":{"dtype":"F32","shape":[]}}`,
			safetensors.Packing{Method: "modelopt", Bits: 4}, map[string]int64{"U8": square}, false,
		},
		"fp8": {
			`{"w.weight":{"dtype":"F8_E4M3","shape":[4096,4096]},"w.weight_scale_inv":{"dtype":"F32","shape":[32,32]},"n.weight":{"dtype":"BF16","shape":[4096]}}`,
			safetensors.Packing{Method: "fp8", Bits: 8}, map[string]int64{"F8_E4M3": square, "BF16": 4096}, false,
		},
		"mlx": {
			`{"w.weight":{"dtype":"U32","shape":[4096,512]},"w.scales":{"dtype":"F16","shape":[4096,64]},"w.biases":{"dtype":"F16","shape":[4096,64]}}`,
			safetensors.Packing{Method: "mlx", Bits: 4}, map[string]int64{"U32": square}, false,
		},
		"scales of another kind are parameters": {
			`{"layer.scales":{"dtype":"F32","shape":[10]},"a_scales":{"dtype":"F32","shape":[5]}}`,
			safetensors.Packing{}, map[string]int64{"F32": 15}, true,
		},
		"F8_E8M0 is a scale": {
			`{"w.s":{"dtype":"F8_E8M0","shape":[10]}}`,
			safetensors.Packing{}, map[string]int64{}, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := safetensorstest.FromJSON([]byte(c.spec))
			if err != nil {
				t.Fatal(err)
			}
			h, err := parse(file, 1<<40)
			if err != nil {
				t.Fatal(err)
			}
			got := safetensors.CountOf(h.Tensors, c.packing)
			want := safetensors.Count{ByDType: c.want, Exact: c.exact, Bytes: h.Tensors[len(h.Tensors)-1].End}
			for _, n := range c.want {
				want.Total += n
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCountOfDoesNotOverflow(t *testing.T) {
	huge := safetensors.Tensor{Name: "w.qweight", DType: "I32", Shape: []int64{1 << 60}, End: 1 << 60}
	got := safetensors.CountOf([]safetensors.Tensor{huge, huge, huge, huge, huge, huge, huge, huge, huge}, safetensors.Packing{Method: "gptq", Bits: 1})
	if got.Total != 1<<60 || got.Bytes != 1<<60 {
		t.Errorf("%+v", got)
	}
}
