package analyzers

import (
	"slices"
	"sync"

	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/sdk"
)

// Bounds of the analyses that are kept: a file of a listing takes some 300 bytes.
const (
	maxKnown      = 64
	maxKnownFiles = 100_000
)

// known are the last analyses, by commit: a commit is for ever (analyzers.md §2).
type known struct {
	mu    sync.Mutex
	list  []knownReport // the last used at the end
	files int
}

type knownKey struct {
	ref     repo.Ref
	commit  repo.Commit
	options sdk.Options
	guests  string // who else looked, as their stamp
}

type knownReport struct {
	key    knownKey
	report Report
}

func (k *known) get(key knownKey) (Report, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	i := slices.IndexFunc(k.list, func(r knownReport) bool { return r.key == key })
	if i < 0 {
		return Report{}, false
	}
	found := k.list[i]
	k.list = append(slices.Delete(k.list, i, i+1), found)
	return found.report.clone(), true
}

func (k *known) put(key knownKey, r Report) {
	if len(r.Files) > maxKnownFiles/2 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.list = append(k.list, knownReport{key, r.clone()})
	k.files += len(r.Files)
	for len(k.list) > maxKnown || k.files > maxKnownFiles {
		k.files -= len(k.list[0].report.Files)
		k.list = slices.Delete(k.list, 0, 1)
	}
}
