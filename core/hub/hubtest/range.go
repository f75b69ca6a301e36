package hubtest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/digest"
)

// sendRange honours one byte range.
func sendRange(w http.ResponseWriter, r *http.Request, c Content) {
	from, to, status := parseRange(r.Header.Get("Range"), c.Size())
	switch status {
	case http.StatusRequestedRangeNotSatisfiable:
		w.Header().Set("Content-Range", fmt.Sprintf("bytes */%d", c.Size()))
		w.WriteHeader(status)
		return
	case http.StatusPartialContent:
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, c.Size()))
	}
	w.Header().Set("Content-Length", strconv.FormatInt(to-from, 10))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_ = c.WriteRange(w, from, to) // the client may be gone
	}
}

// parseRange reads "bytes=A-B", "bytes=A-" and "bytes=-N" for content of a size.
// What is no single byte range is answered with everything, as RFC 9110 §14.2
// allows; what lies behind the end with 416.
func parseRange(v string, size int64) (from, to int64, status int) {
	spec, ok := strings.CutPrefix(v, "bytes=")
	first, last, ok2 := strings.Cut(spec, "-")
	a, okA := decimal(first)
	b, okB := decimal(last)
	switch {
	case !ok || !ok2 || first == "" && !okB || first != "" && !okA || last != "" && !okB || first != "" && last != "" && b < a:
		return 0, size, http.StatusOK
	case first == "":
		from, to = max(0, size-b), size
	case last == "":
		from, to = a, size
	default:
		from, to = a, min(b, size-1)+1
	}
	if from >= size {
		return 0, 0, http.StatusRequestedRangeNotSatisfiable
	}
	return from, to, http.StatusPartialContent
}

// decimal reads digits only: no sign, no space.
func decimal(s string) (int64, bool) {
	if !digest.IsHex(s) {
		return 0, false
	}
	n, err := strconv.ParseUint(s, 10, 63)
	return int64(n), err == nil
}
