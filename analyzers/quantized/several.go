package quantized

import (
	"path"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/selection"
	"github.com/hfdownloader/hfdownloader/analyzers/transformers"
	"github.com/hfdownloader/hfdownloader/analyzers/weights"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// maxSeveral bounds the quantizations that are offered one by one.
const maxSeveral = 50

// severalItems offer one by one what old repositories of GPTQ hold side by side at
// the root: the same model with other groups, in another order, for other
// programs. own is what is loaded; nil when there is nothing else.
func severalItems(files []sdk.File, own []string, f found) []sdk.Item {
	if f.method != "gptq" && f.method != "awq" || len(own) != 1 {
		return nil
	}
	var out []sdk.Item
	for _, file := range files {
		format := weights.Of(file.Path)
		if format != weights.Safetensors && format != weights.PyTorchBin && format != weights.PyTorch || !sdk.AtRoot(file.Path) || !selection.Payload(file, false) {
			continue
		}
		if _, _, _, shard := weights.Shard(weights.Stem(file.Path)); shard {
			return nil // a choice of sets, not of files
		}
		if !transformers.HasWeights([]sdk.File{file}) {
			continue
		}
		item := sdk.Item{
			ID: "variant-" + strings.ToLower(path.Base(file.Path)), Label: file.Path, Size: file.Size,
			Category: sdk.CategoryVariant, Files: []string{file.Path}, Description: "The whole model once",
		}
		if weights.Pickle(file.Path) {
			item.Description += "; a pickle file, which can run code when it is loaded"
		}
		if file.Path == own[0] {
			item.Recommended, item.Reason = true, "what programs load"
		}
		out = append(out, item)
	}
	if len(out) < 2 || len(out) > maxSeveral || ofOneFormat(out) < 2 {
		return nil
	}
	return out
}

// ofOneFormat is how many files the format with the most has: with one of each the
// choice is between formats.
func ofOneFormat(items []sdk.Item) int {
	count, most := map[weights.Format]int{}, 0
	for _, item := range items {
		format := weights.Of(item.Files[0])
		count[format]++
		most = max(most, count[format])
	}
	return most
}
