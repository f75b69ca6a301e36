package match

import (
	"path"
	"strconv"
	"strings"
)

// Shards are the wanted numbers of split files; nil wants all.
type Shards []shardRange

type shardRange struct{ first, last int }

// maxShard bounds a shard number; real repositories stay far below.
const maxShard = 999_999_999

// ParseShards reads "3", "1-100" or "1-50,120-185"; "" is all. The error is
// fault.Invalid.
func ParseShards(s string) (Shards, error) {
	var out Shards
	for _, part := range clean(strings.Split(s, ",")) {
		a, b, isRange := strings.Cut(part, "-")
		if !isRange {
			b = a
		}
		first, err1 := strconv.ParseUint(strings.TrimSpace(a), 10, 32)
		last, err2 := strconv.ParseUint(strings.TrimSpace(b), 10, 32)
		if err1 != nil || err2 != nil || first > last || last > maxShard {
			return nil, invalid("shards", strconv.QuoteToASCII(part), `give numbers and ranges, such as "1-50,120-185"`, "not a number or a range")
		}
		out = append(out, shardRange{int(first), int(last)})
	}
	if s != "" && out == nil {
		return nil, invalid("shards", strconv.QuoteToASCII(s), `give numbers and ranges, such as "1-50,120-185"`, "empty")
	}
	return out, nil
}

// Wants reports whether shard n is wanted.
func (s Shards) Wants(n int) bool {
	if s == nil {
		return true
	}
	for _, r := range s {
		if n >= r.first && n <= r.last {
			return true
		}
	}
	return false
}

// shardOf reads the number of a split file: name-00001-of-00200, perhaps with
// more behind it, as datasets have.
func shardOf(name string) (n int, ok bool) {
	base := path.Base(name)
	for _, m := range reShard.FindAllStringSubmatchIndex(base, -1) {
		if m[1] < len(base) && base[m[1]] != '.' && base[m[1]] != '-' {
			continue
		}
		n, err := strconv.Atoi(base[m[2]:m[3]])
		return n, err == nil
	}
	return 0, false
}

// shardCount remembers whether --shards had any effect.
type shardCount struct{ kept, dropped int }

func (c *shardCount) keep(s Shards, name string) bool {
	if s == nil {
		return true
	}
	n, ok := shardOf(name)
	switch {
	case !ok:
		return true
	case s.Wants(n):
		c.kept++
		return true
	default:
		c.dropped++
		return false
	}
}

// check refuses a wish for shards that nothing answers.
func (c *shardCount) check(typed string) error {
	switch {
	case strings.TrimSpace(typed) == "" || c.kept > 0:
		return nil
	case c.dropped > 0:
		return invalid("shards", strconv.QuoteToASCII(typed), "see the names with --dry-run and without --shards", "the selection has split files, but none with these numbers")
	default:
		return invalid("shards", strconv.QuoteToASCII(typed), "leave out --shards", "the selection has no split files (name-00001-of-00010)")
	}
}
