package transfer

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"
	"testing/synctest"
)

func TestBudgetServesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(1)
		if err := b.acquire(t.Context(), rangeShare, 0); err != nil {
			t.Fatal(err)
		}
		var order []int
		for i := range 3 {
			go func() {
				_ = b.acquire(t.Context(), rangeShare, 0)
				order = append(order, i)
				b.release(rangeShare)
			}()
			synctest.Wait()
		}
		b.release(rangeShare)
		synctest.Wait()
		if fmt.Sprint(order) != "[0 1 2]" {
			t.Errorf("served %v", order)
		}
	})
}

func TestBudgetGivesUpWithItsContext(t *testing.T) {
	b := newBudget(1)
	if err := b.acquire(t.Context(), rangeShare, 0); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.acquire(ctx, rangeShare, 0); !errors.Is(err, context.Canceled) {
		t.Fatalf("err %v", err)
	}
	b.release(rangeShare)
	if err := b.acquire(t.Context(), rangeShare, 0); err != nil {
		t.Fatal("the slot was lost")
	}
}

func TestF21_DescriptorsRunOut(t *testing.T) {
	b := newBudget(3)
	for range 3 {
		if err := b.acquire(t.Context(), rangeShare, 0); err != nil {
			t.Fatal(err)
		}
	}
	shrunk := 0
	for range 5 {
		if b.shrink() {
			shrunk++
		}
	}
	if shrunk != 2 {
		t.Fatalf("3 slots shrank %d times, want 2: never below one", shrunk)
	}
	for range 3 {
		b.release(rangeShare)
	}
	if b.free != rangeShare {
		t.Errorf("%d shares free after shrinking to one connection", b.free)
	}
	if !noDescriptors(fmt.Errorf("dial: %w", syscall.EMFILE)) {
		t.Error("EMFILE is not seen in a wrapped error")
	}
}

func TestBudgetTakesTwiceAsManySmallFiles(t *testing.T) {
	b := newBudget(3)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for i := range 6 {
		if err := b.acquire(t.Context(), smallShare, 0); err != nil {
			t.Fatalf("small file %d: %v", i, err)
		}
	}
	if err := b.acquire(ctx, smallShare, 0); err == nil {
		t.Error("a seventh small file fits three connections")
	}
}
