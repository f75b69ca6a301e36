// Package s3test is a real S3 server for tests: it checks signatures and checksums,
// lists and resumes multipart uploads and knows conditional writes.
package s3test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rclone/gofakes3"
	"github.com/rclone/gofakes3/s3mem"
)

// The credentials it takes.
const (
	KeyID  = "AKIDTESTTESTTEST"
	Secret = "secret-for-tests" //nolint:gosec // of a server that lives as long as a test
)

// Server is a server with one bucket.
type Server struct {
	Endpoint string
	Bucket   string
	Env      map[string]string // what a client needs
	store    *s3mem.Backend
	behind   atomic.Int64 // its clock, in nanoseconds
}

// Start starts a server that ends with the test.
func Start(t testing.TB) (endpoint string, env map[string]string, bucket string) {
	t.Helper()
	s := New(t)
	return s.Endpoint, s.Env, s.Bucket
}

// New is Start for tests that look behind the mirror's back.
func New(t testing.TB) *Server {
	t.Helper()
	store := s3mem.New()
	s := &Server{Bucket: "models", store: store}
	if err := store.CreateBucket(t.Context(), s.Bucket); err != nil {
		t.Fatal(err)
	}
	fake := gofakes3.New(backend{store}, gofakes3.WithTimeSource(clock{s}), gofakes3.WithTimeSkewLimit(0),
		gofakes3.WithV4Auth(map[string]string{KeyID: Secret}))
	server := httptest.NewServer(oneByOne(fake.Server()))
	t.Cleanup(server.Close)
	s.Endpoint = server.URL
	s.Env = map[string]string{
		"AWS_ACCESS_KEY_ID": KeyID, "AWS_SECRET_ACCESS_KEY": Secret, "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL_S3": s.Endpoint,
	}
	return s
}

// oneByOne hands requests of multipart uploads over one after the other, each when
// all of it is there: this server's list of parts is not safe for more.
func oneByOne(h http.Handler) http.Handler {
	var mu sync.Mutex
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("uploadId") {
			data, err := io.ReadAll(r.Body)
			if err != nil {
				return // the client is gone
			}
			r.Body = io.NopCloser(bytes.NewReader(data))
			mu.Lock()
			defer mu.Unlock()
		}
		h.ServeHTTP(w, r)
	})
}

// Behind sets the server's clock back: what comes now looks as old as that.
func (s *Server) Behind(d time.Duration) { s.behind.Store(int64(d)) }

type clock struct{ *Server }

// Now implements gofakes3.TimeSource.
func (c clock) Now() time.Time { return time.Now().UTC().Add(-time.Duration(c.behind.Load())) }

// Since implements gofakes3.TimeSource.
func (c clock) Since(t time.Time) time.Duration { return c.Now().Sub(t) }

// Flip changes one byte in the middle of an object.
func (s *Server) Flip(t testing.TB, key string) {
	t.Helper()
	s.FlipAt(t, key, int64(len(s.Get(t, key))/2))
}

// FlipAt changes one byte of an object at an offset in bytes.
func (s *Server) FlipAt(t testing.TB, key string, at int64) {
	t.Helper()
	data := s.Get(t, key)
	data[at] ^= 1
	s.Put(t, key, data)
}

// Get gives the content of an object.
func (s *Server) Get(t testing.TB, key string) []byte {
	t.Helper()
	o, err := s.store.GetObject(t.Context(), s.Bucket, key, nil)
	if err != nil {
		t.Fatal(key, err)
	}
	data, err := io.ReadAll(o.Contents)
	if err != nil {
		t.Fatal(key, err)
	}
	_ = o.Contents.Close() // read to its end
	return bytes.Clone(data)
}

// Put puts an object there.
func (s *Server) Put(t testing.TB, key string, data []byte) {
	t.Helper()
	if _, err := s.store.PutObject(t.Context(), s.Bucket, key, map[string]string{"Last-Modified": time.Now().UTC().Format(http.TimeFormat)}, bytes.NewReader(data), int64(len(data))); err != nil {
		t.Fatal(key, err)
	}
}

// backend takes an empty delimiter for none, as S3 does; this server's reading of
// it groups every name.
type backend struct{ *s3mem.Backend }

// ListBucket implements gofakes3.Backend.
func (b backend) ListBucket(ctx context.Context, name string, prefix *gofakes3.Prefix, page gofakes3.ListBucketPage) (*gofakes3.ObjectList, error) {
	if prefix != nil && prefix.Delimiter == "" {
		prefix.HasDelimiter = false
	}
	return b.Backend.ListBucket(ctx, name, prefix, page)
}
