package fault

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

func TestKindOf(t *testing.T) {
	gated := New(Gated, "resolve", "a/b", errors.New("403"))
	cases := map[string]struct {
		err  error
		want Kind
	}{
		"direct":           {gated, Gated},
		"wrapped":          {fmt.Errorf("job: %w", gated), Gated},
		"outermost wins":   {New(Disk, "place", "x", gated), Disk},
		"bare cancel":      {fmt.Errorf("x: %w", context.Canceled), Canceled},
		"bare deadline":    {context.DeadlineExceeded, Unavailable},
		"unknown internal": {errors.New("boom"), Internal},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := KindOf(c.err); got != c.want {
				t.Errorf("KindOf = %v, want %v", got, c.want)
			}
		})
	}
}

func TestHintOfFindsInnerHint(t *testing.T) {
	inner := New(Gated, "resolve", "a/b", nil).WithHint("accept the terms")
	outer := fmt.Errorf("job: %w", New(Unavailable, "run", "", inner))
	if got := HintOf(outer); got != "accept the terms" {
		t.Errorf("HintOf = %q", got)
	}
}

func TestKindNamesAreUnique(t *testing.T) {
	seen := map[string]Kind{}
	for _, k := range Kinds() {
		if other, dup := seen[k.String()]; dup {
			t.Errorf("%d and %d share the name %q", k, other, k)
		}
		seen[k.String()] = k
	}
}

func TestErrorText(t *testing.T) {
	cases := map[string]struct {
		err  *Error
		want string
	}{
		"full":     {New(Disk, "write", "a.bin", errors.New("no space")), "write a.bin: no space"},
		"no cause": {New(Disk, "write", "a.bin", nil), "write a.bin"},
		"bare":     {New(Disk, "", "", nil), "disk"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := c.err.Error(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
