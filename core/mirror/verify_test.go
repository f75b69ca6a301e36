package mirror_test

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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

// TestABrokenConnectionIsTakenUpAgain, as long as it brings something.
func TestABrokenConnectionIsTakenUpAgain(t *testing.T) {
	there, origin := t.TempDir(), filepath.Join(t.TempDir(), "hub")
	store := mirrortest.OpenCache(t, origin)
	size := mirrortest.Fill(t, store)
	if _, err := mirror.New(store, open(t, there)).Push(t.Context(), mirror.Options{}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		after  int64
		ends   bool
		opened int
	}{
		"often":   {5 << 20, false, 8},
		"at once": {1 << 10, true, 4},
	} {
		t.Run(name, func(t *testing.T) {
			into, target := filepath.Join(t.TempDir(), "hub"), &leaky{Target: open(t, there), after: c.after}
			out, err := mirror.New(mirrortest.OpenCache(t, into), target).Pull(t.Context(), mirror.Options{})
			if c.ends != (err != nil) || c.ends && fault.KindOf(err) != fault.Unavailable || target.opened > c.opened {
				t.Fatalf("%+v, %v; opened %d times", out, err, target.opened)
			}
			if diff := cmp.Diff(mirrortest.Contents(t, origin), mirrortest.Contents(t, into)); err == nil && (diff != "" || out.Bytes != size) {
				t.Error(out.Bytes, diff)
			}
		})
	}
}
