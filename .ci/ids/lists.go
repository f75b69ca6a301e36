package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// id is a promise, attack or fault of the reliability page: P1, T11, F3.
type id struct {
	Letter string
	Number int
}

func (i id) String() string { return i.Letter + strconv.Itoa(i.Number) }

func (i id) compare(o id) int {
	return cmp.Or(strings.Compare(i.Letter, o.Letter), cmp.Compare(i.Number, o.Number))
}

// parseID reads "T11" and nothing more.
func parseID(s string) (id, bool) {
	m := regexp.MustCompile(`^([PTF])([1-9][0-9]{0,3})$`).FindStringSubmatch(s)
	if m == nil {
		return id{}, false
	}
	n, err := strconv.Atoi(m[2])
	return id{m[1], n}, err == nil
}

// idsIn finds the ids in a test's name. An id stands alone, between anything
// that is no letter or digit: TestT11_X, TestP6_T11_X, TestX/F3_short.
func idsIn(name string) []id {
	var found []id
	for part := range strings.SplitSeq(name, "/") {
		for _, prefix := range []string{"Test", "Fuzz", "Example"} {
			part = strings.TrimPrefix(part, prefix)
		}
		for _, word := range regexp.MustCompile(`[^0-9A-Za-z]+`).Split(part, -1) {
			if i, ok := parseID(word); ok {
				found = append(found, i)
			}
		}
	}
	return found
}

// parseIDs reads a list of ids and ranges ("P1", "T1-T21"), any number a line.
func parseIDs(r io.Reader) ([]id, error) {
	var list []id
	err := eachLine(r, func(line string) error {
		for word := range strings.FieldsSeq(line) {
			from, to, isRange := strings.Cut(word, "-")
			first, ok := parseID(from)
			last := first
			if ok && isRange {
				last, ok = parseID(to)
			}
			if !ok || last.Letter != first.Letter || last.Number < first.Number {
				return fmt.Errorf("%q is no id and no range of ids", word)
			}
			for n := first.Number; n <= last.Number; n++ {
				list = append(list, id{first.Letter, n})
			}
		}
		return nil
	})
	return list, err
}

// parseSkips reads the tests that may be skipped, one a line: package path from
// the module's root, test, reason. A test's name stands for its subtests too.
func parseSkips(r io.Reader) ([]skip, error) {
	var list []skip
	err := eachLine(r, func(line string) error {
		f := strings.Fields(line)
		if len(f) < 3 {
			return fmt.Errorf("%q: want package, test and reason", line)
		}
		list = append(list, skip{Package: f[0], Test: f[1], Reason: strings.Join(f[2:], " ")})
		return nil
	})
	return list, err
}

// skip allows one test to be skipped.
type skip struct{ Package, Test, Reason string }

func (s skip) covers(n testName) bool {
	return (n.Package == s.Package || strings.HasSuffix(n.Package, "/"+s.Package)) &&
		(n.Test == s.Test || strings.HasPrefix(n.Test, s.Test+"/"))
}

// eachLine calls f for every line that is not empty after "#…" is cut off.
func eachLine(r io.Reader, f func(string) error) error {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		text, _, _ := strings.Cut(lines.Text(), "#")
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		if err := f(text); err != nil {
			return err
		}
	}
	return lines.Err()
}
