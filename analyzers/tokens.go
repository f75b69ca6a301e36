package analyzers

import (
	"errors"
	"strconv"
	"strings"
)

// maxTokens bounds a context: no model has more than 2^31.
const maxTokens = 1 << 31

var errTokens = errors.New(`is no number of tokens: "8192" or "32k"`)

// ParseTokens reads a length of context: digits, or k and m as powers of 1024,
// as models count.
func ParseTokens(s string) (int64, error) {
	digits, factor := strings.ToLower(strings.TrimSpace(s)), int64(1)
	for _, unit := range []string{"k", "m"} {
		factor <<= 10
		if rest, ok := strings.CutSuffix(digits, unit); ok {
			n, err := strconv.ParseInt(rest, 10, 32)
			if err != nil || n <= 0 || n*factor > maxTokens {
				return 0, errTokens
			}
			return n * factor, nil
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n <= 0 || n > maxTokens {
		return 0, errTokens
	}
	return n, nil
}
