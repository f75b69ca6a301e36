package quantized

import (
	"fmt"
	"strings"
)

// describeMethod says in a line what a method is, with what the config adds.
func describeMethod(f found) string {
	q := f.config
	switch f.method {
	case "gptq":
		return "GPTQ: rounded layer by layer against calibration data"
	case "awq":
		return "AWQ: the weights that matter most for activations are scaled up before rounding"
	case "bitsandbytes":
		if kind := q.Text("bnb_4bit_quant_type"); f.bits == 4 && kind != "" {
			return "bitsandbytes " + strings.ToUpper(clip(kind)) + ": 4 bits, quantized when it was loaded"
		}
		if f.bits == 8 {
			return "bitsandbytes LLM.int8(): 8 bits, outliers kept in 16"
		}
		return "bitsandbytes: quantized when it was loaded"
	case "fp8":
		if list := q.Floats("weight_block_size"); len(list) == 2 {
			return fmt.Sprintf("8-bit floats with a scale for each block of %g×%g", list[0], list[1])
		}
		return "8-bit floats with scales"
	case "fbgemm_fp8":
		return "8-bit floats with a scale for each row"
	case "mxfp4":
		return "Microscaling FP4: 4-bit floats with a shared scale for 32"
	case "nvfp4":
		return "NVFP4: 4-bit floats with 8-bit scales for 16"
	case "modelopt":
		if algo := q.Text("quant_algo"); algo != "" {
			return "NVIDIA ModelOpt, " + clip(algo)
		}
		return "NVIDIA ModelOpt"
	case "compressed-tensors":
		if format := q.Text("format"); format != "" {
			return "compressed-tensors, " + clip(format)
		}
		return "compressed-tensors"
	default:
		return plainDescription(f.method)
	}
}

func plainDescription(method string) string {
	switch method {
	case "mlx":
		return "MLX: groups of integers with scales and offsets, for Apple silicon"
	case "exl2":
		return "EXL2: a mix of widths for ExLlamaV2"
	case "exl3":
		return "EXL3: trellis-coded for ExLlamaV3"
	case "hqq":
		return "HQQ: half-quadratic, without calibration data"
	case "eetq":
		return "EETQ: 8-bit integers with a scale for each row"
	case "aqlm":
		return "AQLM: sums of vectors from codebooks"
	case "vptq":
		return "VPTQ: vectors from a codebook"
	case "quark":
		return "Quark: AMD's quantizer"
	case "torchao":
		return "torchao: PyTorch's own quantization"
	case "bitnet":
		return "BitNet: three values a weight, trained that way"
	case "auto-round":
		return "AutoRound: rounding learned by signed gradients"
	case "higgs":
		return "HIGGS: rotated weights on a grid"
	case "spqr":
		return "SpQR: outliers kept exact beside few bits"
	default:
		return ""
	}
}

// clip bounds a word of a config that is shown.
func clip(s string) string { return s[:min(len(s), maxMethod)] }

// backends are programs that load it (analyzers.md §17).
func backends(method string, bits float64) []string {
	switch method {
	case "gptq":
		if bits == 4 {
			return []string{"transformers", "vllm", "sglang", "exllamav2", "gptqmodel"}
		}
		return []string{"transformers", "vllm", "sglang", "gptqmodel"}
	case "awq":
		return []string{"transformers", "vllm", "sglang", "tgi"}
	case "exl2":
		return []string{"exllamav2"}
	case "exl3":
		return []string{"exllamav3"}
	case "bitsandbytes":
		return []string{"transformers", "vllm"}
	case "fp8", "fbgemm_fp8", "compressed-tensors", "modelopt", "nvfp4":
		return []string{"vllm", "sglang", "tensorrt-llm"}
	case "mxfp4":
		return []string{"transformers", "vllm", "llama.cpp (as GGUF)"}
	case "mlx":
		return []string{"mlx-lm", "lm-studio"}
	case "auto-round", "quark":
		return []string{"transformers", "vllm", "sglang"}
	default:
		return []string{"transformers"}
	}
}
