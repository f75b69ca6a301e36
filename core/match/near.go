package match

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// Limits of the search for near matches, so that a repository with a million
// files costs nothing noticeable.
const (
	maxNear   = 3
	maxLabels = 5000
	maxLabel  = 100 // bytes
)

// labels are the names a filter could have meant: file names without ending and
// shard numbers, and the segments of paths.
type labels struct {
	on   bool
	seen map[string]bool
	list []string
}

func newLabels(on bool) *labels { return &labels{on: on, seen: map[string]bool{}} }

func (l *labels) add(name string) {
	if !l.on {
		return
	}
	base := path.Base(name)
	l.put(reShard.ReplaceAllString(strings.TrimSuffix(base, path.Ext(base)), ""))
	for segment := range strings.FieldsFuncSeq(reShard.ReplaceAllString(name, ""), isSeparator) {
		l.put(segment)
	}
}

func (l *labels) put(s string) {
	if s == "" || len(s) > maxLabel || len(l.list) >= maxLabels || l.seen[s] {
		return
	}
	l.seen[s] = true
	l.list = append(l.list, s)
}

// near returns the labels most like the filter: those that differ in no more
// than a third of it, or contain a good part of it.
func (l *labels) near(filter string) []string {
	want := strings.ToLower(strings.Trim(filter, "*./ "))
	if want == "" || len(want) > maxLabel {
		return nil
	}
	type scored struct {
		label string
		score int
	}
	var found []scored
	for _, label := range l.list {
		d := distance(want, strings.ToLower(label))
		if d <= max(1, len(want)/3) {
			found = append(found, scored{label, d})
		}
	}
	slices.SortStableFunc(found, func(a, b scored) int { return cmp.Compare(a.score, b.score) })
	var out []string
	for _, f := range found[:min(maxNear, len(found))] {
		out = append(out, f.label)
	}
	return out
}

// distance is the number of bytes to insert, delete or change (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = min(diagonal, row[j], row[j+1]) + 1
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
