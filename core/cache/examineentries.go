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
	case e.info.IsDir():
		if _, listed := x.listings[commit][e.path]; listed {
			f.Problem, f.Detail = WrongEntry, "is a folder"
			x.found(f)
		}
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
	case !ok && (x.listings[commit] == nil || !b.there):
	case !ok: // a listing is whole: it or the link is wrong
		x.wrong(u, "the listing has no such file", name)
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
	listed, ok := x.listing(commit)[e.path]
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
