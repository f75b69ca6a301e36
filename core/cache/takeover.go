package cache

import (
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// left is a partial somebody left, open and judged.
type left struct {
	path    string
	file    *os.File
	info    fs.FileInfo
	verdict verdict
	writer  owner
}

// takeOver looks for what other processes left of the content: the newest whose
// writer is gone becomes ours, other such are removed; else the newest of a
// silent writer is copied; else an old client's prefix is taken.
func (in *Ingestion) takeOver(ctx context.Context) error {
	s := in.store
	names, err := s.partialsOf(in.area, in.dir, in.content)
	if err != nil || len(names) == 0 {
		return err
	}
	locksWork := in.lock != nil && locksExclude(in.lockRoot(), in.lockPath)
	in.old = locksWork && !in.local && slices.Contains(names, in.content+oldPartial)
	found := in.inspect(names, locksWork)
	defer func() {
		for _, l := range found {
			if l.file != in.file {
				_ = l.file.Close() // only read, and its lock let go
			}
		}
	}()
	for _, l := range found {
		switch {
		case l.verdict != claim:
		case in.file == nil:
			in.claim(l)
		default:
			_ = in.area.root.Remove(l.path)
		}
	}
	for _, l := range found {
		if l.verdict == copyIt && in.file == nil {
			if err := in.copyFrom(ctx, l); err != nil {
				return err
			}
		}
	}
	if in.file == nil && in.old {
		return in.adopt(ctx)
	}
	return nil
}

// inspect opens and judges partials, the newest first.
func (in *Ingestion) inspect(names []string, locksWork bool) []left {
	s := in.store
	var found []left
	for _, name := range names {
		path := filepath.Join(in.dir, name)
		_, text, _ := strings.Cut(name, repo.PartialMark)
		writer, ok := parseOwner(text)
		if !ok || path == in.name {
			continue
		}
		f, err := in.area.root.openSelf(path, os.O_RDWR)
		if err != nil {
			continue // gone, another user's, or something else under our name: start our own
		}
		info, err := f.Stat()
		if err != nil {
			_ = f.Close()
			continue
		}
		got, supported := tryLock(f)
		age := time.Since(info.ModTime())
		found = append(found, left{path, f, info, judge(evidence{
			self: s.owner, writer: writer, inUse: s.uses(path), running: writer.running(),
			beforeBoot: info.ModTime().Before(bootTime().Add(-bootMargin)),
			locksWork:  locksWork, lockHeld: supported && !got, lockFree: got,
			still: age > s.opts.StaleAfter,
		}), writer})
	}
	slices.SortStableFunc(found, func(a, b left) int { return b.info.ModTime().Compare(a.info.ModTime()) })
	return found
}

// bootMargin is for clocks that were set at the start.
const bootMargin = 2 * time.Second

// claim makes a dead writer's partial ours; another process may be faster.
func (in *Ingestion) claim(l left) {
	if in.area.root.Rename(l.path, in.name) == nil {
		in.file, in.length, in.taken = l.file, l.info.Size(), true
	}
}

// copyFrom takes the bytes of a partial whose writer may be alive into a file of
// our own: two writers must never share one (P5). The journal behind the content
// is copied first, so that it speaks of no piece written after the copy went by.
func (in *Ingestion) copyFrom(ctx context.Context, l left) error {
	root := in.area.root
	f, err := root.OpenFile(in.name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return in.store.diskError("make the partial of", in.what, err)
	}
	length, content := l.info.Size(), max(in.size, 0)
	if content < length {
		err = copyRange(ctx, f, l.file, content, length)
	}
	if err == nil {
		err = copyRange(ctx, f, l.file, 0, min(content, length))
	}
	if err != nil {
		_ = f.Close()
		_ = root.Remove(in.name)
		return in.store.diskError("copy the partial of", in.what, err)
	}
	if l.writer == nobody() {
		_ = root.Remove(l.path)
	}
	in.file, in.length = f, length
	return nil
}

// copyRange copies [from, to) in portions, so that it can be stopped.
func copyRange(ctx context.Context, dst, src *os.File, from, to int64) error {
	for _, f := range []*os.File{dst, src} {
		if _, err := f.Seek(from, io.SeekStart); err != nil {
			return err
		}
	}
	for at := from; at < to; {
		if ctx.Err() != nil {
			return fault.New(fault.Canceled, "copy a partial", "", ctx.Err()).
				WithHint("nothing is lost: run the same command again to go on")
		}
		n, err := io.CopyN(dst, src, min(64<<20, to-at))
		at += n
		if err != nil {
			return err
		}
	}
	return nil
}

// adopt copies <etag>.incomplete, which official clients before 1.18 resumed: its
// bytes are a prefix of the content. The file itself stays theirs: even where
// locks work here, one of another machine may be appending to it (P5).
func (in *Ingestion) adopt(ctx context.Context) error {
	root := in.area.root
	src, err := root.openSelf(filepath.Join(in.dir, in.content+oldPartial), os.O_RDONLY)
	if err != nil {
		return nil //nolint:nilerr // gone, another user's, or no file: start our own
	}
	defer src.Close() //nolint:errcheck // only read
	st, err := src.Stat()
	if err != nil || st.Size() == 0 || in.size >= 0 && st.Size() > in.size {
		return nil //nolint:nilerr // nothing to adopt
	}
	f, err := root.OpenFile(in.name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return in.store.diskError("make the partial of", in.what, err)
	}
	if err := copyRange(ctx, f, src, 0, st.Size()); err != nil {
		_ = f.Close()
		_ = root.Remove(in.name)
		return in.store.diskError("copy the partial of", in.what, err)
	}
	in.file, in.length, in.prefix = f, st.Size(), st.Size()
	return nil
}

// dropOld removes an old client's partial once it is of no use: the content is
// here, or it was wrong. Such a client that is at it fails, and finds the content
// when it tries again.
func (in *Ingestion) dropOld() {
	if in.old {
		_ = in.area.root.Remove(filepath.Join(in.dir, in.content+oldPartial))
	}
}
