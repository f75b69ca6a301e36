package sdk

import (
	"context"
	"sync"
	"time"

	"google.golang.org/grpc/stats"
)

// alone is how long a plugin waits for its host to connect, and to connect again.
const (
	aloneAtStart = 30 * time.Second
	aloneAfter   = 2 * time.Second
)

// lastGone ends the program when nobody is connected any more: a host that was
// killed cannot end its plugins.
type lastGone struct {
	end func()

	mu    sync.Mutex
	conns int
	timer *time.Timer
}

func newLastGone(end func()) *lastGone {
	return &lastGone{end: end, timer: time.AfterFunc(aloneAtStart, end)}
}

// HandleConn implements stats.Handler.
func (l *lastGone) HandleConn(_ context.Context, s stats.ConnStats) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch s.(type) {
	case *stats.ConnBegin:
		l.conns++
		l.timer.Stop()
	case *stats.ConnEnd:
		if l.conns--; l.conns == 0 {
			l.timer.Reset(aloneAfter)
		}
	}
}

// TagConn implements stats.Handler.
func (l *lastGone) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

// TagRPC implements stats.Handler.
func (l *lastGone) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

// HandleRPC implements stats.Handler.
func (l *lastGone) HandleRPC(context.Context, stats.RPCStats) {}
