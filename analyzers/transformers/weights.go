package transformers

import (
	"path"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/weights"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// weightFile is one of weight_files (analyzers.md §17).
type weightFile struct {
	Path      string `json:"path"`
	Name      string `json:"name"`
	Size      int64  `json:"size"`
	SizeHuman string `json:"size_human"`
	Format    string `json:"format"`
	Index     int    `json:"shard_index,omitempty"` // from 1
	Total     int    `json:"shard_total,omitempty"`
}

// HasWeights says that there are weights at the root that transformers loads; an
// adapter's are not.
func HasWeights(files []sdk.File) bool {
	for _, f := range files {
		if sdk.AtRoot(f.Path) && isWeights(f.Path) {
			return true
		}
	}
	return false
}

func isWeights(p string) bool {
	switch weights.Of(p) {
	case weights.Safetensors, weights.PyTorchBin, weights.PyTorch, weights.TensorFlow, weights.Flax:
		return !strings.HasPrefix(p, "adapter_model") && !strings.HasPrefix(p, "pytorch_lora_weights") && !leftover(p)
	default:
		return false
	}
}

// leftover is the state of a training, which looks like weights: nobody needs it
// to run the model.
func leftover(p string) bool {
	base := strings.ToLower(path.Base(p))
	for _, prefix := range []string{"optimizer", "scheduler", "rng_state", "scaler.pt", "training_args"} {
		if strings.HasPrefix(base, prefix) {
			return true
		}
	}
	return false
}

// own are the same weights once more, for the programs of those who made them:
// consolidated.safetensors, consolidated.00.pth, original/….
func own(p string) bool {
	return strings.HasPrefix(path.Base(p), "consolidated") || strings.HasPrefix(p, "original/")
}

// weightFiles lists what PyTorch would load, own files only where there are no
// others.
func weightFiles(files []sdk.File) []weightFile {
	var out, owned []weightFile
	for _, f := range files {
		format := weights.Of(f.Path)
		if !sdk.AtRoot(f.Path) || !isWeights(f.Path) || format == weights.TensorFlow || format == weights.Flax {
			continue
		}
		w := weightFile{Path: f.Path, Name: path.Base(f.Path), Size: f.Size, SizeHuman: sdk.Human(f.Size), Format: string(format)}
		if _, index, total, ok := weights.Shard(weights.Stem(f.Path)); ok {
			w.Index, w.Total = index, total
		}
		if own(f.Path) {
			owned = append(owned, w)
		} else {
			out = append(out, w)
		}
	}
	if len(out) == 0 {
		return owned
	}
	return out
}

// preferred are the files of the format that would be loaded, each weight once.
func preferred(list []weightFile) []weightFile {
	for _, format := range []weights.Format{weights.Safetensors, weights.PyTorchBin, weights.PyTorch} {
		sizes := map[string]int64{}
		for _, w := range list {
			if w.Format == string(format) {
				sizes[w.Path] = w.Size
			}
		}
		var out []weightFile
		loaded := map[string]bool{}
		for _, p := range weights.Loaded(sizes, false, "") {
			loaded[p] = true
		}
		for _, w := range list {
			if loaded[w.Path] {
				out = append(out, w)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}
