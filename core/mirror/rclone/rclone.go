// Package rclone is a mirror on any remote the user's own rclone program knows.
// Open gives the mirror.Target.
//
// Each operation is one rclone process: simple, and its cost is small against that
// of a content. Blobs, listings and refs are files under the names they have in a
// cache; the links of a snapshot, which remotes have not, are in one file (package
// links). rclone cannot go on within a file, so an interrupted push goes on with the
// file it was at.
package rclone

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os/exec"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/mirror"
	"github.com/hfdownloader/hfdownloader/core/mirror/links"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// part ends the name of what is being carried over; no client takes it for a blob
// (cache-layout.md §4.1).
const part = repo.PartialMark + "mirror"

// closeTime is how long Close may take to write links that wait.
const closeTime = time.Minute

// Target is a mirror.Target.
type Target struct {
	program string
	base    string // remote:path, or a folder
	pending links.Pending
	left    map[string][]string // by blob: what earlier pushes carried over of it
}

// Open finds the program; the remote is not asked yet. base is a remote and path as
// rclone takes them. Errors are fault.Invalid.
func Open(ctx context.Context, base string) (*Target, error) {
	if err := ctx.Err(); err != nil {
		return nil, fault.New(fault.Canceled, "open the mirror", "rclone:", err)
	}
	if base == "" || base[0] == '-' {
		return nil, fault.New(fault.Invalid, "open the mirror", "rclone:", errors.New("no remote is named")).
			WithHint("write it as rclone:remote:path")
	}
	program, err := exec.LookPath("rclone")
	if err != nil {
		return nil, fault.New(fault.Invalid, "open the mirror", "rclone:", errors.New("the program rclone is not there")).
			WithHint("install it: https://rclone.org/install")
	}
	return &Target{program, base, links.Pending{}, map[string][]string{}}, nil
}

// Close writes the links that wait, also after the caller's context ended.
func (t *Target) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	return t.flush(ctx)
}

// at is a name as an argument. It begins with the base, so it is never a flag or
// another remote.
func (t *Target) at(name string) (string, error) {
	if !fs.ValidPath(name) || name == "." {
		return "", fault.New(fault.Invalid, "use at the remote", strconv.QuoteToASCII(name), errors.New("it is no name of a file"))
	}
	if strings.HasSuffix(t.base, ":") || strings.HasSuffix(t.base, "/") {
		return t.base + name, nil
	}
	return t.base + "/" + name, nil
}

// listed is one line of rclone's listing.
type listed struct {
	Path string `json:"Path"`
	Size int64  `json:"Size"`
}

// List implements mirror.Target.
func (t *Target) List(ctx context.Context, dir string) ([]mirror.Entry, error) {
	if dir == "" {
		list, err := t.list(ctx, t.base, "--dirs-only")
		return entries("", list), err
	}
	at, err := t.at(dir)
	if err != nil {
		return nil, err
	}
	list, err := t.list(ctx, at, "--recursive", "--files-only")
	if err != nil {
		return nil, err
	}
	var out []mirror.Entry
	clear(t.left)
	for _, e := range entries(dir, list) {
		if blob, _, partial := strings.Cut(e.Name, part); partial {
			t.left[blob] = append(t.left[blob], e.Name)
			continue
		}
		if _, ok := links.Snapshot(e.Name); !ok {
			out = append(out, e)
			continue
		}
		there, err := t.readLinks(ctx, e.Name)
		if err != nil {
			return nil, err
		}
		out = append(out, links.Entries(e.Name, there)...)
	}
	return out, nil
}

func entries(dir string, list []listed) (out []mirror.Entry) {
	for _, l := range list {
		if name := path.Join(dir, l.Path); fs.ValidPath(l.Path) && l.Path != "." && l.Size >= -1 {
			out = append(out, mirror.Entry{Name: name, Size: l.Size})
		}
	}
	return out
}

// maxListing bounds what rclone lists of a repository, in bytes.
const maxListing = 256 << 20

func (t *Target) list(ctx context.Context, at string, flags ...string) ([]listed, error) {
	data, err := t.output(ctx, maxListing, append(append([]string{"lsjson", "--no-modtime", "--no-mimetype"}, flags...), at)...)
	if notThere(err) {
		return nil, nil
	}
	var out []listed
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	return out, t.fault(ctx, "list", at, err)
}

// Open implements mirror.Target.
func (t *Target) Open(ctx context.Context, name string, offset int64) (io.ReadCloser, error) {
	at, err := t.at(name)
	if err != nil {
		return nil, err
	}
	s, err := t.stream(ctx, "cat", "--offset", strconv.FormatInt(offset, 10), at)
	return s, t.fault(ctx, "read", name, err)
}

// Upload implements mirror.Target. Under its name is only what rclone took whole.
// Each push carries it over under a name of its own: of two that write one file, one
// could publish what the other has begun again. What earlier ones left goes.
func (t *Target) Upload(ctx context.Context, name string, size int64, src io.ReaderAt, sent func(int)) error {
	temp := name + part + "-" + rand.Text()
	if err := t.publish(ctx, name, temp, size, &section{ctx: ctx, src: src, size: size, sent: sent}); err != nil && !t.overtaken(ctx, temp, name, size) {
		return err
	}
	for _, partial := range t.left[name] {
		_ = t.remove(ctx, partial) // one that is still there is of no use
	}
	delete(t.left, name)
	return nil
}

// overtaken reports whether another push published a file and then removed what this
// one carried over of it.
func (t *Target) overtaken(ctx context.Context, temp, name string, size int64) bool {
	from, err := t.at(temp)
	if err != nil {
		return false
	}
	to, err := t.at(name)
	if err != nil {
		return false
	}
	list, err := t.list(ctx, from)
	return err == nil && len(list) == 0 && t.whole(ctx, to, size) == nil
}

// Write implements mirror.Target. What waits goes first: a ref is the last of all.
func (t *Target) Write(ctx context.Context, name string, data []byte) error {
	if err := t.flush(ctx); err != nil {
		return err
	}
	return t.write(ctx, name, data)
}

// write carries a small file over beside the blobs, where no scanner looks.
func (t *Target) write(ctx context.Context, name string, data []byte) error {
	repository, _, _ := strings.Cut(name, "/")
	temp := path.Join(repository, "blobs", part+"-"+rand.Text())
	return t.publish(ctx, name, temp, int64(len(data)), bytes.NewReader(data))
}

// publish carries over content under a temporary name and gives it its own when all
// of it is there. --ignore-times: else rclone keeps a file that looks the same.
func (t *Target) publish(ctx context.Context, name, temp string, size int64, src io.Reader) error {
	to, err := t.at(name)
	if err != nil {
		return err
	}
	from, err := t.at(temp)
	if err != nil {
		return err
	}
	if err = t.run(ctx, src, "rcat", "--size", strconv.FormatInt(size, 10), from); err == nil {
		err = t.whole(ctx, from, size)
	}
	if err == nil {
		err = t.run(ctx, nil, "moveto", "--ignore-times", from, to)
	}
	return t.fault(ctx, "write", name, err)
}

// whole asks for the length of what arrived: rclone may end well with less.
func (t *Target) whole(ctx context.Context, at string, size int64) error {
	list, err := t.list(ctx, at)
	if err == nil && (len(list) != 1 || list[0].Size != size) {
		err = errors.New("not all of it arrived")
	}
	return err
}

// Remove implements mirror.Target.
func (t *Target) Remove(ctx context.Context, name string) error {
	if t.pending.Unlink(name) {
		return nil
	}
	if err := t.flush(ctx); err != nil { // a link goes before what it leads to
		return err
	}
	return t.remove(ctx, name)
}

func (t *Target) remove(ctx context.Context, name string) error {
	at, err := t.at(name)
	if err != nil {
		return err
	}
	err = t.run(ctx, nil, "deletefile", at)
	if notThere(err) {
		return nil
	}
	return t.fault(ctx, "remove", name, err)
}
