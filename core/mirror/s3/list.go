package s3

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/minio/minio-go/v7"

	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/core/mirror/links"
)

// List implements mirror.Target: a request for every 1,000 objects, and one for the
// links of each snapshot. Names no mirror makes are left out.
func (t *Target) List(ctx context.Context, dir string) ([]mirror.Entry, error) {
	if err := t.flush(ctx); err != nil {
		return nil, err
	}
	l := listing{Target: t, prefix: t.at.prefix, dir: dir}
	if dir != "" {
		key, err := t.key(dir)
		if err != nil {
			return nil, err
		}
		l.prefix = key + "/"
	}
	paged, p := watched(ctx, t.maxIdle)
	defer p.stop(nil)
	l.pages = p
	err := l.all(paged)
	if cause := context.Cause(paged); cause != nil {
		err = cause // the client tells an end of its own
	}
	if err != nil {
		return nil, t.fault(ctx, "list", dir, err)
	}
	return t.listLinks(ctx, l.documents, l.out)
}

// listing is one call of List.
type listing struct {
	*Target
	*pages

	prefix    string // ends with "/" unless empty
	dir       string
	out       []mirror.Entry
	documents []string // of links
}

// all reads everything below the prefix, or of the root only the folders.
func (l *listing) all(ctx context.Context) error {
	if l.dir == "" {
		_, err := l.read(ctx, l.prefix, false)
		return err
	}
	if !l.groups {
		folders, err := l.read(ctx, l.prefix, true)
		if err != nil || len(folders) == 0 {
			return err
		}
		l.groups = true // it groups where it was asked not to: go folder by folder
	}
	for todo := []string{l.prefix}; len(todo) > 0; {
		next := todo[len(todo)-1]
		folders, err := l.read(ctx, next, false)
		if err != nil {
			return err
		}
		todo = todo[:len(todo)-1]
		for _, folder := range folders {
			name, ok := strings.CutSuffix(folder, "/")
			if ok && len(folder) > len(next) && len(folder) <= maxName && strings.HasPrefix(folder, next) && l.ours(name) && l.fresh(folder, false) {
				todo = append(todo, folder)
			}
		}
	}
	return nil
}

// read takes what one listing of the store brings, and gives what the store grouped.
func (l *listing) read(ctx context.Context, prefix string, recursive bool) (folders []string, err error) {
	for o := range l.core.ListObjectsIter(ctx, l.at.bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: recursive}) {
		switch grouped := o.ETag == "" && o.LastModified.IsZero(); {
		case o.Err != nil:
			return nil, o.Err
		case l.dir == "":
			l.folder(o.Key)
		case grouped:
			if len(folders) < maxEntries {
				folders = append(folders, o.Key)
			}
		default:
			l.file(o)
		}
	}
	return folders, nil
}

// folder takes the first part of a name below the root. A store that cannot group
// gives the names of all objects.
func (l *listing) folder(key string) {
	rest, below := strings.CutPrefix(key, l.prefix)
	name, _, folder := strings.Cut(rest, "/")
	if below && folder && l.ours(l.prefix+name) && name != "" && l.fresh(name, true) {
		l.out = append(l.out, mirror.Entry{Name: name})
	}
}

func (l *listing) file(o minio.ObjectInfo) {
	rest, below := strings.CutPrefix(o.Key, l.prefix)
	if !below || o.Size < 0 || !l.ours(o.Key) || !l.fresh(o.Key, true) {
		return
	}
	name := l.dir + "/" + rest
	if _, ok := links.Snapshot(name); ok {
		l.documents = append(l.documents, name)
		return
	}
	l.out = append(l.out, mirror.Entry{Name: name, Size: o.Size})
}

// ours reports whether a mirror could have made an object of this name.
func (l *listing) ours(key string) bool {
	return fs.ValidPath(key) && key != "." && len(key) <= maxName && utf8.ValidString(key) && strings.IndexFunc(key, unicode.IsControl) < 0
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
