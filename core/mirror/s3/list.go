package s3

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"github.com/minio/minio-go/v7"

	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/core/mirror/links"
)

// maxEntries bounds what List gives.
const maxEntries = 5_000_000

// List implements mirror.Target: a request for every 1,000 objects, and one for the
// links of each snapshot.
func (t *Target) List(ctx context.Context, dir string) ([]mirror.Entry, error) {
	if err := t.flush(ctx); err != nil {
		return nil, err
	}
	prefix := t.at.prefix
	if dir != "" {
		key, err := t.key(dir)
		if err != nil {
			return nil, err
		}
		prefix = key + "/"
	}
	var out []mirror.Entry
	var documents []string
	ctx, cancel := context.WithCancel(paged(ctx))
	defer cancel()
	for o := range t.core.ListObjectsIter(ctx, t.at.bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: dir != ""}) {
		if o.Err != nil {
			return nil, t.fault(ctx, "list", dir, o.Err)
		}
		if len(out) >= maxEntries {
			return nil, t.fault(ctx, "list", dir, errors.New("there is too much"))
		}
		key, below := strings.CutPrefix(o.Key, prefix)
		name, folder := strings.CutSuffix(key, "/")
		if !below || folder != (dir == "") || !fs.ValidPath(name) || name == "." || o.Size < 0 {
			continue // nothing a mirror makes
		}
		if dir == "" {
			out = append(out, mirror.Entry{Name: name})
			continue
		}
		name = dir + "/" + name
		if _, ok := links.Snapshot(name); ok {
			documents = append(documents, name)
			continue
		}
		out = append(out, mirror.Entry{Name: name, Size: o.Size})
	}
	if err := ctx.Err(); err != nil {
		return nil, t.fault(ctx, "list", dir, err)
	}
	return t.listLinks(ctx, documents, out)
}

func (t *Target) listLinks(ctx context.Context, documents []string, out []mirror.Entry) ([]mirror.Entry, error) {
	for _, name := range documents {
		entries, _, err := t.readLinks(ctx, name)
		if err != nil {
			return nil, err
		}
		if len(out)+len(entries) > maxEntries {
			return nil, t.fault(ctx, "list", name, errors.New("there is too much"))
		}
		out = append(out, links.Entries(name, entries)...)
	}
	return out, nil
}
