package gguf

import (
	"fmt"
	"path"
	"strings"

	"github.com/hfdownloader/hfdownloader/analyzers/weights"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// items are the variants, then the companions.
func (a *analysis) items() []sdk.Item {
	var out []sdk.Item
	for _, v := range a.rated {
		item := sdk.Item{
			ID: strings.ToLower(v.label), Label: v.label, Description: v.row.Description, Size: v.size(), Quality: v.row.Quality,
			Recommended: v.recommended, Reason: v.reason, Category: sdk.CategoryQuantization, Files: paths(v.files), RAM: v.ram,
		}
		if v.incomplete() {
			item.Description += fmt.Sprintf("; incomplete: %d of %d parts", len(v.files), v.total)
		}
		out = append(out, item)
	}
	for _, f := range a.mmproj {
		item := sdk.Item{
			ID: strings.ToLower(path.Base(f.Path)), Label: path.Base(f.Path), Description: "What lets the model see images",
			Size: f.Size, Category: sdk.CategoryVisionEncoder, Files: []string{f.Path},
		}
		if a.projector != nil && f.Path == a.projector.Path {
			item.Recommended, item.Reason = true, "the model needs it to see"
		}
		out = append(out, item)
	}
	for _, f := range a.drafts {
		out = append(out, sdk.Item{
			ID: strings.ToLower(path.Base(f.Path)), Label: path.Base(f.Path), Description: "Guesses ahead to make the model faster",
			Size: f.Size, Category: sdk.CategoryMTPDraft, Files: []string{f.Path},
		})
	}
	return out
}

// preferred is the projector to take: half precision is what models are made for.
func preferred(files []sdk.File) *sdk.File {
	t := newTable()
	for _, want := range []string{"F16", "BF16", "F32", "Q8_0"} {
		for i, f := range files {
			if label, _, _ := t.find(weights.Stem(f.Path)); label == want {
				return &files[i]
			}
		}
	}
	if len(files) > 0 {
		return &files[0]
	}
	return nil
}
