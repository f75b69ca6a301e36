package onnx

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/selection"
	"github.com/hfdownloader/hfdownloader/analyzers/weights"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// maxItems bounds what can be chosen from.
const maxItems = 500

// choice is an item and what it is made of.
type choice struct {
	models  []*model
	place   string
	network string // "" when all networks of the place go together
	written string
}

// items are what can be downloaded by itself: a variant of a model, with all its
// networks and their external data. Different models are items of their own.
func items(models []*model, files []sdk.File) []sdk.Item {
	choices := choicesOf(models)
	if len(choices) < 2 {
		return nil
	}
	sizes := map[string]sdk.File{}
	for _, f := range files {
		sizes[f.Path] = f
	}
	shared := companions(files)
	var out []sdk.Item
	var kept []choice
	for _, c := range choices[:min(len(choices), maxItems)] {
		item := c.item(choices, sizes)
		if len(item.Files) == 0 { // all of it is downloaded anyway
			continue
		}
		if c.place == "" && c.network == "" {
			for _, f := range shared {
				item.Files, item.Size = append(item.Files, f.Path), item.Size+f.Size
			}
		}
		out, kept = append(out, item), append(kept, c)
	}
	if len(out) < 2 {
		return nil
	}
	recommend(out, kept)
	return out
}

// companions are what filters would leave out and every variant needs: the voices
// of a text-to-speech model, for instance.
func companions(files []sdk.File) []sdk.File {
	var out []sdk.File
	for _, f := range files {
		switch strings.ToLower(path.Ext(f.Path)) {
		case ".bin", ".npy", ".npz", ".dat":
			if weights.Of(f.Path) == weights.None && !mayBeData(f.Path) && selection.Payload(f, false) && len(out) < maxItems {
				out = append(out, f)
			}
		}
	}
	return out
}

// choicesOf groups models, in the order of the listing.
func choicesOf(models []*model) []choice {
	networks := map[string][]string{} // by place
	for _, m := range models {
		if !slices.Contains(networks[m.place], m.name.network) {
			networks[m.place] = append(networks[m.place], m.name.network)
		}
	}
	at := map[[3]string]int{}
	var out []choice
	for _, m := range models {
		c := choice{place: m.place, written: strings.ToLower(m.name.written)}
		if n := networks[m.place]; len(n) > 1 && !slices.ContainsFunc(n, isPart) {
			c.network = m.name.network
		}
		key := [3]string{c.place, c.network, c.written}
		i, there := at[key]
		if !there {
			c.written = m.name.written
			at[key], i = len(out), len(out)
			out = append(out, c)
		}
		out[i].models = append(out[i].models, m)
	}
	return out
}

// item describes a choice among all.
func (c choice) item(all []choice, files map[string]sdk.File) sdk.Item {
	variant := c.models[0].Variant
	item := sdk.Item{Label: c.label(all), Category: sdk.CategoryPrecision}
	item.ID = strings.NewReplacer("/", "-", " ", "-").Replace(item.Label)
	item.Description, item.Quality = describeVariant(variant)
	if slices.ContainsFunc(all, func(o choice) bool { return o.place != c.place || o.network != c.network }) {
		item.Category = sdk.CategoryVariant
	}
	if c.models[0].Optimized {
		item.Description += ", with an optimized graph"
	}
	for _, m := range c.models {
		for _, p := range append([]string{m.Path}, m.External...) {
			f := files[p]
			if slices.Contains(item.Files, p) {
				continue // weights that two graphs share
			}
			item.Size += f.Size
			if selection.Payload(f, false) {
				item.Files = append(item.Files, p)
			}
		}
	}
	return item
}

// label is as short as it tells the choice from the others.
func (c choice) label(all []choice) string {
	var words []string
	if c.place != "" {
		words = append(words, c.place)
	}
	if c.network != "" {
		words = append(words, c.network)
	}
	alike := 0 // choices that differ in the variant only
	for _, o := range all {
		if o.place == c.place && o.network == c.network {
			alike++
		}
	}
	if alike > 1 || len(words) == 0 {
		written := c.written
		if written == "" {
			written = c.models[0].Variant
		}
		words = append(words, written)
	}
	return strings.Join(words, " ")
}

// recommend marks one.
func recommend(list []sdk.Item, choices []choice) {
	best := 0
	for i := range choices {
		if choices[i].preference() < choices[best].preference() {
			best = i
		}
	}
	c := choices[best]
	alike := map[[2]string]bool{} // different models that are as good
	for _, o := range choices {
		if o.preference() == c.preference() {
			alike[[2]string{o.place, o.network}] = true
		}
	}
	list[best].Recommended = true
	switch v := c.models[0].Variant; {
	case c.device() == "cpu":
		list[best].Reason = "runs on every computer"
	case len(alike) > 1:
		list[best].Reason = fmt.Sprintf("one of %d different models, to begin with", len(alike))
	case c.device() != "":
		list[best].Reason = "nothing here runs on every processor; this is the most exact"
	case v == "int8" || v == "uint8":
		list[best].Reason = "8 bits: small, and runs on every processor"
	case v == "fp32":
		list[best].Reason = "the most exact, and runs on every processor"
	default:
		list[best].Reason = "the most exact there is"
	}
}

// preference is smaller for what to take when nothing is known of the computer:
// what is made for CPUs, as the folder says; 8 bits, which are small, lose little
// and run on every processor; full precision; then what needs a GPU.
func (c choice) preference() int {
	// model_quantized is what transformers.js loads, model_int8 mostly the same.
	order := []string{"quantized", "int8", "uint8", "fp32", "fp16", "bf16", "q4f16", "q4", "int4", "uint4", "fp8", "bnb4"}
	rank := 0
	switch c.device() {
	case "cpu":
		return 0
	case "":
	default: // for one device, whose memory holds more exact weights, too
		order = []string{"fp16", "bf16", "fp32", "fp8", "int8", "uint8", "q4f16", "q4", "int4", "uint4", "bnb4"}
		rank = len(order)
	}
	i := slices.Index(order, strings.ToLower(c.written))
	if i < 0 {
		i = slices.Index(order, c.models[0].Variant)
	}
	p := 2 * (1 + rank + i)
	if c.models[0].Optimized {
		p++
	}
	return p
}

// device is what names say it was made for, "" when they say nothing.
func (c choice) device() string {
	for _, t := range tokensOf(c.place + "/" + c.written) {
		switch t.text {
		case "cpu", "cuda", "gpu", "directml", "dml", "npu", "qnn", "vitisai", "webgpu", "tensorrt", "trt", "rocm", "migraphx", "openvino",
			"arm64", "avx2", "avx512", "vnni", "nvidia", "amd", "intel", "mobile":
			return t.text
		}
	}
	return ""
}
