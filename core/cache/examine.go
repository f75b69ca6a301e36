package cache

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// examiner looks at one repository: it reads names, lengths, refs and listings,
// tells what is wrong with those, and leaves what must be read to the verifier.
type examiner struct {
	*verifier
	list     func(repo.Commit) ([]repo.File, bool) // nil asks nobody
	ref      repo.Ref
	area     *area
	blobs    map[string]*examined
	byID     map[fileID]*examined // for hard links
	listings map[repo.Commit]map[string]repo.File
	commits  map[repo.Commit]bool // that have a snapshot
}

// examined is a name in blobs/ that may be a content.
type examined struct {
	name  string
	there bool // false: entries lead to it, but it is not
	// planted says where a link in its place leads that no client has put there.
	planted string
	size    int64
	uses    []Use
	// listed is the length in listings, -1 when none has it; in are those.
	listed int64
	in     []repo.Commit
	others []want // of listings that expect other content at an entry leading here
}

func (x *examiner) tell(p Problem, path, detail string) Finding {
	return Finding{Ref: x.ref, Problem: p, Path: filepath.ToSlash(path), Detail: detail}
}

// run looks at the repository. Errors are its absence and the end of ctx.
func (x *examiner) run(ctx context.Context) error {
	var err error
	x.area, err = x.store.scanArea(x.ref)
	switch {
	case errors.Is(err, errNoCache):
		return fault.New(fault.RepoNotFound, "verify", x.ref.String(), errors.New("it is not in the cache")).
			WithHint("hfdownloader cache ls shows what is there")
	case err != nil:
		x.found(x.tell(BadFolder, ".", strings.Trim(err.Error()+"; "+fault.HintOf(err), "; ")))
		return nil
	}
	if ask := x.opts.List; ask != nil {
		x.list = func(commit repo.Commit) ([]repo.File, bool) { return ask(ctx, x.ref, commit) }
	}
	x.blobs, x.byID = map[string]*examined{}, map[fileID]*examined{}
	x.listings, x.commits = map[repo.Commit]map[string]repo.File{}, map[repo.Commit]bool{}
	for _, step := range []func(context.Context) error{x.readBlobs, x.readListings, x.readSnapshots, x.readRefs} {
		if err := step(ctx); err != nil {
			if ctx.Err() != nil {
				return stopped(ctx, "verify", x.ref.String())
			}
			x.found(x.tell(Unreadable, ".", err.Error()))
		}
	}
	for _, b := range x.blobs {
		x.conclude(b)
	}
	return nil
}

// readBlobs sorts what is in blobs/.
func (x *examiner) readBlobs(context.Context) error {
	if _, err := x.area.root.Lstat(x.area.at("blobs")); err == nil && !realFolder(x.area, "blobs") {
		x.found(x.tell(ForeignEntry, "blobs", "no folder"))
		return nil
	}
	return eachName(x.area, x.area.at("blobs"), func(e fs.DirEntry) {
		at := "blobs/" + e.Name()
		st, err := e.Info()
		if err != nil || ignored(e.Name()) {
			return
		}
		f := x.tell("", at, "")
		f.Size = st.Size()
		content, _, partial := partialName(e.Name())
		switch {
		case partial && !e.IsDir(): // a link of ours is about to get its name
			f.Problem, f.Blob, f.Written = Unfinished, content, st.ModTime()
			x.found(f)
		case leftBlob(e.Name(), st):
			f.Problem, f.Detail = Leftover, "the official client was killed here"
			x.found(f)
		case e.Type()&fs.ModeSymlink != 0:
			x.sharedBlob(e.Name())
		case !e.Type().IsRegular():
			f.Problem, f.Detail = ForeignBlob, "no regular file"
			x.found(f)
		default:
			x.blob(e.Name(), st)
		}
	})
}

// leftBlob knows what official clients leave when they are killed: the empty
// file they learn the mode of new files from, and links not yet renamed.
func leftBlob(name string, st fs.FileInfo) bool {
	if rest, is := strings.CutPrefix(name, "tmp_"); is && st.Size() == 0 && st.Mode().IsRegular() {
		rest = strings.ReplaceAll(rest, "-", "")
		return len(rest) == 32 && digest.IsHex(rest)
	}
	return strings.HasPrefix(name, ".") && strings.HasSuffix(name, ".shared") && st.Mode()&fs.ModeSymlink != 0
}

// blob notes a regular file. One whose name no etag can be is foreign for sure.
func (x *examiner) blob(name string, st fs.FileInfo) {
	if _, err := repo.ParseETag(name); err != nil {
		f := x.tell(ForeignBlob, "blobs/"+name, "no client names a blob so")
		f.Size = st.Size()
		x.found(f)
		return
	}
	b := &examined{name: name, there: true, size: st.Size(), listed: -1}
	x.blobs[name] = b
	x.byID[nameless(st, x.area.at("blobs", name))] = b
}

// sharedBlob is a link: into the shared store of the newest official client, or
// planted.
func (x *examiner) sharedBlob(name string) {
	f := x.tell(Unreadable, "blobs/"+name, "")
	f.Blob = name
	target, err := x.area.root.Readlink(x.area.at("blobs", name))
	if err != nil {
		return // gone
	}
	at := filepath.Join(x.area.at("blobs"), filepath.FromSlash(target))
	parts := strings.Split(filepath.ToSlash(at), "/")
	st, err := x.area.root.Stat(x.area.at("blobs", name))
	switch {
	case filepath.IsAbs(target) || len(parts) != 3 || parts[0] != "blobs" || !x.store.known(x.area.root, "blobs"):
		x.blobs[name] = &examined{name: name, planted: "leads to " + target, listed: -1}
		return
	case missing(err):
		return // a blob that is not there, if anything leads to it
	case err != nil:
		f.Detail = reason(err)
	case st.Mode().IsRegular():
		x.blobs[name] = &examined{name: name, there: true, size: st.Size(), listed: -1}
		return
	default:
		x.blobs[name] = &examined{name: name, planted: "leads to no file", listed: -1}
		return
	}
	x.found(f)
}

// readListings reads what is kept of the Hub's listings.
func (x *examiner) readListings(context.Context) error {
	return eachName(x.area, x.area.at("trees"), func(e fs.DirEntry) {
		at := "trees/" + e.Name()
		if strings.HasSuffix(e.Name(), ".tmp") && e.Type().IsRegular() {
			x.found(x.tell(Leftover, at, "a listing that was not written to its end"))
			return
		}
		name, is := strings.CutSuffix(e.Name(), ".json")
		commit, err := repo.ParseCommit(name)
		if !is || err != nil {
			x.found(x.tell(ForeignEntry, at, "no listing of a commit"))
			return
		}
		if !e.Type().IsRegular() {
			x.badListing(commit, "no regular file")
			return
		}
		files, err := loadTree(x.area, x.area.at("trees", e.Name()))
		switch {
		case errors.Is(err, errTreeVersion), errors.Is(err, fs.ErrNotExist):
		case errors.Is(err, fs.ErrPermission): // the client makes them readable for their owner only
		case err != nil:
			x.badListing(commit, reason(err))
		default:
			x.listings[commit] = byPaths(files)
		}
	})
}

func byPaths(files []repo.File) map[string]repo.File {
	out := make(map[string]repo.File, len(files))
	for _, file := range files {
		out[file.Path] = file
	}
	return out
}

// listing is the kept listing of a revision; where a file cannot be judged
// without one, the Hub's, if it may be asked.
func (x *examiner) listing(commit repo.Commit) map[string]repo.File {
	known, asked := x.listings[commit]
	if asked || commit == "" || x.list == nil {
		return known
	}
	x.listings[commit] = nil // asked once
	if files, ok := x.list(commit); ok {
		x.listings[commit] = byPaths(files)
	}
	return x.listings[commit]
}

func (x *examiner) badListing(commit repo.Commit, detail string) {
	f := x.tell(BadListing, "trees/"+string(commit)+".json", detail)
	f.Uses = []Use{{Commit: commit}}
	x.found(f)
}

// reason is what the system said, without the path.
func reason(err error) string {
	var f *fault.Error
	var p *fs.PathError
	switch {
	case errors.As(err, &f) && f.Err != nil:
		return f.Err.Error()
	case errors.As(err, &p):
		return p.Err.Error()
	}
	return err.Error()
}

// readRefs tells of refs that lead nowhere or are none.
func (x *examiner) readRefs(context.Context) error {
	if _, err := x.area.root.Lstat(x.area.at("refs")); err == nil && !realFolder(x.area, "refs") {
		x.found(x.tell(ForeignEntry, "refs", "no folder"))
		return nil
	}
	_, err := x.refsBelow("refs", 0)
	return err
}

// refsBelow says whether there is anything in a folder, or in one below it.
func (x *examiner) refsBelow(dir string, depth int) (any bool, err error) {
	var folders []string
	err = eachName(x.area, x.area.at(dir), func(e fs.DirEntry) {
		switch at := filepath.Join(dir, e.Name()); {
		case e.IsDir() && depth < maxScanDepth:
			folders = append(folders, at)
			return
		case ignored(e.Name()):
		case !e.Type().IsRegular():
			x.found(x.tell(BadRef, at, "no regular file"))
		case leftRef.MatchString(e.Name()):
			x.found(x.tell(LeftRef, at, "a ref that was not written to its end"))
		default:
			x.readRef(at)
		}
		any = true
	})
	for _, at := range folders {
		if err != nil {
			break
		}
		var below bool
		below, err = x.refsBelow(at, depth+1)
		if any = any || below; err == nil && !below && dir == "refs" { // no ref of its name can be written
			x.found(x.tell(Leftover, at, "an empty folder"))
		}
	}
	return any, err
}

// readRef: exactly the digits, of a snapshot that is there (cache-layout.md §2, §10).
func (x *examiner) readRef(at string) {
	b, err := readFile(x.area.root, x.area.at(at), maxRef)
	commit, cerr := repo.ParseCommit(strings.TrimSpace(string(b)))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := x.area.root.Lstat(x.area.at(at)); err == nil { // it did not go meanwhile
			x.found(x.tell(BadRef, at, "far too long"))
		}
	case err != nil:
		x.found(x.tell(Unreadable, at, reason(err)))
	case cerr != nil:
		x.found(x.tell(BadRef, at, "holds no commit"))
	case !x.commits[commit] && !realFolder(x.area, "snapshots/"+string(commit)): // it may have come meanwhile
		f := x.tell(LostRef, at, "names "+commit.Short()+", which has no snapshot")
		f.Uses = []Use{{Commit: commit}}
		x.found(f)
	case string(b) != string(commit):
		x.found(x.tell(BadRef, at, "holds more than a commit, which hides the repository from the official client"))
	}
}
