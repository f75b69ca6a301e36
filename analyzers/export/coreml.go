package export

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/selection"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// coreml is the section of that name.
type coreml struct {
	Packages []coremlPackage `json:"packages"`
}

// coremlPackage is a folder that is a model: it is of no use in parts
// (analyzers.md §8).
type coremlPackage struct {
	Path string `json:"path"`
	Size int64  `json:"size"` // bytes
	Kind string `json:"kind"` // "mlpackage", or "mlmodelc" for one that is compiled

	files []string // that a filter can select
}

func findCoreML(files []sdk.File) coreml {
	var c coreml
	at := map[string]int{}
	for _, f := range files {
		root, kind := packageOf(f.Path)
		if root == "" {
			continue
		}
		i, there := at[root]
		if !there {
			if len(c.Packages) == maxListed {
				continue
			}
			i = len(c.Packages)
			at[root] = i
			c.Packages = append(c.Packages, coremlPackage{Path: root, Kind: kind})
		}
		c.Packages[i].Size += f.Size
		if selection.Payload(f, false) {
			c.Packages[i].files = append(c.Packages[i].files, f.Path)
		}
	}
	return c
}

// packageOf is the folder of the package a file is in.
func packageOf(p string) (root, kind string) {
	at := len(p)
	for _, k := range []string{"mlpackage", "mlmodelc"} {
		if i := strings.Index(p, "."+k+"/"); i > 0 && i < at {
			at, root, kind = i, p[:i+1+len(k)], k
		}
	}
	return root, kind
}

// items are the folders that packages lie in: the packages of one are a pipeline's
// parts, folders are its variants, or different models.
func (c coreml) items(files []sdk.File) []sdk.Item {
	at := map[string]int{}
	sizes := sizesOf(files)
	var out []sdk.Item
	for _, p := range c.Packages {
		dir := path.Dir(p.Path)
		i, there := at[dir]
		if !there {
			i = len(out)
			at[dir] = i
			out = append(out, sdk.Item{ID: "coreml-" + idOf(dir), Label: dir, Category: sdk.CategoryVariant, Description: "Core ML packages, for Python and Xcode"})
			if dir == "." {
				out[i].ID, out[i].Label = "coreml-root", "at the root"
			}
		}
		if p.Kind == "mlmodelc" {
			out[i].Description = "Compiled Core ML models, for apps"
		}
		for _, file := range p.files { // the rest comes with every choice
			out[i].Files, out[i].Size = append(out[i].Files, file), out[i].Size+sizes[file]
		}
	}
	out = slices.DeleteFunc(out, func(i sdk.Item) bool { return len(i.Files) == 0 })
	if len(out) < 2 {
		return nil
	}
	out = out[:min(len(out), maxItems)]
	best, alike := 0, 0
	for i := range out {
		switch d := preference(out[i]) - preference(out[best]); {
		case d < 0:
			best, alike = i, 1
		case d == 0:
			alike++
		}
	}
	out[best].Recommended = true
	switch {
	case alike > 1:
		out[best].Reason = fmt.Sprintf("one of %d that are alike, to begin with", alike)
	case strings.Contains(strings.ToLower(out[best].Label), "split_einsum"):
		out[best].Reason = "made for the Neural Engine, which all new Apple devices have"
	default:
		out[best].Reason = "compiled: apps load it as it is"
	}
	return out
}

// preference is smaller for what runs on most devices: split_einsum is the
// attention that Apple made for its Neural Engine, original the one for GPUs.
func preference(item sdk.Item) int {
	p := 2
	if strings.HasPrefix(item.Description, "Compiled") {
		p--
	}
	if !strings.Contains(strings.ToLower(item.Label), "split_einsum") {
		p += 2
	}
	return p
}
