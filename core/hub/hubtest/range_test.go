package hubtest

import (
	"net/http"
	"testing"
)

func TestParseRange(t *testing.T) {
	for _, c := range []struct {
		header         string
		size, from, to int64
		status         int
	}{
		{"", 10, 0, 10, 200},
		{"bytes=0-0", 10, 0, 1, 206},
		{"bytes=3-", 10, 3, 10, 206},
		{"bytes=3-5", 10, 3, 6, 206},
		{"bytes=3-9223372036854775807", 10, 3, 10, 206},
		{"bytes=-4", 10, 6, 10, 206},
		{"bytes=-40", 10, 0, 10, 206},
		{"bytes=10-", 10, 0, 0, 416},
		{"bytes=11-12", 10, 0, 0, 416},
		{"bytes=-0", 10, 0, 0, 416},
		{"bytes=0-", 0, 0, 0, 416},
		{"bytes=5-3", 10, 0, 10, 200},
		{"bytes=1-2,4-5", 10, 0, 10, 200},
		{"bytes=+1-2", 10, 0, 10, 200},
		{"bytes=-", 10, 0, 10, 200},
		{"bytes=a-", 10, 0, 10, 200},
		{"bytes=99999999999999999999-", 10, 0, 10, 200},
		{"items=1-2", 10, 0, 10, 200},
		{"bytes=5497558138875-", 5497558138880, 5497558138875, 5497558138880, 206},
	} {
		from, to, status := parseRange(c.header, c.size)
		if from != c.from || to != c.to || status != c.status {
			t.Errorf("%q of %d: %d–%d, %d; want %d–%d, %d", c.header, c.size, from, to, status, c.from, c.to, c.status)
		}
	}
}

func FuzzRangeHeader(f *testing.F) {
	for _, s := range []string{"", "bytes=0-", "bytes=1-2", "bytes=-3", "bytes=9223372036854775807-9223372036854775807", "bytes=18446744073709551615-", "bytes=1-2,3-4"} {
		f.Add(s, int64(100))
	}
	f.Fuzz(func(t *testing.T, header string, size int64) {
		if size < 0 {
			return
		}
		from, to, status := parseRange(header, size)
		inside := 0 <= from && from <= to && to <= size
		switch {
		case !inside,
			status == http.StatusPartialContent && from == to,
			status == http.StatusOK && (from != 0 || to != size),
			status == http.StatusRequestedRangeNotSatisfiable && (from != 0 || to != 0):
			t.Errorf("%q of %d: %d–%d, %d", header, size, from, to, status)
		}
	})
}
