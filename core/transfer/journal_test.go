package transfer

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// memFile is a File in memory.
type memFile struct{ b []byte }

func (m *memFile) ReadAt(p []byte, off int64) (int, error) {
	if off >= int64(len(m.b)) {
		return 0, io.EOF
	}
	n := copy(p, m.b[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (m *memFile) WriteAt(p []byte, off int64) (int, error) {
	if end := off + int64(len(p)); end > int64(len(m.b)) {
		m.b = append(m.b, make([]byte, end-int64(len(m.b)))...)
	}
	return copy(m.b[off:], p), nil
}

func (m *memFile) Truncate(size int64) error {
	m.b = append(m.b[:min(size, int64(len(m.b)))], make([]byte, max(0, size-int64(len(m.b))))...)
	return nil
}

// shortContent moves the journal near the front of the file, so that tests need
// no real content.
const shortContent = 3 * PieceSize

func TestJournalRoundTrip(t *testing.T) {
	f := &memFile{}
	h := header{Meta: Meta{ETag: "e", Origin: "https://hub", Repo: "a/b", Commit: "c", Path: "p"}, Size: shortContent, Piece: PieceSize, Salt: 7}
	j, err := createJournal(f, h)
	if err != nil {
		t.Fatal(err)
	}
	want := map[int]uint32{0: 0, 2: 0xdeadbeef}
	for piece, sum := range want {
		if err := j.mark(piece, sum); err != nil {
			t.Fatal(err)
		}
	}
	got := map[int]uint32{}
	_, back, err := readJournal(f, shortContent, func(i int, sum uint32) { got[i] = sum })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(h, back); diff != "" {
		t.Error(diff)
	}
}

func TestJournalIgnoresRecordsOfAnEarlierOne(t *testing.T) {
	f := &memFile{}
	old, err := createJournal(f, header{Size: shortContent, Piece: PieceSize, Salt: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := old.mark(1, 5); err != nil {
		t.Fatal(err)
	}
	if _, err := createJournal(f, header{Size: shortContent, Piece: PieceSize, Salt: 2}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := readJournal(f, shortContent, func(i int, _ uint32) { t.Errorf("piece %d believed", i) }); err != nil {
		t.Fatal(err)
	}
}

func TestJournalRefusesLongHeader(t *testing.T) {
	_, err := createJournal(&memFile{}, header{Meta: Meta{Path: strings.Repeat("x", headerSize)}, Size: shortContent})
	if err == nil {
		t.Error("a header that does not fit was written")
	}
}

// FuzzJournal: whatever stands in the journal region, reading it ends, believes
// only records whose checksum and salt fit, and never names a piece that is not there.
func FuzzJournal(f *testing.F) {
	whole := &memFile{}
	j, err := createJournal(whole, header{Size: shortContent, Piece: PieceSize, Salt: 9})
	if err != nil {
		f.Fatal(err)
	}
	_ = j.mark(1, 42)
	region := whole.b[journalOffset(shortContent):]
	f.Add(region)
	f.Add(region[:len(region)-3])
	f.Add([]byte("hfdljrn1\xff\xff\xff\xff"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, region []byte) {
		file := &offsetFile{base: journalOffset(shortContent), memFile: memFile{bytes.Clone(region)}}
		seen := map[int]bool{}
		_, h, err := readJournal(file, shortContent, func(i int, sum uint32) {
			if i < 0 || i >= pieceCount(shortContent) || seen[i] {
				t.Fatalf("piece %d", i)
			}
			seen[i] = true
		})
		if err == nil && (h.Size != shortContent || h.Piece != PieceSize) {
			t.Fatalf("header %+v believed", h)
		}
	})
}

// offsetFile has nothing before base.
type offsetFile struct {
	memFile
	base int64
}

func (o *offsetFile) ReadAt(p []byte, off int64) (int, error) { return o.memFile.ReadAt(p, off-o.base) }
