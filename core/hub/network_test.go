package hub

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

const infoBody = `{"id":"org/name","sha":"` + string(testCommit) + `"}`

func info(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, infoBody) }

// listen serves bare connections until the test ends.
func listen(t *testing.T, serve func(n int, conn net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for n := 1; ; n++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serve(n, conn)
			conn.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-ended })
	return l.Addr().String()
}

// readHead reads a request's head.
func readHead(conn net.Conn) string {
	r := bufio.NewReader(conn)
	var head strings.Builder
	for {
		line, err := r.ReadString('\n')
		head.WriteString(line)
		if err != nil || line == "\r\n" {
			return head.String()
		}
	}
}

func TestT19_HeadersAreCapped(t *testing.T) {
	c := serveHub(t, func(w http.ResponseWriter, _ *http.Request) {
		for i := range 40 {
			w.Header().Set(fmt.Sprintf("X-%d", i), strings.Repeat("a", 8<<10))
		}
	})
	_, err := c.Info(t.Context(), testRef(), "main")
	wantKind(t, err, fault.Unavailable)
}

func TestP10_SilentServersAreLeft(t *testing.T) {
	cases := map[string]struct{ head string }{
		"no headers":  {""},
		"no body":     {"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"},
		"part header": {"HTTP/1.1 200 OK\r\nConte"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			addr := listen(t, func(_ int, conn net.Conn) {
				readHead(conn)
				_, _ = io.WriteString(conn, c.head)
				_, _ = io.Copy(io.Discard, conn) // until the client hangs up
			})
			client := newClient(t, "http://"+addr, func(o *Options) {
				o.MetadataTimeout, o.ReadTimeout, o.Retry.Attempts = 50*time.Millisecond, 50*time.Millisecond, 0
			})
			_, err := client.Info(t.Context(), testRef(), "main")
			wantKind(t, err, fault.Unavailable)
		})
	}
}
