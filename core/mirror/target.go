// Package mirror keeps a copy of the cache elsewhere: a folder, another machine, an
// object store. What is there is itself a cache of the official layout
// (cache-layout.md), so that any client can use it where links exist. New gives a
// Mirror; Diff, Push, Pull and Verify are its verbs. Nothing a target says is
// trusted: names are parsed before they become paths, content is hashed before it
// is published.
package mirror

import (
	"context"
	"io"
)

// Target is where a mirror is. Names are relative to its root, with "/", and were
// checked by the caller; a Target still must not leave its root through a link.
// Errors are fault.Disk or fault.Unavailable. It is used by one goroutine.
type Target interface {
	// List gives the files and links below a folder at any depth, in any order;
	// nothing for a folder that is not there. Names are relative to the root.
	// "" lists only the names of the folders at the root.
	List(ctx context.Context, dir string) ([]Entry, error)
	// Open reads a file from an offset in bytes. A link is not followed outside.
	Open(ctx context.Context, name string, offset int64) (io.ReadCloser, error)
	// Upload publishes size bytes of src under name when all of them are there. It
	// goes on with what an earlier call left, and tells sent how many bytes it
	// carries over; bytes that were there are not told. What was under name stays
	// until then.
	Upload(ctx context.Context, name string, size int64, src io.ReaderAt, sent func(int)) error
	// Write replaces a small file as a whole.
	Write(ctx context.Context, name string, data []byte) error
	// Link makes name lead to a relative path, in place of what was there.
	Link(ctx context.Context, name, to string) error
	// Remove removes a file or link; one that is not there is no error. Folders
	// left empty may go with it.
	Remove(ctx context.Context, name string) error
	Close() error
}

// Entry is what a target has under a name.
type Entry struct {
	Name string
	Size int64  // in bytes; of the content for a blob that is a link
	Link string // where it leads, for links
}
