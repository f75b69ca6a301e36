package analyzers

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/hfdownloader/hfdownloader/analyzers/safetensors"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Bounds of asking for the sizes of what else is needed: a size is worth one small
// request each, and no waiting (analyzers.md §6).
const (
	maxSized  = 4
	sizedTime = 5 * time.Second
)

// sized gives related models the bytes of their weights, as the Hub counts their
// parameters. Where it does not say, or not in time, there is no size.
func (s *Service) sized(ctx context.Context, list []sdk.Related) {
	ctx, cancel := context.WithTimeout(ctx, sizedTime)
	defer cancel()
	var wait sync.WaitGroup
	for i := range list[:min(len(list), maxSized)] {
		id, err := repo.ParseID(list[i].Repo)
		if err != nil || list[i].Size > 0 || list[i].Type == TypeDataset {
			continue
		}
		wait.Go(func() {
			d, err := s.hub.Details(ctx, repo.Ref{Type: repo.Model, ID: id}, repo.DefaultRevision)
			if err == nil {
				list[i].Size = weightBytes(factsOf(d).Parameters)
			}
		})
	}
	wait.Wait()
	for i := range list {
		if list[i].Size > 0 {
			list[i].SizeHuman = sdk.Human(list[i].Size)
		}
	}
}

// maxWeightBytes bounds what is believed of another repository: 1 PiB.
const maxWeightBytes = 1 << 50

// weightBytes are those of so many elements of each dtype; 0 where one of them has
// a width nobody knows.
func weightBytes(elements map[string]int64) int64 {
	var bits float64
	for dtype, n := range elements {
		width := float64(safetensors.Bits(strings.ToUpper(dtype)))
		if width == 0 {
			return 0
		}
		bits += float64(n) * width
	}
	if bits /= 8; bits < maxWeightBytes {
		return int64(bits)
	}
	return 0
}
