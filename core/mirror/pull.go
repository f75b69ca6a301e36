package mirror

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/hfdownloader/hfdownloader/core/cache"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Pull makes the cache hold what the target holds. Contents go through the cache's
// own ingestion and are hashed before they are published; refs move last, and only
// to snapshots whose every entry is here. The outcome is filled as far as it got,
// also with an error.
func (m *Mirror) Pull(ctx context.Context, o Options) (out Outcome, err error) {
	out.DryRun = o.DryRun
	there, err := remote(ctx, m.target, o.match)
	if err != nil {
		return out, err
	}
	here, err := local(ctx, m.cache, o.match)
	if err != nil {
		return out, err
	}
	meter := &meter{options: o}
	plans := map[repo.Ref]work{}
	for ref, r := range there {
		r.dropUnused()
		l := newHolding(ref)
		if h := here[ref]; h != nil {
			l = h.holding
		}
		plans[ref] = compare(r, l, o.Force)
		meter.now.Total += plans[ref].bytes(r)
	}
	for _, ref := range inOrder(there) {
		w := plans[ref]
		if w.empty() {
			continue
		}
		out.Repos = append(out.Repos, ref.String())
		if o.DryRun {
			out.Copied, out.Bytes = out.Copied+len(w.blobs), out.Bytes+w.bytes(there[ref])
			continue
		}
		if o.Force && here[ref] != nil {
			if err := m.distrust(ref, w.blobs); err != nil {
				return out, err
			}
		}
		p := puller{m, there[ref], &out, meter}
		if err := p.pull(ctx, w); err != nil {
			return out, err
		}
	}
	if err := m.pullExtras(ctx, o, here, there, &out); err != nil {
		return out, err
	}
	if o.Verify && !o.DryRun && len(there) > 0 {
		err = m.verifyCache(ctx, o, inOrder(there), &out)
	}
	return out, err
}

// dropUnused forgets contents no snapshot leads to: the cache has no place for them.
func (h *holding) dropUnused() {
	used := map[repo.ETag]bool{}
	for _, entries := range h.snapshots {
		for _, e := range entries {
			used[e] = true
		}
	}
	for e := range h.blobs {
		if !used[e] {
			delete(h.blobs, e)
		}
	}
}

// paths gives each content one of its names.
func (h *holding) paths() map[repo.ETag]string {
	out := map[repo.ETag]string{}
	for _, entries := range h.snapshots {
		for p, e := range entries {
			out[e] = p
		}
	}
	return out
}

// puller takes over one repository.
type puller struct {
	*Mirror
	from  *holding
	out   *Outcome
	meter *meter
}

func (p puller) pull(ctx context.Context, w work) error {
	paths := p.from.paths()
	for _, e := range w.blobs {
		f, err := p.file(entry{path: paths[e], etag: e})
		if err != nil {
			return err
		}
		if err := p.ingest(ctx, f); err != nil {
			return err
		}
	}
	for _, e := range w.entries {
		f, err := p.file(e)
		if err != nil {
			return err
		}
		if err := p.cache.Place(ctx, p.from.ref, e.commit, f); err != nil {
			return err
		}
	}
	for _, c := range w.listings {
		if err := p.listing(ctx, c); err != nil {
			return err
		}
	}
	for _, rev := range w.refs {
		commit := p.from.refs[rev]
		if p.from.snapshots[commit] == nil {
			continue // it would lead nowhere
		}
		if err := p.cache.Finish(ctx, cache.Finish{Ref: p.from.ref, Revision: rev, Commit: commit, Listed: true, Complete: true}); err != nil {
			return err
		}
	}
	return nil
}

// file is an entry as the cache takes it. Without a digest in its name nobody
// could tell whether the content is right.
func (p puller) file(e entry) (repo.File, error) {
	size, ok := p.from.blobs[e.etag]
	f := repo.File{Path: e.path, Size: size}
	switch {
	case !ok:
		return f, fault.New(fault.Integrity, "pull", p.from.ref.String()+": "+e.path, errors.New("the mirror has no content for it")).
			WithHint("push to the target again, or leave the repository out with --repo")
	case len(e.etag) == 64 && e.etag.Digest().Hex != "":
		f.LFS = &repo.LFS{SHA256: string(e.etag), Size: size}
	case e.etag.Digest().Hex != "":
		f.BlobID = string(e.etag)
	default:
		return f, fault.New(fault.Integrity, "pull", p.from.ref.String()+": "+e.path, errors.New("its name carries no checksum")).
			WithHint("download it from where it came from, or leave the repository out with --repo")
	}
	return f, nil
}

func (p puller) ingest(ctx context.Context, f repo.File) error {
	in, err := p.cache.Ingest(ctx, p.from.ref, f)
	if errors.Is(err, cache.ErrPresent) {
		p.meter.settle(p.from.ref, f.Size, 0)
		return nil
	}
	if err != nil {
		return err
	}
	rest, before := f.Size, p.out.Bytes
	if had := in.Length(); had <= f.Size {
		rest -= had
		p.meter.settle(p.from.ref, f.Size, rest)
	}
	if err := p.fill(ctx, in.File(), f, in.Length()); err != nil {
		if fault.KindOf(err) == fault.Integrity {
			return errors.Join(err, in.Discard())
		}
		return errors.Join(err, in.Close())
	}
	p.meter.settle(p.from.ref, rest, p.out.Bytes-before)
	p.out.Copied++
	return in.Commit(ctx)
}

// fill goes on where a partial ends, and starts over when that was of no use.
func (p puller) fill(ctx context.Context, file *os.File, f repo.File, from int64) error {
	if from > f.Size {
		from = 0
	}
	for {
		if err := p.fetch(ctx, file, f, from); err != nil {
			return err
		}
		same, err := Check(ctx, io.NewSectionReader(file, 0, f.Size+1), f.ETag(), f.Size)
		switch {
		case ctx.Err() != nil:
			return canceled(ctx, "pull", p.from.ref)
		case err != nil:
			return fault.New(fault.Disk, "read what was pulled of", p.from.ref.String()+": "+f.Path, err).WithHint("check the disk; the same command goes on")
		case same:
			return nil
		case from == 0:
			return fault.New(fault.Integrity, "pull", p.from.ref.String()+": "+f.Path, errOther()).
				WithHint("the mirror is damaged: push --verify --force from a sound cache heals it")
		}
		from = 0
	}
}

// enough is what a broken connection must have brought for another one to be worth it,
// in bytes: over hours one breaks, and nobody is there to run the command again.
const enough = 1 << 20

// fetch writes the target's content from an offset on, never more than f.Size.
func (p puller) fetch(ctx context.Context, file *os.File, f repo.File, at int64) error {
	if err := file.Truncate(at); err != nil {
		return fault.New(fault.Disk, "write", f.Path, err)
	}
	for at < f.Size {
		n, err := p.stretch(ctx, file, f, at)
		switch {
		case ctx.Err() != nil:
			return canceled(ctx, "pull", p.from.ref)
		case err == nil:
			return nil
		case n < enough:
			return err
		}
		at += n
	}
	return nil
}

// stretch writes what one opening of the content brings, and gives how many bytes.
func (p puller) stretch(ctx context.Context, file *os.File, f repo.File, at int64) (int64, error) {
	r, err := p.target.Open(ctx, p.from.blob(f.ETag()), at)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	source := &asked{r: reader{ctx, io.LimitReader(r, f.Size-at), func(n int) {
		p.out.Bytes += int64(n)
		p.meter.add(p.from.ref, n)
	}}}
	n, err := io.Copy(io.NewOffsetWriter(file, at), source)
	switch {
	case source.err == nil && err != nil:
		err = fault.New(fault.Disk, "write", p.from.ref.String()+": "+f.Path, err).WithHint("see that the disk has space; the same command goes on")
	case err != nil:
		err = fault.New(fault.Unavailable, "pull", p.from.ref.String()+": "+f.Path, err).WithHint("run the same command again to go on")
	}
	return n, err
}

// maxListing bounds what a target may make us read, in bytes; a file's entry takes
// some 300.
const maxListing = 256 << 20

// listing keeps a listing that can be read; a broken one is left out.
func (p puller) listing(ctx context.Context, c repo.Commit) error {
	if p.from.snapshots[c] == nil {
		return nil
	}
	r, err := p.target.Open(ctx, p.from.at("trees", string(c)+".json"), 0)
	if err != nil {
		return err
	}
	defer r.Close()
	files, err := cache.ReadListing(io.LimitReader(r, maxListing))
	if err != nil {
		return nil //nolint:nilerr // without a listing the snapshot is still whole
	}
	return p.cache.WriteListing(p.from.ref, c, files)
}
