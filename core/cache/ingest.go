package cache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// ErrPresent says that the content is there already; nothing needs to be fetched.
var ErrPresent = errors.New("content is present")

// Presence is what the cache has of a file.
type Presence int

// The presences, in order.
const (
	Missing Presence = iota
	BlobOnly
	Placed
)

// Have looks for a file's content by size: at its place, then as a blob. A blob
// of the wrong size counts as missing (F29).
func (s *Store) Have(_ context.Context, ref repo.Ref, commit repo.Commit, f repo.File) (Presence, error) {
	a, err := s.area(ref, false)
	if errors.Is(err, errNoCache) {
		return Missing, nil
	}
	if err != nil {
		return Missing, err
	}
	switch there, err := sized(a.root, snapshotPath(a, commit, f.Path), f.Size); {
	case err != nil:
		return Missing, s.diskError("look for", f.Path, err)
	case there:
		return Placed, nil
	}
	if f.ETag() == "" {
		return Missing, nil
	}
	there, err := sized(a.root, blobPath(a, f.ETag()), f.Size)
	if err != nil {
		return Missing, s.diskError("look for", f.Path, err)
	}
	if there {
		return BlobOnly, nil
	}
	return Missing, nil
}

// sized follows links: is there a regular file of this size? Size -1 takes any.
func sized(root *os.Root, path string, size int64) (bool, error) {
	st, err := root.Stat(path)
	if err != nil {
		if missing(err) {
			return false, nil
		}
		return false, err
	}
	return st.Mode().IsRegular() && (size < 0 || st.Size() == size), nil
}

// Ingestion is one file on its way into the cache: a partial only this process
// writes. Exactly one goroutine uses it.
type Ingestion struct {
	store  *Store
	area   *area
	etag   repo.ETag
	what   string
	size   int64
	dir    string // of the partial
	final  string // where Commit puts it
	anew   bool   // whatever stands at final is replaced
	name   string // of the partial
	file   *os.File
	lock   *lock
	length int64
	prefix int64
}

// Ingest gives a partial for the file's content: what a dead process left of it,
// or a new one. It waits for another process that fetches the same, and returns
// ErrPresent when the blob is there.
func (s *Store) Ingest(ctx context.Context, ref repo.Ref, f repo.File) (*Ingestion, error) {
	etag := f.ETag()
	if etag == "" {
		return nil, fault.New(fault.Integrity, "store", f.Path, errors.New("the Hub gives no usable etag")).
			WithHint("a token that may read the repository shows its checksums")
	}
	a, err := s.area(ref, true)
	if err != nil {
		return nil, err
	}
	if err := s.mkdir(a, a.at("blobs")); err != nil {
		return nil, s.diskError("make the blob folder of", ref.String(), err)
	}
	lockPath := filepath.Join(".locks", ref.Folder(), string(etag)+".lock")
	l, err := s.acquire(ctx, s.root, lockPath, f.Path)
	if err != nil {
		return nil, err
	}
	in := &Ingestion{
		store: s, area: a, etag: etag, what: f.Path, size: f.Size, lock: l,
		dir: a.at("blobs"), final: blobPath(a, etag),
	}
	if err := in.open(ctx, lockPath); err != nil {
		l.release()
		return nil, err
	}
	return in, nil
}

// open re-checks the blob under the lock and gets the partial.
func (in *Ingestion) open(ctx context.Context, lockPath string) error {
	s, root := in.store, in.area.root
	there, err := in.present()
	if err != nil {
		return err
	}
	if there {
		return ErrPresent
	}
	in.name = in.partialName()
	if err := in.takeOver(ctx, lockPath); err != nil {
		return err
	}
	if in.file == nil {
		// 0666 and the umask: the mode the blob will have.
		in.file, err = root.OpenFile(in.name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if err != nil {
			return s.diskError("make the partial of", in.what, err)
		}
	}
	tryLock(in.file) // proof of life for processes that cannot see our pid
	s.use(in.name, true)
	return nil
}

// present looks for content that was finished meanwhile.
func (in *Ingestion) present() (bool, error) {
	if in.anew {
		return false, nil
	}
	there, err := sized(in.area.root, in.final, in.size)
	if err != nil {
		return false, in.store.diskError("look for", in.what, err)
	}
	return there, nil
}

func (in *Ingestion) partialName() string {
	return filepath.Join(in.dir, fmt.Sprintf("%s%s%s-%d", in.etag, repo.PartialMark, in.store.owner, partialSeq.Add(1)))
}

// File is the partial, open for reading and writing.
func (in *Ingestion) File() *os.File { return in.file }

// Length is how long the partial was when it was opened; 0 for a new one.
func (in *Ingestion) Length() int64 { return in.length }

// Prefix is how many bytes another program wrote from the front, without a journal.
func (in *Ingestion) Prefix() int64 { return in.prefix }

// Commit makes the content durable and publishes it under its own name. The file
// must have its final size.
func (in *Ingestion) Commit(context.Context) error {
	s, root := in.store, in.area.root
	if err := in.checkOwn(); err != nil {
		return err
	}
	there, err := in.present()
	if err != nil {
		return err
	}
	if there { // somebody was faster, which locks may not prevent
		return in.Discard()
	}
	if err := in.file.Sync(); err != nil {
		// A second fsync would claim success for bytes that are lost.
		_ = in.Discard()
		return s.diskError("flush", in.what, err)
	}
	if err := root.Rename(in.name, in.final); err != nil {
		return s.diskError("publish", in.what, err)
	}
	s.touch(in.area, filepath.Dir(in.final))
	return in.end()
}

// checkOwn: the size is right, and the name still leads to the file we wrote.
func (in *Ingestion) checkOwn() error {
	mine, err := in.file.Stat()
	if err != nil {
		return in.store.diskError("look at the partial of", in.what, err)
	}
	if in.size >= 0 && mine.Size() != in.size {
		return fault.New(fault.Integrity, "publish", in.what, fmt.Errorf("%d bytes instead of %d", mine.Size(), in.size)).
			WithHint("run the same command again")
	}
	named, err := in.area.root.Lstat(in.name)
	if err != nil {
		return in.store.diskError("find the partial of", in.what, err)
	}
	if !os.SameFile(mine, named) {
		return fault.New(fault.Disk, "publish", in.what, errors.New("another process took the partial")).
			WithHint("run the same command again")
	}
	return nil
}

// Discard removes the partial.
func (in *Ingestion) Discard() error {
	if in.file == nil {
		return nil
	}
	err := in.area.root.Remove(in.name)
	if cerr := in.end(); err == nil || errors.Is(err, fs.ErrNotExist) {
		err = cerr
	}
	if err != nil {
		return in.store.diskError("remove the partial of", in.what, err)
	}
	return nil
}

// Close keeps the partial for a later run, unless nothing is in it.
func (in *Ingestion) Close() error {
	if in.file == nil {
		return nil
	}
	if st, err := in.file.Stat(); err == nil && st.Size() == 0 {
		return in.Discard()
	}
	in.store.leave(in.area, in.dir, filepath.Base(in.name))
	return in.end()
}

func (in *Ingestion) end() error {
	err := in.file.Close()
	in.file = nil
	in.store.use(in.name, false)
	in.lock.release()
	in.lock = nil
	if err != nil {
		return in.store.diskError("close", in.what, err)
	}
	return nil
}

// takeOver looks for what other processes left of the content.
func (in *Ingestion) takeOver(ctx context.Context, lockPath string) error {
	names, err := in.store.partialsOf(in.area, in.dir, in.etag)
	if err != nil {
		return err
	}
	locksWork := len(names) > 0 && in.lock != nil && in.store.locksExclude(in.store.root, lockPath)
	for _, name := range names {
		if in.file != nil {
			return nil
		}
		if err := in.consider(ctx, name, locksWork); err != nil {
			return err
		}
	}
	if in.file == nil && !in.anew {
		return in.adopt(locksWork)
	}
	return nil
}

// consider judges one partial and takes it, or its bytes, if it may.
func (in *Ingestion) consider(ctx context.Context, name string, locksWork bool) error {
	root := in.area.root
	path := filepath.Join(in.dir, name)
	st, err := root.Lstat(path)
	if err != nil || !st.Mode().IsRegular() {
		return nil //nolint:nilerr // gone, or something else under our name: not ours to use
	}
	writer, ok := parseOwner(name[len(in.etag)+len(repo.PartialMark):])
	if !ok {
		return nil
	}
	f, err := root.OpenFile(path, os.O_RDWR|noFollow, 0)
	if err != nil {
		return nil //nolint:nilerr // another user's partial: start our own
	}
	free, _ := tryLock(f)
	start := startTime(writer.pid)
	switch judge(evidence{
		self: in.store.owner, writer: writer,
		inUse: in.store.uses(path), running: start != "" && start == writer.start,
		locksWork: locksWork, lockFree: free,
		still: time.Since(st.ModTime()) > in.store.opts.StaleAfter,
	}) {
	case claim:
		if err := root.Rename(path, in.name); err != nil {
			_ = f.Close()
			return nil //nolint:nilerr // another process was faster
		}
		in.file, in.length = f, st.Size()
		return nil
	case copyIt:
		defer func() { _ = f.Close() }() // only read
		return in.copyFrom(ctx, f, st.Size())
	default:
		return f.Close()
	}
}

// copyFrom takes the bytes of a partial whose writer may be alive, into a file of
// our own: two writers must never share one (P5).
func (in *Ingestion) copyFrom(ctx context.Context, from *os.File, length int64) error {
	root := in.area.root
	f, err := root.OpenFile(in.name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return in.store.diskError("make the partial of", in.what, err)
	}
	for copied := int64(0); copied < length; {
		if ctx.Err() != nil {
			_ = f.Close()
			_ = root.Remove(in.name)
			return fault.New(fault.Canceled, "copy the partial of", in.what, ctx.Err())
		}
		n, err := io.CopyN(f, from, min(64<<20, length-copied))
		copied += n
		if err != nil {
			_ = f.Close()
			_ = root.Remove(in.name)
			return in.store.diskError("copy the partial of", in.what, err)
		}
	}
	in.file, in.length = f, length
	return nil
}

// adopt takes over <etag>.incomplete, which official clients before 1.18
// resumed: its bytes are a prefix of the content. Only where locks are seen to
// work, since such a client may be appending to it.
func (in *Ingestion) adopt(locksWork bool) error {
	root := in.area.root
	path := filepath.Join(in.dir, string(in.etag)+".incomplete")
	st, err := root.Lstat(path)
	if err != nil || !st.Mode().IsRegular() || st.Size() == 0 || in.size >= 0 && st.Size() > in.size {
		return nil //nolint:nilerr // nothing to adopt
	}
	if in.lock == nil || !locksWork && !in.store.locksExclude(in.store.root, filepath.Join(".locks", filepath.Base(in.area.dir), string(in.etag)+".lock")) {
		return nil
	}
	if err := root.Rename(path, in.name); err != nil {
		return nil //nolint:nilerr // gone, or not ours
	}
	in.file, err = root.OpenFile(in.name, os.O_RDWR|noFollow, 0)
	if err != nil {
		return in.store.diskError("open the partial of", in.what, err)
	}
	in.length, in.prefix = st.Size(), st.Size()
	return nil
}
