package sftp

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/hfdownloader/hfdownloader/core/mirror"
)

const (
	// maxListing is what one folder's listing may take on the wire, in bytes: some
	// 300,000 names of blobs, where the Hub advises against 10,000 files a folder.
	maxListing = 64 << 20
	// maxEntries is how much one List may find.
	maxEntries = 2_000_000
	// linksAtOnce is how many links are read at a time.
	linksAtOnce = 32
)

// List implements mirror.Target.
func (t *Target) List(ctx context.Context, dir string) (out []mirror.Entry, err error) {
	err = t.do(ctx, "list", dir, func() error {
		if dir == "" {
			out, err = t.top(ctx)
			return err
		}
		w := &walk{target: t}
		err := t.above(dir+"/x", false)
		if err == nil {
			err = w.folder(ctx, dir)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			err = w.readLinks()
		}
		out = w.entries
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (t *Target) top(ctx context.Context) ([]mirror.Entry, error) {
	list, err := t.readDir(ctx, t.root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []mirror.Entry
	for _, info := range list {
		if info.IsDir() && listable(info.Name()) {
			out = append(out, mirror.Entry{Name: info.Name()})
		}
	}
	return out, err
}

// readDir lists one folder, given as the server names it, and takes no more than a
// listing can be.
func (t *Target) readDir(ctx context.Context, dir string) ([]os.FileInfo, error) {
	defer t.conn.bounded(maxListing)()
	return t.sftp.ReadDirContext(ctx, dir)
}

// listable reports whether a name the server gives can be one of ours.
func listable(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.Contains(name, "/") && !odd(name)
}

// walk collects what is below a folder.
type walk struct {
	target  *Target
	entries []mirror.Entry
	links   []int // of entries
	seen    int
}

func (w *walk) folder(ctx context.Context, dir string) error {
	list, err := w.target.readDir(ctx, w.target.at(dir))
	if err != nil {
		return err
	}
	for _, info := range list {
		name := dir + "/" + info.Name()
		if !listable(info.Name()) || len(name) > maxName {
			continue
		}
		if w.seen++; w.seen > maxEntries {
			return fmt.Errorf("there are more than %d names", maxEntries)
		}
		switch mode := info.Mode(); {
		case mode.IsDir():
			if err := w.folder(ctx, name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err // one that went meanwhile is none
			}
		case mode&fs.ModeSymlink != 0:
			w.links = append(w.links, len(w.entries))
			w.entries = append(w.entries, mirror.Entry{Name: name})
		case mode.IsRegular() && info.Size() >= 0:
			w.entries = append(w.entries, mirror.Entry{Name: name, Size: info.Size()})
		}
	}
	return nil
}

// readLinks tells a blob's size behind a link (the shared store of the official
// client), and where any other link leads. What leads nowhere is no entry.
func (w *walk) readLinks() error {
	var group errgroup.Group
	group.SetLimit(linksAtOnce)
	var mu sync.Mutex
	gone := map[int]bool{}
	for _, i := range w.links {
		group.Go(func() error {
			err := w.target.readLink(&w.entries[i])
			if err != nil && !w.target.lost(err) {
				mu.Lock()
				gone[i] = true
				mu.Unlock()
				return nil
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	kept := w.entries[:0]
	for i, e := range w.entries {
		if !gone[i] {
			kept = append(kept, e)
		}
	}
	w.entries = kept
	return nil
}

func (t *Target) readLink(e *mirror.Entry) error {
	if path.Base(path.Dir(e.Name)) == "blobs" {
		_, info, err := t.resolve(e.Name)
		if err == nil {
			e.Size = info.Size()
		}
		return err
	}
	to, err := t.sftp.ReadLink(t.at(e.Name))
	if err == nil && (to == "" || len(to) > maxName || odd(to)) {
		return errName
	}
	e.Link = to
	return err
}
