package safetensors

import "strings"

// Count is how many parameters tensors have.
type Count struct {
	Total   int64
	ByDType map[string]int64
	Bytes   int64 // of all tensors
	// Exact is false when a rule for packed weights was used.
	Exact bool
}

// Packing says how integer tensors hold weights: how many bits one has.
type Packing struct {
	Method string // gptq, awq, mxfp4, bitsandbytes, compressed-tensors, …; "" none
	Bits   int64
}

// CountOf sums up tensors by the rules of analyzers.md §9.2.
func CountOf(tensors []Tensor, p Packing) Count {
	c := Count{ByDType: map[string]int64{}, Exact: true}
	names := map[string]bool{}
	for _, t := range tensors {
		names[t.Name] = true
	}
	for _, t := range tensors {
		c.Bytes += t.End - t.Start
		if bookkeeping(t, p, names) {
			c.Exact = false
			continue
		}
		n := t.Elements()
		if per := perElement(t, p); per > 1 && n < 1<<55 {
			n *= per
			c.Exact = false
		}
		c.ByDType[t.DType] += n
		c.Total += n
	}
	return c
}

// Add sums up another file.
func (c *Count) Add(d Count) {
	if c.ByDType == nil {
		c.ByDType, c.Exact = map[string]int64{}, true
	}
	for k, n := range d.ByDType {
		c.ByDType[k] += n
	}
	c.Total, c.Bytes, c.Exact = c.Total+d.Total, c.Bytes+d.Bytes, c.Exact && d.Exact
}

// perElement is how many weights one element of an integer tensor holds.
func perElement(t Tensor, p Packing) int64 {
	switch {
	case (t.DType == "I32" || t.DType == "U32") && packed(t.Name):
		if p.Bits >= 1 && p.Bits <= 16 {
			return 32 / p.Bits
		}
		return 8
	case t.DType == "U8" && (p.Method == "mxfp4" || p.Method == "nvfp4" || p.Method == "modelopt" || p.Method == "bitsandbytes" && p.Bits == 4):
		return 2
	case (t.DType == "I32" || t.DType == "U32") && p.Method == "mlx" && p.Bits > 0 && strings.HasSuffix(t.Name, ".weight"):
		return 32 / p.Bits
	case t.DType == "U8" && p.Method == "compressed-tensors" && p.Bits == 4:
		return 2
	default:
		return 1
	}
}

func packed(name string) bool {
	return strings.HasSuffix(name, "qweight") || strings.HasSuffix(name, "weight_packed")
}

// bookkeeping are tensors that are no parameters: scales and indexes of packed ones.
func bookkeeping(t Tensor, p Packing, names map[string]bool) bool {
	last := t.Name[strings.LastIndexByte(t.Name, '.')+1:]
	switch {
	case t.DType == "F8_E8M0":
		return true
	case last == "qzeros" || last == "g_idx" || last == "weight_shape" || last == "input_scale" || strings.HasPrefix(last, "weight_scale"),
		strings.HasSuffix(last, "_zero_point"), last == "absmax", last == "quant_map", strings.HasPrefix(last, "nested_"),
		strings.Contains(t.Name, ".quant_state."):
		return true
	case last == "scales" && (p.Method == "gptq" || p.Method == "awq" || p.Method == "mlx"), last == "biases" && p.Method == "mlx":
		return true
	}
	if base, ok := strings.CutSuffix(t.Name, "_scales"); ok {
		return names[base+"_blocks"]
	}
	return false
}
