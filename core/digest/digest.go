// Package digest computes and checks the two content digests the Hub gives:
// SHA-256 of LFS content and the git blob SHA-1 of regular files
// (hub-protocol.md §6.9). A Hash is used by one goroutine at a time.
package digest

import (
	"crypto/sha1" //nolint:gosec // git object ids are SHA-1; it is what the Hub gives
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strconv"
)

// Algo names how a digest was made.
type Algo string

// The algorithms of the Hub. None means the etag says nothing about the bytes
// (mirrors), so only the size can be checked.
const (
	None    Algo = ""
	SHA256  Algo = "sha256"
	GitSHA1 Algo = "git-sha1"
)

// Digest is an expected or computed content digest. The zero value is "unknown".
type Digest struct {
	Algo Algo
	Hex  string // lower case, 64 or 40 digits
}

// String is "sha256:…", for messages.
func (d Digest) String() string {
	if d.Algo == None {
		return "unknown"
	}
	return string(d.Algo) + ":" + d.Hex
}

// FromETag reads the digest an etag carries: 64 lower-case hex digits are a
// SHA-256, 40 a git blob id, anything else is None.
func FromETag(etag string) Digest {
	switch {
	case len(etag) == 64 && IsHex(etag):
		return Digest{SHA256, etag}
	case len(etag) == 40 && IsHex(etag):
		return Digest{GitSHA1, etag}
	default:
		return Digest{}
	}
}

// IsHex reports whether s has lower-case hex digits only (and is not empty).
func IsHex(s string) bool {
	if s == "" {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// Hash is a running digest over content of a known size.
type Hash struct {
	algo Algo
	h    hash.Hash
}

// NewHash starts a digest. size is needed before the first byte because git
// hashes "blob <size>\0" first. For None it returns a Hash whose Sum is unknown.
func NewHash(algo Algo, size int64) *Hash {
	switch algo {
	case SHA256:
		return &Hash{algo, sha256.New()}
	case GitSHA1:
		h := sha1.New() //nolint:gosec // see the import
		h.Write([]byte("blob " + strconv.FormatInt(size, 10) + "\x00"))
		return &Hash{algo, h}
	default:
		return &Hash{None, nil}
	}
}

// Add adds bytes.
func (h *Hash) Add(p []byte) {
	if h.h != nil {
		h.h.Write(p)
	}
}

// Write is Add as an io.Writer; it never fails.
func (h *Hash) Write(p []byte) (int, error) {
	h.Add(p)
	return len(p), nil
}

// Sum is the digest of what was written so far.
func (h *Hash) Sum() Digest {
	if h.h == nil {
		return Digest{}
	}
	return Digest{h.algo, hex.EncodeToString(h.h.Sum(nil))}
}

// OfReader reads r to its end, at most size+1 bytes, and returns its digest.
// A length other than size is an error.
func OfReader(r io.Reader, algo Algo, size int64) (Digest, error) {
	h := NewHash(algo, size)
	n, err := io.CopyBuffer(h, io.LimitReader(r, size+1), make([]byte, 256<<10))
	if err != nil {
		return Digest{}, err
	}
	if n != size {
		return Digest{}, fmt.Errorf("length %d, want %d", n, size)
	}
	return h.Sum(), nil
}
