// Package match decides which files of a repository are wanted: filters,
// excludes, shards and Hub patterns. It guards the rule that a filter touches
// payload only, so that configs and tokenizers are never lost by one. Pure; safe
// from any goroutine.
package match

import (
	"errors"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Options say what is wanted. The zero value selects everything.
type Options struct {
	// Filters keep payload whose path matches one of them; blanks are ignored.
	Filters []string
	// Excludes drop every file whose path contains one of them, in any case;
	// they go before filters.
	Excludes []string
	// Exact makes filters match whole segments instead of any part of the path.
	Exact bool
	// Dataset adds the data formats of datasets to the payload.
	Dataset bool
	// Subdir gives payload the subfolder of its longest matching filter.
	Subdir bool
	// Shards is a list of numbers and ranges, "1-50,120-185": of files split as
	// name-00001-of-00200 only those are kept. "" keeps all.
	Shards string
	// Include and Ignore are patterns of the Hub (see Hub): with Include only
	// files that match one are kept, small ones too; files that match one of
	// Ignore are dropped.
	Include, Ignore []string
	// Paths are files or folders of the repository: only those are kept, beside
	// what Include keeps. One that is not there is an error.
	Paths []string
}

// Item is a selected file.
type Item struct {
	File   repo.File
	Subdir string // "" without Options.Subdir and for files that are no payload
}

// Unmatched is a filter that matched no file, with what may have been meant.
type Unmatched struct {
	Filter string
	Near   []string // at most 3, the nearest first
}

// Selection is what is wanted, in the order of the listing.
type Selection struct {
	Items            []Item
	UnmatchedFilters []Unmatched
	Payload          int // how many items are payload
}

// Select applies the rules in their order: paths and Hub patterns, excludes,
// filters, shards. An error is fault.Invalid and tells what is wrong with the
// options, or fault.EntryNotFound for one of Paths.
func Select(files []repo.File, o Options) (Selection, error) {
	shards, err := ParseShards(o.Shards)
	if err != nil {
		return Selection{}, err
	}
	filters, err := newFilters(o)
	if err != nil {
		return Selection{}, err
	}
	excludes := clean(o.Excludes)
	for i := range excludes {
		excludes[i] = strings.ToLower(excludes[i])
	}
	var (
		sel    Selection
		split  shardCount
		labels = newLabels(len(filters) > 0)
		picked = newPicks(o)
	)
	if len(filters) == 0 {
		sel.Items = make([]Item, 0, len(files)) // nearly all of them stay
	}
	for _, f := range files {
		if !picked.keep(f.Path) || len(excludes) > 0 && containsAny(strings.ToLower(f.Path), excludes) {
			continue
		}
		payload := IsPayload(f, o.Dataset)
		best := filters.longest(f.Path)
		if payload {
			labels.add(f.Path)
			if len(filters) > 0 && best == nil {
				continue
			}
		}
		if !split.keep(shards, f.Path) {
			continue
		}
		item := Item{File: f}
		if payload {
			sel.Payload++
			if o.Subdir && best != nil {
				item.Subdir = best.subdir
			}
		}
		sel.Items = append(sel.Items, item)
	}
	for _, f := range filters {
		if !f.matched {
			sel.UnmatchedFilters = append(sel.UnmatchedFilters, Unmatched{f.typed, labels.near(f.typed)})
		}
	}
	if err := picked.check(files); err != nil {
		return Selection{}, err
	}
	return sel, split.check(o.Shards)
}

// clean trims and leaves out blanks.
func clean(list []string) []string {
	var out []string
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func containsAny(s string, parts []string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

// invalid makes the one kind of error of this package.
func invalid(what, subject, hint, cause string) error {
	return fault.New(fault.Invalid, "bad "+what, subject, errors.New(cause)).WithHint(hint)
}
