package dataset

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// Limits of what is read of an archive (analyzers.md §9.3).
const (
	tarWindow  = 32 << 10
	tarReads   = 8
	tarMembers = 16
)

// readWebDataset looks at the first members of the first .tar. In a webdataset
// files of one sample lie together, with the same name and different endings: they
// are the columns.
func readWebDataset(ctx context.Context, r sdk.Repo, l layout) (columns []column, is bool) {
	for _, f := range l.files {
		if !strings.HasSuffix(strings.ToLower(f.Path), ".tar") {
			continue
		}
		names := membersOf(ctx, r, f)
		if columns, is = samples(names); is || len(names) > 0 {
			return columns, is
		}
		// Not readable: shards by their number.
		stem := strings.TrimSuffix(path.Base(f.Path), path.Ext(f.Path))
		return nil, len(stem) >= 3 && digits(stem[len(stem)-3:])
	}
	return nil, false
}

// membersOf are the names of the first files of an archive.
func membersOf(ctx context.Context, r sdk.Repo, f sdk.File) []string {
	archive := tar.NewReader(&ranged{read: func(off int64, n int) ([]byte, error) { return r.ReadAt(ctx, f.Path, off, n) }, size: f.Size})
	var out []string
	for len(out) < tarMembers {
		h, err := archive.Next()
		if err != nil { // the end, or as far as it is read
			break
		}
		if h.Typeflag == tar.TypeReg {
			out = append(out, path.Base(h.Name))
		}
	}
	return out
}

// samples groups names by what is before their first dot.
func samples(names []string) (columns []column, is bool) {
	count := map[string]int{}
	for _, n := range names {
		key, ext, ok := strings.Cut(n, ".")
		if !ok || key == "" || len(ext) > 32 {
			continue
		}
		count[key]++
		is = is || count[key] > 1
		c := column{shown(ext), kindOfMember(ext)}
		if !slices.Contains(columns, c) {
			columns = append(columns, c)
		}
	}
	if !is {
		return nil, false
	}
	return columns, true
}

// kindOfMember is what the datasets library makes of a member.
func kindOfMember(ext string) string {
	ext = strings.ToLower(ext)
	switch ext[strings.LastIndexByte(ext, '.')+1:] {
	case "jpg", "jpeg", "png", "webp", "gif", "tif", "tiff", "bmp":
		return "image"
	case "wav", "mp3", "flac", "ogg", "opus", "m4a":
		return "audio"
	case "mp4", "webm", "mkv", "avi", "mov":
		return "video"
	case "json":
		return "json"
	case "txt", "text", "transcript":
		return "string"
	case "cls", "index", "id":
		return "int64"
	default:
		return "binary"
	}
}

var errEnough = errors.New("no more of the archive is read")

// ranged is a file that is read in windows and jumped over, a few times.
type ranged struct {
	read  func(off int64, n int) ([]byte, error)
	size  int64
	pos   int64
	base  int64
	data  []byte
	reads int
}

// Read implements io.Reader.
func (r *ranged) Read(p []byte) (int, error) {
	if r.pos >= r.size {
		return 0, io.EOF
	}
	if r.pos < r.base || r.pos >= r.base+int64(len(r.data)) {
		if r.reads++; r.reads > tarReads {
			return 0, errEnough
		}
		data, err := r.read(r.pos, tarWindow)
		if err != nil {
			return 0, err
		}
		if len(data) == 0 {
			return 0, io.ErrUnexpectedEOF
		}
		r.base, r.data = r.pos, data
	}
	n := copy(p, r.data[r.pos-r.base:])
	r.pos += int64(n)
	return n, nil
}

// Seek implements io.Seeker: package tar jumps over the contents by it.
func (r *ranged) Seek(off int64, whence int) (int64, error) {
	if whence != io.SeekCurrent || off < 0 || off > r.size-r.pos {
		return 0, errEnough
	}
	r.pos += off
	return r.pos, nil
}
