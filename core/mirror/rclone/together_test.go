//go:build unix

package rclone

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// pausing gives its first half, and the rest when it may.
type pausing struct {
	*bytes.Reader
	once    sync.Once
	reached chan struct{}
	goOn    chan struct{}
}

func (p *pausing) ReadAt(b []byte, at int64) (int, error) {
	if at >= p.Size()/2 {
		p.once.Do(func() { close(p.reached) })
		<-p.goOn
	}
	return p.Reader.ReadAt(b, at)
}

// TestTwoPushesOfOneFile never share what they carry over, and clean up after those
// that came to no end.
func TestTwoPushesOfOneFile(t *testing.T) {
	installed(t)
	root, start := t.TempDir(), time.Now()
	content := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	const blob = "models--o--m/blobs/x"
	dir := filepath.Join(root, "models--o--m", "blobs")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, left := range []string{"x" + part, "x" + part + "-1", "y" + part + "-1"} {
		if err := os.WriteFile(filepath.Join(dir, left), []byte("left"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var pushes [2]error
	var all sync.WaitGroup
	goOn := make(chan struct{})
	for i := range pushes {
		src := &pausing{Reader: bytes.NewReader(content), reached: make(chan struct{}), goOn: goOn}
		target := open(t, ":local:"+root)
		if list, err := target.List(t.Context(), "models--o--m"); err != nil || len(list) != 0 {
			t.Errorf("%+v, %v", list, err)
		}
		all.Go(func() {
			pushes[i] = target.Upload(t.Context(), blob, int64(len(content)), src, func(int) {})
		})
		<-src.reached
		for len(named(t, dir, "x"+part+"-")) < 2+i && time.Now().Before(start.Add(time.Minute)) {
			runtime.Gosched() // until rclone has made its file
		}
	}
	if got := named(t, dir, "x"+part+"-"); len(got) != 3 {
		t.Errorf("%q: each has a file of its own", got)
	}
	close(goOn)
	if all.Wait(); pushes[0] != nil || pushes[1] != nil {
		t.Error(pushes)
	}
	if data, err := os.ReadFile(filepath.Join(dir, "x")); err != nil || !bytes.Equal(data, content) {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	if got, want := named(t, dir, ""), []string{"x", "y" + part + "-1"}; !cmp.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// named are the files whose names begin with a prefix.
func named(t *testing.T, dir, prefix string) (names []string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if strings.HasPrefix(e.Name(), prefix) {
			names = append(names, e.Name())
		}
	}
	return names
}
