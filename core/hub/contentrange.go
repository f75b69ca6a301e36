package hub

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// errWrongSize: the length contradicts the plan.
var errWrongSize = errors.New("another length than planned")

// rangeAnswer is what an answer says about its bytes; length is -1 for unknown.
type rangeAnswer struct {
	status       int
	length       int64 // of the body
	contentRange string
}

// match compares an answer with what was asked for (T16) and gives the offset of
// the first byte, the body's length and the full length; -1 for unknown. size is
// the planned length, -1 if there is none.
func (r byteRange) match(a rangeAnswer, size int64) (start, length, total int64, err error) {
	switch a.status {
	case http.StatusOK:
		return whole(a.length, size)
	case http.StatusRequestedRangeNotSatisfiable:
		return r.beyond(a.contentRange, size)
	}
	if r.whole() {
		return 0, 0, 0, errors.New("a part came though the whole was asked for")
	}
	from, to, total, err := parseContentRange(a.contentRange)
	if err != nil {
		return 0, 0, 0, err
	}
	if total < 0 {
		total = size
	} else if size >= 0 && total != size {
		return 0, 0, 0, fmt.Errorf("%w: the server has %d bytes, the listing says %d", errWrongSize, total, size)
	}
	end := r.end
	if total >= 0 && (end < 0 || end > total) {
		end = total
	}
	if from != r.off || end >= 0 && to != end-1 {
		return 0, 0, 0, fmt.Errorf("asked for bytes %d-%d, got %d-%d", r.off, end-1, from, to)
	}
	length = to - from + 1
	if a.length >= 0 && a.length != length {
		return 0, 0, 0, fmt.Errorf("announced %d bytes as a range of %d", a.length, length)
	}
	return from, length, total, nil
}

// whole is an answer with all of the content, asked for or not.
func whole(length, size int64) (start, n, total int64, err error) {
	switch {
	case length < 0:
		return 0, size, size, nil
	case size >= 0 && length != size:
		return 0, 0, 0, fmt.Errorf("%w: the server has %d bytes, the listing says %d", errWrongSize, length, size)
	default:
		return 0, length, length, nil
	}
}

// beyond is a 416: fine only right behind the end, where nothing is left to
// fetch (hub-protocol.md §6.3).
func (r byteRange) beyond(header string, size int64) (start, n, total int64, err error) {
	total, err = parseUnsatisfied(header)
	switch {
	case err != nil:
		return 0, 0, 0, err
	case size >= 0 && total != size:
		return 0, 0, 0, fmt.Errorf("%w: the server has %d bytes, the listing says %d", errWrongSize, total, size)
	case r.off == total:
		return r.off, 0, total, nil
	default:
		return 0, 0, 0, fmt.Errorf("no bytes from %d in %d bytes", r.off, total)
	}
}

// parseContentRange reads "bytes A-B/TOTAL"; total is -1 for "*". Everything
// else is an error: other units, several ranges, signs, numbers over 2^63-1,
// ends before starts (T16).
func parseContentRange(s string) (from, to, total int64, err error) {
	bad := func() (int64, int64, int64, error) {
		return 0, 0, 0, fmt.Errorf("malformed Content-Range %q", s[:min(len(s), 100)])
	}
	span, all, ok := strings.Cut(strings.TrimPrefix(s, "bytes "), "/")
	if !ok || !strings.HasPrefix(s, "bytes ") {
		return bad()
	}
	a, b, ok := strings.Cut(span, "-")
	if !ok {
		return bad()
	}
	from, errFrom := parseDigits(a)
	to, errTo := parseDigits(b)
	if errFrom != nil || errTo != nil || to < from {
		return bad()
	}
	if all == "*" {
		return from, to, -1, nil
	}
	if total, err = parseDigits(all); err != nil || to >= total {
		return bad()
	}
	return from, to, total, nil
}

// parseUnsatisfied reads "bytes */TOTAL".
func parseUnsatisfied(s string) (total int64, err error) {
	digits, ok := strings.CutPrefix(s, "bytes */")
	if total, err = parseDigits(digits); !ok || err != nil {
		return 0, fmt.Errorf("malformed Content-Range %q", s[:min(len(s), 100)])
	}
	return total, nil
}

// parseDigits reads a number of digits only.
func parseDigits(s string) (int64, error) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, errors.New("not a number")
	}
	return strconv.ParseInt(s, 10, 64)
}
