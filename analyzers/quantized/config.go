package quantized

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/analyzers/modelconfig"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// found is how a repository's weights are quantized; its method is "" when nothing
// says that they are.
type found struct {
	method string
	bits   float64 // of a weight; 0 unknown
	config loose.Object
	file   string // where it was found
}

// maxMethod bounds the name of a method nobody knows.
const maxMethod = 64

// find looks where the contract says, in its order (analyzers.md §7). What cannot
// be read is a warning.
func find(ctx context.Context, r sdk.Repo) (f found, warnings []string) {
	for _, name := range []string{modelconfig.Path, "quantization_config.json", "quantize_config.json", "quant_config.json", "hf_quant_config.json"} {
		o, err := read(ctx, r, name)
		if errors.Is(err, sdk.ErrNoFile) {
			continue
		}
		if err != nil {
			warnings = append(warnings, fmt.Sprintf("A config could not be read: %v", err))
			continue
		}
		ok := false
		if name == modelconfig.Path {
			f, ok = inConfig(o, r.Facts())
		} else {
			f, ok = inFile(o, name)
		}
		if ok {
			f.file = name
			return f, warnings
		}
	}
	if files, err := r.Files(ctx); err == nil {
		f, _ = byName(r.Ref(), files)
	}
	return f, warnings
}

// read reads a config; of one that is too large its leading members: what matters
// comes first (analyzers.md §2).
func read(ctx context.Context, r sdk.Repo, name string) (loose.Object, error) {
	data, err := sdk.ReadFile(ctx, r, name, sdk.MaxConfig)
	if errors.Is(err, sdk.ErrTooLarge) {
		if data, err = r.ReadAt(ctx, name, 0, modelconfig.LeadingBytes); err == nil {
			return modelconfig.Leading(data), nil
		}
	}
	if err != nil {
		return nil, err
	}
	o, err := loose.Parse(modelconfig.Plain(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return o, nil
}

// inConfig looks into a config.json, and into its language model's part.
func inConfig(config loose.Object, facts sdk.Facts) (found, bool) {
	own := config.Object("quantization_config")
	if fromMLX(config, own, facts) {
		o := config.Object("quantization")
		if o == nil {
			o = own
		}
		return found{method: "mlx", config: o, bits: bitsOf("mlx", o)}, true
	}
	for _, o := range []loose.Object{
		own, config.Object("quantization"), config.Object("compression_config"),
		config.Object("text_config").Object("quantization_config"),
		config.Object("llm_config").Object("quantization_config"),
		config.Object("language_config").Object("quantization_config"),
	} {
		if f, ok := recognise(o); ok {
			return f, true
		}
	}
	return found{}, false
}

// fromMLX: its configs have bits and group_size at "quantization", newer ones the
// same again at "quantization_config", which then looks like an old one of GPTQ.
func fromMLX(config, own loose.Object, facts sdk.Facts) bool {
	if o := config.Object("quantization"); o.Has("bits") && o.Text("quant_method", "quant_algo") == "" {
		return true
	}
	mlx := facts.Library == "mlx" || slices.Contains(facts.Tags, "mlx") || own.Has("mode")
	return mlx && own.Has("bits") && own.Text("quant_method") == ""
}

// inFile looks into a file of its own. ONNX Runtime's exporters write one of the
// same name as GPTQ's (analyzers.md §3).
func inFile(o loose.Object, name string) (found, bool) {
	if name == "hf_quant_config.json" {
		inner := o.Object("quantization")
		if inner.Text("quant_algo") == "" {
			return found{}, false // only the cache, or nothing
		}
		return found{method: "modelopt", config: inner, bits: bitsOf("modelopt", inner)}, true
	}
	for _, key := range []string{"per_model_config", "modes", "per_channel", "reduce_range", "weight_type", "accuracy_level"} {
		if o.Has(key) {
			return found{}, false
		}
	}
	return recognise(o)
}

// recognise reads an object that may say how weights are quantized.
func recognise(o loose.Object) (found, bool) {
	method := methodOf(o)
	if method == "" {
		return found{}, false
	}
	return found{method: method, config: o, bits: bitsOf(method, o)}, true
}

// methodOf is what an object names or shows to be, "" for none.
func methodOf(o loose.Object) string {
	switch method := strings.ToLower(o.Text("quant_method", "quantization_method")); method {
	case "":
	case "gptqmodel":
		return "gptq"
	case "bitsandbytes_4bit", "bitsandbytes_8bit":
		return "bitsandbytes"
	case "auto_round", "autoround", "intel/auto-round":
		return "auto-round"
	case "compressed_tensors":
		return "compressed-tensors"
	case "finegrained_fp8":
		return "fp8"
	case "modelopt_fp4", "modelopt_fp8":
		return "modelopt"
	default:
		return method[:min(len(method), maxMethod)]
	}
	four, _ := o.Bool("load_in_4bit", "_load_in_4bit")
	eight, _ := o.Bool("load_in_8bit", "_load_in_8bit")
	switch {
	case four || eight:
		return "bitsandbytes"
	case o.Has("config_groups"):
		return "compressed-tensors"
	case o.Text("quant_algo") != "":
		return "modelopt"
	case o.Has("w_bit"), o.Has("zero_point") && o.Has("bits"):
		return "awq"
	case o.Has("bits") && o.Has("group_size"):
		return "gptq"
	default:
		return ""
	}
}
