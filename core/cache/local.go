package cache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Local is one repository as plain files in a folder, with the records the
// official client keeps for its local_dir: it knows our files for its own and
// we know its. Files of the user are replaced by rename, never written to.
type Local struct{ store *Store }

// Folders of records, below the folder.
const (
	localState    = ".cache/huggingface"
	localDownload = localState + "/download"
)

// OpenLocal prepares a folder, Options.Root. It is made with the first file.
func OpenLocal(o Options) (*Local, error) {
	s, err := Open(o)
	if err != nil {
		return nil, err
	}
	s.aside = localDownload
	return &Local{s}, nil
}

// area is the folder itself; make creates it.
func (l *Local) area(make bool) (*area, error) {
	s := l.store
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.areas["."]; a != nil {
		return a, nil
	}
	if s.root == nil {
		if !make {
			return nil, errNoCache
		}
		if err := s.makeRoot(); err != nil {
			return nil, err
		}
	}
	a := &area{s.root, "."}
	s.areas["."] = a
	return a, nil
}

// Close gives the folder back.
func (l *Local) Close() error { return l.store.Close() }

// Path is the folder, absolute.
func (l *Local) Path() string { return l.store.shown }

// FreeSpace is in bytes, -1 when the system does not say.
func (l *Local) FreeSpace() (int64, error) { return l.store.FreeSpace() }

// CaseFolding says that names differing only in case are one file here.
func (l *Local) CaseFolding() bool { return l.store.CaseFolding() }

// Tree reads the kept listing of a commit.
func (l *Local) Tree(ref repo.Ref, commit repo.Commit) ([]repo.File, bool, error) {
	a, err := l.area(false)
	if errors.Is(err, errNoCache) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	files, ok := l.store.readTree(a, localTree(commit), ref.String())
	return files, ok, nil
}

func localTree(commit repo.Commit) string {
	return filepath.Join(localState, "trees", string(commit)+".json")
}

// Present says that the file at dest is the wanted one: recorded with its etag,
// not changed since, of its size.
func (l *Local) Present(commit repo.Commit, f repo.File, dest string) (bool, error) {
	a, err := l.area(false)
	if err != nil {
		return false, nil //nolint:nilerr // no folder, no file
	}
	st, err := a.root.Lstat(filepath.FromSlash(dest))
	if err != nil || !st.Mode().IsRegular() || f.Size >= 0 && st.Size() != f.Size {
		return false, nil //nolint:nilerr // not there, or not it
	}
	rec, ok := readRecord(a, dest)
	if !ok || !rec.trusts(st) || rec.etag != string(f.ETag()) || f.ETag() == "" {
		return false, nil
	}
	if rec.commit == string(commit) {
		return true, nil
	}
	if err := l.record(a, commit, f, dest); err != nil && !readOnly(err) {
		return false, err
	}
	return true, nil
}

// Ingest gives a partial for the file at dest. ErrPresent says that the file
// there has the wanted digest and only lacked its record.
func (l *Local) Ingest(ctx context.Context, f repo.File, dest string) (*Ingestion, error) {
	if err := nameable(f); err != nil {
		return nil, err
	}
	a, replaces, err := l.prepare(dest)
	if err != nil {
		return nil, err
	}
	in := &Ingestion{
		store: l.store, area: a, what: dest,
		// The lock is one of the path, so the partial must be, too.
		content: string(f.ETag()) + "-" + short([]byte(dest)), size: f.Size, dir: filepath.FromSlash(localDownload),
		final: filepath.FromSlash(dest), local: true, replaces: replaces,
		lockPath: filepath.Join(localDownload, filepath.FromSlash(dest)+".lock"),
	}
	if in.lock, err = l.store.acquire(ctx, in.lockRoot(), in.lockPath, in.what); err != nil {
		return nil, err
	}
	there, err := l.same(ctx, a, f, dest)
	if err == nil && there {
		err = ErrPresent
	}
	if err == nil {
		err = in.open(ctx)
	}
	if err != nil {
		in.lock.release()
		return nil, err
	}
	return in, nil
}

// prepare makes folders and records' folder, and refuses to replace what is no
// file: a pipe or a device would swallow the content (T10). It says whether a
// file is there.
func (l *Local) prepare(dest string) (*area, bool, error) {
	s := l.store
	if err := destination(dest); err != nil {
		return nil, false, err
	}
	if err := s.here(); err != nil {
		return nil, false, err
	}
	a, err := l.area(true)
	if err != nil {
		return nil, false, err
	}
	for _, dir := range []string{filepath.FromSlash(localDownload), filepath.Dir(filepath.FromSlash(dest))} {
		if err := s.mkdir(a, dir); err != nil {
			return nil, false, s.diskError("make the folder of", dest, err)
		}
	}
	s.localTag(a)
	st, err := a.root.Lstat(filepath.FromSlash(dest))
	if err != nil {
		return a, false, nil //nolint:nilerr // free, or the rename will say
	}
	if st.Mode().IsRegular() || st.Mode()&fs.ModeSymlink != 0 {
		return a, true, nil
	}
	return nil, false, fault.New(fault.Disk, "write", dest, fmt.Errorf("there is a %s in its place", kindOf(st.Mode()))).
		WithHint("move it away, or choose another --local-dir")
}

// localTag keeps the records out of version control and backups, as the
// official client does.
func (s *Store) localTag(a *area) {
	s.mu.Lock()
	first := !s.tagged
	s.tagged = true
	s.mu.Unlock()
	if first {
		writeOnce(a.root, filepath.Join(localState, ".gitignore"), "*")
		writeOnce(a.root, filepath.Join(localState, "CACHEDIR.TAG"), cacheTag)
	}
}

// Place records the file at dest; its content is there.
func (l *Local) Place(commit repo.Commit, f repo.File, dest string) error {
	a, err := l.area(true)
	if err != nil {
		return err
	}
	if err := l.record(a, commit, f, dest); err != nil {
		return err
	}
	return l.store.flushIfDue()
}

// Duplicate copies a placed file to another place, for content that a
// repository has twice.
func (l *Local) Duplicate(from, to string) error {
	a, _, err := l.prepare(to)
	if err != nil {
		return err
	}
	src, err := l.store.openFile(a.root, filepath.FromSlash(from), from)
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }() // only read
	return l.store.replace(a, filepath.FromSlash(localDownload), filepath.FromSlash(to), to, true, func(w io.Writer) error {
		_, err := io.Copy(w, src)
		return err
	})
}

// Open opens a placed file.
func (l *Local) Open(dest string) (io.ReadCloser, error) {
	a, err := l.area(false)
	if err != nil {
		return nil, l.store.diskError("open", dest, err)
	}
	return l.store.openFile(a.root, filepath.FromSlash(dest), dest)
}

// Finish makes names durable and keeps the listing when everything is placed.
func (l *Local) Finish(commit repo.Commit, files []repo.File, listed, complete bool) error {
	s := l.store
	if err := s.here(); err != nil {
		return err
	}
	if err := s.syncFolders(); err != nil {
		return err
	}
	if !complete || listed {
		return nil
	}
	a, err := l.area(true)
	if err != nil {
		return err
	}
	return s.unlessReadOnly(s.writeTreeAt(a, localTree(commit), filepath.FromSlash(localDownload), files))
}
