package transformers

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/analyzers/modelconfig"
	"github.com/hfdownloader/hfdownloader/analyzers/safetensors"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// PackingOf is how quantized tensors hold weights, by the config.
func PackingOf(c *modelconfig.Config) safetensors.Packing {
	q := c.Quantization
	if q == nil {
		return safetensors.Packing{}
	}
	p := safetensors.Packing{Method: strings.ToLower(q.Text("quant_method"))}
	p.Bits, _ = q.Int("bits", "w_bit", "num_bits")
	four, _ := q.Bool("load_in_4bit")
	eight, _ := q.Bool("load_in_8bit")
	switch {
	case four:
		p.Method, p.Bits = "bitsandbytes", 4
	case eight:
		p.Method, p.Bits = "bitsandbytes", 8
	case p.Method == "" && c.Root.Has("quantization"):
		p.Method = "mlx"
	case p.Method == "" && p.Bits > 0 && q.Has("group_size"): // old files of GPTQ
		p.Method = "gptq"
	case p.Method == "mxfp4", strings.Contains(strings.ToUpper(q.Text("quant_algo")), "FP4"):
		p.Bits = 4
	case p.Bits == 0:
		p.Bits = groupBits(q)
	}
	if p.Method == "gptqmodel" {
		p.Method = "gptq"
	}
	return p
}

// groupBits is the width that the first group of compressed-tensors has.
func groupBits(q loose.Object) int64 {
	groups := q.Object("config_groups")
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		if n, ok := groups.Object(name).Object("weights").Int("num_bits"); ok {
			return n
		}
	}
	return 0
}

// parameters is how many there are, and how that is known.
type parameters struct {
	total   int64
	byDType map[string]int64
	exact   bool
}

// countParameters asks the Hub, then the headers, then the size of the files,
// then the config's sizes.
func countParameters(facts sdk.Facts, c *modelconfig.Config, m safetensors.Model, files []weightFile) parameters {
	packing := PackingOf(c)
	switch {
	case facts.TotalParameters > 0:
		p := parameters{facts.TotalParameters, facts.Parameters, packing.Method == ""}
		return p.unpack(packing, c.EstimateParameters()).plausible(packing, c.EstimateParameters())
	case m.Counted && m.Count.Total > 0:
		return parameters{m.Count.Total, m.Count.ByDType, m.Count.Exact}.plausible(packing, c.EstimateParameters())
	case m.Count.Total > 0 && m.Count.Bytes > 0: // one shard stands for all
		return parameters{total: scaled(m.Size, m.Count.Total, m.Count.Bytes)}
	}
	if width := bytesOf(c.Precision()); width > 0 && packing.Method == "" {
		if size := sizeOf(preferred(files)); size > 0 {
			return parameters{total: size / width}
		}
	}
	return parameters{total: c.EstimateParameters()}
}

// unpack corrects a count that took a container of packed weights for one: the
// Hub has not always looked inside. What the config's sizes make tells.
func (p parameters) unpack(packing safetensors.Packing, estimate int64) parameters {
	if packing.Method == "" || packing.Bits < 1 || packing.Bits > 8 || float64(p.total) > 0.7*float64(estimate) {
		return p
	}
	out := parameters{byDType: map[string]int64{}}
	for dtype, n := range p.byDType {
		switch dtype {
		case "I32", "U32":
			n = scaled(n, 32, packing.Bits)
		case "U8":
			n = scaled(n, 8, packing.Bits)
		}
		out.byDType[dtype] = n
		out.total += n
	}
	if out.total == 0 || out.total > 2*estimate {
		return p
	}
	return out
}

// plausible replaces a count of containers whose packing no rule knows (EXL2, EXL3,
// AQLM, VPTQ): they hold another number of weights than elements. What the config's
// sizes make is nearer.
func (p parameters) plausible(packing safetensors.Packing, estimate int64) parameters {
	switch packing.Method {
	case "exl2", "exl3", "aqlm", "vptq", "spqr", "higgs":
		if far := float64(p.total) / float64(estimate); estimate > 0 && (far < 0.7 || far > 1.5) {
			return parameters{total: estimate}
		}
		p.exact = false
	}
	return p
}

// scaled is n·times/per, where numbers may be of any size.
func scaled(n, times, per int64) int64 {
	f := float64(n) * float64(times) / float64(per)
	if !(f < 1<<60) {
		return 0
	}
	return int64(math.Round(f))
}

// precision is what most parameters are of, else what the config says: of packed
// ones it is the width that counts.
func (p parameters) precision(c *modelconfig.Config, m safetensors.Model) string {
	switch packing := PackingOf(c); packing.Method {
	case "gptq", "awq", "mlx", "bitsandbytes", "hqq", "eetq", "auto-round":
		if packing.Bits > 0 && packing.Bits <= 8 {
			return "int" + string(rune('0'+packing.Bits))
		}
	case "mxfp4", "nvfp4":
		return "fp4"
	}
	counts := p.byDType
	if len(counts) == 0 {
		counts = m.Count.ByDType
	}
	best, most := "", int64(0)
	for _, dtype := range slices.Sorted(maps.Keys(counts)) {
		if n := counts[dtype]; n > most && modelconfig.Precision(dtype) != "" {
			best, most = dtype, n
		}
	}
	if best != "" {
		return modelconfig.Precision(best)
	}
	return c.Precision()
}

// memory is what it takes to run the model: weights, the cache of a context, and
// 15 % for the rest (analyzers.md §9.4); 0 when nothing is known.
func (p parameters) memory(c *modelconfig.Config, m safetensors.Model, files []weightFile, o sdk.Options) int64 {
	bytes := p.bytes(c, m, files)
	if bytes == 0 {
		return 0
	}
	shape := c.Memory()
	kv := shape.KV(shape.Tokens(o.Context), o.KVType)
	need := (float64(bytes) + float64(kv)) * 1.15
	if !(need < 1<<62) {
		return 0
	}
	return int64(math.Round(need))
}

// bytes are those of the weights.
func (p parameters) bytes(c *modelconfig.Config, m safetensors.Model, files []weightFile) int64 {
	size := sizeOf(preferred(files))
	switch {
	case m.Counted:
		return m.Count.Bytes
	case size > 0 && (p.packed() || len(p.byDType) == 0 && PackingOf(c).Method != ""):
		return size
	}
	var sum float64
	for dtype, n := range p.byDType {
		sum += float64(n) * float64(safetensors.Bits(dtype)) / 8
	}
	if sum > 0 && sum < 1<<60 {
		return int64(sum)
	}
	if width := bytesOf(c.Precision()); width > 0 && p.total < 1<<56 {
		return p.total * width
	}
	return size
}

// packed says that dtypes are those of containers, which hold several weights.
func (p parameters) packed() bool {
	return p.byDType["I32"] > 0 || p.byDType["U32"] > 0 || p.byDType["U8"] > 0
}

// bytesOf is the width of a precision, 0 for one that is not known.
func bytesOf(precision string) int64 {
	switch precision {
	case "fp64":
		return 8
	case "fp32":
		return 4
	case "bf16", "fp16":
		return 2
	case "fp8", "int8":
		return 1
	default:
		return 0
	}
}

func sizeOf(files []weightFile) int64 {
	var sum int64
	for _, w := range files {
		sum += w.Size
	}
	return sum
}
