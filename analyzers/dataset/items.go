package dataset

import (
	"fmt"

	"github.com/hfdownloader/hfdownloader/analyzers/selection"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// maxItems bounds what can be chosen from.
const maxItems = 500

// items are the configurations, when there are several, and the splits. Of the
// former one is recommended, else train: train alone would pull that of every
// configuration (analyzers.md §14).
func (s *section) items(l layout) []sdk.Item {
	payload := make([]bool, len(l.files))
	for i, f := range l.files {
		payload[i] = selection.Payload(f, true)
	}
	paths := func(files []int) []string {
		var out []string
		for _, i := range files {
			if payload[i] {
				out = append(out, l.files[i].Path)
			}
		}
		return out
	}
	several := len(s.Details) > 1
	var out []sdk.Item
	add := func(item sdk.Item, files []int, reason string) {
		item.Files = paths(files)
		item.Recommended, item.Reason = reason != "", reason
		if len(item.Files) > 0 && (len(out) < maxItems || item.Recommended) { // all else is downloaded anyway
			out = append(out, item)
		}
	}
	if several {
		standard := s.standard()
		for i, d := range s.Details {
			reason := ""
			switch {
			case i == standard && d.Default:
				reason = "the default configuration"
			case i == standard:
				reason = "one configuration is enough to begin with"
			}
			add(sdk.Item{ID: "config-" + d.Name, Label: d.Name, Description: "Configuration of " + counted(d.FileCount), Size: d.Size, Category: sdk.CategoryConfig}, d.files, reason)
		}
	}
	if len(s.Splits) < 2 {
		return out
	}
	for _, x := range s.Splits {
		if x.Name == noSplit {
			continue // no filter would say that
		}
		reason, of := "", ""
		if several {
			of = " over all configurations"
		} else if x.Name == "train" {
			reason = "what models are trained on"
		}
		add(sdk.Item{ID: "split-" + x.Name, Label: x.Name, Description: "Split of " + counted(x.FileCount) + of, Size: x.Size, Category: sdk.CategorySplit}, x.files, reason)
	}
	return out
}

func counted(files int) string {
	if files == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", files)
}
