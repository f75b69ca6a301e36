package s3

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
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
	// maxLeft is how many unfinished uploads of one name are looked at.
	maxLeft = 100
	// oldLeft is when an unfinished upload of a complete name is nobody's.
	oldLeft = 24 * time.Hour
	// rounds is how often an upload begins again that ended behind its back.
	rounds = 3
)

// partSize follows from the size alone, so that the next run cuts the same parts.
// Both are in bytes.
func partSize(size int64) int64 {
	const mib = 1 << 20
	least := (size + maxParts - 1) / maxParts
	return max(minPart, (least+mib-1)/mib*mib)
}

// Upload implements mirror.Target. Parts that an earlier call sent stay when their
// MD5 is that of the bytes here; where the store's ETags are something else (keys of
// a key service), they are sent again.
func (t *Target) Upload(ctx context.Context, name string, size int64, src io.ReaderAt, sent func(int)) error {
	key, err := t.key(name)
	if err != nil {
		return err
	}
	u := &upload{Target: t, key: key, size: size, src: src, count: &count{sent: sent}}
	if size <= partSize(size) {
		return t.fault(ctx, "upload", name, u.whole(ctx))
	}
	for round := 1; ; round++ {
		err := u.parts(ctx)
		// Another push of the same content may have completed or aborted it.
		if code(err) == "NoSuchUpload" && round < rounds {
			continue
		}
		return t.fault(ctx, "upload", name, err)
	}
}

// upload is one call of Upload.
type upload struct {
	*Target
	key   string
	size  int64
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
	left, err := u.unfinished(ctx)
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
	step := partSize(u.size)
	done := make([]minio.CompletePart, (u.size+step-1)/step)
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

// part sends a part, unless the store has one of this MD5, and gives its ETag.
func (u *upload) part(ctx context.Context, id string, number int, there string) (string, error) {
	step := partSize(u.size)
	from := int64(number-1) * step
	size := min(step, u.size-from)
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

// unfinished are the uploads of this key that nobody completed. A store that does
// not list them is one without resume.
func (u *upload) unfinished(ctx context.Context) ([]minio.ObjectMultipartInfo, error) {
	var out []minio.ObjectMultipartInfo
	keyMark, idMark := "", ""
	for range maxLeft {
		r, err := u.core.ListMultipartUploads(ctx, u.at.bucket, u.key, keyMark, idMark, "/", 1000) // of keys below this one only their folder
		if c := code(err); c == "NotImplemented" || c == "MethodNotAllowed" || c == "NoSuchUpload" {
			return nil, nil // the last is what some say when there is none at all
		}
		if err != nil {
			return nil, err
		}
		for _, left := range r.Uploads {
			if left.Key == u.key && left.UploadID != "" && len(out) < maxLeft {
				out = append(out, left)
			}
		}
		if !r.IsTruncated || len(out) >= maxLeft || r.NextKeyMarker > u.key {
			return out, nil
		}
		keyMark, idMark = r.NextKeyMarker, r.NextUploadIDMarker
	}
	return out, nil
}

// choose takes the upload with the most parts that could be ours, and gives their
// ETags by number. One that went meanwhile is passed over.
func (u *upload) choose(ctx context.Context, left []minio.ObjectMultipartInfo) (id string, parts map[int]string, err error) {
	for _, l := range left {
		p, err := u.listed(ctx, l.UploadID)
		if code(err) == "NoSuchUpload" {
			continue
		}
		if err != nil {
			return "", nil, err
		}
		if len(p) > len(parts) {
			id, parts = l.UploadID, p
		}
	}
	return id, parts, nil
}

// listed are the ETags of the parts of the right size.
func (u *upload) listed(ctx context.Context, id string) (map[int]string, error) {
	step := partSize(u.size)
	last := int((u.size + step - 1) / step)
	out := map[int]string{}
	for mark := 0; mark < last; {
		r, err := u.core.ListObjectParts(ctx, u.at.bucket, u.key, id, mark, 1000)
		if err != nil {
			return nil, err
		}
		for _, p := range r.ObjectParts {
			if p.PartNumber >= 1 && p.PartNumber <= last && p.Size == min(step, u.size-int64(p.PartNumber-1)*step) {
				out[p.PartNumber] = strings.Trim(p.ETag, `"`)
			}
		}
		if !r.IsTruncated || r.NextPartNumberMarker <= mark {
			break
		}
		mark = r.NextPartNumberMarker
	}
	return out, nil
}

// abort ends old uploads of the complete key, which cost space that no listing
// shows. Younger ones may be those of another push.
func (u *upload) abort(ctx context.Context, left []minio.ObjectMultipartInfo, but string, now time.Time) error {
	for _, l := range left {
		if l.UploadID == but || now.Sub(l.Initiated) < oldLeft {
			continue
		}
		if err := u.core.AbortMultipartUpload(ctx, u.at.bucket, u.key, l.UploadID); err != nil && code(err) != "NoSuchUpload" {
			return err
		}
	}
	return nil
}
