package diffusers

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/weights"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// variants that names of files carry (analyzers.md §6, §17).
func variants() []string { return []string{"fp16", "bf16", "fp32", "ema", "non_ema", "fp8"} }

// weight is a file of weights of a component.
type weight struct {
	sdk.File
	format  weights.Format
	variant string // "" plain
	base    string // the name without variant, shard and ending
	shard   bool
}

// readName takes a name apart: base[.variant][-00001-of-00002].ending, with the
// variant on either side of the shard.
func readName(f sdk.File) (weight, bool) {
	w := weight{File: f, format: weights.Of(f.Path)}
	if w.format == weights.None {
		return w, false
	}
	stem := weights.Stem(f.Path)
	if rest, _, _, ok := weights.Shard(stem); ok {
		stem, w.shard = rest, true
	}
	w.base = stem
	if dot := strings.LastIndexByte(stem, '.'); dot > 0 && slices.Contains(variants(), stem[dot+1:]) {
		w.base, w.variant = stem[:dot], stem[dot+1:]
	}
	return w, true
}

// choose takes exactly one set of weights of a component's folder: safetensors
// before PyTorch's own, fp16 before bf16 before none (analyzers.md §6). What is
// left out is of another format, variant or name, or shards beside one file.
func choose(files []sdk.File) (chosen []sdk.File, variant string) {
	var all []weight
	for _, f := range files {
		if w, ok := readName(f); ok {
			all = append(all, w)
		}
	}
	for _, format := range []weights.Format{weights.Safetensors, weights.PyTorchBin, weights.PyTorch} {
		for _, want := range []string{"fp16", "bf16", "", "fp32", "fp8", "non_ema", "ema"} {
			if set := bestSet(all, format, want); len(set) > 0 {
				return set, want
			}
		}
	}
	for _, w := range all { // nothing that is named as usual: all of the best format
		if w.format == weights.Safetensors || w.format == weights.PyTorchBin {
			chosen = append(chosen, w.File)
		}
	}
	return chosen, ""
}

// bestSet is of the files of a format and variant the one set that libraries look
// for first: by its name, in the folder itself rather than below, whole rather
// than in shards.
func bestSet(all []weight, format weights.Format, variant string) []sdk.File {
	sets := map[[3]int][]sdk.File{}
	for _, w := range all {
		name := slices.Index(usual(), w.base)
		if w.format != format || w.variant != variant || name < 0 {
			continue
		}
		key := [3]int{strings.Count(w.Path, "/"), name, 0}
		if w.shard {
			key[2] = 1
		}
		sets[key] = append(sets[key], w.File)
	}
	if len(sets) == 0 {
		return nil
	}
	return sets[slices.MinFunc(slices.Collect(maps.Keys(sets)), func(a, b [3]int) int { return slices.Compare(a[:], b[:]) })]
}

// usual names are those the libraries look for.
func usual() []string {
	return []string{"diffusion_pytorch_model", "model", "pytorch_model", "diffusion_model", "consolidated"}
}

// inFolder are the files of a component.
func inFolder(files []sdk.File, name string) []sdk.File {
	var out []sdk.File
	for _, f := range files {
		if strings.HasPrefix(f.Path, name+"/") {
			out = append(out, f)
		}
	}
	return out
}

// checkpoints are whole models in one file at the root.
func checkpoints(files []sdk.File) []sdk.File {
	var out []sdk.File
	for _, f := range files {
		if !sdk.AtRoot(f.Path) {
			continue
		}
		switch weights.Of(f.Path) {
		case weights.Safetensors, weights.PyTorch:
			if !strings.Contains(strings.ToLower(path.Base(f.Path)), "lora") {
				out = append(out, f)
			}
		}
	}
	return out
}
