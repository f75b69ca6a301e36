package cache

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// ErrPresent says that the content is there already; nothing needs to be fetched.
var ErrPresent = errors.New("content is present")

// smallFile is the size up to which a partial has no journal, so that nothing
// can be resumed from it (core/transfer's piece).
const smallFile = 1 << 20

// Ingestion is one file on its way into the cache: a partial only this process
// writes. Exactly one goroutine uses it.
type Ingestion struct {
	store    *Store
	area     *area
	content  string // names it in the partial's name
	what     string
	size     int64
	dir      string // of the partial
	final    string // where Commit puts it
	local    bool   // final is a user's file: replaced whatever it is
	replaces bool   // and there was one when we began
	name     string // of the partial
	file     *os.File
	lock     *lock
	lockPath string
	taken    bool // another process made it, with its umask
	old      bool // an old official client left a partial, and locks work
	length   int64
	prefix   int64
}

// Ingest gives a partial for the file's content: what a dead process left of it,
// or a new one. It waits for another process that fetches the same, and returns
// ErrPresent when the blob is there.
func (s *Store) Ingest(ctx context.Context, ref repo.Ref, f repo.File) (*Ingestion, error) {
	if err := nameable(f); err != nil {
		return nil, err
	}
	if err := s.here(); err != nil {
		return nil, err
	}
	a, err := s.area(ref, true)
	if err != nil {
		return nil, err
	}
	s.tag()
	if err := s.mkdir(a, a.at("blobs")); err != nil {
		return nil, s.diskError("make the blob folder of", ref.String(), err)
	}
	if err := s.tidy(a, a.at("blobs")); err != nil {
		return nil, err
	}
	in := &Ingestion{
		store: s, area: a, content: string(f.ETag()), what: f.Path, size: f.Size, dir: a.at("blobs"), final: a.blob(f.ETag()),
		lockPath: filepath.Join(".locks", ref.Folder(), string(f.ETag())+".lock"),
	}
	return in.begin(ctx)
}

// nameable: content has a name of its own unless the Hub hides it. Names from
// outside were checked where they came in; here they become paths, so once more
// (T1, T6).
func nameable(f repo.File) error {
	if _, err := repo.ParsePath(f.Path); err != nil {
		return err
	}
	if f.ETag() == "" || f.Masked {
		return fault.New(fault.Integrity, "store", f.Path, errors.New("the Hub gives no usable etag")).
			WithHint("a token that may read the repository shows its checksums")
	}
	if etag, err := repo.ParseETag(string(f.ETag())); err != nil || etag != f.ETag() {
		return fault.New(fault.Integrity, "store", f.Path, errors.New("the Hub gives an etag that is no file name")).
			WithHint("this is no sound Hub: use another --endpoint")
	}
	return nil
}

// begin takes the lock, looks again and gets the partial.
func (in *Ingestion) begin(ctx context.Context) (*Ingestion, error) {
	var err error
	if in.lock, err = in.store.acquire(ctx, in.lockRoot(), in.lockPath, in.what); err != nil {
		return nil, err
	}
	if err := in.open(ctx); err != nil {
		in.lock.release()
		return nil, err
	}
	return in, nil
}

// lockRoot is where .locks is, even when the repository's folder is a link.
func (in *Ingestion) lockRoot() *disk { return in.store.root }

// open re-checks the blob under the lock and gets the partial.
func (in *Ingestion) open(ctx context.Context) error {
	s, root := in.store, in.area.root
	there, err := in.present()
	if err != nil {
		return err
	}
	if there {
		return ErrPresent
	}
	in.name = s.temp(in.dir, in.content)
	s.use(in.name, true)
	if err = in.takeOver(ctx); err == nil && in.file == nil {
		// 0666 and the umask: the mode the blob will have.
		in.file, err = root.OpenFile(in.name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	}
	if err != nil {
		s.use(in.name, false)
		return s.diskError("make the partial of", in.what, err)
	}
	tryLock(in.file) // proof of life for processes that cannot see our pid
	return nil
}

// present looks for content that was finished meanwhile.
func (in *Ingestion) present() (bool, error) {
	if in.local || in.store.distrusts(in.area.root, in.final) {
		return false, nil
	}
	there, err := sized(in.area.root, in.final, in.size)
	if err == nil && !there {
		there = in.store.movedTo(in.final, in.size) != ""
	}
	if err != nil {
		return false, in.store.diskError("look for", in.what, err)
	}
	return there, nil
}

// File is the partial, open for reading and writing.
func (in *Ingestion) File() *os.File { return in.file }

// Length is how long the partial was when it was opened; 0 for a new one.
func (in *Ingestion) Length() int64 { return in.length }

// Prefix is how many bytes another program wrote from the front, without a journal.
func (in *Ingestion) Prefix() int64 { return in.prefix }

// Resumed says that somebody began the content before.
func (in *Ingestion) Resumed() bool { return in.length > 0 }

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
	if in.taken {
		if mode, err := s.mode0(); err == nil {
			_ = in.file.Chmod(mode) // refused when it is another user's
		}
	}
	if err := root.sync(in.file, in.name); err != nil {
		return in.unflushed(err)
	}
	if err := root.Rename(in.name, in.final); err != nil {
		return s.diskError("publish", in.what, err)
	}
	s.replaced(root, in.final)
	in.dropOld()
	if err := in.named(); err != nil {
		return errors.Join(err, in.end())
	}
	return in.end()
}

// named makes the new name durable: of a large file at once; small ones share a
// flush (reliability.md §1 (2)). A user's file that was replaced must be durable
// before its record says what it is.
func (in *Ingestion) named() error {
	s, dir := in.store, filepath.Dir(in.final)
	if !in.local {
		s.published(in.final)
	}
	if !in.replaces && in.size >= 0 && in.size <= smallFile {
		s.touch(in.area, dir)
		return nil
	}
	if err := in.area.root.syncFolder(dir); err != nil {
		return s.unsynced(in.what, err)
	}
	return nil
}

// unflushed: a second fsync would claim success for bytes that are lost (F25).
// When only room was missing the bytes are kept for a copy, which a later run
// makes and checks; any other time the partial goes.
func (in *Ingestion) unflushed(cause error) error {
	s := in.store
	if full(cause) {
		keep := filepath.Join(in.dir, fmt.Sprintf("%s%s%s-%d", in.content, repo.PartialMark, nobody(), s.seq.Add(1)))
		if err := in.area.root.Rename(in.name, keep); err == nil {
			s.leave(in.area, in.dir, filepath.Base(keep))
			return errors.Join(s.diskError("flush", in.what, cause), in.end())
		}
	}
	return errors.Join(s.diskError("flush", in.what, cause), in.Discard())
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
	in.dropOld()
	err := in.area.root.Remove(in.name)
	if cerr := in.end(); err == nil || errors.Is(err, fs.ErrNotExist) {
		err = cerr
	}
	if err != nil {
		return in.store.diskError("remove the partial of", in.what, err)
	}
	return nil
}

// Close keeps the partial for a later run, unless it is of no use to one.
func (in *Ingestion) Close() error {
	if in.file == nil {
		return nil
	}
	if st, err := in.file.Stat(); err == nil && st.Size() <= smallFile {
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
