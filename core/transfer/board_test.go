package transfer

import (
	"testing"

	"pgregory.net/rapid"
)

// TestBoardNeverLosesOrDoublesAPiece drives the board with random workers and
// checks after every step that each piece is in exactly one place.
func TestBoardNeverLosesOrDoublesAPiece(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Int64Range(1, 40*PieceSize).Draw(t, "size")
		b := newBoard(size)
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(b.done)-1), 0, 10).Draw(t, "restored") {
			b.restore(i, 1)
		}
		b.settle()
		var leases []*lease
		t.Repeat(map[string]func(*rapid.T){
			"take": func(t *rapid.T) {
				if l := b.take(rapid.IntRange(1, 8).Draw(t, "most"), rapid.IntRange(0, 4).Draw(t, "worth")); l != nil {
					leases = append(leases, l)
				}
			},
			"finish a piece": func(t *rapid.T) {
				if len(leases) == 0 {
					return
				}
				i := rapid.IntRange(0, len(leases)-1).Draw(t, "lease")
				if b.finish(leases[i]); leases[i].cur >= leases[i].to {
					b.give(leases[i])
					leases = append(leases[:i], leases[i+1:]...)
				}
			},
			"break in a piece": func(t *rapid.T) {
				if len(leases) == 0 {
					return
				}
				i := rapid.IntRange(0, len(leases)-1).Draw(t, "lease")
				leases[i].off = rapid.Int64Range(0, b.pieceLen(leases[i].cur)-1).Draw(t, "off")
				b.give(leases[i])
				leases = append(leases[:i], leases[i+1:]...)
			},
			"undo": func(t *rapid.T) {
				b.undo(rapid.IntRange(0, len(b.done)-1).Draw(t, "piece"))
			},
			"": func(t *rapid.T) { checkBoard(t, b, leases) },
		})
	})
}

func checkBoard(t *rapid.T, b *board, leases []*lease) {
	owners := make([]int, len(b.done))
	left := 0
	for i, done := range b.done {
		if done {
			owners[i]++
		} else {
			left++
		}
	}
	if left != b.left {
		t.Fatalf("left %d, counted %d", b.left, left)
	}
	last := 0
	for _, s := range b.free {
		if s.from < last || s.from >= s.to {
			t.Fatalf("free spans %v are not sorted and disjoint", b.free)
		}
		last = s.to
		for i := s.from; i < s.to; i++ {
			owners[i]++
		}
	}
	for _, l := range leases {
		for i := l.cur; i < l.to; i++ {
			if !b.done[i] {
				owners[i]++
			}
		}
	}
	for i, n := range owners {
		if n != 1 {
			t.Fatalf("piece %d is in %d places; free %v", i, n, b.free)
		}
	}
}

func TestStealingSplitsTheLongestLease(t *testing.T) {
	b := newBoard(20 * PieceSize)
	short, long := b.take(4, 0), b.take(16, 0)
	thief := b.take(64, 0)
	if thief == nil || short.to != 4 {
		t.Fatalf("thief %+v, short %+v", thief, short)
	}
	if long.cur != 4 || long.to != thief.cur || thief.to != 20 || thief.cur-long.cur < 8 {
		t.Errorf("owner keeps [%d,%d), thief has [%d,%d)", long.cur, long.to, thief.cur, thief.to)
	}
}

func TestNothingToStealFromLeasesAtTheirEnd(t *testing.T) {
	b := newBoard(2 * PieceSize)
	b.take(2, 0)
	if l := b.take(1, 0); l != nil {
		t.Errorf("stole %+v of a lease with one piece ahead", l)
	}
}

func TestNothingIsStolenThatIsNotWorthIt(t *testing.T) {
	b := newBoard(20 * PieceSize)
	b.take(20, 0)
	if l := b.take(1, 20); l != nil {
		t.Errorf("stole %+v", l)
	}
	if l := b.take(1, 19); l == nil {
		t.Error("a lease with 19 pieces ahead was not split")
	}
}
