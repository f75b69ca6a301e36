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
func Bytes(b []byte) Content {
	return withSums(int64(len(b)), memory(bytes.Clone(b)).writeRange)
}

// Text is content in memory.
func Text(s string) Content { return Bytes([]byte(s)) }

type memory []byte

func (m memory) writeRange(w io.Writer, from, to int64) error {
	_, err := w.Write(m[from:to])
	return err
}

const (
	// blockSize is the unit of seeded content.
	blockSize = 1 << 20
	// blockStep scatters the blocks over the ring; odd, so that the first 2^20
	// blocks, a TiB, all begin elsewhere.
	blockStep = 0x9E3779B1
)

// Seeded is content of any size that costs at most 2 MiB of memory and no
// computing: block i is a window of a random ring, placed by i. Bytes at the
// wrong place differ, by whatever distance they were moved.
func Seeded(seed uint64, size int64) Content {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	ring := make(ring, min(size, 2*blockSize))
	_, _ = rand.NewChaCha8(key).Read(ring) // never fails
	return withSums(size, ring.writeRange)
}

// SeededAs is Seeded with a digest that is declared instead of computed, for
// sizes nobody wants to hash.
func SeededAs(seed uint64, size int64, sha256 string) Content {
	return declared{Seeded(seed, size), sha256}
}

type ring []byte

func (r ring) writeRange(w io.Writer, from, to int64) error {
	for from < to {
		block, off := from/blockSize, from%blockSize
		start := block*blockStep%blockSize + off
		p := r[start:min(start+min(blockSize-off, to-from), int64(len(r)))]
		if _, err := w.Write(p); err != nil {
			return err
		}
		from += int64(len(p))
	}
	return nil
}

// Join is contents one after another, such as a header and seeded data.
func Join(parts ...Content) Content {
	var size int64
	for _, p := range parts {
		size += p.Size()
	}
	return withSums(size, func(w io.Writer, from, to int64) error {
		var at int64
		for _, p := range parts {
			first, last := max(from, at)-at, min(to, at+p.Size())-at
			if first < last {
				if err := p.WriteRange(w, first, last); err != nil {
					return err
				}
			}
			at += p.Size()
		}
		return nil
	})
}

// content computes its digests once, when somebody asks.
type content struct {
	size       int64
	writeRange func(w io.Writer, from, to int64) error
	sha, git   func() string
}

func withSums(size int64, writeRange func(w io.Writer, from, to int64) error) Content {
	c := &content{size: size, writeRange: writeRange}
	sum := func(algo digest.Algo) func() string {
		return sync.OnceValue(func() string {
			h := digest.NewHash(algo, size)
			_ = writeRange(h, 0, size) // a hash takes everything
			return h.Sum().Hex
		})
	}
	c.sha, c.git = sum(digest.SHA256), sum(digest.GitSHA1)
	return c
}

func (c *content) Size() int64    { return c.size }
func (c *content) SHA256() string { return c.sha() }
func (c *content) GitID() string  { return c.git() }

func (c *content) WriteRange(w io.Writer, from, to int64) error { return c.writeRange(w, from, to) }

type declared struct {
	Content
	sha string
}

func (d declared) SHA256() string { return d.sha }
