package s3

import (
	"context"
	"crypto/md5" //nolint:gosec // the protocol's own checksum of a part
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"golang.org/x/sync/errgroup"
)

// The bounds of an upload. S3 takes at most 10,000 parts of 5 MiB to 5 GiB, and
// objects of 5 TiB.
const (
	minPart  = 8 << 20
	maxParts = 10_000
	parallel = 4
	// rounds is how often an upload begins again that ended behind its back.
	rounds = 3
)

// partSize follows from the size alone, so that the next run cuts the same parts.
// All are in bytes.
func partSize(size, least int64) int64 {
	const mib = 1 << 20
	step := (size + maxParts - 1) / maxParts
	return max(least, (step+mib-1)/mib*mib)
}

// Upload implements mirror.Target. Parts that an earlier call sent stay when their
// MD5 is that of the bytes here; where the store's ETags are something else (keys of
// a key service), they are sent again.
func (t *Target) Upload(ctx context.Context, name string, size int64, src io.ReaderAt, sent func(int)) error {
	key, err := t.key(name)
	if err != nil {
		return err
	}
	u := &upload{Target: t, key: key, size: size, step: partSize(size, t.minPart), src: src, count: &count{sent: sent}}
	if size <= u.step {
		return t.fault(ctx, "upload", name, u.whole(ctx))
	}
	for round := 1; ; round++ {
		err := u.parts(ctx)
		// Another push of the same content may have completed it, or somebody aborted it.
		if c := code(err); c == "NoSuchUpload" || c == "InvalidPart" {
			if u.published(ctx) {
				return nil
			}
			if round < rounds {
				continue
			}
		}
		return t.fault(ctx, "upload", name, err)
	}
}

// upload is one call of Upload.
type upload struct {
	*Target
	key   string
	size  int64
	step  int64 // bytes of a part
	src   io.ReaderAt
	count *count
}

func (u *upload) section(ctx context.Context, from, size int64) *section {
	return &section{ctx: ctx, src: u.src, from: from, size: size, count: u.count}
}

// whole sends a small content with one request.
func (u *upload) whole(ctx context.Context) error {
	md5sum, sha, err := sums(ctx, u.src, 0, u.size)
	if err != nil {
		return err
	}
	_, err = u.core.PutObject(ctx, u.at.bucket, u.key, u.section(ctx, 0, u.size), u.size,
		base64.StdEncoding.EncodeToString(md5sum), hex.EncodeToString(sha), minio.PutObjectOptions{DisableContentSha256: true})
	return err
}

// parts sends what the store has not, and completes the upload.
func (u *upload) parts(ctx context.Context) error {
	left, err := u.left(ctx)
	if err != nil {
		return err
	}
	id, there, err := u.choose(ctx, left)
	if err == nil && id == "" {
		id, err = u.core.NewMultipartUpload(ctx, u.at.bucket, u.key, minio.PutObjectOptions{})
	}
	if err != nil {
		return err
	}
	done := make([]minio.CompletePart, u.last())
	group, ctx2 := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for i := range done {
		if ctx2.Err() != nil {
			break
		}
		group.Go(func() error {
			etag, err := u.part(ctx2, id, i+1, there[i+1])
			done[i] = minio.CompletePart{PartNumber: i + 1, ETag: etag}
			return err
		})
	}
	if err := errors.Join(group.Wait(), ctx.Err()); err != nil {
		return err
	}
	if _, err := u.core.CompleteMultipartUpload(ctx, u.at.bucket, u.key, id, done, minio.PutObjectOptions{}); err != nil {
		return err
	}
	return u.abort(ctx, left, id, time.Now())
}

// last is the number of the last part.
func (u *upload) last() int { return int((u.size + u.step - 1) / u.step) }

// cut is where a part begins and its size.
func (u *upload) cut(number int) (from, size int64) {
	from = int64(number-1) * u.step
	return from, min(u.step, u.size-from)
}

// part sends a part, unless the store has one of this MD5, and gives its ETag.
func (u *upload) part(ctx context.Context, id string, number int, there string) (string, error) {
	from, size := u.cut(number)
	md5sum, sha, err := sums(ctx, u.src, from, size)
	if err != nil {
		return "", err
	}
	if strings.EqualFold(there, hex.EncodeToString(md5sum)) {
		return there, nil
	}
	p, err := u.core.PutObjectPart(ctx, u.at.bucket, u.key, id, number, u.section(ctx, from, size), size, minio.PutObjectPartOptions{
		Md5Base64: base64.StdEncoding.EncodeToString(md5sum), Sha256Hex: hex.EncodeToString(sha), DisableContentSha256: true,
	})
	return p.ETag, err
}

// published reports whether the store has exactly this content: its ETag is that of
// an upload in these parts, or as some stores have it, the MD5 of all. Where ETags
// are something else it is not known.
func (u *upload) published(ctx context.Context) bool {
	info, err := u.core.StatObject(ctx, u.at.bucket, u.key, minio.StatObjectOptions{})
	if err != nil || info.Size != u.size {
		return false
	}
	all, ofSums := md5.New(), md5.New() //nolint:gosec // the protocol's own checksum
	for number := 1; number <= u.last(); number++ {
		part := md5.New() //nolint:gosec // the same
		from, size := u.cut(number)
		if n, err := io.Copy(io.MultiWriter(all, part), u.section(ctx, from, size).silent()); err != nil || n != size {
			return false
		}
		_, _ = ofSums.Write(part.Sum(nil)) // never fails
	}
	inParts := hex.EncodeToString(ofSums.Sum(nil)) + "-" + strconv.Itoa(u.last())
	return strings.EqualFold(info.ETag, inParts) || strings.EqualFold(info.ETag, hex.EncodeToString(all.Sum(nil)))
}
