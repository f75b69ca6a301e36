package hub

import (
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// window is what a RateLimit header says of one bucket.
type window struct {
	left  int           // requests
	reset time.Duration // from now
}

// rateLimitItem is the official client's pattern of one item of RateLimit
// (hub-protocol.md §7.4).
var rateLimitItem = regexp.MustCompile(`"(\w+)"\s*;\s*r\s*=\s*(\d+)\s*;\s*t\s*=\s*(\d+)`)

// parseRateLimit finds the item of a bucket, or the first for "".
func parseRateLimit(header, bucket string) (window, bool) {
	for _, m := range rateLimitItem.FindAllStringSubmatch(header, 8) {
		if bucket != "" && m[1] != bucket {
			continue
		}
		left, err := strconv.Atoi(m[2])
		if err != nil {
			left = math.MaxInt // more digits than a number has
		}
		return window{left, seconds(m[3])}, true
	}
	return window{}, false
}

// askedWait is how long a 429 asks us to wait, a second more than it says as the
// official client does: RateLimit first, then Retry-After.
func askedWait(h http.Header, now time.Time) (time.Duration, bool) {
	if w, ok := parseRateLimit(h.Get("RateLimit"), ""); ok {
		return w.reset + time.Second, true
	}
	if d, ok := retryAfter(h, now); ok {
		return d + time.Second, true
	}
	return 0, false
}

// retryAfter reads both forms of Retry-After. A date counts from the server's
// own clock where it says what that is (F17).
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0, false
	}
	if strings.Trim(v, "0123456789") == "" {
		return seconds(v), true
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0, false
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return min(max(at.Sub(now), 0), year), true
}

// year is more than anybody waits; it keeps sums from overflowing.
const year = 365 * 24 * time.Hour

// seconds reads digits; more than a year is a year.
func seconds(digits string) time.Duration {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n > int64(year/time.Second) {
		return year
	}
	return time.Duration(n) * time.Second
}
