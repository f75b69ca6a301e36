// Package s3 is a mirror in an S3-compatible object store. Open gives the
// mirror.Target.
//
// Blobs, listings and refs are objects under the names they have in a cache. S3 has
// no links: those of a snapshot are in one object (package links).
package s3

import (
	"bytes"
	"cmp"
	"context"
	"crypto/md5" //nolint:gosec // the protocol's own checksum of a part
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/mirror/links"
)

// tries is how often the client sends a request that failed; nothing tries again
// above it.
const tries = 5

// closeTime is how long Close may take to write links that wait.
const closeTime = 30 * time.Second

// Options say how to reach the store.
type Options struct {
	// Lookup reads the environment: the names the AWS tools read. nil: none is set.
	Lookup func(string) (string, bool)
	// Home is the user's folder, of .aws/credentials. "" reads none.
	Home string
	// Transport carries the requests. nil is a plain one.
	Transport http.RoundTripper

	limits // for tests; 0 is the constant
}

type limits struct {
	maxIdle int
	minPart int64
}

func (o Options) env(names ...string) string {
	for _, name := range names {
		if o.Lookup == nil {
			break
		}
		if v, ok := o.Lookup(name); ok && v != "" {
			return v
		}
	}
	return ""
}

// Target is a mirror.Target.
type Target struct {
	core    *minio.Core
	at      address
	idle    func()
	pending links.Pending
	swept   map[string]bool // by repository
	limits
	groups bool // the store groups names also in listings of everything
}

// Open prepares the store at s3://bucket/prefix?endpoint=URL&region=NAME; nothing is
// sent yet. Errors are fault.Invalid for an address that cannot work and
// fault.Unauthorized without credentials.
func Open(ctx context.Context, u *url.URL, o Options) (*Target, error) {
	if err := ctx.Err(); err != nil {
		return nil, fault.New(fault.Canceled, "open the mirror", u.Host, err)
	}
	at, err := parse(u, o)
	if err != nil {
		return nil, err
	}
	creds, err := login(o)
	if err != nil {
		return nil, err
	}
	transport, idle := o.Transport, func() {}
	if transport == nil {
		own, err := minio.DefaultTransport(at.secure)
		if err != nil {
			return nil, fault.New(fault.Internal, "open the mirror", at.bucket, err)
		}
		transport, idle = own, own.CloseIdleConnections
	}
	core, err := minio.NewCore(at.host, &minio.Options{
		Creds: creds, Secure: at.secure, Region: at.region, Transport: guard{transport}, MaxRetries: tries,
	})
	if err != nil {
		return nil, invalid("its endpoint is none", "write it as https://host:port")
	}
	return &Target{core: core, at: at, idle: idle, pending: links.Pending{}, swept: map[string]bool{},
		limits: limits{cmp.Or(o.maxIdle, maxIdle), cmp.Or(o.minPart, minPart)}}, nil
}

// Close writes the links that wait, also after the caller's context ended, and
// gives the connections back.
func (t *Target) Close() error {
	defer t.idle()
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	return t.flush(ctx)
}

// Open implements mirror.Target.
func (t *Target) Open(ctx context.Context, name string, offset int64) (io.ReadCloser, error) {
	key, err := t.key(name)
	if err != nil {
		return nil, err
	}
	var o minio.GetObjectOptions
	if offset > 0 {
		if err := o.SetRange(offset, 0); err != nil {
			return nil, t.fault(ctx, "read", name, err)
		}
	}
	body, _, header, err := t.core.GetObject(ctx, t.at.bucket, key, o)
	if offset > 0 && code(err) == "InvalidRange" {
		return http.NoBody, nil // it ends there
	}
	if err != nil {
		return nil, t.fault(ctx, "read", name, err)
	}
	if offset > 0 && header.Get("Content-Range") == "" {
		_ = body.Close() // only opened
		return nil, t.fault(ctx, "read", name, errors.New("the store does not send ranges"))
	}
	return body, nil
}

// Write implements mirror.Target. What waits goes first: a ref is the last of all.
func (t *Target) Write(ctx context.Context, name string, data []byte) error {
	key, err := t.key(name)
	if err == nil {
		err = t.flush(ctx)
	}
	if err == nil {
		err = t.fault(ctx, "write", name, t.put(ctx, key, data, minio.PutObjectOptions{}))
	}
	if repository, rest, _ := strings.Cut(name, "/"); err == nil && strings.HasPrefix(rest, "refs/") {
		t.sweep(ctx, repository, time.Now()) // its contents are there
	}
	return err
}

// Remove implements mirror.Target.
func (t *Target) Remove(ctx context.Context, name string) error {
	if t.pending.Unlink(name) {
		return nil
	}
	key, err := t.key(name)
	if err == nil {
		err = t.flush(ctx) // a link goes before what it leads to
	}
	if err == nil {
		err = t.remove(ctx, key)
	}
	return err
}

func (t *Target) remove(ctx context.Context, key string) error {
	err := t.core.RemoveObject(ctx, t.at.bucket, key, minio.RemoveObjectOptions{})
	if code(err) == "NoSuchKey" {
		return nil
	}
	return t.fault(ctx, "remove", key, err)
}

// put sends a small object with its checksums.
func (t *Target) put(ctx context.Context, key string, data []byte, o minio.PutObjectOptions) error {
	o.DisableContentSha256 = true // the sum is signed instead of sums of chunks
	src := (&section{ctx: ctx, src: bytes.NewReader(data), size: int64(len(data))}).silent()
	md5sum, sha, err := sums(ctx, src.src, 0, src.size)
	if err == nil {
		_, err = t.core.PutObject(ctx, t.at.bucket, key, src, src.size, base64.StdEncoding.EncodeToString(md5sum), hex.EncodeToString(sha), o)
	}
	return err
}

// key is the object of a name.
func (t *Target) key(name string) (string, error) {
	if !fs.ValidPath(name) || name == "." {
		return "", fault.New(fault.Invalid, "use at the store", plain(name), errors.New("it is no name of a file"))
	}
	return t.at.prefix + name, nil
}

// sums are the MD5 and SHA-256 of a part of src.
func sums(ctx context.Context, src io.ReaderAt, at, size int64) (md5sum, sha []byte, err error) {
	a, b := md5.New(), sha256.New() //nolint:gosec // the protocol's own checksum
	n, err := io.Copy(io.MultiWriter(a, b), (&section{ctx: ctx, src: src, from: at, size: size}).silent())
	if err == nil && n != size {
		err = io.ErrUnexpectedEOF
	}
	return a.Sum(nil), b.Sum(nil), err
}

// count tells sent from many goroutines.
type count struct {
	mu   sync.Mutex
	sent func(int)
}

func (c *count) add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent(n)
}
