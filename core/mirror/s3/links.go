package s3

import (
	"context"
	"io"

	"github.com/minio/minio-go/v7"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/mirror/links"
)

// maxRaces is how many other pushes may change one document of links while ours does.
const maxRaces = 8

// Link implements mirror.Target. The link waits for the next write.
func (t *Target) Link(_ context.Context, name, to string) error { return t.pending.Link(name, to) }

// flush writes the links that wait.
func (t *Target) flush(ctx context.Context) error {
	return t.pending.Flush(func(document string, c links.Changes) error { return t.update(ctx, document, c) })
}

// update changes a document on the condition that nobody else did meanwhile, where
// the store knows conditions.
func (t *Target) update(ctx context.Context, document string, changes links.Changes) error {
	for race := 0; ; race++ {
		entries, etag, err := t.readLinks(ctx, document)
		if err != nil || !changes.Apply(entries) {
			return err
		}
		err = t.writeLinks(ctx, document, entries, etag)
		if c := code(err); race < maxRaces && (c == "PreconditionFailed" || c == "ConditionalRequestConflict" || c == "NoSuchKey") {
			continue
		}
		return t.fault(ctx, "write", document, err)
	}
}

func (t *Target) writeLinks(ctx context.Context, document string, entries map[string]string, etag string) error {
	if len(entries) == 0 {
		return t.remove(ctx, t.at.prefix+document)
	}
	data, err := links.Format(entries)
	if err != nil {
		return err
	}
	o := minio.PutObjectOptions{ContentType: "application/json"}
	if etag != "" {
		o.SetMatchETag(etag)
	} else {
		o.SetMatchETagExcept("*")
	}
	err = t.put(ctx, t.at.prefix+document, data, o)
	if code(err) == "NotImplemented" { // a store without conditions: the last one wins
		err = t.put(ctx, t.at.prefix+document, data, minio.PutObjectOptions{ContentType: o.ContentType})
	}
	return err
}

// readLinks gives the links of a document, and its ETag; "" when it is not there.
func (t *Target) readLinks(ctx context.Context, document string) (map[string]string, string, error) {
	body, info, _, err := t.core.GetObject(ctx, t.at.bucket, t.at.prefix+document, minio.GetObjectOptions{})
	if code(err) == "NoSuchKey" {
		return map[string]string{}, "", nil
	}
	if err != nil {
		return nil, "", t.fault(ctx, "read", document, err)
	}
	defer func() { _ = body.Close() }() // read to its end or given up
	data, err := io.ReadAll(io.LimitReader(body, links.MaxSize+1))
	if err != nil {
		return nil, "", t.fault(ctx, "read", document, err)
	}
	entries, err := links.Parse(data)
	if err != nil {
		return nil, "", fault.New(fault.Integrity, "read at the store", t.at.bucket+": "+plain(document), err).
			WithHint("remove that object from the bucket and push again")
	}
	return entries, info.ETag, nil
}
