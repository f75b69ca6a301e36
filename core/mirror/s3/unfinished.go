package s3

import (
	"context"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// Uploads that nobody completed cost space, and no listing of objects shows them.
const (
	// maxLeft is how many of them, and pages of them, are looked at.
	maxLeft = 100
	// oldLeft is when one of a complete name is nobody's.
	oldLeft = 24 * time.Hour
	// staleLeft is when any is nobody's, since its last part.
	staleLeft = 7 * 24 * time.Hour
)

// left are the unfinished uploads of this key.
func (u *upload) left(ctx context.Context) (out []minio.ObjectMultipartInfo, err error) {
	all, err := u.unfinished(ctx, u.key)
	for _, l := range all {
		if l.Key == u.key {
			out = append(out, l)
		}
	}
	return out, err
}

// unfinished are the uploads whose key begins with a prefix and goes on without "/".
// A store that does not list them is one without resume.
func (t *Target) unfinished(ctx context.Context, prefix string) (out []minio.ObjectMultipartInfo, err error) {
	keyMark, idMark := "", ""
	for range maxLeft {
		r, err := t.core.ListMultipartUploads(ctx, t.at.bucket, prefix, keyMark, idMark, "/", 1000)
		if c := code(err); c == "NotImplemented" || c == "MethodNotAllowed" || c == "NoSuchUpload" {
			return nil, nil // the last is what some say when there is none at all
		}
		if err != nil {
			return nil, err
		}
		for _, l := range r.Uploads {
			if strings.HasPrefix(l.Key, prefix) && l.UploadID != "" && len(out) < maxLeft {
				out = append(out, l)
			}
		}
		if !r.IsTruncated || len(out) >= maxLeft || r.NextKeyMarker == keyMark && r.NextUploadIDMarker == idMark {
			break
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
	out := map[int]string{}
	err := u.eachPart(ctx, u.key, id, func(p minio.ObjectPart) {
		if p.PartNumber < 1 || p.PartNumber > u.last() {
			return
		}
		if _, size := u.cut(p.PartNumber); p.Size == size {
			out[p.PartNumber] = strings.Trim(p.ETag, `"`)
		}
	})
	return out, err
}

// eachPart goes through the parts of an unfinished upload.
func (t *Target) eachPart(ctx context.Context, key, id string, take func(minio.ObjectPart)) error {
	for mark := 0; mark < maxParts; {
		r, err := t.core.ListObjectParts(ctx, t.at.bucket, key, id, mark, 1000)
		if err != nil {
			return err
		}
		for _, p := range r.ObjectParts {
			take(p)
		}
		if !r.IsTruncated || r.NextPartNumberMarker <= mark {
			break
		}
		mark = r.NextPartNumberMarker
	}
	return nil
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

// sweep ends uploads below a repository that nobody went on with for long: of files
// that are no longer pushed. It is a courtesy: what fails is left.
func (t *Target) sweep(ctx context.Context, repository string, now time.Time) {
	if t.swept[repository] {
		return
	}
	t.swept[repository] = true
	prefix := t.at.prefix + repository + "/blobs/"
	left, err := t.unfinished(ctx, prefix)
	if err != nil {
		return
	}
	for _, l := range left {
		name := strings.TrimPrefix(l.Key, prefix)
		if etag, err := repo.ParseETag(name); err != nil || string(etag) != name {
			continue // nobody's of ours
		}
		touched := l.Initiated
		if err := t.eachPart(ctx, l.Key, l.UploadID, func(p minio.ObjectPart) {
			if p.LastModified.After(touched) {
				touched = p.LastModified
			}
		}); err == nil && now.Sub(touched) > staleLeft {
			_ = t.core.AbortMultipartUpload(ctx, t.at.bucket, l.Key, l.UploadID)
		}
	}
}
