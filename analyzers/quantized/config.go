package quantized

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// found is how a repository's weights are quantized.
type found struct {
	method  string
	bits    float64 // 0 unknown
	config  loose.Object
	file    string // where it was found
	backend string // "backend" of the config
}

// maxHead is what is read of a config too large to be read whole: what matters
// comes first (analyzers.md §2).
const maxHead = 64 << 10

// find looks where the contract says, in its order (analyzers.md §7).
func find(ctx context.Context, r sdk.Repo) (found, error) {
	files, err := r.Files(ctx)
	if err != nil {
		return found{}, err
	}
	if _, ok := sdk.Find(files, "config.json"); ok {
		config, err := read(ctx, r, files, "config.json")
		if err == nil {
			for _, key := range []string{"quantization_config", "quantization", "compression_config"} {
				if f, ok := recognise(config.Object(key), key == "quantization", "config.json"); ok {
					return f, nil
				}
			}
			for _, part := range []string{"text_config", "llm_config", "language_config"} {
				if f, ok := recognise(config.Object(part).Object("quantization_config"), false, "config.json"); ok {
					return f, nil
				}
			}
		}
	}
	for _, name := range []string{"quantization_config.json", "quantize_config.json", "quant_config.json", "hf_quant_config.json"} {
		if _, ok := sdk.Find(files, name); !ok {
			continue
		}
		config, err := read(ctx, r, files, name)
		if err != nil {
			return found{}, fmt.Errorf("%s: %w", name, err)
		}
		if f, ok := recogniseFile(config, name); ok {
			return f, nil
		}
	}
	return found{}, nil
}

// read reads a config; of one that is too large its leading members.
func read(ctx context.Context, r sdk.Repo, files []sdk.File, name string) (loose.Object, error) {
	data, err := sdk.ReadFile(ctx, r, name, sdk.MaxConfig)
	if errors.Is(err, sdk.ErrTooLarge) {
		f, _ := sdk.Find(files, name)
		if data, err = r.ReadAt(ctx, name, 0, int(min(maxHead, f.Size))); err == nil {
			return leading(data), nil
		}
	}
	if err != nil {
		return nil, err
	}
	return loose.Parse(data)
}

// leading decodes the members of an object up to where it was cut.
func leading(data []byte) loose.Object {
	out := loose.Object{}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return out
	}
	for d.More() {
		t, err := d.Token()
		key, ok := t.(string)
		var v any
		if err != nil || !ok || d.Decode(&v) != nil {
			break
		}
		out[key] = v
	}
	return out
}

// recognise reads the quantization part of a config.json.
func recognise(o loose.Object, mlx bool, file string) (found, bool) {
	if len(o) == 0 {
		return found{}, false
	}
	f := found{config: o, file: file, method: strings.ToLower(o.Text("quant_method", "quantization_method"))}
	four, _ := o.Bool("load_in_4bit", "_load_in_4bit")
	eight, _ := o.Bool("load_in_8bit", "_load_in_8bit")
	switch {
	case f.method != "":
	case four || eight:
		f.method = "bitsandbytes"
	case mlx && o.Has("group_size"):
		f.method = "mlx"
	case o.Has("config_groups"):
		f.method = "compressed-tensors"
	case o.Has("quant_algo"):
		f.method = "modelopt"
	case o.Has("w_bit") || o.Has("zero_point"):
		f.method = "awq"
	case o.Has("bits") && o.Has("group_size"):
		f.method = "gptq"
	default:
		return found{}, false
	}
	switch f.method {
	case "gptqmodel":
		f.method = "gptq"
	case "bitsandbytes_4bit", "bitsandbytes_8bit":
		f.method = "bitsandbytes"
	case "auto_round", "intel/auto-round":
		f.method = "auto-round"
	}
	f.bits = f.readBits(four, eight)
	return f, true
}

// recogniseFile reads a file of its own. One of ONNX Runtime has the same name
// and other keys.
func recogniseFile(o loose.Object, name string) (found, bool) {
	switch {
	case name == "hf_quant_config.json":
		inner := o.Object("quantization")
		if len(inner) == 0 {
			return found{}, false
		}
		f := found{config: inner, file: name, method: "modelopt", bits: bitsOfAlgo(inner.Text("quant_algo"))}
		return f, true
	case o.Has("per_model_config") || o.Has("modes"), o.Has("weight_type"):
		return found{}, false // of transformers.js and ONNX Runtime
	default:
		return recognise(o, false, name)
	}
}

// readBits is how many bits a weight has; fractions where methods have them.
func (f found) readBits(four, eight bool) float64 {
	o := f.config
	switch f.method {
	case "bitsandbytes":
		switch {
		case four:
			return 4
		case eight:
			return 8
		}
	case "fp8", "fbgemm_fp8", "finegrained_fp8":
		return 8
	case "mxfp4":
		return 4
	case "bitnet":
		return 1.58
	case "modelopt", "nvfp4":
		if b := bitsOfAlgo(o.Text("quant_algo")); b > 0 {
			return b
		}
	case "compressed-tensors":
		if b := bitsOfGroups(o); b > 0 {
			return b
		}
	}
	if f.method == "exl2" || f.method == "exl3" {
		if b, ok := o.Float("bits_per_weight", "bits"); ok {
			return sane(b)
		}
	}
	if b, ok := o.Float("bits", "w_bit", "nbits", "wbits", "weight_bits"); ok {
		return sane(b)
	}
	if b, ok := o.Object("weight_quant_params").Float("nbits"); ok { // hqq
		return sane(b)
	}
	if b, ok := o.Object("quant_config").Object("weight_quant_params").Float("nbits"); ok {
		return sane(b)
	}
	return bitsInName(o.Text("quant_type", "weights", "fmt"))
}

func sane(b float64) float64 {
	if b < 0 || b > 64 {
		return 0
	}
	return b
}

func bitsOfAlgo(algo string) float64 {
	switch a := strings.ToUpper(algo); {
	case strings.Contains(a, "FP4"), strings.Contains(a, "INT4"), strings.Contains(a, "W4"):
		return 4
	case strings.Contains(a, "FP8"), strings.Contains(a, "INT8"), strings.Contains(a, "W8"):
		return 8
	default:
		return 0
	}
}

// bitsOfGroups is that of the first group by name.
func bitsOfGroups(o loose.Object) float64 {
	groups := o.Object("config_groups")
	var names []string
	for name := range groups {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if b, ok := groups.Object(name).Object("weights").Float("num_bits"); ok {
			return sane(b)
		}
	}
	return 0
}

// bitsInName reads int4, qint8, float8, int4_weight_only.
func bitsInName(s string) float64 {
	s = strings.ToLower(s)
	for _, n := range []struct {
		text string
		bits float64
	}{{"int4", 4}, {"uint4", 4}, {"fp4", 4}, {"nf4", 4}, {"int8", 8}, {"float8", 8}, {"fp8", 8}, {"int2", 2}} {
		if strings.Contains(s, n.text) {
			return n.bits
		}
	}
	return 0
}

// whole is the number of bits without its fraction.
func whole(bits float64) int64 { return int64(math.Floor(bits)) }
