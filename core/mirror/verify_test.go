package mirror_test

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/core/mirror/folder"
	"github.com/hfdownloader/hfdownloader/core/mirror/mirrortest"
)

// leaky is a target whose connection breaks, after a number of bytes of a blob; it
// counts how often one is opened.
type leaky struct {
	mirror.Target
	after  int64
	opened int
}

func (l *leaky) Open(ctx context.Context, name string, offset int64) (io.ReadCloser, error) {
	r, err := l.Target.Open(ctx, name, offset)
	if err != nil || !strings.Contains(name, "/blobs/") {
		return r, err
	}
	l.opened++
	return &leak{r, l.after}, nil
}

type leak struct {
	io.ReadCloser
	left int64
}

func (l *leak) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errors.New("connection reset by peer")
	}
	n, err := l.ReadCloser.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}

func open(t *testing.T, root string) mirror.Target {
	t.Helper()
	f, err := folder.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// TestABrokenConnectionIsNoDamage: what could not be read is not called corrupt.
func TestABrokenConnectionIsNoDamage(t *testing.T) {
	there := t.TempDir()
	store := mirrortest.OpenCache(t, filepath.Join(t.TempDir(), "hub"))
	mirrortest.Fill(t, store)
	out, err := mirror.New(store, &leaky{Target: open(t, there), after: 1 << 20}).Push(t.Context(), mirror.Options{Verify: true})
	if fault.KindOf(err) != fault.Unavailable || len(out.Corrupt) != 0 || fault.HintOf(err) == "" {
		t.Errorf("%+v, %v", out, err)
	}
}
