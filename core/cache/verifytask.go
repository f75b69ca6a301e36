package cache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/hfdownloader/hfdownloader/core/digest"
)

// readSize is how much of a file is read at a time, in bytes.
const readSize = 1 << 20

// task is one content to be read. A file that several listings speak of is read
// once, with a hash for each.
type task struct {
	area *area
	path string // below the cache
	size int64  // in bytes, as it was looked at
	want []want
	// bad hears that the file cannot be read.
	bad func(error)
}

// want is a digest a content should have.
type want struct {
	digest.Digest
	judge func(got digest.Digest)
}

// run reads the file. Only the end of ctx is an error.
func (t *task) run(ctx context.Context, buf []byte, progress func(n int)) error {
	f, err := openUnnoticed(t.area.root, t.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // deleted meanwhile
	}
	if err != nil {
		t.bad(err)
		return nil
	}
	defer func() { _ = f.Close() }() // only read
	hashes := map[digest.Algo]*digest.Hash{}
	for _, w := range t.want {
		if hashes[w.Algo] == nil {
			hashes[w.Algo] = digest.NewHash(w.Algo, t.size)
		}
	}
	for {
		if ctx.Err() != nil {
			return stopped(ctx, "verify", "the cache")
		}
		n, err := f.Read(buf)
		for _, h := range hashes {
			h.Add(buf[:n])
		}
		progress(n)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.bad(err)
			return nil
		}
	}
	for _, w := range t.want {
		w.judge(hashes[w.Algo].Sum())
	}
	return nil
}

// openUnnoticed opens a file without the system noting it as used now, where
// that can be had: verifying must not spoil "last used".
func openUnnoticed(root *disk, path string) (*os.File, error) {
	f, err := root.Root.OpenFile(path, os.O_RDONLY|noWait|noAccessTime, 0)
	if err != nil && noAccessTime != 0 && errors.Is(err, fs.ErrPermission) {
		return root.read(path) // another user's
	}
	return f, err
}

// instead says what was found.
func instead(want, got digest.Digest) string { return fmt.Sprintf("is %v, not %s", got, want.Hex) }
