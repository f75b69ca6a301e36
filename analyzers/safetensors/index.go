package safetensors

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
)

// maxShards bounds an index (analyzers.md §16).
const maxShards = 10_000

// Index names the shards of a model.
type Index struct {
	TotalSize int64    // bytes; 0 when it is not said
	Shards    []string // paths in the repository, in order
}

// ParseIndex reads a *.safetensors.index.json that stands in dir ("." at the root).
func ParseIndex(data []byte, dir string) (Index, error) {
	var doc struct {
		Metadata struct {
			TotalSize json.Number `json:"total_size"`
		} `json:"metadata"`
		Map map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return Index{}, fmt.Errorf("the index is not as it should be: %w", err)
	}
	var out Index
	if n, err := doc.Metadata.TotalSize.Float64(); err == nil && n > 0 && n < 1<<60 {
		out.TotalSize = int64(n)
	}
	seen := map[string]bool{}
	for _, name := range doc.Map {
		if seen[name] {
			continue
		}
		seen[name] = true
		if len(seen) > maxShards {
			return Index{}, fmt.Errorf("more than %d shards", maxShards)
		}
		p := path.Join(dir, name)
		if name == "" || path.IsAbs(name) || strings.ContainsAny(name, "\\\x00:") || p == ".." || strings.HasPrefix(p, "../") || path.Clean(name) != name {
			return Index{}, fmt.Errorf("the index names a shard outside the repository")
		}
		out.Shards = append(out.Shards, p)
	}
	slices.Sort(out.Shards)
	return out, nil
}
