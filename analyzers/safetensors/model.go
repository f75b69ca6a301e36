package safetensors

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// maxHeaders bounds the shards whose headers are read (analyzers.md §9.2).
const maxHeaders = 20

// Model is the safetensors files that make up one set of weights.
type Model struct {
	Files   []string // in order
	Index   string   // the index they are named by, "" without one
	Count   Count    // zero when the headers were not read
	Counted bool
	Headers []*Header // those that were read
	// Warnings say which file could not be read and why.
	Warnings []string
}

// ReadModel reads the headers of the weights at the root. With an index only its
// shards count: files beside them are the same weights again. Of more than 20
// shards none is read.
func ReadModel(ctx context.Context, r sdk.Repo, p Packing) (Model, error) {
	files, err := r.Files(ctx)
	if err != nil {
		return Model{}, err
	}
	m := Model{}
	sizes := map[string]int64{}
	for _, f := range files {
		if sdk.AtRoot(f.Path) && strings.HasSuffix(f.Path, ".safetensors") {
			sizes[f.Path] = f.Size
			if !strings.HasPrefix(path.Base(f.Path), "consolidated") {
				m.Files = append(m.Files, f.Path)
			}
		}
	}
	if len(m.Files) == 0 { // of Mistral's own format alone
		for p := range sizes {
			m.Files = append(m.Files, p)
		}
	}
	if len(m.Files) > 1 {
		m.useIndex(ctx, r, sizes)
	}
	slices.Sort(m.Files)
	if len(m.Files) == 0 || len(m.Files) > maxHeaders {
		return m, nil
	}
	m.read(ctx, r, sizes, p)
	return m, nil
}

// useIndex keeps the files the index names.
func (m *Model) useIndex(ctx context.Context, r sdk.Repo, sizes map[string]int64) {
	const name = "model.safetensors.index.json"
	data, err := sdk.ReadFile(ctx, r, name, sdk.MaxConfig)
	if err != nil {
		return // none: all files count
	}
	index, err := ParseIndex(data, ".")
	if err != nil {
		m.Warnings = append(m.Warnings, fmt.Sprintf("%s: %v", name, err))
		return
	}
	var there []string
	for _, p := range index.Shards {
		if _, ok := sizes[p]; ok {
			there = append(there, p)
		}
	}
	if missing := len(index.Shards) - len(there); missing > 0 {
		m.Warnings = append(m.Warnings, fmt.Sprintf("%d of the %d shards of %s are not in the repository", missing, len(index.Shards), name))
	}
	if len(there) > 0 {
		m.Index, m.Files = name, there
	}
}

// read reads all headers at the same time.
func (m *Model) read(ctx context.Context, r sdk.Repo, sizes map[string]int64, p Packing) {
	headers, problems := make([]*Header, len(m.Files)), make([]error, len(m.Files))
	var wait sync.WaitGroup
	for i, name := range m.Files {
		wait.Go(func() {
			headers[i], problems[i] = Parse(func(off int64, n int) ([]byte, error) { return r.ReadAt(ctx, name, off, n) }, sizes[name])
		})
	}
	wait.Wait()
	m.Counted = true
	for i, h := range headers {
		switch {
		case problems[i] != nil:
			m.Counted = false
			m.Warnings = append(m.Warnings, fmt.Sprintf("The header of %s could not be read: %v", m.Files[i], problems[i]))
		case !h.Complete:
			m.Warnings = append(m.Warnings, m.Files[i]+" is shorter than its header says")
			fallthrough
		default:
			m.Headers = append(m.Headers, h)
			m.Count.Add(CountOf(h.Tensors, p))
		}
	}
}
