package hubtest

import (
	"bytes"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"sync"

	"github.com/hfdownloader/hfdownloader/core/digest"
)

// Content is what a file holds. It is immutable.
type Content interface {
	Size() int64
	// SHA256 is 64 hex digits.
	SHA256() string
	// GitID is the git blob id, 40 hex digits.
	GitID() string
	// WriteRange sends the bytes [from, to).
	WriteRange(w io.Writer, from, to int64) error
}

// Bytes is content in memory.
func Bytes(b []byte) Content { return memory{bytes.Clone(b)} }

// Text is content in memory.
func Text(s string) Content { return memory{[]byte(s)} }

type memory struct{ b []byte }

func (m memory) Size() int64    { return int64(len(m.b)) }
func (m memory) SHA256() string { return sum(m, digest.SHA256) }
func (m memory) GitID() string  { return sum(m, digest.GitSHA1) }

func (m memory) WriteRange(w io.Writer, from, to int64) error {
	_, err := w.Write(m.b[from:to])
	return err
}

func sum(c Content, algo digest.Algo) string {
	h := digest.NewHash(algo, c.Size())
	_ = c.WriteRange(h, 0, c.Size()) // a hash takes everything
	return h.Sum().Hex
}

// blockSize is the period of seeded content; each block begins with its number,
// so no two are alike.
const blockSize = 1 << 20

// Seeded is content of any size that costs one block of memory.
func Seeded(seed uint64, size int64) Content {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	s := &seeded{size: size, block: make([]byte, blockSize)}
	_, _ = rand.NewChaCha8(key).Read(s.block) // never fails
	s.sha = sync.OnceValue(func() string { return sum(s, digest.SHA256) })
	s.git = sync.OnceValue(func() string { return sum(s, digest.GitSHA1) })
	return s
}

// SeededAs is Seeded with a digest that is declared instead of computed, for
// sizes nobody wants to hash.
func SeededAs(seed uint64, size int64, sha256 string) Content {
	s, _ := Seeded(seed, size).(*seeded)
	s.sha = func() string { return sha256 }
	return s
}

type seeded struct {
	size  int64
	block []byte
	sha   func() string
	git   func() string
}

func (s *seeded) Size() int64    { return s.size }
func (s *seeded) SHA256() string { return s.sha() }
func (s *seeded) GitID() string  { return s.git() }

func (s *seeded) WriteRange(w io.Writer, from, to int64) error {
	for from < to {
		i, off := from/blockSize, from%blockSize
		var p []byte
		if off < 8 {
			var number [8]byte
			binary.LittleEndian.PutUint64(number[:], uint64(i))
			p = number[off:]
		} else {
			p = s.block[off:]
		}
		p = p[:min(int64(len(p)), to-from)]
		if _, err := w.Write(p); err != nil {
			return err
		}
		from += int64(len(p))
	}
	return nil
}
