// Package weights knows files of weights by their names: which format they are
// of, and which belong together. It looks at nothing but paths.
package weights

import (
	"path"
	"regexp"
	"strconv"
	"strings"
)

// Format is how weights are stored.
type Format string

// The formats. The values are those of weight_files[].format.
const (
	None        Format = ""
	Safetensors Format = "safetensors"
	PyTorchBin  Format = "pytorch_bin" // pytorch_model*.bin and its like
	PyTorch     Format = "pytorch"     // .pt, .pth, .ckpt
	GGUF        Format = "gguf"
	ONNX        Format = "onnx"
	OpenVINO    Format = "openvino"
	CoreML      Format = "coreml"
	TensorFlow  Format = "tensorflow"
	TFLite      Format = "tflite"
	Flax        Format = "flax"
	Rust        Format = "rust"
	TensorRT    Format = "tensorrt"
	NeMo        Format = "nemo"
)

// Of tells the format of a path, None for what are no weights. A .bin is PyTorch's
// only under the names it uses: other programs use that ending too (analyzers.md §3).
func Of(p string) Format {
	p = strings.ToLower(p)
	base := path.Base(p)
	if strings.Contains(p, ".mlpackage/") || strings.Contains(p, ".mlmodelc/") {
		return CoreML
	}
	if strings.Contains(base, ".gguf-split-") || strings.Contains(base, ".gguf.part") {
		return GGUF
	}
	if strings.Contains(base, ".onnx_data") || strings.HasSuffix(base, ".onnx.data") {
		return ONNX
	}
	switch path.Ext(base) {
	case ".safetensors":
		return Safetensors
	case ".gguf":
		return GGUF
	case ".onnx":
		return ONNX
	case ".pt", ".pth", ".ckpt":
		return PyTorch
	case ".h5":
		return TensorFlow
	case ".tflite":
		return TFLite
	case ".msgpack":
		return Flax
	case ".ot":
		return Rust
	case ".mlmodel":
		return CoreML
	case ".engine", ".plan":
		return TensorRT
	case ".nemo":
		return NeMo
	case ".bin":
		return ofBin(base)
	default:
		return None
	}
}

func ofBin(base string) Format {
	switch {
	case strings.Contains(base, "openvino"):
		return OpenVINO
	case strings.Contains(base, "tokenizer"), strings.HasPrefix(base, "training_args"), strings.Contains(base, "optimizer"):
		return None
	case strings.Contains(base, "model"), strings.HasPrefix(base, "pytorch_lora_weights"), strings.Contains(base, "consolidated"):
		return PyTorchBin
	default:
		return None
	}
}

// Pickle says that loading a file of this format may run code.
func Pickle(p string) bool {
	switch Of(p) {
	case PyTorchBin, PyTorch, NeMo:
		return true
	}
	switch strings.ToLower(path.Ext(p)) {
	case ".pkl", ".pickle", ".joblib":
		return true
	}
	return false
}

var reShard = regexp.MustCompile(`^(.*)-(\d{5})-of-(\d{5})$`)

// Shard takes the number of a shard off a name without its extension:
// "model-00002-of-00005" is 2 of 5 of "model". It may also stand before the
// variant: "model.fp16-00001-of-00002", "model-00001-of-00002.fp16".
func Shard(stem string) (rest string, index, total int, ok bool) {
	tail := ""
	m := reShard.FindStringSubmatch(stem)
	if m == nil {
		if dot := strings.LastIndexByte(stem, '.'); dot > 0 {
			stem, tail = stem[:dot], stem[dot:]
			m = reShard.FindStringSubmatch(stem)
		}
	}
	if m == nil {
		return "", 0, 0, false
	}
	index, _ = strconv.Atoi(m[2]) // five digits
	total, _ = strconv.Atoi(m[3])
	if index < 1 || index > total {
		return "", 0, 0, false
	}
	return m[1] + tail, index, total, true
}

// Stem is the base name without its extension.
func Stem(p string) string {
	base := path.Base(p)
	return strings.TrimSuffix(base, path.Ext(base))
}
