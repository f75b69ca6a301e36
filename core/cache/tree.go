package cache

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/hfdownloader/hfdownloader/core/digest"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// treeVersion is the format the official client writes since 1.22.
const treeVersion = 1

// maxTreeBytes bounds a kept listing: a million files fit.
const maxTreeBytes = 512 << 20

// treeEntry is a file in trees/<commit>.json.
type treeEntry struct {
	Size    int64   `json:"size"`
	BlobID  string  `json:"blob_id"`
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
	b, err := readFile(a.root, a.at("trees", string(commit)+".json"), maxTreeBytes)
	if err != nil {
		return nil, false, nil //nolint:nilerr // another user's listing is not readable (0600): ask the Hub
	}
	files, err := decodeTree(b)
	if err != nil {
		s.opts.Logger.Warn().Err(err).Str("repo", ref.String()).Msg("ignoring a broken listing in the cache")
		return nil, false, nil
	}
	return files, true, nil
}

func decodeTree(b []byte) ([]repo.File, error) {
	var doc struct {
		Version int                  `json:"format_version"`
		Files   map[string]treeEntry `json:"files"`
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		return nil, err
	}
	if doc.Version != treeVersion || doc.Files == nil {
		return nil, fmt.Errorf("format %d", doc.Version)
	}
	files := make([]repo.File, 0, len(doc.Files))
	for path, e := range doc.Files {
		f, err := e.file(path)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	slices.SortFunc(files, func(x, y repo.File) int { return strings.Compare(x.Path, y.Path) })
	return files, nil
}

func (e treeEntry) file(path string) (repo.File, error) {
	if _, err := repo.ParsePath(path); err != nil {
		return repo.File{}, err
	}
	if e.Size < 0 {
		return repo.File{}, errors.New("negative size")
	}
	if _, err := repo.ParseETag(e.BlobID); err != nil {
		return repo.File{}, err
	}
	f := repo.File{Path: path, Size: e.Size, BlobID: e.BlobID}
	if e.SHA256 != nil {
		if !hex64(*e.SHA256) {
			return repo.File{}, errors.New("hidden or broken hash")
		}
		f.LFS = &repo.LFS{SHA256: *e.SHA256, Size: e.Size}
		if e.LFSSize != nil {
			f.LFS.Size = *e.LFSSize
		}
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
	return s.replaceIn(a, tempDir, path, "the listing", func(w io.Writer) error {
		return encodeTree(w, files)
	})
}

func encodeTree(w io.Writer, files []repo.File) error {
	sorted := slices.Clone(files)
	slices.SortFunc(sorted, func(x, y repo.File) int { return strings.Compare(x.Path, y.Path) })
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
		case r >= 0x20 && r <= 0x7f:
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
