package mirror

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Push makes the target hold what the cache holds. Of each repository contents
// come first, then the links to them, the listings and, last, the refs: whenever
// it ends, no ref leads to less than it should. The outcome is filled as far as it
// got, also with an error; damage that Verify finds is fault.Integrity.
func (m *Mirror) Push(ctx context.Context, o Options) (out Outcome, err error) {
	out.DryRun = o.DryRun
	here, err := local(ctx, m.cache, o.match)
	if err != nil {
		return out, err
	}
	there, err := remote(ctx, m.target, o.match)
	if err != nil {
		return out, err
	}
	meter := &meter{options: o}
	plans := map[repo.Ref]work{}
	for ref, l := range here {
		r := there[ref]
		if r == nil {
			r = newHolding(ref)
		}
		plans[ref] = compare(l.holding, r, o.Force)
		meter.now.Total += plans[ref].bytes(l.holding)
	}
	for _, ref := range inOrder(here) {
		w := plans[ref]
		if w.empty() {
			continue
		}
		out.Repos = append(out.Repos, ref.String())
		if o.DryRun {
			out.Copied, out.Bytes = out.Copied+len(w.blobs), out.Bytes+w.bytes(here[ref].holding)
			continue
		}
		p := pusher{m, here[ref], o, &out, meter}
		if err := p.push(ctx, w); err != nil {
			return out, err
		}
	}
	out.Extra = extras(here, there)
	if o.Delete && !o.DryRun && len(out.Extra) > 0 {
		if len(here) == 0 {
			return out, nothing("push", "the cache")
		}
		if err := m.removeExtras(ctx, &out); err != nil {
			return out, err
		}
	}
	if o.Verify && !o.DryRun {
		err = m.verify(ctx, o, &out)
	}
	return out, err
}

func inOrder[V any](m map[repo.Ref]V) []repo.Ref {
	var refs []repo.Ref
	for ref := range m {
		refs = append(refs, ref)
	}
	slices.SortFunc(refs, func(a, b repo.Ref) int { return strings.Compare(a.Folder(), b.Folder()) })
	return refs
}

// pusher carries over one repository.
type pusher struct {
	*Mirror
	from    *localRepo
	options Options
	out     *Outcome
	meter   *meter
}

func (p pusher) push(ctx context.Context, w work) error {
	for _, e := range w.blobs {
		if err := p.blob(ctx, e); err != nil {
			return err
		}
		p.out.Copied++
	}
	for _, e := range w.entries {
		if err := p.target.Link(ctx, p.from.at("snapshots", string(e.commit), e.path), link(e.path, e.etag)); err != nil {
			return err
		}
	}
	for _, c := range w.listings {
		var doc bytes.Buffer
		if err := cache.FormatListing(&doc, p.from.files[c]); err != nil {
			return fault.New(fault.Internal, "write the listing of", p.from.ref.String(), err)
		}
		if err := p.target.Write(ctx, p.from.at("trees", string(c)+".json"), doc.Bytes()); err != nil {
			return err
		}
	}
	for _, r := range w.refs {
		if err := p.target.Write(ctx, p.from.at("refs", string(r)), []byte(p.from.refs[r])); err != nil {
			return err
		}
	}
	return nil
}

// blob carries over one content. It is hashed here first: a mirror must never
// spread damage.
func (p pusher) blob(ctx context.Context, e repo.ETag) error {
	ref, src, size := p.from.ref, p.from.sources[e], p.from.blobs[e]
	f, err := p.cache.OpenPlaced(ref, src.commit, src.path)
	if err != nil {
		return err
	}
	defer f.Close()
	at, ok := f.(io.ReaderAt)
	if !ok {
		return fault.New(fault.Internal, "read", src.path, errors.New("the cache gave no file"))
	}
	switch same, err := Check(ctx, io.NewSectionReader(at, 0, size+1), e, size); {
	case ctx.Err() != nil:
		return canceled(ctx, "push", ref)
	case err != nil:
		return fault.New(fault.Disk, "read for the push", ref.String()+": "+src.path, err).WithHint("check the disk; the same command goes on")
	case !same:
		return fault.New(fault.Integrity, "push", ref.String()+": "+src.path, errOther()).WithHint("heal it first: hfdownloader cache repair " + ref.String())
	}
	before := p.out.Bytes
	err = p.target.Upload(ctx, p.from.blob(e), size, at, func(n int) {
		p.out.Bytes += int64(n)
		p.meter.add(ref, n)
	})
	if err != nil && ctx.Err() != nil {
		return canceled(ctx, "push", ref)
	}
	if err == nil {
		p.meter.settle(ref, size, p.out.Bytes-before)
	}
	return err
}
