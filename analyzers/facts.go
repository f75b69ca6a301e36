package analyzers

import (
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/loose"
	"github.com/hfdownloader/hfdownloader/core/hub"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// factsOf takes what the Hub says, leniently: any of it may be missing or of
// another shape (hub-protocol.md §3.1).
func factsOf(d hub.Details) sdk.Facts {
	f := sdk.Facts{Pipeline: d.Pipeline, Library: d.Library, Tags: d.Tags, Gated: d.Gated}
	if card, err := loose.Parse(d.Card); err == nil {
		f.Card = d.Card
		f.License = card.Text("license")
		if list := card.Texts("license"); f.License == "" && len(list) > 0 {
			f.License = list[0]
		}
		f.BaseModels = card.Texts("base_model")
	}
	if s, err := loose.Parse(d.Safetensors); err == nil {
		f.Parameters = map[string]int64{}
		for dtype, n := range s.Object("parameters") {
			if count, ok := loose.Int(n); ok && count > 0 {
				f.Parameters[dtype] = count
			}
		}
		f.TotalParameters, _ = s.Int("total")
	}
	if g, err := loose.Parse(d.GGUF); err == nil && f.TotalParameters == 0 {
		f.TotalParameters, _ = g.Int("total")
	}
	if b, err := loose.Parse(d.BaseModels); err == nil && len(f.BaseModels) == 0 {
		for _, m := range b.List("models") {
			if o, ok := m.(map[string]any); ok {
				f.BaseModels = append(f.BaseModels, loose.Object(o).Texts("id")...)
			}
		}
	}
	for _, tag := range d.Tags {
		if license, ok := strings.CutPrefix(tag, "license:"); ok && f.License == "" {
			f.License = license
		}
		if base, ok := strings.CutPrefix(tag, "base_model:"); ok && !slices.Contains(f.BaseModels, base) && !strings.Contains(base, ":") {
			f.BaseModels = append(f.BaseModels, base)
		}
	}
	f.BaseModels = slices.DeleteFunc(f.BaseModels, func(id string) bool {
		_, err := repo.ParseID(id)
		return err != nil
	})
	return f
}
