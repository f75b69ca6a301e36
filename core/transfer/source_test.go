package transfer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/retry"
)

// memory is a Source over bytes. respond, if set, may change what a request
// gets; n counts requests from 1.
type memory struct {
	content []byte
	respond func(q request) (reply, error)

	mu    sync.Mutex
	n     int
	asked [][2]int64
	sent  int64
}

type request struct {
	ctx  context.Context // ends with the request
	n    int
	off  int64
	body []byte // what was asked for
}

type reply struct {
	body  io.Reader
	start int64
	total int64
}

func (m *memory) Open(ctx context.Context, off, n int64) (io.ReadCloser, int64, int64, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, 0, err
	}
	m.mu.Lock()
	m.n++
	count := m.n
	m.asked = append(m.asked, [2]int64{off, n})
	m.mu.Unlock()
	end := int64(len(m.content))
	if n >= 0 {
		end = min(end, off+n)
	}
	r := reply{body: bytes.NewReader(m.content[off:end]), start: off, total: int64(len(m.content))}
	if m.respond != nil {
		var err error
		if r, err = m.respond(request{ctx, count, off, m.content[off:end]}); err != nil {
			return nil, 0, 0, err
		}
		if r.body == nil {
			r = reply{body: bytes.NewReader(m.content[off:end]), start: off, total: int64(len(m.content))}
		}
	}
	return &counted{Reader: r.body, ctx: ctx, m: m}, r.start, r.total, nil
}

// counted counts what is read and ends with its request's context, as a
// response body does.
type counted struct {
	io.Reader
	ctx context.Context
	m   *memory
}

func (c *counted) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.Reader.Read(p)
	c.m.mu.Lock()
	c.m.sent += int64(n)
	c.m.mu.Unlock()
	return n, err
}

func (c *counted) Close() error { return nil }

// cut gives n bytes and then breaks.
func cut(body []byte, n int64) io.Reader {
	n = min(n, int64(len(body)))
	return io.MultiReader(bytes.NewReader(body[:n]), errReader{errors.New("connection reset")})
}

type errReader struct{ err error }

func (e errReader) Read([]byte) (int, error) { return 0, e.err }

// silent gives nothing until its context ends; reached, if set, hears when
// somebody waits for it.
type silent struct {
	ctx     context.Context
	reached func()
}

func (s silent) Read([]byte) (int, error) {
	if s.reached != nil {
		s.reached()
	}
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}

func randomBytes(seed uint64, n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
	_, _ = r.Read(b)
	return b
}

func testEngine(o Options) *Engine {
	if o.Retry.Attempts == 0 {
		o.Retry = retry.Policy{Attempts: 4, Initial: time.Millisecond, Max: 2 * time.Millisecond, Budget: time.Minute}
	}
	return New(o)
}

func sha(b []byte) digest.Digest {
	h := digest.NewHash(digest.SHA256, int64(len(b)))
	_, _ = h.Write(b)
	return h.Sum()
}

type bench struct {
	t    testing.TB
	path string
	src  *memory
}

func newBench(t testing.TB, content []byte) *bench {
	t.Helper()
	return &bench{t: t, path: filepath.Join(t.TempDir(), "partial"), src: &memory{content: content}}
}

// fetch opens the partial as a later process would and fetches.
func (b *bench) fetch(ctx context.Context, e *Engine, change func(*Task)) (Result, error) {
	b.t.Helper()
	f, err := os.OpenFile(b.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		b.t.Fatal(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		b.t.Fatal(err)
	}
	task := Task{
		Source: b.src, File: f, Length: st.Size(), Size: int64(len(b.src.content)),
		Algo: digest.SHA256, MaxConns: 4, Meta: Meta{ETag: "e", Origin: "o", Path: "model.bin"},
	}
	if change != nil {
		change(&task)
	}
	return e.Fetch(ctx, task)
}

// wantContent checks the file and the result against the source.
func (b *bench) wantContent(res Result, err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatalf("Fetch: %v", err)
	}
	got, err := os.ReadFile(b.path)
	if err != nil {
		b.t.Fatal(err)
	}
	if !bytes.Equal(got, b.src.content) {
		b.t.Fatalf("file differs from the source (%d and %d bytes)", len(got), len(b.src.content))
	}
	if res.Sum.Algo != digest.None && res.Sum.Hex != sha(b.src.content).Hex && res.Sum.Algo == digest.SHA256 {
		b.t.Errorf("sum %v, want %v", res.Sum, sha(b.src.content))
	}
}

func wantKind(t testing.TB, err error, kind fault.Kind) {
	t.Helper()
	if fault.KindOf(err) != kind {
		t.Fatalf("error %v has kind %v, want %v", err, fault.KindOf(err), kind)
	}
}

func concat(head []byte, tail io.Reader) io.Reader {
	return io.MultiReader(bytes.NewReader(head), tail)
}
