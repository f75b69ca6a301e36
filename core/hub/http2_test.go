package hub

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
)

func TestF12_HTTP10ServerWorks(t *testing.T) {
	addr := listen(t, func(_ int, conn net.Conn) {
		readHead(conn)
		_, _ = io.WriteString(conn, "HTTP/1.0 200 OK\r\n\r\n"+infoBody)
	})
	got, err := newClient(t, "http://"+addr, nil).Info(t.Context(), testRef(), "main")
	if err != nil || got.Commit != testCommit {
		t.Errorf("%v, %v", got, err)
	}
}

// h2conn answers one HTTP/2 connection by hand.
func h2conn(conn net.Conn, onRequest func(f *http2.Framer, stream uint32)) {
	preface := make([]byte, len(http2.ClientPreface))
	if _, err := io.ReadFull(conn, preface); err != nil {
		return
	}
	f := http2.NewFramer(conn, conn)
	_ = f.WriteSettings()
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			return
		}
		switch fr := frame.(type) {
		case *http2.SettingsFrame:
			if !fr.IsAck() {
				_ = f.WriteSettingsAck()
			}
		case *http2.HeadersFrame:
			onRequest(f, fr.StreamID)
		case *http2.PingFrame:
			_ = f.WritePing(true, fr.Data)
		}
	}
}

func TestF12_HTTP2ConnectionThatEndsIsDialledAgain(t *testing.T) {
	faults := map[string]func(f *http2.Framer, stream uint32){
		"GOAWAY, not handled": func(f *http2.Framer, _ uint32) { _ = f.WriteGoAway(0, http2.ErrCodeNo, nil) },
		"refused stream":      func(f *http2.Framer, s uint32) { _ = f.WriteRSTStream(s, http2.ErrCodeRefusedStream) },
		"internal error":      func(f *http2.Framer, s uint32) { _ = f.WriteRSTStream(s, http2.ErrCodeInternal) },
		// The server says that it took the request, and then nothing.
		"GOAWAY, never answered": func(f *http2.Framer, s uint32) { _ = f.WriteGoAway(s, http2.ErrCodeInternal, nil) },
	}
	for name, broken := range faults {
		t.Run(name, func(t *testing.T) {
			var failed atomic.Bool
			s := serveTLS(t, info, func(s *httptest.Server) {
				s.Config.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){
					"h2": func(_ *http.Server, conn *tls.Conn, _ http.Handler) {
						h2conn(conn, func(f *http2.Framer, stream uint32) {
							if failed.CompareAndSwap(false, true) {
								broken(f, stream)
								return
							}
							// ":status: 200" is entry 8 of HPACK's table.
							_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: []byte{0x88}, EndHeaders: true})
							_ = f.WriteData(stream, true, []byte(infoBody))
						})
					},
				}
			})
			c := newClient(t, s.URL, func(o *Options) {
				o.CAFile, o.MetadataTimeout = caFile(t, s), time.Second
			})
			got, err := c.Info(t.Context(), testRef(), "main")
			if err != nil || got.Commit != testCommit {
				t.Errorf("%v, %v", got, err)
			}
			if !failed.Load() {
				t.Error("nothing failed")
			}
		})
	}
}
