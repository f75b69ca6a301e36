package transfer

import (
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"slices"

	"github.com/hfdownloader/hfdownloader/core/digest"
)

// openPartial makes the file ready for pieces: takes over what an earlier run
// left, or reserves the room and begins a journal.
func (f *fetch) openPartial() error {
	t := f.task
	if pieceCount(t.Size) >= maxPieceCount {
		return integrity(t, "size %d is beyond any file system", t.Size)
	}
	if t.Length > 0 && f.takeOver() {
		return nil
	}
	f.board = newBoard(t.Size)
	if t.Prefix <= 0 && t.Length > 0 {
		// What is there cannot be read: start again, keep nothing of it.
		f.log.Warn().Str("file", t.Meta.Path).Msg("partial has no readable journal, starting the file again")
		if err := t.File.Truncate(0); err != nil {
			return diskError("truncate", t, err)
		}
	}
	if err := allocate(t.File, partialLength(t.Size)); err != nil {
		return diskError("reserve room for", t, err)
	}
	j, err := createJournal(t.File, header{Meta: t.Meta, Size: t.Size, Piece: PieceSize, Salt: rand.Uint32()})
	if err != nil {
		return diskError("write journal in", t, err)
	}
	f.journal = j
	return f.adoptPrefix()
}

// takeOver reads the journal; false when there is nothing that can be used.
// A partial of exactly Size bytes had been finished and not yet published.
func (f *fetch) takeOver() bool {
	t := f.task
	f.board = newBoard(t.Size)
	if t.Length == t.Size && t.Prefix == 0 && t.Algo != digest.None {
		for i := range f.board.done {
			f.board.restore(i, 0)
			f.board.known[i] = false
		}
		f.finished = true
		f.board.settle()
		return true
	}
	if t.Length != partialLength(t.Size) {
		return false
	}
	j, h, err := readJournal(t.File, t.Size, f.board.restore)
	if err != nil || !f.sameContent(h) {
		return false
	}
	f.journal = j
	f.board.settle()
	if t.Algo == digest.None {
		f.restored = slices.Clone(f.board.done)
	}
	return true
}

// sameContent: a partial is reused when etag and size agree; from another hub
// only when the digest can prove the content (F45).
func (f *fetch) sameContent(h header) bool {
	if h.ETag != f.task.Meta.ETag {
		return false
	}
	return h.Origin == f.task.Meta.Origin || f.task.Algo != digest.None
}

// adoptPrefix journals the whole pieces another program left.
func (f *fetch) adoptPrefix() error {
	whole := min(f.task.Prefix, f.task.Size) / PieceSize
	if whole == 0 || f.task.Algo == digest.None {
		return nil
	}
	buf := f.engine.buffers.take()
	defer f.engine.buffers.give(buf)
	for i := range int(whole) {
		if _, err := f.task.File.ReadAt(buf, int64(i)*PieceSize); err != nil {
			return diskError("read", f.task, err)
		}
		sum := crc32.Checksum(buf, f.crc)
		if err := f.journal.mark(i, sum); err != nil {
			return diskError("write journal in", f.task, err)
		}
		f.board.restore(i, sum)
	}
	f.board.settle()
	return nil
}

// closePartial cuts the journal off: what is left is the content.
func (f *fetch) closePartial() error {
	if f.finished {
		return nil
	}
	if f.board.left != 0 {
		return fmt.Errorf("%d pieces missing at the end of %s", f.board.left, f.task.Meta.Path)
	}
	if err := f.task.File.Truncate(f.task.Size); err != nil {
		return diskError("truncate", f.task, err)
	}
	return nil
}
