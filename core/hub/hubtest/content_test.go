package hubtest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

func TestContentRanges(t *testing.T) {
	const mib = 1 << 20
	for name, c := range map[string]hubtest.Content{
		"empty": hubtest.Bytes(nil), "text": hubtest.Text("hello"), "small": hubtest.Seeded(1, 1000), "one block": hubtest.Seeded(1, mib),
		"one and a byte": hubtest.Seeded(1, mib+1), "two blocks": hubtest.Seeded(1, 2*mib), "large": hubtest.Seeded(1, 5*mib+77),
		"joined": hubtest.Join(hubtest.Text("head"), hubtest.Bytes(nil), hubtest.Seeded(2, 2*mib), hubtest.Text("tail")),
	} {
		t.Run(name, func(t *testing.T) {
			whole := bytesOf(t, c)
			if int64(len(whole)) != c.Size() {
				t.Fatalf("%d bytes, size %d", len(whole), c.Size())
			}
			sum := sha256.Sum256(whole)
			if hex.EncodeToString(sum[:]) != c.SHA256() || hubtest.Bytes(whole).GitID() != c.GitID() {
				t.Error("a digest is wrong")
			}
			for _, from := range []int64{0, 1, 3, 5, mib - 1, mib, mib + 1, 2*mib + 4, c.Size()} {
				for _, n := range []int64{0, 1, 2, mib, 3 * mib} {
					if from+n > c.Size() {
						continue
					}
					var b bytes.Buffer
					if err := c.WriteRange(&b, from, from+n); err != nil || !bytes.Equal(b.Bytes(), whole[from:from+n]) {
						t.Errorf("%d bytes from %d are wrong (%v)", n, from, err)
					}
				}
			}
		})
	}
}

// TestSeededDiffersEverywhere: bytes at the wrong place must never look right.
func TestSeededDiffersEverywhere(t *testing.T) {
	whole := bytesOf(t, hubtest.Seeded(1, 64<<20))
	seen := map[string]int{}
	for at := 0; at+32 <= len(whole); at += 64 << 10 {
		part := string(whole[at : at+32])
		if before, ok := seen[part]; ok {
			t.Fatalf("the same bytes at %d and %d", before, at)
		}
		seen[part] = at
	}
	if other := bytesOf(t, hubtest.Seeded(2, 1<<20)); bytes.Equal(other, whole[:1<<20]) {
		t.Error("two seeds, one content")
	}
	if !bytes.Equal(bytesOf(t, hubtest.Seeded(1, 64<<20)), whole) {
		t.Error("one seed, two contents")
	}
}

func TestTerabytesCostNothing(t *testing.T) {
	const size = 5 << 40
	c := hubtest.SeededAs(1, size, "ab")
	var b bytes.Buffer
	if err := c.WriteRange(&b, size-10, size); err != nil || b.Len() != 10 || c.SHA256() != "ab" || c.Size() != size {
		t.Errorf("%d bytes, %v", b.Len(), err)
	}
}

func BenchmarkSeeded(b *testing.B) {
	c := hubtest.Seeded(1, 256<<20)
	b.SetBytes(c.Size())
	for b.Loop() {
		_ = c.WriteRange(io.Discard, 0, c.Size())
	}
}
