package s3_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/core/mirror/mirrortest"
	"github.com/hfdownloader/hfdownloader/core/mirror/s3"
	"github.com/hfdownloader/hfdownloader/core/mirror/s3/s3test"
)

// theirs is a client of somebody else.
func theirs(t *testing.T, server *s3test.Server) *minio.Core {
	t.Helper()
	core, err := minio.NewCore(strings.TrimPrefix(server.Endpoint, "http://"), &minio.Options{
		Creds: credentials.NewStaticV4(s3test.KeyID, s3test.Secret, ""), Region: "us-east-1", Transport: newWire(t).Transport,
	})
	if err != nil {
		t.Fatal(err)
	}
	return core
}

func begin(t *testing.T, core *minio.Core, key string, parts ...[]byte) (id string) {
	t.Helper()
	id, err := core.NewMultipartUpload(t.Context(), "models", key, minio.PutObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i, data := range parts {
		if _, err := core.PutObjectPart(t.Context(), "models", key, id, i+1, bytes.NewReader(data), int64(len(data)), minio.PutObjectPartOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	return id
}

// left are the keys of unfinished uploads.
func left(t *testing.T, core *minio.Core) (keys []string) {
	t.Helper()
	r, err := core.ListMultipartUploads(t.Context(), "models", "m/blobs/", "", "", "/", 1000)
	if err != nil && minio.ToErrorResponse(err).Code != "NoSuchUpload" {
		t.Fatal(err)
	}
	for _, u := range r.Uploads {
		keys = append(keys, u.Key)
	}
	slices.Sort(keys)
	return keys
}

func random(n int) []byte {
	data := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{3}).Read(data) // never fails
	return data
}

func put(t *testing.T, target *s3.Target, key string, content []byte) (sent int) {
	t.Helper()
	if err := target.Upload(t.Context(), key, int64(len(content)), bytes.NewReader(content), func(n int) { sent += n }); err != nil {
		t.Error(err)
	}
	return sent
}

// TestAnUploadThatEndsBehindItsBack begins anew, unless its content is there: the
// other push completed it.
func TestAnUploadThatEndsBehindItsBack(t *testing.T) {
	content := random(6*small + 5)
	const key = "m/blobs/x"
	for name, c := range map[string]struct {
		happens func(t *testing.T, server *s3test.Server, core *minio.Core, id string)
		sent    int // parts, at the most
		begun   int // uploads
	}{
		"aborted": {func(t *testing.T, _ *s3test.Server, core *minio.Core, id string) {
			if err := core.AbortMultipartUpload(t.Context(), "models", key, id); err != nil {
				t.Error(err)
			}
		}, 5 + 7, 1},
		"completed by another push": {func(t *testing.T, server *s3test.Server, _ *minio.Core, _ string) {
			put(t, open(t, "s3://models", options(server.Env, newWire(t)).WithParts(small)), key, content)
		}, 5, 0},
		"aborted, and another content of its size there": {func(t *testing.T, server *s3test.Server, core *minio.Core, id string) {
			if err := core.AbortMultipartUpload(t.Context(), "models", key, id); err != nil {
				t.Error(err)
			}
			server.Put(t, key, make([]byte, len(content)))
		}, 5 + 7, 1},
	} {
		t.Run(name, func(t *testing.T) {
			server, w := s3test.New(t), newWire(t)
			core := theirs(t, server)
			id := begin(t, core, key, content[:small], content[small:2*small])
			var once sync.Once
			w.before = func(r *http.Request) {
				if r.Method == http.MethodPut && strings.Contains(r.URL.RawQuery, "partNumber=4") {
					once.Do(func() { c.happens(t, server, core, id) })
				}
			}
			target := open(t, "s3://models", options(server.Env, w).WithParts(small))
			defer func() { _ = target.Close() }()
			sent := put(t, target, key, content)
			if sent > c.sent*small || w.count("POST", "uploads=") != c.begun {
				t.Errorf("%d bytes in %q", sent, w.requests)
			}
			if !bytes.Equal(server.Get(t, key), content) {
				t.Error("another content")
			}
			if keys := left(t, core); len(keys) != 0 {
				t.Errorf("%q are left", keys)
			}
		})
	}
}

// TestOldUploadsGoWithARef: those of contents nobody pushes any more, and no others.
func TestOldUploadsGoWithARef(t *testing.T) {
	server := s3test.New(t)
	core := theirs(t, server)
	blob := func(n int) string { return fmt.Sprintf("m/blobs/%064x", n) }
	const week = 7 * 24 * time.Hour
	server.Behind(week + time.Hour)
	begin(t, core, blob(1))
	begin(t, core, blob(2), []byte("old"))
	inUse := begin(t, core, blob(3), []byte("old"))
	begin(t, core, "m/blobs/no digest.txt")
	begin(t, core, "m/blobs/below/"+strings.Repeat("0", 64))
	server.Behind(week - time.Hour)
	begin(t, core, blob(4))
	if _, err := core.PutObjectPart(t.Context(), "models", blob(3), inUse, 2, strings.NewReader("new"), 3, minio.PutObjectPartOptions{}); err != nil {
		t.Fatal(err)
	}
	server.Behind(0)
	w := newWire(t)
	target := open(t, "s3://models", options(server.Env, w))
	defer func() { _ = target.Close() }()
	list, err := target.List(t.Context(), "m")
	if err != nil || len(list) != 0 || len(left(t, core)) != 5 {
		t.Errorf("a listing changes nothing and counts no unfinished upload: %+v, %v", list, err)
	}
	for range 2 {
		if err := target.Write(t.Context(), "m/refs/main", []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := left(t, core), []string{blob(3), blob(4), "m/blobs/no digest.txt"}; !cmp.Equal(got, want) {
		t.Errorf("%q are left, want %q", got, want)
	}
	if n := w.count("GET", "uploads="); n != 1 {
		t.Errorf("looked %d times", n)
	}
}

// TestTwoPushesAtOnce of one repository into one bucket end well.
func TestTwoPushesAtOnce(t *testing.T) {
	server := s3test.New(t)
	root := filepath.Join(t.TempDir(), "hub")
	store := mirrortest.OpenCache(t, root)
	mirrortest.Fill(t, store)
	var all sync.WaitGroup
	for range 2 {
		w := newWire(t)
		all.Go(func() {
			target := open(t, "s3://models", options(server.Env, w).WithParts(small))
			_, err := mirror.New(store, target).Push(t.Context(), mirror.Options{Verify: true})
			if cerr := target.Close(); err != nil || cerr != nil {
				t.Error(err, cerr)
			}
		})
	}
	all.Wait()
	target := open(t, "s3://models", options(server.Env, newWire(t)))
	defer func() { _ = target.Close() }()
	pulled := filepath.Join(t.TempDir(), "hub")
	if _, err := mirror.New(mirrortest.OpenCache(t, pulled), target).Pull(t.Context(), mirror.Options{Verify: true}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(mirrortest.Contents(t, root), mirrortest.Contents(t, pulled)); diff != "" {
		t.Error(diff)
	}
}
