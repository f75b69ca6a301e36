package plugins

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// What a plugin may write to its log (T43), in bytes. What is over is dropped, and
// not faster than floodRate, so that a flood costs the plugin and not us.
const (
	logBurst  = 1 << 20
	logRate   = logBurst / 60 // a second
	floodRate = 16 << 20      // a second
)

// throttle decides what of a log is kept.
type throttle struct {
	keep, drop *rate.Limiter

	mu      sync.Mutex
	dropped int64
}

func newThrottle() *throttle {
	return &throttle{keep: rate.NewLimiter(logRate, logBurst), drop: rate.NewLimiter(floodRate, floodRate)}
}

// allow says whether n bytes are kept, and how many were lost before them. It
// waits when they are not.
func (t *throttle) allow(ctx context.Context, n int) (ok bool, lost int64) {
	if t.keep.AllowN(time.Now(), n) {
		t.mu.Lock()
		defer t.mu.Unlock()
		lost, t.dropped = t.dropped, 0
		return true, lost
	}
	t.mu.Lock()
	t.dropped += int64(n)
	t.mu.Unlock()
	_ = t.drop.WaitN(ctx, n) // at the end there is nothing to wait for
	return false, 0
}

// lines reads a log line by line and leaves out what is too much.
type lines struct {
	from io.ReadCloser
	in   *bufio.Reader
	all  *throttle
	rest []byte // of the line that is given away

	ctx    context.Context //nolint:containedctx // of reads that wait, until Close
	cancel context.CancelFunc
}

func newLines(from io.ReadCloser, t *throttle) *lines {
	ctx, cancel := context.WithCancel(context.Background())
	return &lines{from: from, in: bufio.NewReaderSize(from, 64<<10), all: t, ctx: ctx, cancel: cancel}
}

// Read implements io.Reader.
func (l *lines) Read(p []byte) (int, error) {
	for len(l.rest) == 0 {
		line, err := l.in.ReadSlice('\n')
		if len(line) == 0 && err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return 0, err
		}
		ok, lost := l.all.allow(l.ctx, len(line))
		if !ok {
			continue
		}
		if lost > 0 {
			l.rest = fmt.Appendf(nil, "%d bytes of the log were dropped: it is limited to 1 MiB a minute\n", lost)
		}
		l.rest = append(l.rest, line...)
	}
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

// Close implements io.Closer.
func (l *lines) Close() error {
	l.cancel()
	return l.from.Close()
}

// printed takes what a plugin prints after its start.
type printed struct {
	all *throttle
	log func(text string)
}

// Write implements io.Writer.
func (w printed) Write(p []byte) (int, error) {
	if ok, _ := w.all.allow(context.Background(), len(p)); ok {
		w.log(string(p))
	}
	return len(p), nil
}
