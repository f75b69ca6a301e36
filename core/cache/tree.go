package cache

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// treeVersion is the format the official client writes since 1.22.
const treeVersion = 1

// Limits of a kept listing (T19): another program may have written it.
const (
	maxTreeBytes = 512 << 20
	maxTreeFiles = 1_000_000
)

// treeEntry is a file in trees/<commit>.json. What the client always writes is a
// pointer here, so that its absence shows.
type treeEntry struct {
	Size    *int64  `json:"size"`
	BlobID  *string `json:"blob_id"`
	SHA256  *string `json:"lfs_sha256"`
	LFSSize *int64  `json:"lfs_size"`
	XetHash *string `json:"xet_hash"`
}

// Tree reads the kept listing of a commit, ours or the official client's. What
// is of another version, broken, or holds hidden hashes is not believed.
func (s *Store) Tree(ref repo.Ref, commit repo.Commit) ([]repo.File, bool, error) {
	a, err := s.area(ref, false)
	if errors.Is(err, errNoCache) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	files, ok := s.readTree(a, a.at("trees", string(commit)+".json"), ref.String())
	return files, ok, nil
}

// readTree says false for what cannot be used: the Hub knows better. (The client
// makes listings readable for their owner only.)
func (s *Store) readTree(a *area, path, what string) ([]repo.File, bool) {
	files, err := loadTree(a, path)
	var unreadable *fs.PathError
	if err != nil {
		if !errors.As(err, &unreadable) {
			s.opts.Logger.Warn().Err(err).Str("repo", what).Msg("ignoring a broken listing in the cache")
		}
		return nil, false
	}
	return files, true
}

// loadTree reads a listing; an *fs.PathError is one that cannot be read.
func loadTree(a *area, path string) ([]repo.File, error) {
	f, err := a.root.read(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() || st.Size() > maxTreeBytes {
		return nil, errors.New("no listing: a folder, or far too large")
	}
	return decodeTree(bufio.NewReaderSize(f, 64<<10))
}

// errTreeVersion: of a client newer than we are.
var errTreeVersion = errors.New("another format")

// decodeTree reads one file after the other, so that memory follows the number
// of files. As in Python a repeated name counts once, the last time.
func decodeTree(r io.Reader) ([]repo.File, error) {
	d := json.NewDecoder(r)
	version, files := 0, map[string]repo.File(nil)
	err := eachKey(d, func(key string) error {
		switch key {
		case "format_version":
			return d.Decode(&version)
		case "files":
			files = map[string]repo.File{}
			return eachKey(d, func(path string) error {
				f, err := decodeEntry(d, path)
				files[path] = f
				if len(files) > maxTreeFiles {
					err = errors.New("too many files")
				}
				return err
			})
		default:
			var unknown json.RawMessage
			return d.Decode(&unknown)
		}
	})
	if version != treeVersion && version != 0 {
		return nil, fmt.Errorf("%w: %d", errTreeVersion, version)
	}
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text after its end")
	}
	if version != treeVersion || files == nil {
		return nil, errors.New("no format or no files")
	}
	return slices.SortedFunc(maps.Values(files), byPath), nil
}

func byPath(x, y repo.File) int { return strings.Compare(x.Path, y.Path) }

// eachKey calls value for each key of an object; it decodes the value.
func eachKey(d *json.Decoder, value func(key string) error) error {
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.Join(errors.New("no object"), err)
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		key, ok := t.(string)
		if !ok {
			return errors.New("no key")
		}
		if err := value(key); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

func decodeEntry(d *json.Decoder, path string) (repo.File, error) {
	var e treeEntry
	if err := d.Decode(&e); err != nil {
		return repo.File{}, err
	}
	return e.file(path)
}

func (e treeEntry) file(path string) (repo.File, error) {
	if _, err := repo.ParsePath(path); err != nil {
		return repo.File{}, err
	}
	if e.Size == nil || *e.Size < 0 || e.BlobID == nil {
		return repo.File{}, errors.New("no size or no id")
	}
	if id, err := repo.ParseETag(*e.BlobID); err != nil || string(id) != *e.BlobID {
		return repo.File{}, errors.New("broken id")
	}
	f := repo.File{Path: path, Size: *e.Size, BlobID: *e.BlobID}
	if e.SHA256 != nil {
		if !hex64(*e.SHA256) {
			return repo.File{}, errors.New("hidden or broken hash")
		}
		if e.LFSSize != nil && *e.LFSSize != *e.Size {
			return repo.File{}, errors.New("two sizes")
		}
		f.LFS = &repo.LFS{SHA256: *e.SHA256, Size: *e.Size}
	}
	if e.XetHash != nil {
		if !hex64(*e.XetHash) {
			return repo.File{}, errors.New("hidden or broken Xet hash")
		}
		f.XetHash = *e.XetHash
	}
	return f, nil
}

func hex64(s string) bool { return len(s) == 64 && digest.IsHex(s) }

// writeTree keeps a listing, byte for byte as the official client would. One
// with hidden or missing hashes is not kept.
func (s *Store) writeTree(a *area, commit repo.Commit, files []repo.File) error {
	return s.writeTreeAt(a, a.at("trees", string(commit)+".json"), a.at("blobs"), files)
}

func (s *Store) writeTreeAt(a *area, path, tempDir string, files []repo.File) error {
	if files == nil {
		return nil
	}
	for _, f := range files {
		if f.Masked || f.BlobID == "" || f.Size < 0 {
			return nil
		}
	}
	return s.replace(a, tempDir, path, "the listing", true, func(w io.Writer) error {
		return encodeTree(w, files)
	})
}

func encodeTree(w io.Writer, files []repo.File) error {
	sorted := slices.SortedFunc(slices.Values(files), byPath)
	b := bufio.NewWriter(w)
	print := func(format string, args ...any) { _, _ = fmt.Fprintf(b, format, args...) } // Flush tells the first error
	print("{\n \"format_version\": %d,\n \"files\": {", treeVersion)
	for i, f := range sorted {
		if i > 0 {
			print(",")
		}
		print("\n  %s: {\n   \"size\": %d,\n   \"blob_id\": %s", pythonString(f.Path), f.Size, pythonString(f.BlobID))
		if f.LFS != nil {
			print(",\n   \"lfs_sha256\": %s,\n   \"lfs_size\": %d", pythonString(f.LFS.SHA256), f.LFS.Size)
		}
		if f.XetHash != "" {
			print(",\n   \"xet_hash\": %s", pythonString(f.XetHash))
		}
		print("\n  }")
	}
	if len(sorted) > 0 {
		print("\n ")
	}
	print("}\n}")
	return b.Flush()
}

// pythonString quotes as Python's json does with its default ensure_ascii.
func pythonString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r >= 0x20 && r < 0x7f:
			b.WriteRune(r)
		case r > 0xffff:
			hi, lo := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, hi, lo)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
