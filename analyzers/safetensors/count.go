package safetensors

import (
	"math/bits"
	"strings"
)

// Count is how many parameters tensors have.
type Count struct {
	Total   int64
	ByDType map[string]int64 // of parameters: a packed one counts under its container
	Bytes   int64            // of all tensors
	// Exact is false when a rule for packed weights was used.
	Exact bool
}

// Packing says how integer tensors hold weights: how many bits one has.
type Packing struct {
	Method string // gptq, awq, mxfp4, bitsandbytes, compressed-tensors, …; "" none
	Bits   int64  // 0 unknown
}

// maxParameters bounds a sum, so that it cannot overflow.
const maxParameters = 1 << 60

// CountOf sums up tensors by the rules of analyzers.md §9.2.
func CountOf(tensors []Tensor, p Packing) Count {
	c := Count{ByDType: map[string]int64{}, Exact: true}
	var blocks map[string]bool
	for _, t := range tensors {
		if base, ok := strings.CutSuffix(t.Name, "_blocks"); ok {
			if blocks == nil {
				blocks = map[string]bool{}
			}
			blocks[base] = true
		}
	}
	for _, t := range tensors {
		c.Bytes = sum(c.Bytes, t.End-t.Start)
		if bookkeeping(t, p) || blocks[strings.TrimSuffix(t.Name, "_scales")] && strings.HasSuffix(t.Name, "_scales") {
			c.Exact = false
			continue
		}
		n := t.Elements()
		if times, per := packed(t, p); times > per {
			n, c.Exact = scale(n, times, per), false
		}
		c.ByDType[t.DType] = sum(c.ByDType[t.DType], n)
		c.Total = sum(c.Total, n)
	}
	return c
}

// Add sums up another file.
func (c *Count) Add(d Count) {
	if c.ByDType == nil {
		c.ByDType, c.Exact = map[string]int64{}, true
	}
	for k, n := range d.ByDType {
		c.ByDType[k] = sum(c.ByDType[k], n)
	}
	c.Total, c.Bytes, c.Exact = sum(c.Total, d.Total), sum(c.Bytes, d.Bytes), c.Exact && d.Exact
}

func sum(a, b int64) int64 { return min(a+b, maxParameters) }

// scale is n·times/per.
func scale(n, times, per int64) int64 {
	high, low := bits.Mul64(uint64(n), uint64(times))
	if high != 0 {
		return maxParameters
	}
	return int64(min(low/uint64(per), maxParameters))
}

// packed says how many weights the elements of an integer tensor hold: times of
// each per.
func packed(t Tensor, p Packing) (times, per int64) {
	width := p.Bits
	if width < 1 || width > 16 {
		width = 4 // what most are
	}
	last := t.Name[strings.LastIndexByte(t.Name, '.')+1:]
	switch t.DType {
	case "I32", "U32":
		if last == "qweight" || last == "weight_packed" || p.Method == "mlx" && last == "weight" {
			return 32, width
		}
	case "U8":
		switch p.Method {
		case "mxfp4":
			if strings.HasSuffix(last, "_blocks") {
				return 2, 1
			}
		case "nvfp4", "modelopt", "compressed-tensors":
			if width == 4 && (last == "weight" || last == "weight_packed") {
				return 2, 1
			}
		case "bitsandbytes":
			if width == 4 && strings.HasSuffix(last, "weight") {
				return 2, 1
			}
		}
	}
	return 1, 1
}

// bookkeeping are tensors that are no parameters: scales and indexes of packed
// ones.
func bookkeeping(t Tensor, p Packing) bool {
	last := t.Name[strings.LastIndexByte(t.Name, '.')+1:]
	switch {
	case t.DType == "F8_E8M0": // scales, by definition
		return true
	case last == "qzeros", last == "g_idx", last == "weight_shape", last == "input_scale", strings.HasPrefix(last, "weight_scale"),
		strings.HasSuffix(last, "_zero_point"):
		return true
	case last == "absmax", last == "quant_map", strings.HasPrefix(last, "nested_"), strings.Contains(t.Name, ".quant_state."):
		return true
	case p.Method == "bitsandbytes" && (last == "SCB" || last == "weight_format"):
		return true
	case last == "scales":
		return p.Method == "gptq" || p.Method == "awq" || p.Method == "mlx"
	case last == "biases":
		return p.Method == "mlx"
	}
	return false
}
