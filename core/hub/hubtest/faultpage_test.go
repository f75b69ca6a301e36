package hubtest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// TestPageFaults reads the second page of three.
func TestPageFaults(t *testing.T) {
	for _, c := range []struct {
		name  string
		do    hubtest.Fault
		paths string
		link  func(self, next string) string
	}{
		{"none", hubtest.Then(func() {}), "f2 f3", func(_, next string) string { return next }},
		{"repeats", hubtest.RepeatPage(), "f0 f1", func(_, next string) string { return next }},
		{"loops", hubtest.LoopPage(), "f2 f3", func(self, _ string) string { return self }},
		{"ends early", hubtest.LastPage(), "f2 f3", func(string, string) string { return "" }},
		{"leads elsewhere", hubtest.LinkTo("https://evil.example/api"), "f2 f3", func(string, string) string { return "https://evil.example/api" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := hubtest.Start(t, hubtest.Options{PageSize: 2})
			var files []hubtest.File
			for i := range 6 {
				files = append(files, hubtest.Regular(fmt.Sprintf("f%d", i), ""))
			}
			h.Model("org/m", files...)
			cl := newClient(t)
			second := next(cl.get(h.URL() + "/api/models/org/m/tree/main?recursive=true"))
			third := next(cl.get(second))
			h.Fault(hubtest.Rule{Path: "/tree/", Do: c.do})
			a := cl.get(second)
			if _, got := entries(t, a); strings.Join(got, " ") != c.paths || next(a) != c.link(second, third) {
				t.Errorf("got %q, then %q", got, next(a))
			}
		})
	}
}

func TestEndlessPagesNeverRepeatACursor(t *testing.T) {
	h := hubtest.Start(t, hubtest.Options{})
	h.Model("org/m", hubtest.Regular("a", ""))
	h.Fault(hubtest.Rule{Path: "/tree/", Do: hubtest.EndlessPages()})
	c, at := newClient(t), h.URL()+"/api/models/org/m/tree/main"
	var seen []string
	for range 20 {
		at = next(c.get(at))
		if at == "" || slices.Contains(seen, at) {
			t.Fatalf("page %d leads to %q", len(seen), at)
		}
		seen = append(seen, at)
	}
}
