package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// verdict is what the rules say about a run.
type verdict struct {
	passed, failed int
	broken         []string // packages that failed
	builds         int
	skipped        []testName // none on the list of allowed ones
	allowed        []testName // skipped with a reason
	missing        []id
	covered        map[id][]testName
}

// judge applies the rules. strict: a skipped test must be allowed by name.
func judge(r *results, required []id, allowed []skip, strict bool) verdict {
	v := verdict{covered: map[id][]testName{}, builds: r.builds}
	for name, end := range r.tests {
		switch end {
		case "pass":
			v.passed++
			for _, i := range idsIn(name.Test) {
				v.covered[i] = append(v.covered[i], name)
			}
		case "fail":
			v.failed++
		case "skip":
			isAllowed := slices.ContainsFunc(allowed, func(s skip) bool { return s.covers(name) })
			if strict && !isAllowed {
				v.skipped = append(v.skipped, name)
			} else {
				v.allowed = append(v.allowed, name)
			}
		}
	}
	for name, end := range r.packages {
		if end == "fail" {
			v.broken = append(v.broken, name)
		}
	}
	for _, i := range required {
		if len(v.covered[i]) == 0 {
			v.missing = append(v.missing, i)
		}
	}
	slices.Sort(v.broken)
	for _, list := range [][]testName{v.skipped, v.allowed} {
		slices.SortFunc(list, func(a, b testName) int { return strings.Compare(a.String(), b.String()) })
	}
	return v
}

func (v verdict) ok() bool {
	return v.failed+v.builds+len(v.broken)+len(v.skipped)+len(v.missing) == 0
}

func (n testName) String() string { return n.Package + " " + n.Test }

func (v verdict) print(w io.Writer) error {
	var b bytes.Buffer
	b.WriteString("\nids with a passing test (number of tests):")
	for n, i := range slices.SortedFunc(maps.Keys(v.covered), id.compare) {
		if n%12 == 0 {
			b.WriteString("\n ")
		}
		fmt.Fprintf(&b, " %s(%d)", i, len(v.covered[i]))
	}
	b.WriteString("\n")
	for _, n := range v.allowed {
		fmt.Fprintf(&b, "skipped, allowed: %s\n", n)
	}
	for _, n := range v.skipped {
		fmt.Fprintf(&b, "SKIPPED: %s\n", n)
	}
	for _, i := range v.missing {
		fmt.Fprintf(&b, "NO PASSING TEST: %s\n", i)
	}
	for _, p := range v.broken {
		fmt.Fprintf(&b, "FAILED: %s\n", p)
	}
	fmt.Fprintf(&b, "%d tests passed, %d failed, %d skipped, %d packages failed, %d ids without a test\n",
		v.passed, v.failed, len(v.skipped)+len(v.allowed), max(len(v.broken), v.builds), len(v.missing))
	_, err := w.Write(b.Bytes())
	return err
}
