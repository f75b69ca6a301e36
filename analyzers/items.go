package analyzers

import (
	"fmt"

	"github.com/hfdownloader/hfdownloader/analyzers/selection"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// finish gives items what all of them have: the filter that selects their files,
// texts for people, whether they fit. An item no filter can select is left out.
func finish(items []sdk.Item, files []sdk.File, dataset bool, o sdk.Options) (out []sdk.Item, warnings []string) {
	sets := make([][]string, len(items))
	for i, item := range items {
		sets[i] = item.Files
	}
	filters := selection.Exact(files, dataset, sets)
	ids := map[string]int{}
	for i, item := range items {
		item.Filter = filters[i]
		if item.Revision != "" {
			item.Filter = ""
		} else if item.Filter == "" {
			warnings = append(warnings, fmt.Sprintf("%s cannot be selected by a filter", item.Label))
			continue
		}
		if ids[item.ID]++; ids[item.ID] > 1 {
			item.ID = fmt.Sprintf("%s-%d", item.ID, ids[item.ID])
		}
		item.SizeHuman, item.QualityStars = sdk.Human(item.Size), sdk.Stars(item.Quality)
		if item.RAM > 0 {
			item.RAMHuman = sdk.Human(item.RAM)
			if o.Memory > 0 {
				fits := item.RAM <= o.Memory
				item.Fits = &fits
			}
		}
		if item.Files == nil {
			item.Files = []string{}
		}
		out = append(out, item)
	}
	return out, warnings
}
