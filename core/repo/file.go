package repo

import (
	"errors"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/digest"
)

// File is one entry of a repository at a commit, as the tree listing says.
// Path went through ParsePath, ids are hex or empty.
type File struct {
	Path string
	// Size is the length of the content in bytes (not of an LFS pointer);
	// -1 when the Hub does not say.
	Size int64
	// BlobID is the git object id: of the content for regular files, of the
	// pointer for LFS files.
	BlobID string
	// LFS is set for LFS and Xet files.
	LFS *LFS
	// XetHash is 64 hex digits for Xet-backed files, else "". It is no SHA-256.
	XetHash string
	// Masked: the Hub hid the hashes because the caller may not read the repo
	// (64 asterisks, hub-protocol.md §4.1). Nothing derived from such a file is stored.
	Masked bool
}

// LFS is what the pointer says.
type LFS struct {
	SHA256      string // 64 hex digits; "" when masked
	Size        int64
	PointerSize int64
}

// ETag is the normalised etag the Hub will send and the name of the blob:
// SHA-256 for LFS files, git blob id for the rest, "" when masked.
func (f File) ETag() ETag {
	if f.LFS != nil {
		return ETag(f.LFS.SHA256)
	}
	return ETag(f.BlobID)
}

// Digest is what the content must hash to; unknown when masked.
func (f File) Digest() digest.Digest { return f.ETag().Digest() }

// ETag is a normalised, validated etag; safe as a file name.
type ETag string

// maxETag bounds mirror etags (T6).
const maxETag = 128

// ParseETag normalises a header value (one leading W/, then one pair of
// quotes) and accepts 40 or 64 lower-case hex digits, or, for mirrors, up to
// 128 of [A-Za-z0-9._-] not starting with "." nor ending in .lock or one of
// the suffixes that mean something in blobs/ (T6).
func ParseETag(header string) (ETag, error) {
	s := strings.TrimPrefix(strings.TrimSpace(header), "W/")
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	if (len(s) == 40 || len(s) == 64) && digest.IsHex(s) {
		return ETag(s), nil
	}
	if s == "" || len(s) > maxETag || s[0] == '.' {
		return "", invalid("etag", header, "", errors.New("empty, too long or starting with a dot"))
	}
	for i := range len(s) {
		if !isIDByte(s[i]) {
			return "", invalid("etag", header, "", errors.New("has a character that is not allowed"))
		}
	}
	for _, suffix := range []string{".lock", ".incomplete", ".part", ".shared", ".tmp"} {
		if strings.HasSuffix(s, suffix) {
			return "", invalid("etag", header, "", errors.New("ends in "+suffix))
		}
	}
	if WindowsProblem(s) != "" || strings.Contains(s, PartialMark) {
		return "", invalid("etag", header, "", errors.New("is a reserved name"))
	}
	return ETag(s), nil
}

// PartialMark stands between an etag and its owner in the name of a partial;
// no etag may contain it.
const PartialMark = ".hfdownloader."

// Digest is the content digest the etag carries, if any.
func (e ETag) Digest() digest.Digest { return digest.FromETag(string(e)) }
