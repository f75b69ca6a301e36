//go:build unix

package sftp_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/mirror/sftp"
	"github.com/hfdownloader/hfdownloader/core/mirror/sftp/sshdtest"
)

// paused is an upload that stops when it sent some bytes.
type paused struct {
	reached, resume chan struct{}
	sent            int64
	err             error
	done            chan struct{}
}

// start begins an upload and waits until it has sent at bytes.
func start(ctx context.Context, target *sftp.Target, content []byte, name string, at int64) *paused {
	p := &paused{reached: make(chan struct{}), resume: make(chan struct{}), done: make(chan struct{})}
	reach := sync.OnceFunc(func() { close(p.reached) })
	go func() {
		defer close(p.done)
		defer reach()
		p.err = target.Upload(ctx, name, int64(len(content)), bytes.NewReader(content), func(n int) {
			if p.sent += int64(n); p.sent >= at {
				reach()
				<-p.resume
			}
		})
	}()
	<-p.reached
	return p
}

func (p *paused) finish() error {
	close(p.resume)
	<-p.done
	return p.err
}

// TestTwoPushesOfOneFile: the second takes over what the first, which still lives,
// has written so far.
func TestTwoPushesOfOneFile(t *testing.T) {
	cases := map[string]func(first, second *paused) error{
		"the first is ready first":  func(first, second *paused) error { return errors.Join(first.finish(), second.finish()) },
		"the second is ready first": func(first, second *paused) error { return errors.Join(second.finish(), first.finish()) },
		"both run to the end": func(first, second *paused) error {
			close(first.resume)
			close(second.resume)
			<-first.done
			<-second.done
			return errors.Join(first.err, second.err)
		},
	}
	for name, run := range cases {
		t.Run(name, func(t *testing.T) {
			s, root := sshdtest.StartWith(t), t.TempDir()
			content, name := big()
			sshdtest.Write(t, filepath.Join(root, name), make([]byte, bigSize)) // damaged, of the same size
			one, two := open(t, s, root), open(t, s, root)
			defer one.Close()
			defer two.Close()
			first := start(t.Context(), one, content, name, bigSize/2)
			second := start(t.Context(), two, content, name, 1)
			if err := run(first, second); err != nil {
				t.Fatal(err)
			}
			if first.sent != bigSize || second.sent > bigSize/2+2*sftp.Window {
				t.Errorf("sent %d and %d bytes", first.sent, second.sent)
			}
			check(t, root, content, name)
		})
	}
}

// TestAPartialIsRemoved while its push writes it: it begins again.
func TestAPartialIsRemoved(t *testing.T) {
	s, root := sshdtest.StartWith(t), t.TempDir()
	content, name := big()
	target := open(t, s, root)
	defer target.Close()
	p := start(t.Context(), target, content, name, bigSize/2)
	dir := filepath.Dir(filepath.Join(root, name))
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	if err := os.Remove(filepath.Join(dir, list[0].Name())); err != nil {
		t.Fatal(err)
	}
	if err := p.finish(); err != nil || p.sent != 2*bigSize {
		t.Errorf("%d bytes, %v", p.sent, err)
	}
	check(t, root, content, name)
}
