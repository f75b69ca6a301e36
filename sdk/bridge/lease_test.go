package bridge

import (
	"context"
	"errors"
	"testing"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// empty is a repository without anything.
type empty struct{ sdk.Repo }

func (empty) Ref() sdk.Ref     { return sdk.Ref{} }
func (empty) Facts() sdk.Facts { return sdk.Facts{} }

func TestLeases(t *testing.T) {
	limits := Limits{}.filled()
	t.Run("it ends with the call", func(t *testing.T) {
		all := newLeases(limits)
		l := all.hold(context.Background(), &empty{})
		if _, err := all.find(l.id); err != nil {
			t.Errorf("during the call: %v", err)
		}
		l.release()
		if _, err := all.find(l.id); !errors.Is(err, errLease) {
			t.Errorf("after the call: %v", err)
		}
		if len(all.byID)+len(all.byKey) > 0 {
			t.Error("something is kept")
		}
	})
	t.Run("calls of one analysis share it", func(t *testing.T) {
		all := newLeases(limits)
		ctx, cancel := context.WithCancel(t.Context())
		repo := &empty{}
		first := all.hold(ctx, repo)
		first.release()
		if _, err := all.find(first.id); !errors.Is(err, errLease) {
			t.Errorf("between two calls: %v", err)
		}
		second := all.hold(ctx, repo)
		if second != first {
			t.Error("another lease")
		}
		if other := all.hold(ctx, &[]empty{{}, {}}[1]); other == first {
			t.Error("the same lease for another repository")
		}
		cancel()
		for all.kept() {
			// AfterFunc runs in a goroutine of its own
		}
		if _, err := all.find(first.id); !errors.Is(err, errLease) {
			t.Errorf("after the analysis: %v", err)
		}
	})
	t.Run("a branch lives with its root", func(t *testing.T) {
		all := newLeases(limits)
		root := all.hold(context.Background(), &empty{})
		branch := all.branch(root, &empty{})
		deeper := all.branch(branch, &empty{})
		if deeper.budget != root.budget {
			t.Error("a budget of its own")
		}
		if _, err := all.find(deeper.id); err != nil {
			t.Error(err)
		}
		root.release()
		if _, err := all.find(deeper.id); !errors.Is(err, errLease) {
			t.Errorf("after the call: %v", err)
		}
	})
	t.Run("what cannot be compared has one a call", func(t *testing.T) {
		all := newLeases(limits)
		first := all.hold(t.Context(), uncomparable{list: []int{1}})
		if second := all.hold(t.Context(), uncomparable{list: []int{1}}); second == first {
			t.Error("the same lease")
		}
	})
}

// uncomparable would make == panic.
type uncomparable struct {
	empty
	list []int
}

func (l *leases) kept() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.byKey) > 0
}

func TestBudget(t *testing.T) {
	b := &budget{reads: 2, bytes: 10, listings: 1}
	for i, want := range []error{nil, sdk.ErrBudget, nil, sdk.ErrBudget} {
		if err := b.read([]int64{6, 6, 4, 0}[i]); !errors.Is(err, want) {
			t.Errorf("read %d: %v, want %v", i, err, want)
		}
	}
	b.unread(5)
	if b.bytes != 5 {
		t.Errorf("%d bytes are left, want 5", b.bytes)
	}
	if b.listing() != nil || !errors.Is(b.listing(), sdk.ErrBudget) {
		t.Error("listings are not counted")
	}
}
