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
		if err := b.acquire(t.Context()); err != nil {
			t.Fatal(err)
		}
		var order []int
		for i := range 3 {
			go func() {
				_ = b.acquire(t.Context())
				order = append(order, i)
				b.release()
			}()
			synctest.Wait()
		}
		b.release()
		synctest.Wait()
		if fmt.Sprint(order) != "[0 1 2]" {
			t.Errorf("served %v", order)
		}
	})
}

func TestBudgetGivesUpWithItsContext(t *testing.T) {
	b := newBudget(1)
	if err := b.acquire(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.acquire(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("err %v", err)
	}
	b.release()
	if err := b.acquire(t.Context()); err != nil {
		t.Fatal("the slot was lost")
	}
}

func TestF21_DescriptorsRunOut(t *testing.T) {
	b := newBudget(3)
	for range 3 {
		if err := b.acquire(t.Context()); err != nil {
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
		b.release()
	}
	if b.free != 1 {
		t.Errorf("%d slots after shrinking to one", b.free)
	}
	if !noDescriptors(fmt.Errorf("dial: %w", syscall.EMFILE)) {
		t.Error("EMFILE is not seen in a wrapped error")
	}
}
