package cache

import (
	"fmt"
	"slices"

	"github.com/hfdownloader/hfdownloader/core/digest"
)

// conclude judges a blob when everything that speaks of it was read. Who is
// looked at again may be there now and is judged like the others.
func (x *examiner) conclude(b *examined) {
	f := x.tell("", "blobs/"+b.name, "")
	f.Blob, f.Size = b.name, b.size
	for _, u := range b.uses {
		if u.Commit != "" {
			f.Uses = append(f.Uses, u)
		}
	}
	named := digest.FromETag(b.name)
	if !b.there && b.planted == "" && !x.missing(b) {
		return
	}
	if named.Algo == digest.None {
		x.measure(b)
	}
	switch {
	case b.planted != "":
		f.Problem, f.Detail = OutsideLink, b.planted
		x.found(f)
	case !b.there:
		f.Problem, f.Detail = MissingBlob, fmt.Sprintf("%d of the snapshots' files lead to it", len(b.uses))
		x.found(f)
	case named.Algo == digest.None && len(b.uses) == 0:
		f.Problem, f.Detail = ForeignBlob, "nothing leads to it"
		x.found(f)
	case b.listed >= 0 && b.listed != b.size && (named.Algo == digest.None || x.opts.NamesOnly):
		x.lengthOff(b, f)
	case named.Algo == digest.None && len(b.others) > 0 && !x.opts.NamesOnly:
		x.task(f, b.size, b.others)
	case named.Algo == digest.None && b.listed >= 0:
		x.sized()
	case named.Algo == digest.None:
		x.unknown(x.ref, f.Path)
	case x.opts.NamesOnly:
		x.unused(b, f)
	default:
		x.task(f, b.size, append(b.others, want{named, func(got digest.Digest) { x.judge(b, f, named, got) }}))
	}
}

// measure looks up what is known of a content whose name is no digest: a
// mirror's etag may stand for content whose digest the Hub lists.
func (x *examiner) measure(b *examined) {
	for _, u := range b.uses {
		listed, ok := x.listing(u.Commit)[u.Path]
		switch {
		case b.listed >= 0 || len(b.others) > 0 || !ok:
		case listed.Digest().Algo != digest.None && listed.Size == b.size:
			b.others = append(b.others, x.wanted(listed.Digest(), u, b.name))
		default:
			b.listed = listed.Size
		}
	}
}

// missing looks again: a download may have brought the blob, or a deletion may
// have taken the entries away, since they were read.
func (x *examiner) missing(b *examined) bool {
	if st, err := x.area.root.Stat(x.area.at("blobs", b.name)); err == nil && st.Mode().IsRegular() {
		b.there, b.size = true, st.Size()
		return true
	}
	return slices.ContainsFunc(b.uses, func(u Use) bool {
		if u.Commit == "" {
			return true
		}
		_, err := x.area.root.Lstat(x.area.entry(u.Commit, u.Path))
		return err == nil
	})
}

// judge knows what the content is.
func (x *examiner) judge(b *examined, f Finding, want, got digest.Digest) {
	switch {
	case got == want && b.listed >= 0 && b.listed != b.size:
		for _, c := range b.in { // the content is what it is called: the listing is wrong
			x.badListing(c, fmt.Sprintf("says %d bytes of a file that has %d", b.listed, b.size))
		}
	case got == want:
		x.unused(b, f)
	case b.listed >= 0 && b.listed != b.size:
		x.lengthOff(b, f)
	case b.size == 0:
		f.Problem, f.Detail = Truncated, "is empty"
		x.found(f)
	default:
		f.Problem, f.Detail = Corrupt, instead(want, got)
		x.found(f)
	}
}

func (x *examiner) lengthOff(b *examined, f Finding) {
	f.Problem, f.Detail = Truncated, fmt.Sprintf("has %d of %d bytes", b.size, b.listed)
	if b.size > b.listed {
		f.Problem = TooLong
		f.Detail = fmt.Sprintf("has %d bytes instead of %d", b.size, b.listed)
	}
	x.found(f)
}

// unused tells of sound content no snapshot leads to.
func (x *examiner) unused(b *examined, f Finding) {
	if len(b.uses) == 0 {
		f.Problem, f.Detail = UnusedBlob, "sound, but no snapshot leads to it"
		x.found(f)
	}
}
