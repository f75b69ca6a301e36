package safetensors

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Limits of an index (analyzers.md §16). That of a model of a trillion parameters
// takes 15 MB.
const (
	maxShards = 10_000
	maxIndex  = maxHeader
)

// Index names the shards of a model.
type Index struct {
	TotalSize int64    // bytes; 0 when it is not said
	Shards    []string // paths in the repository, in order
}

// ParseIndex reads a *.safetensors.index.json that stands in dir ("." at the root).
func ParseIndex(data []byte, dir string) (Index, error) {
	s := &scanner{data: data}
	var out Index
	var problem error
	seen := map[string]bool{}
	s.members(func(key []byte) {
		switch {
		case string(key) == "metadata" && s.next() == '{':
			s.members(func(key []byte) {
				if string(key) == "total_size" {
					out.TotalSize = size(s)
				} else {
					s.skipAt(1)
				}
			})
		case string(key) == "weight_map":
			s.members(func([]byte) {
				name := s.text()
				if s.err != nil || problem != nil || seen[string(name)] {
					return
				}
				seen[string(name)] = true
				problem = plain(string(name), len(seen))
				out.Shards = append(out.Shards, path.Join(dir, string(name)))
			})
		default:
			s.skip()
		}
	})
	s.end()
	switch {
	case problem != nil:
		return Index{}, problem
	case s.err != nil:
		return Index{}, s.err
	case len(out.Shards) == 0:
		return Index{}, errors.New("it names no shards")
	}
	slices.Sort(out.Shards)
	return out, nil
}

// size is a number of bytes, which some write as a fraction; 0 for nonsense.
func size(s *scanner) int64 {
	if c := s.next(); c != '-' && (c < '0' || c > '9') {
		s.skipAt(2)
		return 0
	}
	f, err := strconv.ParseFloat(string(s.literal()), 64)
	if err != nil || !(f > 0) || f >= maxSize {
		return 0
	}
	return int64(f)
}

// plain refuses names of shards that are not those of files beside the index or
// below it.
func plain(name string, count int) error {
	switch {
	case count > maxShards:
		return fmt.Errorf("it names more than %d shards", maxShards)
	case name == "" || name == "." || name == ".." || len(name) > 1024 || path.IsAbs(name) || path.Clean(name) != name ||
		strings.HasPrefix(name, "../") || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == '\\' || r == ':' || r == 0x7f }):
		return fmt.Errorf("it names a shard that is no file of the repository: %q", short(name))
	}
	return nil
}
