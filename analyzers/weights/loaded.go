package weights

import (
	"maps"
	"slices"
	"strings"
)

// Precisions that a name may carry before its ending, in the order in which one is
// taken where there is nothing else.
func Precisions() []string { return []string{"fp16", "bf16", "fp32", "fp8", "int8"} }

// Precision takes the precision off a name without shard and ending:
// "model.fp16" is "model" in "fp16".
func Precision(stem string) (rest, precision string) {
	dot := strings.LastIndexByte(stem, '.')
	if dot > 0 && slices.Contains(Precisions(), strings.ToLower(stem[dot+1:])) {
		return stem[:dot], strings.ToLower(stem[dot+1:])
	}
	return stem, ""
}

// PrecisionOf is that of a path, "" plain.
func PrecisionOf(p string) string {
	stem := Stem(p)
	if rest, _, _, ok := Shard(stem); ok {
		stem = rest
	}
	_, precision := Precision(stem)
	return precision
}

// set is one copy of a model: a file, or its shards.
type set struct {
	base, precision string
	shards          bool
	paths           []string
	bytes           int64
}

// Loaded are of files of one format, with their sizes in bytes, those that make
// the model once: not the same in another precision, not the shards beside one
// file, not consolidated ones. With quantized it takes one of several files of
// about the same size, as old repositories of GPTQ hold them: the one that is
// named, else the largest, so that an estimate holds for all. In order of paths.
func Loaded(sizes map[string]int64, quantized bool, named string) []string {
	sets := setsOf(sizes)
	if len(sets) == 0 {
		return nil
	}
	best := slices.MinFunc(sets, func(a, b set) int {
		if d := a.rank(named) - b.rank(named); d != 0 {
			return d
		}
		return int(max(-1, min(1, b.bytes-a.bytes)))
	})
	var out []string
	for _, s := range sets {
		own := s.base == best.base && s.shards == best.shards
		twin := s.base == best.base && s.shards != best.shards
		other := quantized && 2*s.bytes >= best.bytes
		if own || !twin && !other {
			out = append(out, s.paths...)
		}
	}
	slices.Sort(out)
	return out
}

// rank: what programs look for first.
func (s set) rank(named string) int {
	switch {
	case named != "" && strings.EqualFold(s.base, named):
		return 0
	case (s.base == "model" || s.base == "pytorch_model") && !s.shards:
		return 1
	case s.base == "model" || s.base == "pytorch_model":
		return 2
	default:
		return 3
	}
}

// setsOf groups files, and keeps those of the precision that is taken.
func setsOf(sizes map[string]int64) []set {
	found := map[string]*set{}
	for _, p := range slices.Sorted(maps.Keys(sizes)) {
		s := set{base: Stem(p)}
		if rest, _, _, ok := Shard(s.base); ok {
			s.base, s.shards = rest, true
		}
		s.base, s.precision = Precision(s.base)
		key := s.base + "\x00" + s.precision
		if s.shards {
			key += "\x00"
		}
		if found[key] == nil {
			found[key] = &s
		}
		found[key].paths = append(found[key].paths, p)
		found[key].bytes += sizes[p]
	}
	taken := ""
	if !slices.ContainsFunc(slices.Collect(maps.Values(found)), func(s *set) bool { return s.precision == "" }) {
		for _, p := range slices.Backward(Precisions()) {
			if slices.ContainsFunc(slices.Collect(maps.Values(found)), func(s *set) bool { return s.precision == p }) {
				taken = p
			}
		}
	}
	var out, owned []set
	for _, key := range slices.Sorted(maps.Keys(found)) {
		switch s := *found[key]; {
		case s.precision != taken:
		case strings.HasPrefix(s.base, "consolidated"):
			owned = append(owned, s)
		default:
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return owned
	}
	return out
}
