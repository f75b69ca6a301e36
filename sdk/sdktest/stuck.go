package sdktest

import (
	"context"
	"sync"
	"time"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// stuck is a repository whose reads do not come back before their context ends,
// or the test does.
type stuck struct {
	sdk.Repo
	once    sync.Once
	reading func()
	over    chan struct{}
}

// ReadAt implements sdk.Repo.
func (s *stuck) ReadAt(ctx context.Context, _ string, _ int64, _ int) ([]byte, error) {
	s.once.Do(s.reading)
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-s.over:
		return nil, errRead
	}
}

// given wants a call to end when it is given up in the middle of a read: reads
// must get the context of the call.
func (c *checker) given(r sdk.Repo) {
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel()
	started := make(chan struct{})
	repo := &stuck{Repo: r, reading: func() { close(started) }, over: make(chan struct{})}
	defer close(repo.over)
	done := make(chan struct{})
	go func() {
		defer close(done)
		ask(ctx, c.analyzer, repo)
	}()
	select {
	case <-started:
		cancel()
	case <-done: // it reads nothing
		return
	}
	select {
	case <-done:
	case <-time.After(endTime):
		c.fail("given up", r, "a read went on for %v after the context had ended; give reads the context of the call", endTime)
	}
}
