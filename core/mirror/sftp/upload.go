package sftp

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	pkgsftp "github.com/pkg/sftp"

	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// tries is how often an upload begins again because another push took its partial.
const tries = 5

var errTaken = errors.New("another push took the partial over")

// Upload implements mirror.Target. Each push writes a partial under a name of its
// own: the blob's, part, the partial's birth name, "." and the owner. One that an
// earlier push left is taken over by renaming it, which only one can do. When its
// owner lives after all, both write the same bytes into the same file, for the
// blob's name is its digest. Who has written all of it publishes it, whoever owns it
// then; the other finds the partial gone and the blob there.
func (t *Target) Upload(ctx context.Context, name string, size int64, src io.ReaderAt, sent func(int)) error {
	return t.do(ctx, "write", name, func() error {
		if err := t.above(name, true); err != nil {
			return err
		}
		var err error
		for range tries {
			if err = t.upload(ctx, name, size, src, sent); !errors.Is(err, errTaken) {
				return err
			}
			t.listed[path.Dir(name)] = false
			left, lerr := t.earlier(ctx, name)
			if lerr != nil {
				return lerr
			}
			if _, info, rerr := t.resolve(name); rerr == nil && info.Size() == size && len(left) == 0 {
				return nil // the other published it
			}
		}
		return err
	})
}

func (t *Target) upload(ctx context.Context, name string, size int64, src io.ReaderAt, sent func(int)) error {
	earlier, err := t.earlier(ctx, name)
	if err != nil {
		return err
	}
	temp, at := t.takeOver(earlier, name, size, src)
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if at > 0 {
		flags = os.O_WRONLY // an empty one would get a hole
	}
	file, err := t.open(t.at(temp), flags)
	if at > 0 && errors.Is(err, fs.ErrNotExist) {
		return errTaken
	} else if err != nil {
		return err
	}
	err = t.fill(file, at, size, src, sent)
	if err = errors.Join(err, t.finish(file)); err != nil {
		return err // the partial stays for the next push
	}
	if err := t.settle(ctx, temp, name); err != nil {
		return err
	}
	for _, other := range earlier {
		_ = t.sftp.Remove(t.at(other)) // one that is still there is of no use
	}
	return nil
}

// settle publishes what this push has written all of, under whatever owner.
func (t *Target) settle(ctx context.Context, temp, name string) error {
	err := t.publish(temp, name)
	for range tries {
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		t.listed[path.Dir(name)] = false
		left, lerr := t.earlier(ctx, name)
		if lerr != nil {
			return lerr
		}
		i := slices.IndexFunc(left, func(other string) bool { return birth(other) == birth(temp) })
		if i < 0 {
			break
		}
		err = t.publish(left[i], name)
	}
	return errTaken
}

// birth is a partial's name without its owner.
func birth(partial string) string {
	dir, file := path.Split(partial)
	blob, rest, _ := strings.Cut(file, part)
	id, _, _ := strings.Cut(rest, ".")
	return dir + blob + part + id
}

func (t *Target) fill(file *pkgsftp.File, at, size int64, src io.ReaderAt, sent func(int)) error {
	s := newStream(at, size, func(buf []byte, at int64) error {
		if n, err := src.ReadAt(buf, at); n < len(buf) {
			return fmt.Errorf("the cache's file ends at byte %d: %v", at+int64(n), err) //nolint:errorlint // its io.EOF is not the connection's
		}
		_, err := file.WriteAt(buf, at)
		return err
	})
	defer s.drain()
	for s.more() {
		buf, err := s.step()
		if err != nil {
			return err
		}
		sent(len(buf))
	}
	return nil
}

// earlier are the partials other pushes left of a file, read once a folder. A name
// that is no digest says nothing about what is in them.
func (t *Target) earlier(ctx context.Context, name string) ([]string, error) {
	if repo.ETag(path.Base(name)).Digest().Algo == digest.None {
		return nil, nil
	}
	dir := path.Dir(name)
	if t.listed[dir] {
		return t.partials[name], nil
	}
	list, err := t.readDir(ctx, t.at(dir))
	if err != nil {
		return nil, err
	}
	for of := range t.partials {
		if path.Dir(of) == dir {
			delete(t.partials, of)
		}
	}
	for _, info := range list {
		of, _, ok := strings.Cut(info.Name(), part)
		if ok && of != "" && listable(info.Name()) && info.Mode().IsRegular() {
			t.partials[dir+"/"+of] = append(t.partials[dir+"/"+of], dir+"/"+info.Name())
		}
	}
	t.listed[dir] = true
	return t.partials[name], nil
}

// takeOver makes the first partial that can be gone on with this push's, and says
// from where in bytes. With 0 there is none yet.
func (t *Target) takeOver(earlier []string, name string, size int64, src io.ReaderAt) (temp string, at int64) {
	for _, old := range slices.Backward(earlier) {
		temp = birth(old) + "." + rand.Text()
		if t.publish(old, temp) != nil {
			continue // its owner published it, or another took it
		}
		info, err := t.lstat(t.at(temp))
		if err == nil && info.Mode().IsRegular() && info.Size() <= size {
			if at := info.Size() - Window; at > 0 && t.same(temp, at, src) {
				return temp, at
			}
		}
		_ = t.sftp.Remove(t.at(temp)) // who begins anew has no use for it
	}
	return name + part + rand.Text() + "." + rand.Text(), 0
}

// same reports whether the last bytes of a partial before at are the source's. A
// machine that lost its power may have a file's size on its disk and not its
// content; then the end is missing.
func (t *Target) same(temp string, at int64, src io.ReaderAt) bool {
	file, err := t.open(t.at(temp), os.O_RDONLY)
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }() // only read
	from := max(0, at-Window)
	s := readStream(file, from, at)
	defer s.drain()
	want := make([]byte, chunk)
	for s.more() {
		got, err := s.step()
		if err != nil {
			return false
		}
		if n, _ := src.ReadAt(want[:len(got)], from); n < len(got) || !bytes.Equal(got, want[:n]) {
			return false
		}
		from += int64(len(got))
	}
	return true
}
