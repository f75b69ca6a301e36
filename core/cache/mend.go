package cache

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// asideFolder is where a repository's foreign files are put: no client looks
// there, and nothing is lost.
const asideFolder = ".hfdownloader-aside"

// young is how long a temporary file may still be somebody's.
const young = time.Minute

// Mend does what a finding needs and no Hub: it removes what is of no use to
// anybody and puts aside what nobody knows, which remove deletes instead. What
// was done is said in words; "" is nothing, because the finding is harmless or
// needs the Hub. What lies in the cache folder and is no repository is touched
// only with remove, and then put aside, too.
func (s *Store) Mend(f Finding, remove bool) (done string, err error) {
	if f.Problem == ForeignTop {
		if !remove {
			return "", nil
		}
		return s.topAside(f.Path)
	}
	if f.Problem == BadFolder {
		return "", nil
	}
	a, err := s.area(f.Ref, false)
	if err != nil {
		return "", err
	}
	at := a.at(filepath.FromSlash(f.Path))
	switch f.Problem {
	case Leftover, LeftRef:
		return s.removeLeft(a, at, f)
	case Unfinished:
		return s.removeUseless(a, f)
	case NoSnapshots:
		return "made the folder", s.mend(a.root.MkdirAll(at, 0o777), f)
	case ForeignBlob, ForeignEntry:
		return s.takeForeign(a, f, remove)
	case BadRef:
		return s.trimRef(a, f)
	case WrongEntry:
		if st, err := a.root.Lstat(at); err == nil && st.IsDir() {
			_, err := s.SetAside(f.Ref, f.Path)
			return "", err // the file is still to be placed
		}
		return "", nil
	case Corrupt, Truncated, TooLong, OutsideLink:
		if len(f.Uses) > 0 || !isBlobPath(f.Path) {
			return "", nil
		}
		release, free := s.lockBlob(a, f.Ref, f.Blob)
		if !free {
			return "", nil // somebody downloads it
		}
		defer release()
		return "deleted: nothing leads to it", s.mend(a.root.Remove(at), f)
	}
	return "", nil
}

func (s *Store) mend(err error, f Finding) error {
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return s.diskError("repair", f.Ref.String()+": "+f.Path, err)
}

// takeForeign puts aside or deletes what no client has put there.
func (s *Store) takeForeign(a *area, f Finding, remove bool) (done string, err error) {
	if remove {
		done, err = "deleted", s.mend(a.root.RemoveAll(a.at(filepath.FromSlash(f.Path))), f)
	} else {
		done, err = s.SetAside(f.Ref, f.Path)
	}
	if err == nil && f.Path == "snapshots" { // the official scan wants the folder
		err = s.mend(a.root.MkdirAll(a.at("snapshots"), 0o777), f)
	}
	return done, err
}

// removeLeft removes a temporary file of a dead process.
func (s *Store) removeLeft(a *area, at string, f Finding) (string, error) {
	st, err := a.root.Lstat(at)
	if err != nil {
		return "", s.mend(err, f)
	}
	if time.Since(st.ModTime()) < young {
		return "", nil
	}
	if st.IsDir() {
		return "deleted", s.mend(removeEmpty(a, filepath.FromSlash(f.Path)), f)
	}
	return "deleted", s.mend(a.root.Remove(at), f)
}

// removeEmpty removes a folder of empty folders, and nothing that holds a file.
func removeEmpty(a *area, at string) error {
	var below []string
	if err := eachName(a, a.at(at), func(e fs.DirEntry) { below = append(below, e.Name()) }); err != nil {
		return err
	}
	for _, name := range below {
		if !realFolder(a, at, name) {
			return fs.ErrExist
		}
		if err := removeEmpty(a, filepath.Join(at, name)); err != nil {
			return err
		}
	}
	return a.root.Remove(a.at(at))
}

// removeUseless removes a partial of a content that is there. The caller knows
// that the content is sound.
func (s *Store) removeUseless(a *area, f Finding) (string, error) {
	if f.Blob == "" {
		return "", nil
	}
	if there, err := sized(a.root, a.at("blobs", f.Blob), -1); err != nil || !there || s.distrusts(a.root, a.at("blobs", f.Blob)) {
		return "", s.mend(err, f)
	}
	name := path.Base(f.Path)
	_, ours, _ := partialName(name)
	if err := s.RemovePartial(Partial{Ref: f.Ref, Name: name, Content: f.Blob, Size: f.Size, Written: f.Written, Ours: ours}); err != nil {
		return "", nil //nolint:nilerr // somebody has it locked, and it is harmless
	}
	return "deleted: the content is there", nil
}

// trimRef: a ref that holds more than a commit with a snapshot is written anew.
func (s *Store) trimRef(a *area, f Finding) (string, error) {
	rev, err := repo.ParseRevision(strings.TrimPrefix(f.Path, "refs/"))
	if err != nil {
		return "", nil //nolint:nilerr // it is no ref by its name
	}
	b, err := readFile(a.root, a.at(filepath.FromSlash(f.Path)), maxRef)
	if err != nil {
		return "", nil //nolint:nilerr // too long, or a link
	}
	commit, err := repo.ParseCommit(strings.TrimSpace(string(b)))
	if err != nil {
		return "", nil //nolint:nilerr // the Hub may know
	}
	return "written anew", s.WriteRef(f.Ref, rev, commit)
}

// SetAside moves a file or folder of a repository to where no client looks, and
// says where.
func (s *Store) SetAside(ref repo.Ref, at string) (string, error) {
	a, err := s.area(ref, false)
	if err != nil {
		return "", err
	}
	to, err := s.moveAside(a, filepath.FromSlash(at), a.at(asideFolder))
	if err != nil {
		return "", s.diskError("put aside", ref.String()+": "+at, err)
	}
	if strings.HasPrefix(at, "refs/") {
		removeEmptyParents(a, filepath.FromSlash(at), "refs")
	}
	rel, err := filepath.Rel(a.dir, to)
	if err != nil {
		return "", err
	}
	return "moved to " + path.Join(ref.Folder(), filepath.ToSlash(rel)), nil
}

// topAside is for what lies in the cache folder.
func (s *Store) topAside(name string) (string, error) {
	to, err := s.moveAside(&area{s.root, "."}, name, filepath.Join(".locks", asideFolder))
	if err != nil {
		return "", s.diskError("put aside", name, err)
	}
	return "moved to " + filepath.ToSlash(to), nil
}

// moveAside finds a free name below folder.
func (s *Store) moveAside(a *area, at, folder string) (string, error) {
	if !filepath.IsLocal(at) {
		return "", errNotItself
	}
	for n := range 1000 {
		to := filepath.Join(folder, at)
		if n > 0 {
			to = fmt.Sprintf("%s.%d", to, n)
		}
		if _, err := a.root.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := a.root.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			return "", err
		}
		return to, a.root.Rename(a.at(at), to)
	}
	return "", fs.ErrExist
}

// WriteRef points a revision at a commit that has a snapshot.
func (s *Store) WriteRef(ref repo.Ref, rev repo.Revision, commit repo.Commit) error {
	a, err := s.area(ref, false)
	if err != nil {
		return err
	}
	if st, err := a.root.Lstat(a.at("snapshots", string(commit))); err != nil || !st.IsDir() {
		return fault.New(fault.RevisionNotFound, "point "+string(rev)+" of", ref.String(), errors.New("the commit has no snapshot")).
			WithHint("download the revision again")
	}
	if err := s.clear(a, "refs/"+string(rev)); err != nil {
		return err
	}
	return s.writeRef(a, ref, rev, commit)
}

// clear puts aside what is no file where one is to be written: what is behind a
// link is not the file.
func (s *Store) clear(a *area, at string) error {
	st, err := a.root.Lstat(a.at(filepath.FromSlash(at)))
	if err != nil || st.Mode().IsRegular() {
		return nil //nolint:nilerr // nothing is there
	}
	if _, err := s.moveAside(a, filepath.FromSlash(at), a.at(asideFolder)); err != nil {
		return s.diskError("put aside", at, err)
	}
	return nil
}

// WriteListing keeps a commit's listing in place of what was there.
func (s *Store) WriteListing(ref repo.Ref, commit repo.Commit, files []repo.File) error {
	a, err := s.area(ref, false)
	if err != nil {
		return err
	}
	if err := s.clear(a, "trees/"+string(commit)+".json"); err != nil {
		return err
	}
	return s.writeTree(a, commit, files)
}
