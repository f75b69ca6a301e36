package transfer

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
)

// The journal lies behind the content in the same file, so that a partial is
// claimed, published or removed by one rename or unlink, and one fdatasync
// covers both. At journalOffset(size) there is a header block, then one record
// for each piece. Records are written in place, once their piece is written;
// a torn record fails its checksum and counts as absent.
//
//	header: "hfdljrn1" | length u32 | crc32c u32 | JSON
//	record: piece+1 u32 | crc32c of the piece u32 | salt u32 | crc32c of the first 12 bytes
//
// All numbers are little-endian. Every piece is checked against its checksum
// when it is read for the hash of a resumed file, so a record may be believed
// across a power loss without a mark of what had reached the disk.
const (
	journalMagic  = "hfdljrn1"
	headerSize    = 4096
	recordSize    = 16
	journalAlign  = 4096
	maxPieceCount = 1 << 31 // 2 PiB; record indexes fit 32 bits
)

type header struct {
	Meta
	Size  int64  `json:"size"`
	Piece int    `json:"piece"`
	Salt  uint32 `json:"salt"` // of this journal; records of an earlier one are not ours
}

func pieceCount(size int64) int { return int((size + PieceSize - 1) / PieceSize) }

func journalOffset(size int64) int64 {
	return (size + journalAlign - 1) / journalAlign * journalAlign
}

// partialLength is the length of a partial with its journal.
func partialLength(size int64) int64 {
	return journalOffset(size) + headerSize + int64(pieceCount(size))*recordSize
}

func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

var errNoJournal = errors.New("no readable journal")

func encodeHeader(h header) ([]byte, error) {
	body, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	if len(body) > headerSize-16 {
		return nil, errors.New("journal header too long")
	}
	block := make([]byte, headerSize)
	copy(block, journalMagic)
	binary.LittleEndian.PutUint32(block[8:], uint32(len(body)))
	binary.LittleEndian.PutUint32(block[12:], crc32.Checksum(body, castagnoli()))
	copy(block[16:], body)
	return block, nil
}

func decodeHeader(block []byte) (header, error) {
	if len(block) < headerSize || string(block[:8]) != journalMagic {
		return header{}, errNoJournal
	}
	n := binary.LittleEndian.Uint32(block[8:])
	if n > headerSize-16 {
		return header{}, errNoJournal
	}
	body := block[16 : 16+n]
	if crc32.Checksum(body, castagnoli()) != binary.LittleEndian.Uint32(block[12:]) {
		return header{}, errNoJournal
	}
	var h header
	if err := json.Unmarshal(body, &h); err != nil {
		return header{}, errNoJournal
	}
	return h, nil
}

func encodeRecord(piece int, sum, salt uint32) [recordSize]byte {
	var r [recordSize]byte
	binary.LittleEndian.PutUint32(r[0:], uint32(piece)+1)
	binary.LittleEndian.PutUint32(r[4:], sum)
	binary.LittleEndian.PutUint32(r[8:], salt)
	binary.LittleEndian.PutUint32(r[12:], crc32.Checksum(r[:12], castagnoli()))
	return r
}

func decodeRecord(r []byte, piece int, salt uint32) (sum uint32, ok bool) {
	if binary.LittleEndian.Uint32(r[0:]) != uint32(piece)+1 ||
		binary.LittleEndian.Uint32(r[8:]) != salt ||
		binary.LittleEndian.Uint32(r[12:]) != crc32.Checksum(r[:12], castagnoli()) {
		return 0, false
	}
	return binary.LittleEndian.Uint32(r[4:]), true
}

// journal marks pieces of one partial.
type journal struct {
	file File
	base int64
	salt uint32
}

// mark records that a piece with this checksum is written.
func (j *journal) mark(piece int, sum uint32) error {
	r := encodeRecord(piece, sum, j.salt)
	_, err := j.file.WriteAt(r[:], j.base+headerSize+int64(piece)*recordSize)
	return err
}

// createJournal writes a fresh header; records of an older journal are void.
func createJournal(f File, h header) (*journal, error) {
	block, err := encodeHeader(h)
	if err != nil {
		return nil, err
	}
	base := journalOffset(h.Size)
	if _, err := f.WriteAt(block, base); err != nil {
		return nil, err
	}
	return &journal{file: f, base: base, salt: h.Salt}, nil
}

// readJournal reads the journal of a partial for content of this size and calls
// have for every marked piece. errNoJournal means: start the file again.
func readJournal(f File, size int64, have func(piece int, sum uint32)) (*journal, header, error) {
	base := journalOffset(size)
	block := make([]byte, headerSize)
	if _, err := f.ReadAt(block, base); err != nil {
		return nil, header{}, errNoJournal
	}
	h, err := decodeHeader(block)
	if err != nil {
		return nil, header{}, err
	}
	if h.Size != size || h.Piece != PieceSize {
		return nil, header{}, errNoJournal
	}
	count := pieceCount(size)
	buf := make([]byte, 4096*recordSize)
	for first := 0; first < count; first += 4096 {
		chunk := buf[:min(4096, count-first)*recordSize]
		n, err := f.ReadAt(chunk, base+headerSize+int64(first)*recordSize)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, header{}, err
		}
		for i := range n / recordSize {
			if sum, ok := decodeRecord(chunk[i*recordSize:], first+i, h.Salt); ok {
				have(first+i, sum)
			}
		}
	}
	return &journal{file: f, base: base, salt: h.Salt}, h, nil
}
