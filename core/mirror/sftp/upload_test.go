//go:build unix

package sftp_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/mirror/sftp"
	"github.com/hfdownloader/hfdownloader/core/mirror/sftp/sshdtest"
)

const bigSize = 24 << 20

// big is content and the name of its blob.
func big() (content []byte, name string) {
	content = make([]byte, bigSize)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(content) // never fails
	sum := sha256.Sum256(content)
	return content, "models--a--b/blobs/" + hex.EncodeToString(sum[:])
}

// upload pushes it and counts what was sent.
func upload(ctx context.Context, target *sftp.Target, content []byte, name string) (n int64, err error) {
	err = target.Upload(ctx, name, int64(len(content)), bytes.NewReader(content), func(k int) { n += int64(k) })
	return n, err
}

// check wants the content there under its name, and nothing beside it.
func check(t *testing.T, root string, content []byte, name string) {
	t.Helper()
	got, err := os.ReadFile(filepath.Join(root, name))
	if err != nil || !bytes.Equal(got, content) {
		t.Errorf("%d of %d bytes there, or others: %v", len(got), len(content), err)
	}
	list, err := os.ReadDir(filepath.Dir(filepath.Join(root, name)))
	if err != nil || len(list) != 1 {
		t.Errorf("left beside it: %v, %v", list, err)
	}
}

// TestUploadIsCutAndResumed: the network goes in the middle of a file.
func TestUploadIsCutAndResumed(t *testing.T) {
	s, content, root := sshdtest.StartWith(t), []byte(nil), t.TempDir()
	content, name := big()
	direct, cut := s.Addr, bigSize/2
	s.Addr = relay(t, direct, func(sent int64) action {
		if sent > int64(cut) {
			return hangUp
		}
		return forward
	})
	s.Know(t, s.Addr)
	target := open(t, s, root)
	first, err := upload(t.Context(), target, content, name)
	if fault.KindOf(err) != fault.Unavailable || first == 0 || first > int64(cut) {
		t.Fatalf("%d bytes, %v", first, err)
	}
	if _, err := target.List(t.Context(), ""); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("afterwards: %v", err)
	}
	_ = target.Close()
	s.Addr = direct
	s.Know(t, direct)
	target = open(t, s, root)
	defer target.Close()
	second, err := upload(t.Context(), target, content, name)
	if err != nil || first+second > bigSize+sftp.Window {
		t.Errorf("%d bytes and then %d, %v", first, second, err)
	}
	check(t, root, content, name)
}

// TestASilentPeerIsNoticed by the signs of life it owes, in the middle of a file.
func TestASilentPeerIsNoticed(t *testing.T) {
	s, root := sshdtest.StartWith(t), t.TempDir()
	content, name := big()
	s.Addr = relay(t, s.Addr, func(sent int64) action {
		if sent > bigSize/2 {
			return swallow
		}
		return forward
	})
	s.Know(t, s.Addr)
	target, err := sftp.Open(t.Context(), s.URL(root), s.Options().WithLimits(time.Minute, 100*time.Millisecond, time.Second))
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	if _, err := upload(t.Context(), target, content, name); fault.KindOf(err) != fault.Unavailable {
		t.Error(err)
	}
}

// TestEveryCallEndsWithItsContext, whatever the peer does.
func TestEveryCallEndsWithItsContext(t *testing.T) {
	calls := map[string]func(context.Context, *sftp.Target) error{
		"list":   func(ctx context.Context, t *sftp.Target) error { _, err := t.List(ctx, "models--a--b"); return err },
		"open":   func(ctx context.Context, t *sftp.Target) error { _, err := t.Open(ctx, "a/b", 0); return err },
		"write":  func(ctx context.Context, t *sftp.Target) error { return t.Write(ctx, "a/b", nil) },
		"link":   func(ctx context.Context, t *sftp.Target) error { return t.Link(ctx, "a/b", "c") },
		"remove": func(ctx context.Context, t *sftp.Target) error { return t.Remove(ctx, "a/b") },
		"upload": func(ctx context.Context, t *sftp.Target) error {
			content, name := big()
			_, err := upload(ctx, t, content, name)
			return err
		},
	}
	s := sshdtest.StartWith(t)
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			var silent atomic.Bool
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s := *s
			s.Addr = relay(t, s.Addr, func(int64) action {
				if silent.Load() {
					cancel()
					return swallow
				}
				return forward
			})
			s.Know(t, s.Addr)
			target := open(t, &s, t.TempDir())
			defer target.Close()
			silent.Store(true)
			if err := call(ctx, target); fault.KindOf(err) != fault.Canceled {
				t.Error(err)
			}
		})
	}
}

// TestPartials that are there before a push: it goes on with the good ones only.
func TestPartials(t *testing.T) {
	s := sshdtest.StartWith(t)
	content, name := big()
	damaged := bytes.Clone(content[:bigSize/2])
	clear(damaged[len(damaged)-sftp.Window-4096:]) // what a power cut leaves
	cases := map[string]struct {
		partial []byte
		sent    int64
	}{
		"half":                       {content[:bigSize/2], bigSize/2 + sftp.Window},
		"all":                        {content, sftp.Window},
		"the last window has a hole": {append(bytes.Clone(content[:bigSize/2]), make([]byte, sftp.Window)...), bigSize / 2},
		"a lost end":                 {damaged, bigSize},
		"too long":                   {append(bytes.Clone(content), 0), bigSize},
		"tiny":                       {content[:10], bigSize},
		"empty":                      {nil, bigSize},
	}
	for what, c := range cases {
		t.Run(what, func(t *testing.T) {
			root := t.TempDir()
			sshdtest.Write(t, filepath.Join(root, name+".hfdownloader.mirror-OTHER"), c.partial)
			target := open(t, s, root)
			defer target.Close()
			if sent, err := upload(t.Context(), target, content, name); err != nil || sent != c.sent {
				t.Errorf("%d bytes sent, want %d; %v", sent, c.sent, err)
			}
			check(t, root, content, name)
		})
	}
}

// TestAPartialThatIsALink is not written through.
func TestAPartialThatIsALink(t *testing.T) {
	s, root, outside := sshdtest.StartWith(t), t.TempDir(), filepath.Join(t.TempDir(), "victim")
	content, name := big()
	sshdtest.Write(t, outside, content)
	if err := os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(root, name+".hfdownloader.mirror-OTHER")); err != nil {
		t.Fatal(err)
	}
	target := open(t, s, root)
	defer target.Close()
	if sent, err := upload(t.Context(), target, content, name); err != nil || sent != bigSize {
		t.Errorf("%d bytes, %v", sent, err)
	}
	if info, err := os.Lstat(filepath.Join(root, name)); err != nil || !info.Mode().IsRegular() {
		t.Errorf("%v, %v", info, err)
	}
}

// TestTheSourceEndsEarly: the cache's file is not what was announced.
func TestTheSourceEndsEarly(t *testing.T) {
	s, root := sshdtest.StartWith(t), t.TempDir()
	content, name := big()
	target := open(t, s, root)
	defer target.Close()
	err := target.Upload(t.Context(), name, bigSize, bytes.NewReader(content[:bigSize-1]), func(int) {})
	if fault.KindOf(err) != fault.Disk || !strings.Contains(err.Error(), "ends at byte") {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(root, name)); err == nil {
		t.Error("published")
	}
}

// TestPoorServers lack what OpenSSH adds to SFTP.
func TestPoorServers(t *testing.T) {
	s := sshdtest.StartWith(t, "Subsystem sftp internal-sftp -P posix-rename,fsync")
	root, ctx := t.TempDir(), t.Context()
	content, name := big()
	target := open(t, s, root)
	defer target.Close()
	for range 2 { // the second replaces the first
		if _, err := upload(ctx, target, content, name); err != nil {
			t.Fatal(err)
		}
		if err := target.Write(ctx, "models--a--b/refs/main", []byte("x")); err != nil {
			t.Fatal(err)
		}
		if err := target.Link(ctx, "models--a--b/snapshots/c/f", "../../blobs/x"); err != nil {
			t.Fatal(err)
		}
	}
	check(t, root, content, name)
	s = sshdtest.StartWith(t, "Subsystem sftp internal-sftp -P symlink")
	target = open(t, s, root)
	defer target.Close()
	err := target.Link(ctx, "models--a--b/snapshots/c/g", "../../blobs/x")
	if fault.KindOf(err) != fault.Disk || !strings.Contains(fault.HintOf(err), "symbolic links") {
		t.Errorf("without links: %v; %s", err, fault.HintOf(err))
	}
}

// BenchmarkUpload is 24 MiB over loopback.
func BenchmarkUpload(b *testing.B) {
	content, name := big()
	s := sshdtest.StartWith(b)
	target := open(b, s, b.TempDir())
	defer target.Close()
	b.SetBytes(bigSize)
	for b.Loop() {
		if _, err := upload(b.Context(), target, content, name); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpen reads them back.
func BenchmarkOpen(b *testing.B) {
	content, name := big()
	s := sshdtest.StartWith(b)
	target := open(b, s, b.TempDir())
	defer target.Close()
	if _, err := upload(b.Context(), target, content, name); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(bigSize)
	for b.Loop() {
		r, err := target.Open(b.Context(), name, 0)
		if err != nil {
			b.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, r); err != nil || n != bigSize {
			b.Fatal(n, err)
		}
		_ = r.Close()
	}
}
