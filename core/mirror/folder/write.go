package folder

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// part ends the name of what is being carried over; no client takes it for a blob
// (cache-layout.md §4.1).
const part = repo.PartialMark + "mirror"

// lockPoll is how often a lock another process holds is tried again.
const lockPoll = 200 * time.Millisecond

// Upload implements mirror.Target. It goes on at the end of the partial, and
// hashes all of it before it gets its name: what a crash left may be anything.
func (f *Folder) Upload(ctx context.Context, name string, size int64, src io.ReaderAt, sent func(int)) error {
	if err := f.parent(name); err != nil {
		return err
	}
	unlock, err := f.lock(ctx, name)
	if err != nil {
		return err
	}
	defer unlock()
	file, err := f.root.OpenFile(filepath.FromSlash(name+part), os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return diskError("write", name, err)
	}
	defer func() { _ = file.Close() }() // closed below when it counts
	for again := range 2 {
		resumed, err := f.fill(ctx, file, size, src, sent)
		if err != nil {
			return diskError("write", name, err)
		}
		same, err := mirror.Check(ctx, io.NewSectionReader(file, 0, size+1), repo.ETag(path.Base(name)), size)
		if err != nil {
			return diskError("read again", name, err)
		}
		if same {
			break
		}
		if terr := file.Truncate(0); terr != nil {
			return diskError("write", name, terr)
		}
		if again > 0 || !resumed {
			return fault.New(fault.Integrity, "copy to the mirror's folder", name, errors.New("it holds another content")).
				WithHint("the disk returns other bytes than were written: check it")
		}
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return diskError("write", name, err)
	}
	return f.publish(name+part, name)
}

// fill writes what is missing at the end.
func (f *Folder) fill(ctx context.Context, file *os.File, size int64, src io.ReaderAt, sent func(int)) (resumed bool, err error) {
	info, err := file.Stat()
	if err != nil {
		return false, err
	}
	if !info.Mode().IsRegular() {
		return false, errors.New("its partial is no plain file")
	}
	at := info.Size()
	if at > size {
		at = 0
		if err := file.Truncate(0); err != nil {
			return false, err
		}
	}
	resumed = at > 0
	buf := make([]byte, 1<<20)
	for at < size {
		if err := ctx.Err(); err != nil {
			return resumed, err
		}
		n, err := src.ReadAt(buf[:min(int64(len(buf)), size-at)], at)
		if n == 0 {
			return resumed, errors.Join(errors.New("the cache's file ended early"), err)
		}
		if n, err = file.WriteAt(buf[:n], at); err != nil {
			return resumed, err
		}
		at += int64(n)
		sent(n)
	}
	return resumed, nil
}

// lock takes the lock every client takes before it writes a blob
// (cache-layout.md §5). Where locks do not work there is none to take.
func (f *Folder) lock(ctx context.Context, name string) (func(), error) {
	folder, etag := path.Dir(path.Dir(name)), path.Base(name)
	dir := filepath.Join(".locks", filepath.FromSlash(folder))
	if err := f.root.MkdirAll(dir, 0o777); err != nil {
		return nil, diskError("lock", name, err)
	}
	at := filepath.Join(dir, etag+".lock")
	if info, err := f.root.Lstat(at); err == nil && !info.Mode().IsRegular() {
		return nil, diskError("lock", name, errors.New("its lock is no plain file"))
	}
	l := flock.New(filepath.Join(f.path, at), flock.SetPermissions(0o664))
	if _, err := l.TryLockContext(ctx, lockPoll); err != nil {
		if ctx.Err() != nil {
			return nil, fault.New(fault.Canceled, "wait for the lock of", name, err).WithHint("another process writes it")
		}
		return func() {}, nil //nolint:nilerr // locks are a courtesy: the content is hashed before it is published
	}
	return func() { _ = l.Unlock() }, nil // a lock goes with its file
}

func (f *Folder) parent(name string) error {
	if err := f.make(); err != nil {
		return err
	}
	if err := f.root.MkdirAll(filepath.FromSlash(path.Dir(name)), 0o777); err != nil {
		return diskError("make the folder of", name, err)
	}
	return nil
}

// Write implements mirror.Target. A ref is written when all it leads to is on the
// disk, so that a power cut leaves none that leads to less.
func (f *Folder) Write(_ context.Context, name string, data []byte) error {
	if err := f.flush(); err != nil {
		return err
	}
	temp, err := f.temp(name)
	if err != nil {
		return err
	}
	file, err := f.root.OpenFile(filepath.FromSlash(temp), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return diskError("write", name, err)
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return diskError("write", name, err)
	}
	return errors.Join(f.publish(temp, name), f.flush())
}

// Link implements mirror.Target.
func (f *Folder) Link(_ context.Context, name, to string) error {
	temp, err := f.temp(name)
	if err != nil {
		return err
	}
	if err := f.root.Symlink(filepath.FromSlash(to), filepath.FromSlash(temp)); err != nil {
		return fault.New(fault.Disk, "link in the mirror's folder", name, err).
			WithHint("a mirror needs symbolic links: use another file system or kind of target")
	}
	return f.publish(temp, name)
}

// temp is a name of this call beside the blobs, where no scanner looks.
func (f *Folder) temp(name string) (string, error) {
	if err := f.parent(name); err != nil {
		return "", err
	}
	repository, _, _ := strings.Cut(name, "/")
	temp := path.Join(repository, "blobs", part+"-"+rand.Text())
	return temp, f.parent(temp)
}

// publish gives a whole file its name; flush makes names durable.
func (f *Folder) publish(temp, name string) error {
	if err := f.root.Rename(filepath.FromSlash(temp), filepath.FromSlash(name)); err != nil {
		return diskError("publish", name, errors.Join(err, f.root.Remove(filepath.FromSlash(temp))))
	}
	for dir := path.Dir(name); !f.dirty[dir]; dir = path.Dir(dir) {
		f.dirty[dir] = true
	}
	return nil
}

// flush waits until the names of what was published are on the disk.
func (f *Folder) flush() error {
	for dir := range f.dirty {
		if err := f.sync(dir); err != nil {
			return diskError("publish in", dir, err)
		}
	}
	clear(f.dirty)
	return nil
}

// sync waits for a folder, where the system can.
func (f *Folder) sync(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // folders cannot be synced there
	}
	d, err := f.root.Open(filepath.FromSlash(dir))
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil // network shares
	}
	return errors.Join(err, d.Close())
}
