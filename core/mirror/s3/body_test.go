package s3_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/mirror/s3/s3test"
)

// early answers the first upload before it has read it, and reads on when the next
// try is under way, as a transport may.
type early struct {
	*wire
	puts   atomic.Int32
	second chan struct{}
	stale  chan int // bytes
}

func (e *early) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodPut {
		return e.wire.RoundTrip(r)
	}
	if n := e.puts.Add(1); n > 2 {
		return e.wire.RoundTrip(r)
	} else if n == 2 {
		close(e.second)
		if n := <-e.stale; n > 0 {
			e.stale <- n
		}
		return e.wire.RoundTrip(r)
	}
	go func() {
		<-e.second
		n, _ := r.Body.Read(make([]byte, 7))
		e.stale <- n
	}()
	return &http.Response{
		StatusCode: http.StatusServiceUnavailable, Request: r, Header: http.Header{"Content-Type": {"application/xml"}},
		Body: io.NopCloser(strings.NewReader("<Error><Code>SlowDown</Code></Error>")),
	}, nil
}

func TestABodyIsNotReadAfterItsAnswer(t *testing.T) {
	server := s3test.New(t)
	e := &early{wire: newWire(t), second: make(chan struct{}), stale: make(chan int, 1)}
	target := open(t, "s3://models", options(server.Env, e))
	content := random(1000)
	if sent := put(t, target, "m/blobs/x", content); sent != len(content) || !bytes.Equal(server.Get(t, "m/blobs/x"), content) {
		t.Errorf("%d bytes", sent)
	}
	if e.puts.Load() != 2 || len(e.stale) != 0 {
		t.Errorf("%d tries, %d bytes for nobody", e.puts.Load(), len(e.stale))
	}
	if err := target.Close(); err != nil {
		t.Error(err)
	}
}
