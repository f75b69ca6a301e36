package hub

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzContentRange(f *testing.F) {
	for _, s := range []string{
		"", "bytes 0-0/1", "bytes 5-9/10", "bytes 0-9/*", "bytes */10", "bytes 9-5/10", "bytes 0-10/10", "bytes -1-5/10",
		"bytes 0-9223372036854775806/9223372036854775807", "bytes 9223372036854775808-9223372036854775809/*",
		"bytes 00-01/02", "items 0-1/2", "bytes 0-1/2, bytes 3-4/5", "bytes  0-1/2", "bytes 0-2147483648/4294967296",
	} {
		f.Add(s, int64(0), int64(-1), int64(10))
		f.Add(s, int64(5), int64(5), int64(10))
		f.Add(s, int64(math.MaxInt64-1), int64(1), int64(-1))
	}
	f.Fuzz(func(t *testing.T, header string, off, n, size int64) {
		r, err := newByteRange(off, n)
		if err != nil || n == 0 {
			return
		}
		start, length, total, err := r.match(rangeAnswer{206, -1, header}, max(size, -1))
		if err != nil {
			return
		}
		switch {
		case start != off:
			t.Errorf("bytes from %d accepted for %d", start, off)
		case length <= 0 || n > 0 && length > n:
			t.Errorf("%d bytes accepted for %d", length, n)
		case total >= 0 && start+length > total:
			t.Errorf("%d bytes from %d of %d", length, start, total)
		case size >= 0 && total != size:
			t.Errorf("total %d accepted for %d", total, size)
		case n > 0 && length < n && start+length != total:
			t.Errorf("%d of %d bytes accepted before the end", length, n)
		}
	})
}

func FuzzLinkHeader(f *testing.F) {
	for _, s := range []string{
		"", `<https://huggingface.co/api/models/a/b/tree/main?cursor=x>; rel="next"`, `</api/models/a/tree/x>; rel=next`,
		`<a>; rel="prev", <b>; rel="next"`, `<a>; title="x, <b>; rel=next"; rel="prev"`, `<a>; rel="prev next"`, `<a`, `a>; rel="next"`,
		`<//evil/api/models/a/tree/x>; rel="next"`, `<http://hub@evil/api/x/tree/y>; rel="next"`, "<\x00>; rel=next", `<>; REL=NEXT`,
		`</api/../../tree/>; rel="next"`, "<\xf0?\x86>; rel=\"next",
	} {
		f.Add(s)
	}
	c := newClient(f, "http://localhost:81/base", nil)
	from, err := c.endpointURL("/api/models/a/b/tree/main?recursive=true")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, header string) {
		next, err := c.nextPage([]string{header}, from)
		if err != nil || next == nil {
			return
		}
		path := next.EscapedPath()
		if originOf(next) != c.origin || next.User != nil || !strings.HasPrefix(path, "/base/api/") || strings.Contains(path, "/../") {
			t.Errorf("%q leads to %s", header, next)
		}
		if !utf8.ValidString(next.String()) {
			t.Errorf("address %q", next)
		}
	})
}

func TestRelNext(t *testing.T) {
	for header, want := range map[string]string{
		`<a>; rel="next"`:                          "a",
		`<a>; rel=next`:                            "a",
		`<a>;rel="prev", <b>;rel="next"`:           "b",
		`<a>; rel="prev", <b>; x=y; rel="next"`:    "b",
		`<a>; title="x, <c>; rel=next"; rel=next`:  "a",
		`<a>; title="x, <c>; rel=next"; rel=prev`:  "",
		`<a>; rel="first next"`:                    "a",
		`<a>; REL="NEXT"`:                          "a",
		`<a>; rel="nextish"`:                       "",
		`<u?a=1,2>; rel="next"`:                    "u?a=1,2",
		`<a`:                                       "",
		``:                                         "",
		`<x>; rel="xet-auth", <y>; rel="xet-info"`: "",
	} {
		if got, _ := relNext([]string{header}); got != want {
			t.Errorf("%s: got %q, want %q", header, got, want)
		}
	}
	if got, _ := relNext([]string{`<a>; rel="prev"`, `<b>; rel="next"`}); got != "b" {
		t.Errorf("second header: %q", got)
	}
}
