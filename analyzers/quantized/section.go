package quantized

import (
	"maps"
	"math"
	"path"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/analyzers/modelconfig"
	"github.com/hfdownloader/hfdownloader/analyzers/weights"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// section is the key of the method and "quantized" (analyzers.md §17).
type section struct {
	Method       string   `json:"method"`
	Description  string   `json:"method_description,omitempty"`
	Bits         int64    `json:"bits"`
	GroupSize    *int64   `json:"group_size,omitempty"`
	DescAct      *bool    `json:"desc_act,omitempty"`
	Symmetric    *bool    `json:"symmetric,omitempty"`
	ZeroPoint    *bool    `json:"zero_point,omitempty"`
	Version      string   `json:"version,omitempty"`
	PerWeight    float64  `json:"bits_per_weight,omitempty"`
	HeadBits     *int64   `json:"head_bits,omitempty"`
	Excluded     []string `json:"excluded_modules,omitempty"`
	Backends     []string `json:"backends"`
	Architecture string   `json:"model_architecture,omitempty"`
	BaseModel    string   `json:"base_model,omitempty"`
	VRAM         int64    `json:"estimated_vram,omitempty"`
	VRAMHuman    string   `json:"estimated_vram_human,omitempty"`
	Branches     []branch `json:"quant_branches,omitempty"`
}

const (
	maxExcluded = 200 // modules that are named
	maxModule   = 500 // bytes of a module's name: some are patterns
)

// describe says what a config says; the memory is not known from it.
func describe(f found, c *modelconfig.Config, facts sdk.Facts) section {
	q := f.config
	s := section{
		Method: f.method, Description: describeMethod(f), Bits: int64(math.Floor(f.bits)), Backends: backends(f.method, f.bits),
		DescAct: truth(q, "desc_act"), Symmetric: truth(q, "sym", "symmetric"), ZeroPoint: truth(q, "zero_point"),
		GroupSize: groupSize(f), HeadBits: integer(q, "head_bits"), Version: version(f),
		Excluded: excluded(f), Architecture: clip(c.Architecture()), BaseModel: baseModel(facts, q),
	}
	if f.bits != math.Trunc(f.bits) || f.method == "exl2" || f.method == "exl3" {
		s.PerWeight = f.bits
	}
	if s.Symmetric == nil {
		s.Symmetric = truth(group(q), "symmetric")
	}
	return s
}

// groupSize is how many weights share a scale; -1 is a whole channel.
func groupSize(f found) *int64 {
	q := f.config
	if n := integer(q, "group_size", "q_group_size"); n != nil {
		return n
	}
	w := group(q)
	if n := integer(w, "group_size"); n != nil {
		return n
	}
	if w.Text("strategy") == "channel" {
		channel := int64(-1)
		return &channel
	}
	switch f.method {
	case "hqq":
		return integer(hqqWeights(q), "group_size")
	case "torchao":
		if n := integer(q.Object("quant_type_kwargs"), "group_size"); n != nil {
			return n
		}
		return integer(q.Object("quant_type").Object("default").Object("_data"), "group_size")
	case "quark":
		return integer(q.Object("global_quant_config").Object("weight"), "group_size")
	}
	return nil
}

// version is the layout kernels expect; the versions of the programs that wrote a
// config are none.
func version(f found) string {
	q := f.config
	switch f.method {
	case "gptq":
		if marlin, _ := q.Bool("is_marlin_format"); marlin {
			return "marlin"
		}
		return strings.ToLower(clip(q.Text("checkpoint_format")))
	case "awq":
		return strings.ToLower(clip(q.Text("version")))
	case "auto-round":
		return clip(q.Text("packing_format", "backend"))
	case "compressed-tensors":
		return clip(q.Text("format"))
	case "mlx":
		return clip(q.Text("mode"))
	default:
		return ""
	}
}

// excluded are the modules that keep their precision.
func excluded(f found) []string {
	var out []string
	for _, key := range []string{
		"modules_to_not_convert", "ignore", "exclude_modules", "ignored_layers", "llm_int8_skip_modules", "skip_modules", "exclude",
		"linear_weights_not_to_quantize",
	} {
		if out = f.config.Texts(key); len(out) > 0 {
			break
		}
	}
	if f.method == "mlx" { // modules are members, false where they are left alone
		for _, name := range slices.Sorted(maps.Keys(f.config)) {
			if v, isBool := f.config[name].(bool); isBool && !v {
				out = append(out, name)
			}
		}
	}
	out = out[:min(len(out), maxExcluded)]
	for i := range out {
		out[i] = out[i][:min(len(out[i]), maxModule)]
	}
	return out
}

// baseModel is a repository's id, never a path of somebody's machine.
func baseModel(f sdk.Facts, q loose.Object) string {
	if len(f.BaseModels) > 0 {
		return f.BaseModels[0]
	}
	name := q.Text("model_name_or_path")
	if _, err := repo.ParseID(name); err == nil && strings.Count(name, "/") == 1 {
		return name
	}
	return ""
}

// estimate is the memory a model of so many bytes of weights needs: with the cache
// of a context, and 15 % for the rest (analyzers.md §9.4).
func estimate(size int64, c *modelconfig.Config, o sdk.Options) int64 {
	if size <= 0 {
		return 0
	}
	shape := c.Memory()
	return int64(math.Min((float64(size)+float64(shape.KV(shape.Tokens(o.Context), o.KVType)))*1.15, 1<<62))
}

// loaded are the weights at the root that are loaded: safetensors, else PyTorch's,
// of several quantizations one.
func loaded(files []sdk.File, f found) []string {
	sizes := map[weights.Format]map[string]int64{}
	for _, file := range files {
		format := weights.Of(file.Path)
		if sdk.AtRoot(file.Path) && format != weights.None && !strings.HasPrefix(path.Base(file.Path), "adapter_model") {
			if sizes[format] == nil {
				sizes[format] = map[string]int64{}
			}
			sizes[format][file.Path] = file.Size
		}
	}
	for _, format := range []weights.Format{weights.Safetensors, weights.PyTorchBin, weights.PyTorch} {
		if list := weights.Loaded(sizes[format], f.method == "gptq" || f.method == "awq", f.config.Text("model_file_base_name")); len(list) > 0 {
			return list
		}
	}
	return nil
}

// sizeOf is the sum of some of the files, in bytes.
func sizeOf(files []sdk.File, paths []string) int64 {
	in := map[string]bool{}
	for _, p := range paths {
		in[p] = true
	}
	var sum int64
	for _, f := range files {
		if in[f.Path] {
			sum += f.Size
		}
	}
	return sum
}

func integer(o loose.Object, keys ...string) *int64 {
	if n, ok := o.Int(keys...); ok {
		return &n
	}
	return nil
}

func truth(o loose.Object, keys ...string) *bool {
	if b, ok := o.Bool(keys...); ok {
		return &b
	}
	return nil
}
