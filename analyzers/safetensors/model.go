package safetensors

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/hfdownloader/hfdownloader/analyzers/weights"
	"github.com/hfdownloader/hfdownloader/sdk"
)

const (
	// maxHeaders bounds the shards whose headers are read (analyzers.md §9.2).
	maxHeaders = 20
	indexName  = "model.safetensors.index.json"
)

// Model is the safetensors files that make up one set of weights.
type Model struct {
	Files []string // in order
	Size  int64    // of Files, in bytes
	Index string   // the index they are named by, "" when none was needed
	// Count is of all Files when Counted, else of the one in Sample, if any: of
	// more than 20 files only one header is read.
	Count   Count
	Counted bool
	Sample  string
	Headers []*Header // those that were read
	// Warnings say which file could not be read and why.
	Warnings []string
}

// ReadModel finds the weights at the root and reads their headers.
func ReadModel(ctx context.Context, r sdk.Repo, p Packing) (Model, error) {
	files, err := r.Files(ctx)
	if err != nil {
		return Model{}, err
	}
	m, sizes := Model{}, map[string]int64{}
	for _, f := range files {
		if sdk.AtRoot(f.Path) && weights.Of(f.Path) == weights.Safetensors && !strings.HasPrefix(f.Path, "adapter_") {
			sizes[f.Path] = f.Size
		}
	}
	m.choose(ctx, r, files, sizes, p.Method == "gptq" || p.Method == "awq")
	for _, name := range m.Files {
		m.Size += sizes[name]
	}
	switch n := len(m.Files); {
	case n == 0:
	case n > maxHeaders:
		m.Sample = m.Files[n/2] // the first and the last hold embeddings
		m.read(ctx, r, sizes, p, m.Sample)
	default:
		m.Counted = m.read(ctx, r, sizes, p, m.Files...)
	}
	return m, nil
}

// choose finds out which files are the model: repositories hold the same weights
// in other precisions or for other programs beside them. The index is asked only
// where the names do not tell, since it can be large. several: the files may be
// the same model in more than one quantization.
func (m *Model) choose(ctx context.Context, r sdk.Repo, files []sdk.File, sizes map[string]int64, several bool) {
	groups, totals := map[string][]string{}, map[string]int{}
	for p := range sizes {
		stem := weights.Stem(p)
		if rest, _, total, ok := weights.Shard(stem); ok {
			stem = rest + "/shards" // not one file of this name
			totals[stem] = total
		}
		groups[stem] = append(groups[stem], p)
	}
	for name, list := range groups {
		slices.Sort(list)
		if strings.HasPrefix(name, "consolidated") && len(groups) > 1 {
			delete(groups, name) // the same weights as Mistral's programs load them
		}
	}
	if single, ok := groups["model"]; ok {
		m.Files = single
		return
	}
	if len(groups) == 1 {
		for name, list := range groups {
			m.Files = list
			if missing := totals[name] - len(list); missing > 0 {
				m.Warnings = append(m.Warnings, fmt.Sprintf("%d of %d shards are not in the repository", missing, totals[name]))
			}
		}
		return
	}
	if _, ok := sdk.Find(files, indexName); ok && len(groups) > 1 && m.useIndex(ctx, r, sizes) {
		return
	}
	if shards, ok := groups["model/shards"]; ok {
		m.Files = shards
		return
	}
	m.Files = weights.Loaded(sizes, several, "")
}

// useIndex keeps the files the index names.
func (m *Model) useIndex(ctx context.Context, r sdk.Repo, sizes map[string]int64) bool {
	data, err := sdk.ReadFile(ctx, r, indexName, maxIndex)
	if err != nil {
		m.Warnings = append(m.Warnings, fmt.Sprintf("The index of the weights could not be read: %v", err))
		return false
	}
	index, err := ParseIndex(data, path.Dir(indexName))
	if err != nil {
		m.Warnings = append(m.Warnings, fmt.Sprintf("%s could not be read: %v", indexName, err))
		return false
	}
	var there []string
	for _, p := range index.Shards {
		if _, ok := sizes[p]; ok {
			there = append(there, p)
		}
	}
	if missing := len(index.Shards) - len(there); missing > 0 {
		m.Warnings = append(m.Warnings, fmt.Sprintf("%d of the %d shards in %s are not in the repository", missing, len(index.Shards), indexName))
	}
	if len(there) == 0 {
		return false
	}
	m.Index, m.Files = indexName, there
	return true
}

// read reads headers at the same time, and says whether all could be read.
func (m *Model) read(ctx context.Context, r sdk.Repo, sizes map[string]int64, p Packing, names ...string) bool {
	headers, problems := make([]*Header, len(names)), make([]error, len(names))
	var wait sync.WaitGroup
	for i, name := range names {
		wait.Go(func() {
			headers[i], problems[i] = Parse(func(off int64, n int) ([]byte, error) { return r.ReadAt(ctx, name, off, n) }, sizes[name])
		})
	}
	wait.Wait()
	for i, h := range headers {
		if problems[i] != nil {
			m.Warnings = append(m.Warnings, fmt.Sprintf("The header of %s could not be read: %v", names[i], problems[i]))
			continue
		}
		if !h.Complete {
			m.Warnings = append(m.Warnings, names[i]+" is shorter than its header says: it was not uploaded whole")
		}
		m.Headers = append(m.Headers, h)
		m.Count.Add(CountOf(h.Tensors, p))
	}
	return errors.Join(problems...) == nil
}
