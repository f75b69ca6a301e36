//go:build unix

package sftp_test

import (
	"io"
	"net"
	"sync"
	"testing"
)

// action is what a relay does with bytes of the client.
type action int

const (
	forward action = iota
	swallow
	hangUp
)

// relay stands between client and server; decide hears how many bytes the client
// sent so far.
func relay(t *testing.T, to string, decide func(sent int64) action) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", to)
			if err != nil {
				_ = client.Close()
				continue
			}
			all.Go(func() { _, _ = io.Copy(client, server); _ = client.Close() })
			all.Go(func() {
				defer func() { _, _ = server.Close(), client.Close() }()
				var sent int64
				buf := make([]byte, 16<<10)
				for {
					n, err := client.Read(buf)
					sent += int64(n)
					what := decide(sent)
					if err != nil || what == hangUp {
						return
					}
					if what == swallow {
						continue
					}
					if _, err := server.Write(buf[:n]); err != nil {
						return
					}
				}
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		all.Wait()
	})
	return l.Addr().String()
}
