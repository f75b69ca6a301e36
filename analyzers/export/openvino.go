package export

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/analyzers/selection"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// openvino is the section of that name: an .xml describes a graph, the .bin of the
// same name holds its weights (analyzers.md §8).
type openvino struct {
	Models []openvinoModel `json:"models"`

	helpers []string // tokenizers as graphs: every model needs them
}

type openvinoModel struct {
	Path      string `json:"path"`
	Size      int64  `json:"size"` // bytes, with its weights
	Precision string `json:"precision,omitempty"`

	weights string // path of the .bin, "" when there is none
	written string // the precision as its path says it, "" when it does not
}

// findOpenVINO finds pairs, and graphs that name their runtime though their weights
// are missing.
func findOpenVINO(files []sdk.File) openvino {
	sizes := map[string]int64{}
	for _, f := range files {
		if strings.EqualFold(path.Ext(f.Path), ".bin") {
			sizes[f.Path] = f.Size
		}
	}
	var o openvino
	for _, f := range files {
		if !strings.EqualFold(path.Ext(f.Path), ".xml") || len(o.Models) == maxListed {
			continue
		}
		bin := f.Path[:len(f.Path)-len(".xml")] + ".bin"
		size, paired := sizes[bin]
		named := strings.Contains(strings.ToLower(path.Base(f.Path)), "openvino")
		switch {
		case !paired && !named:
		case strings.Contains(strings.ToLower(path.Base(f.Path)), "tokenizer"):
			if paired {
				o.helpers = append(o.helpers, bin)
			}
		default:
			m := openvinoModel{Path: f.Path, Size: f.Size + size, written: precisionIn(f.Path)}
			if paired {
				m.weights = bin
			}
			m.Precision = m.written
			o.Models = append(o.Models, m)
		}
	}
	return o
}

// has says that a file belongs to one of the models.
func (o openvino) has(p string) bool {
	return slices.Contains(o.helpers, p) || slices.ContainsFunc(o.Models, func(m openvinoModel) bool { return m.weights == p })
}

// precisionIn reads a precision in a path.
func precisionIn(p string) string {
	for _, w := range words(p) {
		switch w {
		case "int4", "int8", "fp16", "fp32", "bf16", "fp8", "nf4":
			return w
		case "qint8":
			return "int8"
		}
	}
	return ""
}

// readPrecision asks openvino_config.json, which Optimum writes, then the name of
// the repository.
func (o *openvino) readPrecision(ctx context.Context, r sdk.Repo) {
	known := map[string]string{} // by folder
	for i := range o.Models {
		m := &o.Models[i]
		if m.Precision != "" {
			continue
		}
		dir := path.Dir(m.Path)
		if _, asked := known[dir]; !asked && len(known) < 8 {
			known[dir] = configuredPrecision(ctx, r, path.Join(dir, "openvino_config.json"))
		}
		if m.Precision = known[dir]; m.Precision == "" {
			_, name, _ := strings.Cut(r.Ref().ID, "/")
			m.Precision = precisionIn(name)
		}
	}
}

func configuredPrecision(ctx context.Context, r sdk.Repo, p string) string {
	data, err := sdk.ReadFile(ctx, r, p, sdk.MaxConfig)
	if err != nil {
		return ""
	}
	config, err := loose.Parse(data)
	if err != nil {
		return ""
	}
	if bits, ok := config.Object("quantization_config").Int("bits"); ok && bits > 0 && bits <= 8 {
		return fmt.Sprintf("int%d", bits)
	}
	return precisionIn(config.Text("dtype", "compression"))
}

func (o openvino) warnings() []string {
	for _, m := range o.Models {
		if m.weights == "" {
			return []string{fmt.Sprintf("%s has no weights beside it: there should be a .bin of the same name", m.Path)}
		}
	}
	return nil
}

// items are the precisions, when paths name several.
func (o openvino) items(files []sdk.File) []sdk.Item {
	var order []string
	for _, m := range o.Models {
		if !slices.Contains(order, m.written) {
			order = append(order, m.written)
		}
	}
	if len(order) < 2 {
		return nil
	}
	payload, sizes := map[string]bool{}, sizesOf(files)
	for _, f := range files {
		payload[f.Path] = selection.Payload(f, false)
	}
	var out []sdk.Item
	for _, precision := range order {
		item := sdk.Item{Label: precision, Description: "OpenVINO in " + precision, Category: sdk.CategoryPrecision, Quality: quality(precision)}
		if precision == "" {
			item.Label, item.Description = "original", "OpenVINO as it was exported"
		}
		item.ID = "openvino-" + item.Label
		for _, m := range o.Models {
			if m.written == precision && payload[m.weights] {
				item.Files, item.Size = append(item.Files, m.weights), item.Size+sizes[m.weights]
			}
		}
		if len(item.Files) == 0 {
			continue
		}
		for _, p := range o.helpers {
			if payload[p] {
				item.Files = append(item.Files, p)
			}
		}
		out = append(out, item)
	}
	recommend(out)
	return out
}

// recommend takes 8 bits where there are any.
func recommend(items []sdk.Item) {
	for _, want := range []struct{ label, reason string }{
		{"int8", "8 bits: small, and close to the original"}, {"int4", "the smallest"}, {"fp16", "close to the original"},
		{"original", "as it was exported"},
	} {
		if i := slices.IndexFunc(items, func(item sdk.Item) bool { return item.Label == want.label }); i >= 0 {
			items[i].Recommended, items[i].Reason = true, want.reason
			return
		}
	}
}

func quality(precision string) int {
	switch precision {
	case "int4", "nf4":
		return 3
	case "int8", "fp8":
		return 4
	default:
		return 5
	}
}
