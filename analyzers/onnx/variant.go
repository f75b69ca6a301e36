package onnx

import (
	"regexp"
	"slices"
	"strings"
)

// name is what the name of a model's file says.
type name struct {
	network   string // which network it is: "decoder_model_merged"
	written   string // what is said of the variant, as it is written: "qint8_avx512"; "" for nothing
	variant   string // of analyzers.md §8
	optimized bool
}

// reOptimized: "opt" within a word is no sign, as in optimum and opt-125m
// (analyzers.md §8).
var reOptimized = regexp.MustCompile(`(?i)_(optimized|o[1-4])(?:_|$)`)

// nameOf reads a stem, and the folder where the stem says nothing.
func nameOf(stem, dir string) name {
	n := name{network: stem, optimized: reOptimized.MatchString(stem)}
	from, found := len(stem), []string{}
	for _, t := range tokensOf(stem) {
		if v := precisionOf(t.text); v != "" {
			found = append(found, v)
			from = min(from, t.at)
		}
	}
	if m := reOptimized.FindStringIndex(stem); m != nil {
		from = min(from, m[0])
	}
	if from < len(stem) {
		n.network = strings.Trim(stem[:from], "_-. ")
		n.written = strings.Trim(stem[from:], "_-. ")
	}
	if len(found) == 0 {
		for _, t := range tokensOf(dir) {
			if v := precisionOf(t.text); v != "" {
				found = append(found, v)
			}
		}
	}
	n.variant = narrowest(found)
	return n
}

// token is a word of a name.
type token struct {
	at   int
	text string // lower case
}

// tokensOf splits at what separates words in names of files and folders.
func tokensOf(s string) []token {
	var out []token
	s = strings.ToLower(s)
	start := 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && !strings.ContainsRune("_-. /", rune(s[i])) {
			continue
		}
		if i > start {
			out = append(out, token{start, s[start:i]})
		}
		start = i + 1
	}
	return out
}

// precisionOf is the variant that a word stands for, "" for none. qint8 and its
// like are what Optimum writes, qdq what the ONNX model zoo does.
func precisionOf(word string) string {
	switch word {
	case "fp32", "f32", "float32":
		return "fp32"
	case "fp16", "f16", "float16":
		return "fp16"
	case "bf16", "bfloat16":
		return "bf16"
	case "int8", "qint8", "q8", "q8f16", "quantized", "quant", "qdq":
		return "int8"
	case "uint8", "uint8f16", "quint8":
		return "uint8"
	case "q4", "q4f16", "bnb4", "int4", "uint4", "fp8":
		return word
	default:
		return ""
	}
}

// narrowest: weights of 4 bits that are computed in 16 are named by both.
func narrowest(found []string) string {
	for _, v := range []string{"q4f16", "bnb4", "q4", "int4", "uint4", "uint8", "int8", "fp8", "bf16", "fp16"} {
		if slices.Contains(found, v) {
			return v
		}
	}
	return "fp32"
}

// isQuantized says that weights are not floats of their own any more.
func isQuantized(variant string) bool {
	return variant != "fp32" && variant != "fp16" && variant != "bf16"
}

// describeVariant is one line for people, and how near it is to the original, 0 to 5.
func describeVariant(variant string) (description string, quality int) {
	switch variant {
	case "fp32":
		return "32-bit floats, as exported", 5
	case "fp16":
		return "16-bit floats, for GPUs", 5
	case "bf16":
		return "bfloat16, as most models are trained", 5
	case "fp8":
		return "8-bit floats, for new GPUs", 4
	case "int8", "uint8":
		return "8-bit integers, small and made for CPUs", 4
	case "q4", "int4", "uint4":
		return "4-bit weights", 3
	case "bnb4":
		return "4-bit weights of bitsandbytes", 3
	case "q4f16":
		return "4-bit weights, computed in 16-bit floats, for GPUs", 3
	default:
		return "", 0
	}
}
