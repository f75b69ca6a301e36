package transfer

import "sync"

// hashWindow is how many pieces of all files together may wait in memory for
// their hash. Pieces that do not fit are read back from the page cache when
// their turn comes.
const hashWindow = 16

// buffers lends buffers of one piece: one for each connection, plus hashWindow
// for pieces waiting to be hashed. So memory is bounded whatever peers send (P9).
type buffers struct {
	mu     sync.Mutex
	free   [][]byte
	window int // places left for waiting pieces
}

func newBuffers() *buffers { return &buffers{window: hashWindow} }

// take lends a buffer to a connection. Whoever calls it holds a connection, so
// their number is the bound.
func (b *buffers) take() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := len(b.free); n > 0 {
		buf := b.free[n-1]
		b.free = b.free[:n-1]
		return buf
	}
	return make([]byte, PieceSize)
}

func (b *buffers) give(buf []byte) {
	b.mu.Lock()
	b.free = append(b.free, buf[:PieceSize])
	b.mu.Unlock()
}

// takeWaiting lends a buffer in exchange for one that now waits for its hash;
// nil when the window is full. A piece that is next for its hash always finds
// room: it waits shortly, and one a file at most.
func (b *buffers) takeWaiting(next bool) []byte {
	b.mu.Lock()
	if b.window <= 0 && !next {
		b.mu.Unlock()
		return nil
	}
	b.window--
	b.mu.Unlock()
	return b.take()
}

// giveWaiting takes back a buffer that waited.
func (b *buffers) giveWaiting(buf []byte) {
	b.mu.Lock()
	b.window++
	b.mu.Unlock()
	b.give(buf)
}
