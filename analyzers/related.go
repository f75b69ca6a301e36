package analyzers

import (
	"context"
	"strings"
	"sync"
	"time"

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
		width := bitsOfDType(dtype)
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

// bitsOfDType is how wide an element of a safetensors file is; 0 unknown.
func bitsOfDType(dtype string) float64 {
	switch strings.ToUpper(dtype) {
	case "F64", "I64", "U64", "C64":
		return 64
	case "F32", "I32", "U32":
		return 32
	case "F16", "BF16", "I16", "U16":
		return 16
	case "I8", "U8", "BOOL", "F8_E4M3", "F8_E5M2", "F8_E4M3FNUZ", "F8_E5M2FNUZ", "F8_E8M0":
		return 8
	case "F6_E2M3", "F6_E3M2":
		return 6
	case "F4":
		return 4
	default:
		return 0
	}
}
