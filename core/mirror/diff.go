package mirror

import (
	"context"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Status is how a repository differs.
type Status string

// The statuses, as the interface names them.
const (
	Missing  Status = "missing"  // the target has nothing of it
	Outdated Status = "outdated" // the target lacks something of it
	Excess   Status = "extra"    // only the target has it
	InSync   Status = "in-sync"  // the target has all of it
)

// Difference is one repository in both places.
type Difference struct {
	Ref        repo.Ref
	Status     Status
	LocalSize  int64 // of its contents, in bytes
	RemoteSize int64
	Lacks      int64 // content the target has not, in bytes
}

// Diff compares by the names of contents, which are their digests. It changes
// nothing and is sorted by repository.
func (m *Mirror) Diff(ctx context.Context, o Options) ([]Difference, error) {
	here, err := local(ctx, m.cache, o.match)
	if err != nil {
		return nil, err
	}
	there, err := remote(ctx, m.target, o.match)
	if err != nil {
		return nil, err
	}
	var out []Difference
	for ref, l := range here {
		d := Difference{Ref: ref, Status: Missing, LocalSize: l.size(), Lacks: l.size()}
		if r := there[ref]; r != nil {
			w := compare(l.holding, r, false)
			d.RemoteSize, d.Lacks, d.Status = r.size(), w.bytes(l.holding), Outdated
			if w.empty() {
				d.Status = InSync
			}
		}
		out = append(out, d)
	}
	for ref, r := range there {
		if here[ref] == nil {
			out = append(out, Difference{Ref: ref, Status: Excess, RemoteSize: r.size()})
		}
	}
	slices.SortFunc(out, func(a, b Difference) int { return strings.Compare(a.Ref.Folder(), b.Ref.Folder()) })
	return out, nil
}

// work is what a destination lacks of a repository, in the order it is done.
type work struct {
	blobs    []repo.ETag
	entries  []entry
	listings []repo.Commit
	refs     []repo.Revision
}

type entry struct {
	commit repo.Commit
	path   string
	etag   repo.ETag
}

func (w work) empty() bool {
	return len(w.blobs)+len(w.entries)+len(w.listings)+len(w.refs) == 0
}

func (w work) bytes(h *holding) (sum int64) {
	for _, e := range w.blobs {
		sum += h.blobs[e]
	}
	return sum
}

// compare says what dst lacks of src; force takes all contents and
// the links to them.
func compare(src, dst *holding, force bool) (w work) {
	for _, e := range sorted(src.blobs) {
		if n, ok := dst.blobs[e]; force || !ok || n != src.blobs[e] {
			w.blobs = append(w.blobs, e)
		}
	}
	for _, c := range sorted(src.snapshots) {
		for _, p := range sorted(src.snapshots[c]) {
			if e := src.snapshots[c][p]; force || dst.snapshots[c][p] != e {
				w.entries = append(w.entries, entry{c, p, e})
			}
		}
		if src.listings[c] && !dst.listings[c] {
			w.listings = append(w.listings, c)
		}
	}
	for _, r := range sorted(src.refs) {
		if dst.refs[r] != src.refs[r] {
			w.refs = append(w.refs, r)
		}
	}
	return w
}
