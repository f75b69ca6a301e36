// Package selection finds the exact filters that download a given set of files.
// It is the reverse of core/match, and tested against it.
package selection

import (
	"path"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/match"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// maxSampled is how many files of a set give candidates: a filter that is to be
// any good selects many of a large set.
const maxSampled = 500

// maxFilters bounds how many filters one set may need: beyond it nobody would type
// them, and a command line ends.
const maxFilters = 200

// Payload says that a filter may leave a file out; everything else always comes
// (core/match).
func Payload(f sdk.File, dataset bool) bool {
	if !f.LFS {
		return false
	}
	return match.IsPayload(repo.File{Path: f.Path, LFS: &repo.LFS{}}, dataset)
}

// Exact gives for each set of paths the fewest, then shortest exact filters, with
// "," between, that select just these of all payload files; "" when there are none.
func Exact(files []sdk.File, dataset bool, sets [][]string) []string {
	payload, alike := payloadPaths(files, dataset)
	wanted := make([]set, len(sets))
	tries := map[string]*hits{}
	for i, paths := range sets {
		wanted[i] = set{ids: map[int]bool{}}
		named := map[int]int{}
		for _, p := range paths {
			id, ok := payload[strings.ToLower(p)]
			if !ok {
				continue
			}
			wanted[i].ids[id] = true
			named[id]++
		}
		step := max(1, len(paths)/maxSampled)
		for j := 0; j < len(paths); j += step {
			eachCandidate(strings.ToLower(paths[j]), func(candidate string) {
				if tries[candidate] == nil {
					tries[candidate] = &hits{}
				}
				wanted[i].candidates = append(wanted[i].candidates, candidate)
			})
		}
		for id, n := range named {
			wanted[i].impossible = wanted[i].impossible || n < alike[id]
		}
	}
	for p, id := range payload {
		eachCandidate(p, func(candidate string) {
			if h := tries[candidate]; h != nil && (len(h.ids) == 0 || h.ids[len(h.ids)-1] != id) {
				h.ids = append(h.ids, id)
			}
		})
	}
	out := make([]string, len(sets))
	for i, w := range wanted {
		if len(w.ids) > 0 && !w.impossible {
			out[i] = w.cover(tries)
		}
	}
	return out
}

// payloadPaths numbers the payload by its folded path: filters know no case, so of
// names that differ only in it no filter selects one. alike counts the files of a
// number.
func payloadPaths(files []sdk.File, dataset bool) (ids map[string]int, alike map[int]int) {
	ids, alike = map[string]int{}, map[int]int{}
	for _, f := range files {
		if Payload(f, dataset) {
			folded := strings.ToLower(f.Path)
			if _, ok := ids[folded]; !ok {
				ids[folded] = len(ids)
			}
			alike[ids[folded]]++
		}
	}
	return ids, alike
}

// hits are the payload files a filter selects.
type hits struct{ ids []int }

type set struct {
	ids        map[int]bool
	candidates []string // of its files, some more than once
	impossible bool     // it has one of two names that differ in case only
}

// cover chooses filters that select nothing else and together all of the set.
func (s set) cover(tries map[string]*hits) string {
	var good []string
	slices.Sort(s.candidates)
	for _, filter := range slices.Compact(s.candidates) {
		if h := tries[filter]; !slices.ContainsFunc(h.ids, func(id int) bool { return !s.ids[id] }) {
			good = append(good, filter)
		}
	}
	slices.SortFunc(good, func(a, b string) int {
		if d := cost(a) - cost(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	left := len(s.ids)
	done := map[int]bool{}
	var chosen []string
	for left > 0 {
		best, gain := "", 0
		for _, filter := range good {
			n := 0
			for _, id := range tries[filter].ids {
				if !done[id] {
					n++
				}
			}
			if n > gain {
				best, gain = filter, n
			}
			if gain == left {
				break // the shortest that takes all
			}
		}
		if gain == 0 || len(chosen) == maxFilters {
			return ""
		}
		for _, id := range tries[best].ids {
			done[id] = true
		}
		chosen, left = append(chosen, best), left-gain
	}
	slices.Sort(chosen)
	return strings.Join(chosen, ",")
}

// cost is the length of a filter; those that tell a reader nothing come last.
func cost(filter string) int {
	if filter == "of" || strings.Trim(filter, "0123456789") == "" {
		return len(filter) + 1000
	}
	return len(filter)
}

// eachCandidate gives the exact filters that select a folded path: what core/match
// would compare a filter with. Some come twice.
func eachCandidate(p string, yield func(string)) {
	try := func(filter string) {
		if filter != "" && !strings.Contains(filter, ",") && strings.TrimSpace(filter) == filter {
			yield(filter)
		}
	}
	plain := func(filter string) { // what begins with a dot would be an ending
		if !strings.HasPrefix(filter, ".") {
			try(filter)
		}
	}
	base := path.Base(p)
	ext := path.Ext(base)
	stem := strings.TrimSuffix(base, ext)
	plain(base)
	plain(stem)
	plain(match.WithoutShard(stem))
	if len(ext) > 1 {
		try(ext)
	}
	for segment := range match.Segments(p) {
		plain(segment)
	}
	try("/" + p) // anchored: not those of the same name elsewhere
	if strings.IndexByte(p, '/') < 0 {
		plain(p + "/")
		return
	}
	elements := strings.Split(p, "/")
	for i := range elements {
		plain(elements[i] + "/") // the whole element, not a segment of one
		for j := i + 2; j <= len(elements); j++ {
			plain(strings.Join(elements[i:j], "/"))
		}
	}
}
