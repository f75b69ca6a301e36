package hub

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// raw answers over the bare connection.
func raw(t *testing.T, w http.ResponseWriter, text string) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	_, _ = io.WriteString(conn, text)
	conn.Close()
}

func TestT17_LengthIsKeptTo(t *testing.T) {
	const size = 100
	cases := map[string]struct {
		answer string
		want   fault.Kind // of reading; Internal: fine
		n      int        // bytes that arrive
	}{
		"exact":               {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + strings.Repeat("x", 100), 0, 100},
		"shorter than said":   {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + strings.Repeat("x", 60), fault.Unavailable, 60},
		"longer than said":    {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + strings.Repeat("x", 160), 0, 100},
		"no length, exact":    {"HTTP/1.0 200 OK\r\n\r\n" + strings.Repeat("x", 100), 0, 100},
		"no length, shorter":  {"HTTP/1.0 200 OK\r\n\r\n" + strings.Repeat("x", 60), fault.Unavailable, 60},
		"no length, longer":   {"HTTP/1.0 200 OK\r\n\r\n" + strings.Repeat("x", 160), fault.Integrity, 100},
		"chunks, longer":      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA0\r\n" + strings.Repeat("x", 160) + "\r\n0\r\n\r\n", fault.Integrity, 100},
		"chunks, cut":         {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3C\r\n" + strings.Repeat("x", 60), fault.Unavailable, 60},
		"chunks, never ended": {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n" + strings.Repeat("x", 100), 0, 100},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := newDepot(t, size)
			d.onFetch = func(w http.ResponseWriter, _ *http.Request, _ int) bool { raw(t, w, c.answer); return true }
			body, _, _, err := d.ct().Open(t.Context(), 0, -1)
			if err != nil {
				t.Fatal(err)
			}
			defer body.Close()
			n, err := io.Copy(io.Discard, body)
			if n != int64(c.n) {
				t.Errorf("%d bytes", n)
			}
			if c.want == 0 {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantKind(t, err, c.want)
			if short := c.n < size; short != errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("unexpected EOF: %v", err)
			}
		})
	}
}

func TestT17_SizeComesFromThePlanNotFromARedirect(t *testing.T) {
	d := newDepot(t, 1000)
	d.onResolve = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		w.Header().Set("X-Linked-Size", "1001")
		return false
	}
	_, _, _, err := d.ct().Open(t.Context(), 0, -1)
	wantKind(t, err, fault.Integrity)
}

func TestT18_EncodedContentIsRefused(t *testing.T) {
	for _, encoding := range []string{"gzip", "br", "zstd", "x-evil\x1b[2J"} {
		d := newDepot(t, 1000)
		d.onFetch = func(w http.ResponseWriter, r *http.Request, _ int) bool {
			if got := r.Header.Get("Accept-Encoding"); got != "identity" {
				t.Errorf("Accept-Encoding %q", got)
			}
			w.Header()["Content-Encoding"] = []string{encoding}
			return false
		}
		_, _, _, err := d.ct().Open(t.Context(), 0, -1)
		if strings.HasPrefix(encoding, "x-evil") {
			if err == nil {
				t.Error("accepted")
			}
			continue
		}
		wantKind(t, err, fault.Integrity)
	}
}
