package gguf

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/weights"
)

// Row is a line of the quantization table (analyzers.md §4).
type Row struct {
	Label       string
	FileType    int     // general.file_type; -1 without one
	Bits        float64 // bits per weight of the dominant block type; 0 is not stated
	Quality     int     // 1 to 5
	Description string
}

// Table is the quantization table.
func Table() []Row {
	const (
		withdrawn   = "Withdrawn ARM-repacked 4-bit; new builds cannot load it, prefer Q4_0"
		withdrawnNL = "Withdrawn repacked IQ4_NL; new builds cannot load it"
	)
	return []Row{
		{"F32", 0, 32, 5, "Uncompressed 32-bit floats; for conversion, not for running"},
		{"F16", 1, 16, 5, "16-bit floats, nothing lost to quantization"},
		{"BF16", 32, 16, 5, "bfloat16, as most models are trained"},
		{"Q8_0", 7, 8.5, 5, "8-bit, practically lossless"},
		{"Q8_K_XL", -1, 8.5, 5, "Dynamic 8-bit, some layers 16-bit"},
		{"Q6_K", 18, 6.5625, 5, "6-bit, difference hard to notice"},
		{"Q6_K_L", -1, 6.5625, 5, "6-bit, embeddings/output kept wider"},
		{"Q6_K_XL", -1, 6.5625, 5, "6-bit, embeddings/output kept wider"},
		{"Q5_K_M", 17, 5.5, 5, "5-bit, very close to the original"},
		{"Q5_K", 17, 5.5, 5, "5-bit, very close to the original"},
		{"Q5_K_L", -1, 5.5, 5, "5-bit with wider embeddings/output"},
		{"Q5_K_XL", -1, 5.5, 5, "5-bit with wider embeddings/output"},
		{"Q5_K_S", 16, 5.5, 4, "5-bit, smaller mix"},
		{"Q5_1", 9, 6, 4, "Legacy 5-bit with offsets"},
		{"Q5_0", 8, 5.5, 4, "Legacy 5-bit"},
		{"Q4_K_M", 15, 4.5, 4, "Good balance of quality and size"},
		{"Q4_K", 15, 4.5, 4, "Good balance of quality and size"},
		{"Q4_K_L", -1, 4.5, 4, "4-bit with wider embeddings/output"},
		{"Q4_K_XL", -1, 4.5, 4, "4-bit with wider embeddings/output"},
		{"Q4_K_S", 14, 4.5, 3, "4-bit, smaller mix"},
		{"IQ4_NL", 25, 4.5, 3, "4-bit non-linear, good on CPUs"},
		{"IQ4_XS", 30, 4.25, 3, "4-bit, smallest good one"},
		{"Q4_1", 3, 5, 3, "Legacy 4-bit with offsets"},
		{"Q4_0", 2, 4.5, 3, "Legacy 4-bit, repacked at load for ARM/AVX"},
		{"Q4_0_4_4", 33, 4.5, 3, withdrawn},
		{"Q4_0_4_8", 34, 4.5, 3, withdrawn},
		{"Q4_0_8_8", 35, 4.5, 3, withdrawn},
		{"IQ4_NL_4_4", -1, 4.5, 3, withdrawnNL},
		{"IQ4_NL_4_8", -1, 4.5, 3, withdrawnNL},
		{"IQ4_NL_8_8", -1, 4.5, 3, withdrawnNL},
		{"MXFP4", 38, 4.25, 3, "Microscaling FP4; native for gpt-oss, no loss there"},
		{"MXFP4_MOE", 38, 4.25, 3, "Microscaling FP4; native for gpt-oss, no loss there"},
		{"NVFP4", 39, 4.5, 3, "4-bit float with FP8 block scales"},
		{"Q3_K_XL", -1, 3.4375, 3, "Dynamic 3-bit"},
		{"Q3_K_L", 13, 3.4375, 2, "3-bit, larger mix"},
		{"Q3_K_M", 12, 3.4375, 2, "3-bit, noticeable loss"},
		{"Q3_K", 12, 3.4375, 2, "3-bit, noticeable loss"},
		{"Q3_K_S", 11, 3.4375, 2, "3-bit, small, clear loss"},
		{"IQ3_M", 27, 3.4375, 2, "3-bit importance-matrix, medium"},
		{"IQ3_S", 26, 3.4375, 2, "3-bit importance-matrix, small"},
		{"IQ3_XS", 22, 3.3, 2, "3-bit importance-matrix, extra small"},
		{"IQ3_XXS", 23, 3.0625, 2, "3-bit importance-matrix, smallest"},
		{"Q2_K_XL", -1, 2.625, 2, "Dynamic 2-bit, usable on huge models"},
		{"Q2_K", 10, 2.625, 1, "2-bit, large loss"},
		{"Q2_K_L", -1, 2.625, 1, "2-bit, large loss"},
		{"Q2_K_S", 21, 2.625, 1, "2-bit, smaller mix"},
		{"IQ2_M", 29, 2.5625, 1, "2-bit importance-matrix"},
		{"IQ2_S", 28, 2.5625, 1, "2-bit importance-matrix"},
		{"IQ2_XS", 20, 2.3125, 1, "2-bit importance-matrix, very small"},
		{"IQ2_XXS", 19, 2.0625, 1, "2-bit importance-matrix, very small"},
		{"Q2_0", 41, 2.25, 1, "Plain 2-bit, for models trained for it"},
		{"TQ2_0", 37, 2.0625, 1, "Ternary, for ternary-trained models (BitNet)"},
		{"IQ1_M", 31, 1.75, 1, "~1.6-bit, last resort"},
		{"IQ1_S", 24, 1.5625, 1, "~1.6-bit, last resort"},
		{"TQ1_0", 36, 1.6875, 1, "Ternary packed tighter"},
		{"Q1_0", 40, 1.125, 1, "Sign-only 1-bit, for models trained for it"},
	}
}

// ikRows are the types of a fork, IQn_K and its like: rated by their digit.
func ikRows() []Row {
	var out []Row
	for _, digit := range "123456" {
		for _, tail := range []string{"_K", "_KS", "_KSS", "_KT", "_KL"} {
			out = append(out, Row{
				"IQ" + string(digit) + tail, -1, 0, qualityOfDigit(byte(digit)),
				"For ik_llama.cpp; ordinary llama.cpp cannot load it",
			})
		}
	}
	return out
}

// qualityOfDigit rates labels that are in no table by the bits they name.
func qualityOfDigit(d byte) int {
	switch d {
	case '1', '2':
		return 1
	case '3':
		return 2
	case '4':
		return 3
	case '5':
		return 4
	case '6', '8':
		return 5
	default:
		return 0
	}
}

// Label is the quantization in a file's name, such as Q4_K_M or UD-IQ2_XXS; ""
// when it names none.
func Label(file string) string {
	label, _, _ := newTable().find(weights.Stem(file))
	return label
}

// table finds labels in names. It is built once for an analysis.
type table struct{ rows []Row } // longest label first

func newTable() table {
	rows := append(Table(), ikRows()...)
	slices.SortStableFunc(rows, func(a, b Row) int { return cmp.Compare(len(b.Label), len(a.Label)) })
	return table{rows}
}

// row finds a label's line. A label with UD- has that of its base, and says so.
func (t table) row(label string) (Row, bool) {
	base, dynamic := strings.CutPrefix(label, "UD-")
	for _, r := range t.rows {
		if r.Label == base {
			if dynamic {
				r.Label, r.Description = label, "Dynamic: "+r.Description
			}
			return r, true
		}
	}
	return Row{}, false
}

// find gives the last label in a stem, upper case, and where it stands; "" when
// there is none. F16 and F32 are also written fp16 and fp32.
func (t table) find(stem string) (label string, start, end int) {
	upper := strings.ToUpper(stem)
	if len(upper) != len(stem) {
		return "", 0, 0 // letters whose case has another length: no label has them
	}
	for i := 0; i < len(upper); i++ {
		if i > 0 && isAlnum(upper[i-1]) {
			continue
		}
		for _, r := range t.rows {
			length, ok := r.matches(upper[i:])
			if !ok {
				continue
			}
			label, start, end = r.Label, i, i+length
			if s := start - 3; s >= 0 && (upper[s:start] == "UD-" || upper[s:start] == "UD_") && (s == 0 || !isAlnum(upper[s-1])) {
				label, start = "UD-"+label, s
			}
			i = end - 1
			break
		}
	}
	return label, start, end
}

// matches says that a text begins with the label as a word.
func (r Row) matches(text string) (length int, ok bool) {
	forms := []string{r.Label}
	if r.Label == "F16" || r.Label == "F32" {
		forms = append(forms, "FP"+r.Label[1:])
	}
	for _, f := range forms {
		if strings.HasPrefix(text, f) && (len(text) == len(f) || !isAlnum(text[len(f)])) {
			return len(f), true
		}
	}
	return 0, false
}

func isAlnum(b byte) bool {
	return b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z'
}
