package cache

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"

	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// readSnapshots looks at every entry of every revision.
func (x *examiner) readSnapshots(ctx context.Context) error {
	st, err := x.area.root.Lstat(x.area.at("snapshots"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		x.found(x.tell(NoSnapshots, "snapshots", "nothing was placed yet, and the official scan complains of it"))
		return nil
	case err != nil:
		return err
	case !st.IsDir():
		x.found(x.tell(ForeignEntry, "snapshots", "no folder"))
		return nil
	}
	var folders []string
	err = eachName(x.area, x.area.at("snapshots"), func(e fs.DirEntry) {
		switch {
		case e.IsDir():
			folders = append(folders, e.Name())
		case !ignored(e.Name()):
			f := x.tell(ForeignEntry, "snapshots/"+e.Name(), "a file, which hides the repository from the official client")
			if st, err := e.Info(); err == nil {
				f.Size = st.Size()
			}
			x.found(f)
		}
	})
	if err != nil {
		return err
	}
	for _, name := range folders {
		commit, err := repo.ParseCommit(name)
		if err != nil {
			commit = "" // of a client that names them otherwise: nothing is known of its files
		} else {
			x.commits[commit] = true
		}
		err = x.store.entriesBelow(ctx, x.area, x.ref, x.area.at("snapshots", name), "", 0, func(e entry) { x.entry(commit, e) })
		if err != nil {
			return err
		}
	}
	return nil
}

// entry looks at one name of a revision.
func (x *examiner) entry(commit repo.Commit, e entry) {
	inRepo, _ := filepath.Rel(x.area.dir, filepath.Join(e.dir, path.Base(e.path)))
	f := x.tell("", inRepo, "")
	if commit != "" {
		f.Uses = []Use{{commit, e.path}}
	}
	switch {
	case e.link:
		x.link(commit, e, f)
	case e.info == nil: // it vanished
	case !e.info.Mode().IsRegular():
		f.Problem, f.Detail = ForeignEntry, "neither link nor file"
		x.found(f)
	default:
		x.plain(commit, e, f)
	}
}

// link follows the letters of a link, as the official scan does.
func (x *examiner) link(commit repo.Commit, e entry, f Finding) {
	target := filepath.FromSlash(e.target)
	leads, err := filepath.Rel(x.area.dir, filepath.Join(e.dir, target))
	name := filepath.Base(target)
	switch {
	case e.target == "": // it vanished
		return
	case filepath.IsAbs(target) || err != nil || !filepath.IsLocal(leads):
		f.Problem, f.Detail = OutsideLink, "leads to "+e.target
	case filepath.Dir(leads) == "blobs":
		x.use(commit, e.path, name)
		return
	default:
		st, err := x.area.root.Stat(x.area.at(leads))
		switch {
		case missing(err):
			f.Problem, f.Detail = DanglingLink, "leads to "+e.target+", which is not there"
		case err != nil:
			f.Problem, f.Detail = Unreadable, reason(err)
		case !st.Mode().IsRegular():
			f.Problem, f.Detail = ForeignEntry, "leads to no file"
		default:
			e.info = st
			x.plain(commit, e, f)
			return
		}
	}
	x.found(f)
}

// use notes that an entry leads to a blob.
func (x *examiner) use(commit repo.Commit, file, name string) {
	b := x.blobs[name]
	if b == nil {
		b = &examined{name: name, listed: -1}
		x.blobs[name] = b
	}
	if commit == "" {
		b.uses = append(b.uses, Use{Path: file}) // known to be used, by nothing the Hub knows
		return
	}
	u := Use{commit, file}
	b.uses = append(b.uses, u)
	listed, ok := x.listings[commit][file]
	switch {
	case !ok:
	case string(listed.ETag()) == name:
		b.listed = listed.Size
		if !slices.Contains(b.in, commit) {
			b.in = append(b.in, commit)
		}
	case b.there && b.size != listed.Size:
		x.wrong(u, fmt.Sprintf("leads to %d bytes, the listing says %d", b.size, listed.Size), name)
	case b.there && listed.Digest().Algo != digest.None: // older programs named small files by their SHA-256
		want := listed.Digest()
		b.others = append(b.others, x.wanted(want, u, name))
	}
}

// wanted compares an entry's content with its listing.
func (x *examiner) wanted(w digest.Digest, u Use, blob string) want {
	return want{w, func(got digest.Digest) {
		if got != w {
			x.wrong(u, instead(w, got), blob)
		}
	}}
}

func (x *examiner) wrong(u Use, detail, blob string) {
	f := x.tell(WrongEntry, "snapshots/"+string(u.Commit)+"/"+u.Path, detail)
	f.Uses, f.Blob = []Use{u}, blob
	x.found(f)
}

// plain is a file in a snapshot: a hard link to a blob, or content of its own,
// which only a listing knows.
func (x *examiner) plain(commit repo.Commit, e entry, f Finding) {
	if b := x.byID[nameless(e.info, "")]; b != nil && nameless(e.info, "").name == "" {
		x.use(commit, e.path, b.name)
		return
	}
	listed, ok := x.listings[commit][e.path]
	switch {
	case !ok:
		x.unknown(x.ref, f.Path)
	case listed.Size != e.info.Size():
		f.Problem, f.Size = WrongEntry, e.info.Size()
		f.Detail = fmt.Sprintf("has %d bytes, the listing says %d", e.info.Size(), listed.Size)
		x.found(f)
	case listed.Digest().Algo == digest.None:
		x.sized()
	case !x.opts.NamesOnly:
		x.task(f, e.info.Size(), []want{x.wanted(listed.Digest(), f.Uses[0], "")})
	}
}

func (x *examiner) sized() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.report.Sized++
}

// task has a file read; f says which, and is told when it cannot be.
func (x *examiner) task(f Finding, size int64, wants []want) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.tasks = append(x.tasks, &task{
		area: x.area, path: x.area.at(filepath.FromSlash(f.Path)), size: size, want: wants,
		bad: func(err error) {
			f.Problem, f.Detail = Unreadable, reason(err)
			x.found(f)
		},
	})
	x.report.Hashed++
}

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
			l := x.tell(BadListing, "trees/"+string(c)+".json", fmt.Sprintf("says %d bytes of a file that has %d", b.listed, b.size))
			l.Uses = []Use{{Commit: c}}
			x.found(l)
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
