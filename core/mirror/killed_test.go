//go:build unix

package mirror_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/core/mirror/mirrortest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// TestKilledPull: SIGKILL in the middle of a file, in a process of its own, and what
// a power cut may do to what it left.
func TestKilledPull(t *testing.T) {
	if root := os.Getenv("MIRROR_TEST_FROM"); root != "" { // the process
		pullHalf(t, root, os.Getenv("MIRROR_TEST_INTO"))
	}
	origin, there, killed := filepath.Join(t.TempDir(), "hub"), t.TempDir(), filepath.Join(t.TempDir(), "hub")
	store := mirrortest.OpenCache(t, origin)
	size := mirrortest.Fill(t, store)
	if _, err := mirror.New(store, open(t, there)).Push(t.Context(), mirror.Options{}); err != nil {
		t.Fatal(err)
	}
	kill(t, there, killed)
	content, err := filepath.Glob(filepath.Join(origin, "models--org--m", "blobs", "????????????????????????????????????????????????????????????????"))
	if err != nil || len(content) != 1 {
		t.Fatal(content, err)
	}
	whole, err := os.ReadFile(content[0])
	if err != nil {
		t.Fatal(err)
	}
	half := len(whole) / 2
	for name, c := range map[string]struct {
		left func(partial []byte) []byte
		most int64 // bytes that come again
	}{
		"as it was":                   {func(p []byte) []byte { return p }, int64(half)},
		"all of it":                   {func([]byte) []byte { return whole }, 10},
		"its end was not written":     {func(p []byte) []byte { clear(p[len(p)-4096:]); return p }, 2 * size},
		"another byte in front":       {func(p []byte) []byte { p[0] ^= 1; return p }, 2 * size},
		"more than all":               {func([]byte) []byte { return append(whole[:len(whole):len(whole)], "more"...) }, size},
		"another content of its size": {func([]byte) []byte { return make([]byte, len(whole)) }, size},
		"nothing":                     {func([]byte) []byte { return nil }, size},
	} {
		t.Run(name, func(t *testing.T) {
			into := filepath.Join(t.TempDir(), "hub")
			if err := os.CopyFS(into, os.DirFS(killed)); err != nil {
				t.Fatal(err)
			}
			change(t, into, c.left)
			out, err := mirror.New(mirrortest.OpenCache(t, into), open(t, there)).Pull(t.Context(), mirror.Options{Verify: true})
			if err != nil || len(out.Corrupt) != 0 || out.Bytes > c.most {
				t.Errorf("%+v, %v; want %d bytes at the most", out, err, c.most)
			}
			if diff := cmp.Diff(mirrortest.Contents(t, origin), mirrortest.Contents(t, into)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// kill runs a process that pulls, until half of the large file is there.
func kill(t *testing.T, from, into string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledPull$")
	cmd.Env = append(os.Environ(), "MIRROR_TEST_FROM="+from, "MIRROR_TEST_INTO="+into)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if n, err := out.Read(make([]byte, 1)); n != 1 {
		t.Errorf("the process says nothing: %v", err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // killed
}

func pullHalf(t *testing.T, from, into string) {
	_, err := mirror.New(mirrortest.OpenCache(t, into), open(t, from)).Pull(t.Context(), mirror.Options{OnProgress: func(p mirror.Progress) {
		if p.Done > p.Total/2+1<<20 {
			_, _ = os.Stdout.WriteString("x")
			select {}
		}
	}})
	t.Fatal("not killed", err)
}

// change rewrites the partial that was left.
func change(t *testing.T, root string, to func([]byte) []byte) {
	t.Helper()
	partials, err := filepath.Glob(filepath.Join(root, "models--org--m", "blobs", "*"+repo.PartialMark+"*"))
	if err != nil || len(partials) != 1 {
		t.Fatal(partials, err)
	}
	data, err := os.ReadFile(partials[0])
	if err == nil {
		err = os.WriteFile(partials[0], to(data), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
