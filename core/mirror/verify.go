package mirror

import (
	"context"
	"fmt"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// verify reads every content at the target again and hashes it.
func (m *Mirror) verify(ctx context.Context, o Options, out *Outcome) error {
	there, err := remote(ctx, m.target, o.match)
	if err != nil {
		return err
	}
	meter := &meter{options: o, now: Progress{Verifying: true}}
	for _, h := range there {
		meter.now.Total += h.size()
	}
	for _, ref := range inOrder(there) {
		h := there[ref]
		for _, e := range sorted(h.blobs) {
			same, err := m.verifyBlob(ctx, h, e, meter)
			if ctx.Err() != nil {
				return canceled(ctx, "verify", ref)
			}
			if err != nil {
				return err
			}
			out.Verified++
			if !same {
				out.Corrupt = append(out.Corrupt, h.blob(e))
			}
		}
	}
	if n := len(out.Corrupt); n > 0 {
		return fault.New(fault.Integrity, "verify the target", out.Corrupt[0], fmt.Errorf("%d damaged", n)).
			WithHint("push with --force carries the contents over again; --repo narrows it")
	}
	return nil
}

// verifyBlob reports whether a content is right. An error says nothing about it.
func (m *Mirror) verifyBlob(ctx context.Context, h *holding, e repo.ETag, meter *meter) (same bool, err error) {
	r, err := m.target.Open(ctx, h.blob(e), 0)
	if err != nil {
		return false, err
	}
	defer r.Close()
	same, err = Check(ctx, reader{ctx, r, func(n int) { meter.add(h.ref, n) }}, e, h.blobs[e])
	if err != nil {
		err = fault.New(fault.Unavailable, "read from the target", h.blob(e), err).WithHint("see that the target is up and run the same command again")
	}
	return same, err
}
