package api

import (
	"strings"

	"github.com/hfdownloader/hfdownloader/core/cache/friendly"
)

func manifestOf(m friendly.Manifest) *Manifest {
	filters := commandFilters(m.Command)
	return &Manifest{
		Branch: string(m.Branch), Commit: string(m.Commit), Command: m.Command,
		TotalSize: m.TotalSize, TotalFiles: m.TotalFiles, IsFiltered: len(filters) > 0, Filters: filters,
	}
}

// commandFilters finds what a command line, as manifests keep it, asked for with
// -F or --filters.
func commandFilters(command string) []string {
	filters := []string{}
	words := strings.Fields(command)
	for i, w := range words {
		value, ok := "", false
		switch {
		case (w == "-F" || w == "--filters") && i+1 < len(words):
			value, ok = words[i+1], true
		case strings.HasPrefix(w, "--filters="):
			value, ok = strings.TrimPrefix(w, "--filters="), true
		case strings.HasPrefix(w, "-F") && !strings.HasPrefix(w, "--"):
			value, ok = strings.TrimPrefix(strings.TrimPrefix(w, "-F"), "="), true
		}
		if !ok {
			continue
		}
		for f := range strings.SplitSeq(strings.Trim(value, `'"`), ",") {
			if f = strings.TrimSpace(f); f != "" {
				filters = append(filters, f)
			}
		}
	}
	return filters
}
