package mirror

import (
	"context"
	"slices"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// extras lists what only the target has, in the order it may go: refs before the
// snapshots they lead to, and those before their contents.
func extras(here map[repo.Ref]*localRepo, there map[repo.Ref]*holding) []Extra {
	var out []Extra
	for _, ref := range inOrder(there) {
		l, r := newHolding(ref), there[ref]
		if h := here[ref]; h != nil {
			l = h.holding
		}
		for _, rev := range sorted(r.refs) {
			if _, ok := l.refs[rev]; !ok {
				out = append(out, Extra{ref, r.at("refs", string(rev)), 0})
			}
		}
		for _, c := range sorted(r.listings) {
			if _, ok := l.snapshots[c]; !ok {
				out = append(out, Extra{ref, r.at("trees", string(c)+".json"), 0})
			}
		}
		for _, c := range sorted(r.snapshots) {
			for _, p := range sorted(r.snapshots[c]) {
				if _, ok := l.snapshots[c][p]; !ok {
					out = append(out, Extra{ref, r.at("snapshots", string(c), p), 0})
				}
			}
		}
		for _, e := range sorted(r.blobs) {
			if _, ok := l.blobs[e]; !ok {
				out = append(out, Extra{ref, r.blob(e), r.blobs[e]})
			}
		}
	}
	return out
}

// removeExtras removes what out.Extra lists.
func (m *Mirror) removeExtras(ctx context.Context, out *Outcome) error {
	for _, x := range slices.Clone(out.Extra) {
		if ctx.Err() != nil {
			return canceled(ctx, "delete from the target", x.Ref)
		}
		if err := m.target.Remove(ctx, x.Name); err != nil {
			return err
		}
		out.Deleted++
		out.Freed += x.Size
	}
	return nil
}
