package transformers

import (
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/selection"
	"github.com/hfdownloader/hfdownloader/analyzers/weights"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// FormatItems are the ways a repository ships its model, when there is more than
// one, best first (analyzers.md §10).
func FormatItems(files []sdk.File) []sdk.Item {
	groups := map[string]*sdk.Item{}
	for _, f := range files {
		kind := formatOf(f)
		if kind == "" {
			continue
		}
		precision := precisionOf(kind, f.Path)
		item := groups[kind+precision]
		if item == nil {
			item = formatItem(kind, precision)
			groups[kind+precision] = item
		}
		item.Files = append(item.Files, f.Path)
		item.Size += f.Size
	}
	if len(groups) < 2 {
		return nil
	}
	var out []sdk.Item
	for _, kind := range formats() {
		for _, precision := range append([]string{""}, weights.Precisions()...) {
			if item := groups[kind+precision]; item != nil {
				out = append(out, *item)
			}
		}
	}
	best := max(0, slices.IndexFunc(out, func(i sdk.Item) bool { return i.Category == sdk.CategoryFormat }))
	if torch := groups["pytorch"]; torch != nil && part(out[best], *torch) {
		best = slices.IndexFunc(out, func(i sdk.Item) bool { return i.ID == torch.ID })
	}
	out[best].Recommended, out[best].Reason = true, "the whole model once, in the form most programs load"
	return out
}

// precisionOf is the precision in a name: programs load such a file only when they
// are told to.
func precisionOf(kind, p string) string {
	switch kind {
	case "safetensors", "pytorch", "tensorflow", "flax":
		return weights.PrecisionOf(p)
	default:
		return ""
	}
}

func formatItem(kind, precision string) *sdk.Item {
	item := &sdk.Item{ID: kind, Category: sdk.CategoryFormat}
	item.Label, item.Description = describeFormat(kind)
	if precision != "" {
		item.ID, item.Category = kind+"-"+precision, sdk.CategoryPrecision
		item.Label, item.Description = item.Label+" "+precision, "The model once more, in "+precision
	}
	return item
}

// part says that safetensors are not the model but a piece of it, which some
// repositories hold beside the weights for PyTorch. Half or quarter precision
// alone makes no such difference.
func part(safe, torch sdk.Item) bool {
	return safe.ID == string(weights.Safetensors) && torch.ID == "pytorch" && safe.Size < torch.Size/10
}

// formats in their order of preference.
func formats() []string {
	return []string{"safetensors", "pytorch", "original", "gguf", "onnx", "openvino", "coreml", "tensorflow", "tflite", "flax", "rust"}
}

// formatOf sorts a file; "" for what no filter selects, or is no model.
func formatOf(f sdk.File) string {
	p := strings.ToLower(f.Path)
	format := weights.Of(p)
	if format == weights.None || leftover(p) || !selection.Payload(f, false) {
		return ""
	}
	top, _, nested := strings.Cut(p, "/")
	switch {
	case own(p):
		return "original"
	case nested && top == "openvino", format == weights.OpenVINO:
		return "openvino"
	case nested && top == "onnx", format == weights.ONNX:
		return "onnx"
	case format == weights.PyTorchBin && strings.Contains(p, "pytorch_model"), format == weights.PyTorch && !nested:
		return "pytorch"
	case format == weights.Safetensors, format == weights.GGUF, format == weights.CoreML, format == weights.TensorFlow, format == weights.TFLite,
		format == weights.Flax, format == weights.Rust:
		return string(format)
	default:
		return ""
	}
}

func describeFormat(kind string) (label, description string) {
	switch kind {
	case "safetensors":
		return "safetensors", "Loads fast and runs no code"
	case "pytorch":
		return "PyTorch", "Pickle files, which can run code when they are loaded"
	case "original":
		return "original", "The same weights for the programs of those who made them"
	case "gguf":
		return "GGUF", "For llama.cpp and its like"
	case "onnx":
		return "ONNX", "For ONNX Runtime"
	case "openvino":
		return "OpenVINO", "For Intel's runtime"
	case "coreml":
		return "Core ML", "For Apple's devices"
	case "tensorflow":
		return "TensorFlow", "For Keras and TensorFlow"
	case "tflite":
		return "TFLite", "For phones and small devices"
	case "flax":
		return "Flax", "For JAX"
	default:
		return "Rust", "For rust-bert"
	}
}
