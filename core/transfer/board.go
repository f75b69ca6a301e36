package transfer

// board knows which pieces of a file are there, which are being fetched and by
// whom. It is pure: no clock, no I/O; the caller holds the lock.
type board struct {
	size  int64
	done  []bool
	sums  []uint32 // crc32c of done pieces
	known []bool   // sums[i] may be compared with what is read back
	free  []span   // neither done nor leased; sorted, disjoint
	lease map[*lease]struct{}
	left  int // pieces not done
	// begun holds pieces that were cut in the middle: what is written of them
	// is kept for whoever takes the piece next in this process.
	begun map[int]begun
}

type span struct{ from, to int } // pieces [from, to)

type begun struct {
	n   int64
	sum uint32
}

// lease is one connection's range of pieces. to may shrink while it works.
type lease struct {
	cur, to int   // the piece in work, the end
	off     int64 // bytes of the piece in work that are written
	sum     uint32
}

func newBoard(size int64) *board {
	n := pieceCount(size)
	return &board{
		size:  size,
		done:  make([]bool, n),
		sums:  make([]uint32, n),
		known: make([]bool, n),
		free:  []span{{0, n}},
		lease: map[*lease]struct{}{},
		left:  n,
		begun: map[int]begun{},
	}
}

// pieceLen is the length of a piece in bytes; only the last may be short.
func (b *board) pieceLen(i int) int64 {
	return min(PieceSize, b.size-int64(i)*PieceSize)
}

// held is the number of content bytes in done pieces.
func (b *board) held() int64 {
	n := int64(len(b.done)-b.left) * PieceSize
	if last := len(b.done) - 1; last >= 0 && b.done[last] {
		n += b.pieceLen(last) - PieceSize
	}
	return n
}

// restore marks a piece found in the journal; only before the first lease.
func (b *board) restore(i int, sum uint32) {
	if i < 0 || i >= len(b.done) || b.done[i] {
		return
	}
	b.done[i], b.sums[i], b.known[i] = true, sum, true
	b.left--
}

// settle rebuilds the free spans after restore.
func (b *board) settle() {
	b.free = b.free[:0]
	for i := 0; i < len(b.done); i++ {
		if b.done[i] {
			continue
		}
		from := i
		for i < len(b.done) && !b.done[i] {
			i++
		}
		b.free = append(b.free, span{from, i})
	}
}

// take leases up to most pieces from the lowest free span. With none free it
// splits the lease with the most pieces ahead, if there are at least worth of
// them: what is on its way to the owner behind the split comes twice. nil:
// nothing to do now.
func (b *board) take(most, worth int) *lease {
	var s span
	if len(b.free) > 0 {
		s = b.free[0]
		if s.to-s.from > most {
			s.to = s.from + most
			b.free[0].from = s.to
		} else {
			b.free = b.free[1:]
		}
	} else {
		victim := b.longest(max(worth, minSplit))
		if victim == nil {
			return nil
		}
		ahead := victim.to - victim.cur - 1
		s = span{victim.to - ahead/2, victim.to}
		victim.to = s.from
	}
	l := &lease{cur: s.from, to: s.to}
	l.resume(b)
	b.lease[l] = struct{}{}
	return l
}

// minSplit: a lease with fewer pieces ahead is left to its owner; a request
// for less costs more than it saves.
const minSplit = 2

func (b *board) longest(least int) *lease {
	var best *lease
	for l := range b.lease {
		if ahead := l.to - l.cur - 1; ahead >= least && (best == nil || ahead > best.to-best.cur-1) {
			best = l
		}
	}
	return best
}

func (l *lease) resume(b *board) {
	l.off, l.sum = 0, 0
	if p, ok := b.begun[l.cur]; ok {
		l.off, l.sum = p.n, p.sum
		delete(b.begun, l.cur)
	}
}

// position is the offset in the file of the lease's next byte.
func (l *lease) position() int64 { return int64(l.cur)*PieceSize + l.off }

// end is the offset behind the lease's last byte.
func (b *board) end(l *lease) int64 { return min(int64(l.to)*PieceSize, b.size) }

// finish marks the piece in work as done and moves on to the next.
func (b *board) finish(l *lease) {
	i := l.cur
	if !b.done[i] {
		b.done[i] = true
		b.left--
	}
	b.sums[i], b.known[i] = l.sum, true
	l.cur++
	l.off, l.sum = 0, 0
}

// give ends a lease; what it did not fetch is free again.
func (b *board) give(l *lease) {
	delete(b.lease, l)
	if l.cur >= l.to {
		return
	}
	if l.off > 0 {
		b.begun[l.cur] = begun{l.off, l.sum}
	}
	b.insert(span{l.cur, l.to})
}

// undo makes a done piece free again: its bytes on disk are not what the
// journal says.
func (b *board) undo(i int) {
	if !b.done[i] {
		return
	}
	b.done[i], b.known[i] = false, false
	b.left++
	b.insert(span{i, i + 1})
}

func (b *board) insert(s span) {
	at := 0
	for at < len(b.free) && b.free[at].from < s.from {
		at++
	}
	b.free = append(b.free, span{})
	copy(b.free[at+1:], b.free[at:])
	b.free[at] = s
	b.merge(max(at-1, 0))
}

// merge joins neighbours, unless the second begins with a piece cut in the
// middle: only the first piece of a lease can use what is written of it.
func (b *board) merge(at int) {
	for at+1 < len(b.free) && at < len(b.free) {
		x, y := b.free[at], b.free[at+1]
		if _, cut := b.begun[y.from]; x.to == y.from && !cut {
			b.free[at].to = y.to
			b.free = append(b.free[:at+1], b.free[at+2:]...)
			continue
		}
		at++
		if y.from > x.to {
			return
		}
	}
}
