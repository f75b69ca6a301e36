package cache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Local is one repository as plain files in a folder, with the records the
// official client keeps for its local_dir: it knows our files for its own and
// we know its.
type Local struct {
	store *Store
	area  *area
}

// localState is where the records are, below the folder.
const localState = ".cache/huggingface"

// OpenLocal makes the folder if it is not there. Options.Root is the folder.
func OpenLocal(o Options) (*Local, error) {
	s, err := Open(o)
	if err != nil {
		return nil, err
	}
	if s.root == nil {
		if err := os.MkdirAll(s.path, 0o777); err != nil {
			return nil, s.diskError("make the folder", "", err)
		}
		if err := s.openRoot(); err != nil {
			return nil, err
		}
	}
	return &Local{s, &area{s.root, "."}}, nil
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
func (l *Local) Tree(_ repo.Ref, commit repo.Commit) ([]repo.File, bool, error) {
	b, err := readFile(l.area.root, filepath.Join(localState, "trees", string(commit)+".json"), maxTreeBytes)
	if err != nil {
		return nil, false, nil //nolint:nilerr // none, or not readable: ask the Hub
	}
	files, err := decodeTree(b)
	return files, err == nil, nil
}

// record is a *.metadata file: what a local file was when it was placed.
type record struct {
	commit string
	etag   string
	time   time.Time
}

func recordPath(path string) string {
	return filepath.Join(localState, "download", filepath.FromSlash(path)+".metadata")
}

// parseRecord reads three lines: commit, etag, Unix time as a decimal.
func parseRecord(b []byte) (record, error) {
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	if len(lines) != 3 {
		return record{}, errors.New("not three lines")
	}
	seconds, err := strconv.ParseFloat(strings.TrimSpace(lines[2]), 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return record{}, errors.New("no time")
	}
	whole := int64(seconds)
	at := time.Unix(whole, int64((seconds-float64(whole))*1e9))
	return record{strings.TrimSpace(lines[0]), strings.TrimSpace(lines[1]), at}, nil
}

func (r record) encode() string {
	return fmt.Sprintf("%s\n%s\n%d.%06d\n", r.commit, r.etag, r.time.Unix(), r.time.Nanosecond()/1000)
}

// trust is how much later than its record a file may have been written and
// still count as unchanged, as in the official client.
const trust = time.Second

// Present says that the file at dest is the wanted one: recorded with its etag,
// not changed since, of its size.
func (l *Local) Present(commit repo.Commit, f repo.File, dest string) (bool, error) {
	st, err := l.area.root.Lstat(filepath.FromSlash(dest))
	if err != nil || !st.Mode().IsRegular() || f.Size >= 0 && st.Size() != f.Size {
		return false, nil //nolint:nilerr // not there, or not it
	}
	b, err := readFile(l.area.root, recordPath(dest), 4096)
	if err != nil {
		return false, nil //nolint:nilerr // no record
	}
	rec, err := parseRecord(b)
	if err != nil || rec.etag != string(f.ETag()) || st.ModTime().Add(-trust).After(rec.time) {
		return false, nil //nolint:nilerr // no record that can be believed
	}
	if rec.commit != string(commit) {
		return true, l.record(commit, f, dest)
	}
	return true, nil
}

// record notes that the file at dest is in place.
func (l *Local) record(commit repo.Commit, f repo.File, dest string) error {
	rec := record{string(commit), string(f.ETag()), time.Now()}
	return l.store.replaceIn(l.area, filepath.Join(localState, "download"), recordPath(dest), dest, func(w io.Writer) error {
		_, err := io.WriteString(w, rec.encode())
		return err
	})
}

// Ingest gives a partial for the file at dest. ErrPresent says that the file
// there has the wanted digest and only lacked its record.
func (l *Local) Ingest(ctx context.Context, f repo.File, dest string) (*Ingestion, error) {
	s := l.store
	if f.ETag() == "" {
		return nil, fault.New(fault.Integrity, "store", f.Path, errors.New("the Hub gives no usable etag")).
			WithHint("a token that may read the repository shows its checksums")
	}
	if err := l.prepare(dest); err != nil {
		return nil, err
	}
	lockPath := filepath.Join(localState, "download", filepath.FromSlash(dest)+".lock")
	held, err := s.acquire(ctx, l.area.root, lockPath, dest)
	if err != nil {
		return nil, err
	}
	if l.same(f, dest) {
		held.release()
		return nil, ErrPresent
	}
	in := &Ingestion{
		store: s, area: l.area, etag: f.ETag(), what: dest, size: f.Size, lock: held,
		dir: filepath.Join(localState, "download"), final: filepath.FromSlash(dest), anew: true,
	}
	if err := in.open(ctx, lockPath); err != nil {
		held.release()
		return nil, err
	}
	return in, nil
}

// prepare makes folders and records' folder, and refuses to replace what is no
// file: a pipe or a device would swallow the content (T10).
func (l *Local) prepare(dest string) error {
	s, root := l.store, l.area.root
	for _, dir := range []string{filepath.Dir(filepath.FromSlash(dest)), filepath.Dir(recordPath(dest))} {
		if err := s.mkdir(l.area, dir); err != nil {
			return s.diskError("make the folder of", dest, err)
		}
	}
	writeOnce(root, filepath.Join(localState, ".gitignore"), "*")
	writeTag(root, filepath.Join(localState, "CACHEDIR.TAG"))
	st, err := root.Lstat(filepath.FromSlash(dest))
	if err != nil || st.Mode().IsRegular() || st.Mode()&fs.ModeSymlink != 0 {
		return nil //nolint:nilerr // free, or a name that a rename replaces
	}
	return fault.New(fault.Disk, "write", dest, fmt.Errorf("there is a %s in its place", kindOf(st.Mode()))).
		WithHint("move it away, or choose another --local-dir")
}

func kindOf(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "folder"
	case m&fs.ModeNamedPipe != 0:
		return "pipe"
	case m&fs.ModeSocket != 0:
		return "socket"
	default:
		return "device"
	}
}

func writeOnce(root *os.Root, path, text string) {
	f, err := root.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return // there already, or a courtesy that fails
	}
	_, _ = f.WriteString(text)
	_ = f.Close()
}

// same compares an unrecorded file with the wanted digest, as the official
// client does for SHA-256; the git id is as good.
func (l *Local) same(f repo.File, dest string) bool {
	want := f.Digest()
	if want.Algo == digest.None || f.Size < 0 {
		return false
	}
	there, err := sized(l.area.root, filepath.FromSlash(dest), f.Size)
	if err != nil || !there {
		return false
	}
	file, err := l.area.root.Open(filepath.FromSlash(dest))
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }() // only read
	got, err := digest.OfReader(file, want.Algo, f.Size)
	return err == nil && got == want
}

// Place records the file at dest; its content is there.
func (l *Local) Place(commit repo.Commit, f repo.File, dest string) error {
	return l.record(commit, f, dest)
}

// Duplicate copies a placed file to another place, for content that a
// repository has twice.
func (l *Local) Duplicate(from, to string) error {
	if err := l.prepare(to); err != nil {
		return err
	}
	src, err := l.area.root.Open(filepath.FromSlash(from))
	if err != nil {
		return l.store.diskError("copy", to, err)
	}
	defer func() { _ = src.Close() }() // only read
	return l.store.replaceIn(l.area, filepath.Join(localState, "download"), filepath.FromSlash(to), to, func(w io.Writer) error {
		_, err := io.Copy(w, src)
		return err
	})
}

// Open opens a placed file.
func (l *Local) Open(dest string) (io.ReadCloser, error) {
	f, err := l.area.root.Open(filepath.FromSlash(dest))
	if err != nil {
		return nil, l.store.diskError("open", dest, err)
	}
	return f, nil
}

// Finish makes names durable and keeps the listing when everything is placed.
func (l *Local) Finish(commit repo.Commit, files []repo.File, listed, complete bool) error {
	if err := l.store.syncFolders(); err != nil {
		return err
	}
	if !complete || listed {
		return nil
	}
	return l.store.writeTreeAt(l.area, filepath.Join(localState, "trees", string(commit)+".json"), filepath.Join(localState, "download"), files)
}
