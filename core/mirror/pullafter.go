package mirror

import (
	"context"
	"errors"
	"fmt"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// nothing refuses to delete everything because the origin is empty: more likely it
// is not mounted, or not the one that was meant.
func nothing(op, origin string) error {
	return fault.New(fault.Invalid, op+" with delete from", origin, errors.New("it has none of these repositories, so all of them would go")).
		WithHint("see that it is the right one and mounted; hfdownloader cache rm deletes from the cache")
}

// distrust makes the cache take contents although they are there.
func (m *Mirror) distrust(ref repo.Ref, blobs []repo.ETag) error {
	for _, e := range blobs {
		if err := m.cache.Distrust(cache.Finding{Ref: ref, Path: "blobs/" + string(e), Blob: string(e)}); err != nil {
			return err
		}
	}
	return nil
}

// pullExtras lists what only the cache has and, if told so, removes it.
func (m *Mirror) pullExtras(ctx context.Context, o Options, here map[repo.Ref]*localRepo, there map[repo.Ref]*holding, out *Outcome) error {
	for _, ref := range inOrder(here) {
		removal, err := m.planExtra(ctx, here[ref], there[ref])
		if err != nil {
			return err
		}
		if removal.Empty() {
			continue
		}
		out.Extra = append(out.Extra, Extra{ref, ref.String() + ": " + removal.String(), removal.Frees})
		switch {
		case !o.Delete || o.DryRun:
			continue
		case len(there) == 0:
			return nothing("pull", "the target")
		}
		if err := m.cache.Remove(ctx, removal); err != nil {
			return err
		}
		out.Deleted++
		out.Freed += removal.Frees
	}
	return nil
}

func (m *Mirror) planExtra(ctx context.Context, l *localRepo, r *holding) (cache.Removal, error) {
	if r == nil {
		return m.cache.PlanRemoval(ctx, l.ref)
	}
	var commits []repo.Commit
	for _, c := range sorted(l.snapshots) {
		if r.snapshots[c] == nil {
			commits = append(commits, c)
		}
	}
	if len(commits) == 0 {
		return cache.Removal{}, nil
	}
	return m.cache.PlanRemoval(ctx, l.ref, commits...)
}

// verifyCache reads what was pulled again, with all that was there before.
func (m *Mirror) verifyCache(ctx context.Context, o Options, refs []repo.Ref, out *Outcome) error {
	report, err := m.cache.Verify(ctx, cache.VerifyOptions{Repos: refs, OnProgress: func(p cache.VerifyProgress) {
		if o.OnProgress != nil {
			o.OnProgress(Progress{Verifying: true, Done: p.Bytes, Total: p.BytesTotal})
		}
	}})
	if err != nil {
		return err
	}
	out.Verified = report.Hashed
	for _, f := range report.Findings {
		if f.Problem.Damage() {
			out.Corrupt = append(out.Corrupt, f.Ref.Folder()+"/"+f.Path)
		}
	}
	if n := len(out.Corrupt); n > 0 {
		return fault.New(fault.Integrity, "verify the cache", out.Corrupt[0], fmt.Errorf("%d damaged", n)).
			WithHint("pull with --force takes the contents over again, or: hfdownloader cache repair")
	}
	return nil
}
