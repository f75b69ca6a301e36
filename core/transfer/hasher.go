package transfer

import (
	"context"
	"hash/crc32"

	"github.com/hfdownloader/hfdownloader/core/digest"
)

// How many connections are worth having is seen here. Where the hash is slower
// than they are together, as on a local network, each one more only costs
// memory bandwidth: whoever has to wait for the hash asks for one less. When the
// hasher has to wait for bytes, it asks for one more.

// hashInOrder is the one goroutine that digests a file while it arrives. A
// piece comes from memory if it is still there, else it is read back and
// compared with its checksum: a piece of an earlier run that does not match is
// fetched again. Without a digest to compute it only checks restored pieces.
func (f *fetch) hashInOrder(ctx context.Context) error {
	var own []byte
	for i := range f.board.done {
		for {
			hot, sum, compare, err := f.awaitPiece(ctx, i)
			if err != nil {
				return err
			}
			if hot != nil {
				f.hash.Add(hot)
				f.release(hot)
				break
			}
			if f.task.Algo == digest.None && (f.restored == nil || !f.restored[i]) {
				break
			}
			if own == nil {
				own = make([]byte, PieceSize)
			}
			piece := own[:f.board.pieceLen(i)]
			if _, err := f.task.File.ReadAt(piece, int64(i)*PieceSize); err != nil {
				return diskError("read back", f.task, err)
			}
			if compare && crc32.Checksum(piece, f.crc) != sum {
				f.refetch(i)
				continue
			}
			f.hash.Add(piece)
			break
		}
	}
	return nil
}

// awaitPiece waits until piece i is written. hot is its content when it is
// still in memory; the caller gives it back.
func (f *fetch) awaitPiece(ctx context.Context, i int) (hot []byte, sum uint32, compare bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.frontier, f.hashing = i, false
	f.tell()
	if !f.board.done[i] {
		f.want = min(f.want+1, f.task.MaxConns)
	}
	for !f.board.done[i] {
		if err := ctx.Err(); err != nil {
			return nil, 0, false, err
		}
		f.sleep(ctx)
	}
	// From here on the piece is the hasher's: whoever offers it now comes too late.
	f.frontier, f.hashing = i+1, true
	hot = f.hot[i]
	delete(f.hot, i)
	return hot, f.board.sums[i], f.board.known[i], nil
}

// offer hands a written piece to the hasher and returns a buffer the caller may
// use on. Only pieces near the frontier are kept. When the window is full and
// the hasher has work, the caller waits: the hash is the bottleneck then, and
// fetching ahead of it would only mean reading back. When the hasher itself
// waits for a slow connection, the farthest piece makes room, as it is needed last.
func (f *fetch) offer(ctx context.Context, i int, buf []byte, n int64) []byte {
	for f.task.Algo != digest.None && i >= f.frontier && ctx.Err() == nil {
		if next := f.engine.buffers.takeWaiting(i == f.frontier); next != nil {
			f.hot[i] = buf[:n]
			return next
		}
		if len(f.hot) > 0 && (f.hashing || f.board.done[f.frontier]) {
			f.want = max(f.want-1, 1)
			f.sleep(ctx)
			continue
		}
		far := i
		for k := range f.hot {
			far = max(far, k)
		}
		if far == i {
			return buf
		}
		next := f.hot[far][:PieceSize]
		delete(f.hot, far)
		f.hot[i] = buf[:n]
		return next
	}
	return buf
}

// release gives a hashed piece's buffer back; whoever waits for room goes on.
func (f *fetch) release(hot []byte) {
	f.engine.buffers.giveWaiting(hot)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tell()
}

// refetch makes a bad restored piece free again.
func (f *fetch) refetch(i int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log.Warn().Int("piece", i).Str("file", f.task.Meta.Path).Msg("piece on disk differs from its checksum, fetching it again")
	f.board.undo(i)
	f.tell()
}
