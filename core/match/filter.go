package match

import (
	"fmt"
	"iter"
	"path"
	"regexp"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// filter is one pattern of --filters, ready to match.
type filter struct {
	typed   string // as the user wrote it
	folded  string
	exact   bool
	subdir  string
	matched bool // some file matched
}

type filters []*filter

func newFilters(o Options) (filters, error) {
	var out filters
	for _, typed := range clean(o.Filters) {
		f := &filter{typed: typed, folded: strings.ToLower(typed), exact: o.Exact}
		if o.Subdir {
			// A filter becomes a folder below the output, so it must be a safe path.
			dir, err := repo.ParsePath(strings.Trim(typed, "/"))
			if err != nil {
				return nil, invalid("filter", fmt.Sprintf("%+q", typed), "leave out --append-filter-subdir or choose another filter", "it cannot be the name of a folder")
			}
			f.subdir = dir
		}
		out = append(out, f)
	}
	return out, nil
}

// longest marks every filter that matches the path and returns the longest of
// them, nil when none does; of two as long the first one typed.
func (fs filters) longest(name string) *filter {
	if len(fs) == 0 {
		return nil
	}
	var best *filter
	folded := strings.ToLower(name)
	for _, f := range fs {
		if !f.match(folded) {
			continue
		}
		f.matched = true
		if best == nil || len(f.typed) > len(best.typed) {
			best = f
		}
	}
	return best
}

// match works on lower-case paths.
func (f *filter) match(name string) bool {
	if !f.exact {
		return strings.Contains(name, f.folded)
	}
	return matchExact(f.folded, name)
}

var reShard = regexp.MustCompile(`-(\d{1,9})-of-(\d{1,9})`)

// matchExact is the rule of --exact. A filter with "/" is a run of whole path
// elements, from the root when "/" comes first, ".ext" a suffix; any other equals the file name, with or without
// extension (and shard numbers), or one segment between "/", "-", "." and space. An underscore separates nothing: q6_k is not Q6_K_XL.
func matchExact(want, name string) bool {
	if strings.Contains(want, "/") {
		run := strings.Trim(want, "/")
		if strings.HasPrefix(want, "/") {
			return run != "" && strings.HasPrefix(name+"/", run+"/")
		}
		return run != "" && strings.Contains("/"+name+"/", "/"+run+"/")
	}
	if strings.HasPrefix(want, ".") {
		return strings.HasSuffix(name, want)
	}
	base := path.Base(name)
	stem := strings.TrimSuffix(base, path.Ext(base))
	if want == base || want == stem {
		return true
	}
	if want == WithoutShard(stem) {
		return true
	}
	for segment := range Segments(name) {
		if segment == want {
			return true
		}
	}
	return false
}

// WithoutShard takes "-00001-of-00003" off the end of a name without extension.
func WithoutShard(stem string) string {
	if !strings.Contains(stem, "-of-") {
		return stem
	}
	if loc := reShard.FindStringIndex(stem); loc != nil && loc[1] == len(stem) {
		return stem[:loc[0]]
	}
	return stem
}

// Segments are the parts of a path an exact filter is compared with.
func Segments(name string) iter.Seq[string] { return strings.FieldsFuncSeq(name, isSeparator) }

func isSeparator(r rune) bool { return r == '/' || r == '-' || r == '.' || r == ' ' }
