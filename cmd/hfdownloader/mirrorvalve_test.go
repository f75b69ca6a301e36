//go:build unix

package main_test

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// valve stands between a program and a server. It lets bytes through, in both
// directions, up to a limit, and then none until it is opened.
type valve struct {
	addr    string
	left    atomic.Int64
	passed  atomic.Int64
	reached chan struct{} // closed when the limit is
	open    chan struct{} // closed by Open
	once    sync.Once
}

// newValve begins at an address of a server.
func newValve(t *testing.T, to string, limit int64) *valve {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	v := &valve{addr: l.Addr().String(), reached: make(chan struct{}), open: make(chan struct{})}
	v.left.Store(limit)
	var all sync.WaitGroup
	all.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", to)
			if err != nil {
				t.Errorf("the valve's server: %v", err)
				_ = client.Close()
				continue
			}
			all.Go(func() { v.pass(client, server) })
			all.Go(func() { v.pass(server, client) })
		}
	})
	t.Cleanup(func() {
		v.Open()
		_ = l.Close()
		all.Wait()
	})
	return v
}

// Open lets everything through from now on and counts anew.
func (v *valve) Open() {
	v.once.Do(func() { close(v.open) })
	v.passed.Store(0)
}

// pass carries bytes until either side ends. A connection the limit stopped is cut.
func (v *valve) pass(to, from net.Conn) {
	defer func() { _, _ = to.Close(), from.Close() }()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if left := v.left.Add(-int64(n)); left <= 0 {
			if left+int64(n) > 0 {
				close(v.reached)
			}
			select {
			case <-v.open:
			default: // it goes no further, like what a killed program had not sent
				<-v.open
				return
			}
		}
		v.passed.Add(int64(n))
		if _, werr := to.Write(buf[:n]); err != nil || werr != nil {
			return
		}
	}
}
