package hub

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/core/retry"
)

const testCommit repo.Commit = "5bb9fc53add422c252f7351a8e28c438cb98ea21"

// canary is a token that no error and no foreign server may see.
const canary = "hf_CANARYcanaryCANARYcanary"

var errWant = fmt.Errorf("what a test wants")

func testRef() repo.Ref { return repo.Ref{Type: repo.Model, ID: "org/name"} }

// serve starts a server of handler that ends with the test.
func serve(tb testing.TB, handler http.HandlerFunc) *httptest.Server {
	tb.Helper()
	s := httptest.NewServer(handler)
	tb.Cleanup(s.Close)
	return s
}

// quick retries without waiting.
func quick() retry.Policy {
	return retry.Policy{Attempts: 4, Initial: time.Millisecond, Max: time.Millisecond}
}

// newClient makes a client of a server; change, if not nil, sets options.
func newClient(tb testing.TB, endpoint string, change func(*Options)) *Client {
	tb.Helper()
	o := Options{Endpoint: endpoint, Token: canary, UserAgent: "test", NoEnvProxy: true, Retry: quick()}
	if change != nil {
		change(&o)
	}
	c, err := New(o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.Close)
	return c
}

// serveHub is a client of a server of handler.
func serveHub(tb testing.TB, handler http.HandlerFunc) *Client {
	tb.Helper()
	return newClient(tb, serve(tb, handler).URL, nil)
}

// wantKind checks an error's kind, that it says what to do, and that it shows no
// secret.
func wantKind(tb testing.TB, err error, want fault.Kind) {
	tb.Helper()
	if got := fault.KindOf(err); err == nil || got != want {
		tb.Fatalf("kind %v, want %v: %v", got, want, err)
	}
	if fault.HintOf(err) == "" && want != fault.Canceled {
		tb.Errorf("no hint in: %v", err)
	}
	for _, secret := range []string{canary, "SIGNATURE", "hunter2"} {
		if strings.Contains(err.Error()+fault.HintOf(err), secret) {
			tb.Errorf("error shows %s: %v", secret, err)
		}
	}
}
