package rclone

import (
	"context"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/mirror/links"
)

// Link implements mirror.Target. The link waits for the next write.
func (t *Target) Link(_ context.Context, name, to string) error { return t.pending.Link(name, to) }

// flush writes the links that wait.
func (t *Target) flush(ctx context.Context) error {
	return t.pending.Flush(func(document string, c links.Changes) error { return t.update(ctx, document, c) })
}

func (t *Target) update(ctx context.Context, document string, changes links.Changes) error {
	entries, err := t.readLinks(ctx, document)
	if err != nil || !changes.Apply(entries) {
		return err
	}
	if len(entries) == 0 {
		return t.remove(ctx, document)
	}
	data, err := links.Format(entries)
	if err != nil {
		return fault.New(fault.Invalid, "write at the remote", document, err).WithHint("leave the repository out with --repo")
	}
	return t.write(ctx, document, data)
}

// readLinks gives the links of a document; none when it is not there.
func (t *Target) readLinks(ctx context.Context, document string) (map[string]string, error) {
	at, err := t.at(document)
	if err != nil {
		return nil, err
	}
	data, err := t.output(ctx, links.MaxSize, "cat", at)
	if notThere(err) || err == nil && len(data) == 0 { // an object store has no "not there" for a folder
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, t.fault(ctx, "read", document, err)
	}
	entries, err := links.Parse(data)
	if err != nil {
		return nil, fault.New(fault.Integrity, "read at the remote", document, err).WithHint("remove that file there and push again")
	}
	return entries, nil
}
