package quantized

import (
	"context"
	"math"
	"path"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/analyzers/modelconfig"
	"github.com/hfdownloader/hfdownloader/analyzers/weights"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// section is the key of the method and "quantized" (analyzers.md §17).
type section struct {
	Method       string   `json:"method"`
	Description  string   `json:"method_description,omitempty"`
	Bits         int64    `json:"bits"`
	GroupSize    *int64   `json:"group_size,omitempty"`
	DescAct      *bool    `json:"desc_act,omitempty"`
	Symmetric    *bool    `json:"symmetric,omitempty"`
	ZeroPoint    *bool    `json:"zero_point,omitempty"`
	Version      string   `json:"version,omitempty"`
	PerWeight    float64  `json:"bits_per_weight,omitempty"`
	HeadBits     *int64   `json:"head_bits,omitempty"`
	Excluded     []string `json:"excluded_modules,omitempty"`
	Backends     []string `json:"backends"`
	Architecture string   `json:"model_architecture,omitempty"`
	BaseModel    string   `json:"base_model,omitempty"`
	VRAM         int64    `json:"estimated_vram,omitempty"`
	VRAMHuman    string   `json:"estimated_vram_human,omitempty"`
	Branches     []branch `json:"quant_branches,omitempty"`
}

// branch is one quantization of a repository that keeps one a branch.
type branch struct {
	Name      string   `json:"name"`
	PerWeight float64  `json:"bits_per_weight,omitempty"`
	HeadBits  int64    `json:"head_bits,omitempty"`
	Size      int64    `json:"size"`
	SizeHuman string   `json:"size_human"`
	Files     []string `json:"files"`
}

// maxExcluded bounds the modules that are named.
const maxExcluded = 200

func describe(ctx context.Context, r sdk.Repo, f found, files []sdk.File, o sdk.Options) section {
	q := f.config
	s := section{Method: f.method, Description: describeMethod(f.method), Bits: whole(f.bits), Backends: backends(f.method, whole(f.bits))}
	if f.bits != math.Trunc(f.bits) || f.method == "exl2" || f.method == "exl3" {
		s.PerWeight = f.bits
	}
	s.GroupSize = number(q, "group_size", "q_group_size")
	if s.GroupSize == nil {
		for _, name := range []string{"group_0"} {
			s.GroupSize = number(q.Object("config_groups").Object(name).Object("weights"), "group_size")
		}
	}
	s.DescAct, s.Symmetric, s.ZeroPoint = truth(q, "desc_act"), truth(q, "sym", "symmetric"), truth(q, "zero_point")
	if s.Symmetric == nil {
		s.Symmetric = truth(q.Object("config_groups").Object("group_0").Object("weights"), "symmetric")
	}
	s.Version = strings.ToLower(q.Text("version", "checkpoint_format", "kernel"))
	s.HeadBits = number(q, "head_bits")
	for _, key := range []string{"modules_to_not_convert", "ignore", "exclude_modules", "ignored_layers", "llm_int8_skip_modules"} {
		if s.Excluded = q.Texts(key); len(s.Excluded) > 0 {
			s.Excluded = s.Excluded[:min(len(s.Excluded), maxExcluded)]
			break
		}
	}
	s.BaseModel = baseModel(r.Facts(), q)
	c, err := modelconfig.Read(ctx, r)
	if err != nil {
		return s // what the weights need is not known without their config
	}
	s.Architecture = c.Architecture()
	var size int64
	for _, file := range files {
		if sdk.AtRoot(file.Path) && weights.Of(file.Path) == weights.Safetensors && !strings.HasPrefix(path.Base(file.Path), "consolidated") {
			size += file.Size
		}
	}
	if size > 0 {
		shape := c.Memory()
		s.VRAM = int64(float64(size+shape.KV(shape.Tokens(o.Context), o.KVType)) * 1.15)
		s.VRAMHuman = sdk.Human(s.VRAM)
	}
	return s
}

func number(o loose.Object, keys ...string) *int64 {
	if n, ok := o.Int(keys...); ok {
		return &n
	}
	return nil
}

func truth(o loose.Object, keys ...string) *bool {
	if b, ok := o.Bool(keys...); ok {
		return &b
	}
	return nil
}

// baseModel is a repository's id, never a path of somebody's machine.
func baseModel(f sdk.Facts, q loose.Object) string {
	if len(f.BaseModels) > 0 {
		return f.BaseModels[0]
	}
	name := q.Text("model_name_or_path")
	if _, err := repo.ParseID(name); err == nil && strings.Count(name, "/") == 1 && !strings.HasPrefix(name, ".") {
		return name
	}
	return ""
}

func describeMethod(method string) string {
	switch method {
	case "gptq":
		return "GPTQ: rounded layer by layer against calibration data"
	case "awq":
		return "AWQ: the weights that matter most for activations are kept exact"
	case "bitsandbytes":
		return "bitsandbytes: packed when it is loaded, 4 or 8 bits"
	case "fp8", "fbgemm_fp8", "finegrained_fp8":
		return "8-bit floats with scales"
	case "mxfp4":
		return "Microscaling FP4: 4-bit floats with a shared scale for 32"
	case "modelopt", "nvfp4":
		return "NVIDIA ModelOpt: FP8 or NVFP4 for recent GPUs"
	case "compressed-tensors":
		return "compressed-tensors: the format of LLM Compressor"
	case "mlx":
		return "MLX: for Apple silicon"
	case "exl2":
		return "EXL2: a mix of widths for ExLlamaV2"
	case "exl3":
		return "EXL3: trellis-coded for ExLlamaV3"
	case "hqq":
		return "HQQ: half-quadratic, without calibration"
	case "eetq":
		return "EETQ: 8-bit integers"
	case "aqlm":
		return "AQLM: additive codebooks, about 2 bits"
	case "vptq":
		return "VPTQ: vector codebooks"
	case "quark":
		return "Quark: AMD's format"
	case "torchao":
		return "torchao: PyTorch's own"
	case "bitnet":
		return "BitNet: three values a weight, trained that way"
	case "auto-round":
		return "AutoRound: rounding that was learned"
	case "higgs":
		return "HIGGS: Hadamard and grids"
	case "spqr":
		return "SpQR: sparse, outliers kept exact"
	default:
		return ""
	}
}

// backends are programs that load it (analyzers.md §17).
func backends(method string, bits int64) []string {
	switch method {
	case "gptq":
		list := []string{"transformers", "vllm", "sglang"}
		if bits == 4 {
			list = append(list, "exllamav2")
		}
		return append(list, "gptqmodel")
	case "awq":
		return []string{"transformers", "vllm", "sglang", "tgi"}
	case "exl2":
		return []string{"exllamav2"}
	case "exl3":
		return []string{"exllamav3"}
	case "bitsandbytes":
		return []string{"transformers", "vllm"}
	case "fp8", "fbgemm_fp8", "finegrained_fp8", "compressed-tensors", "modelopt", "nvfp4":
		return []string{"vllm", "sglang", "tensorrt-llm"}
	case "mxfp4":
		return []string{"transformers", "vllm", "llama.cpp (as GGUF)"}
	case "mlx":
		return []string{"mlx-lm", "lm-studio"}
	case "hqq", "eetq", "aqlm", "torchao":
		return []string{"transformers"}
	default:
		return []string{"transformers"}
	}
}
