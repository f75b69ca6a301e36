package quantized

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
)

// maxBits bounds what is believed of a config.
const maxBits = 64

// bitsOf is how many bits a weight has by the config of a method (analyzers.md
// §7); fractions where methods have them, 0 when it does not say.
func bitsOf(method string, o loose.Object) float64 {
	switch method {
	case "bitsandbytes":
		if four, _ := o.Bool("load_in_4bit", "_load_in_4bit"); four {
			return 4
		}
		return 8
	case "fp8", "fbgemm_fp8", "eetq":
		return 8
	case "mxfp4", "nvfp4":
		return 4
	case "bitnet":
		return 1.58 // three values: log2(3)
	case "modelopt":
		return bitsOfAlgorithm(o)
	case "compressed-tensors":
		return number(group(o), "num_bits")
	case "exl2", "exl3":
		return number(o, "bits_per_weight", "bits")
	case "hqq":
		return number(hqqWeights(o), "nbits")
	case "aqlm":
		return bitsOfCodebooks(o)
	case "vptq":
		return bitsOfVectors(o)
	case "quark":
		return bitsInName(o.Object("global_quant_config").Object("weight").Text("dtype"))
	}
	if b := number(o, "bits", "w_bit", "nbits", "wbits", "weight_bits"); b > 0 {
		return b
	}
	if b := bitsInName(o.Text("quant_type", "weights")); b > 0 {
		return b
	}
	return bitsInName(torchaoType(o)) // torchao
}

// number gives the first of the keys that makes sense as a number of bits.
func number(o loose.Object, keys ...string) float64 {
	for _, key := range keys {
		if b, ok := o.Float(key); ok && b > 0 && b <= maxBits {
			return b
		}
	}
	return 0
}

// group is the weights' part of compressed-tensors' first group, by name.
func group(o loose.Object) loose.Object {
	groups := o.Object("config_groups")
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		if w := groups.Object(name).Object("weights"); w != nil {
			return w
		}
	}
	return nil
}

// bitsOfAlgorithm is that of ModelOpt's name for it, else of its groups.
func bitsOfAlgorithm(o loose.Object) float64 {
	switch a := strings.ToUpper(o.Text("quant_algo")); {
	case strings.Contains(a, "FP4"), strings.Contains(a, "INT4"), strings.Contains(a, "W4"):
		return 4
	case strings.Contains(a, "FP8"), strings.Contains(a, "INT8"), strings.Contains(a, "W8"):
		return 8
	default:
		return number(group(o), "num_bits")
	}
}

// hqqWeights is where HQQ keeps how weights are quantized: for all layers, or for
// each kind of layer.
func hqqWeights(o loose.Object) loose.Object {
	config := o.Object("quant_config")
	if config == nil {
		config = o
	}
	if w := config.Object("weight_quant_params"); w != nil {
		return w
	}
	for _, name := range slices.Sorted(maps.Keys(config)) {
		if w := config.Object(name).Object("weight_quant_params"); w != nil {
			return w
		}
	}
	return o
}

// bitsOfCodebooks: AQLM spends so many bits on a group of weights.
func bitsOfCodebooks(o loose.Object) float64 {
	books, each := number(o, "num_codebooks"), number(o, "nbits_per_codebook")
	in, ok := o.Float("in_group_size")
	if !ok || in < 1 {
		return 0
	}
	out, ok := o.Float("out_group_size")
	if !ok || out < 1 {
		out = 1
	}
	return tenths(books * each / (in * out))
}

// bitsOfVectors: VPTQ replaces a vector of weights by the number of a centroid,
// and of one more for what is left over. Its first layer stands for all.
func bitsOfVectors(o loose.Object) float64 {
	layers := o.Object("config_for_layers")
	for _, name := range slices.Sorted(maps.Keys(layers)) {
		layer := layers.Object(name)
		length := last(layer.Floats("vector_lens"))
		if length < 1 {
			continue
		}
		bits := 0.0
		for _, key := range []string{"num_centroids", "num_res_centroids"} {
			if n := last(layer.Floats(key)); n > 1 {
				bits += math.Log2(n)
			}
		}
		if bits > 0 {
			return tenths(bits / length)
		}
	}
	return 0
}

func last(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	return list[len(list)-1]
}

// tenths rounds a computed number, which has no more meaning than that.
func tenths(b float64) float64 {
	if !(b > 0) || b > maxBits {
		return 0
	}
	return math.Round(b*10) / 10
}

// torchaoType is the name of the kind of a config of torchao, and of the dtype in it.
func torchaoType(o loose.Object) string {
	config := o.Object("quant_type").Object("default")
	data := config.Object("_data")
	return config.Text("_type") + " " + data.Object("weight_dtype").Text("_data")
}

// bitsInName reads names of dtypes and of kinds: int4_weight_only, qint8, fp8_e4m3.
// Of two the narrower is the weights', the other that of activations.
func bitsInName(s string) float64 {
	s = strings.ToLower(s)
	for _, n := range [...]struct {
		text string
		bits float64
	}{
		{"int1", 1}, {"int2", 2}, {"int3", 3}, {"int4", 4}, {"fp4", 4}, {"nf4", 4}, {"float4", 4}, {"int5", 5}, {"int6", 6}, {"fp6", 6},
		{"int8", 8}, {"fp8", 8}, {"float8", 8},
	} {
		if i := strings.Index(s, n.text); i >= 0 && !digitAt(s, i+len(n.text)) {
			return n.bits
		}
	}
	return 0
}

// digitAt: int16 is not int1.
func digitAt(s string, i int) bool { return i < len(s) && s[i] >= '0' && s[i] <= '9' }
