package config

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"
)

var errSize = errors.New(`want a size such as "32MiB", "512KB" or a number of bytes`)

// ParseSize reads a number of bytes: "32MiB" and its like are powers of 1024,
// "512KB" of 1000 (reference-behaviour.md §3).
func ParseSize(s string) (int64, error) {
	s = strings.TrimSpace(s)
	if strings.ContainsAny(s, ",-") {
		return 0, errSize
	}
	n, err := humanize.ParseBytes(s)
	if err != nil || n > math.MaxInt64 {
		return 0, errSize
	}
	return int64(n), nil
}

// Size is a number of bytes on the command line.
type Size int64

// UnmarshalText is ParseSize.
func (s *Size) UnmarshalText(text []byte) error {
	n, err := ParseSize(string(text))
	*s = Size(n)
	return err
}

// String is the shortest exact text: "32MiB", "512KB", "1000001".
func (s Size) String() string {
	for _, unit := range []struct {
		name string
		size Size
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}} {
		if s >= unit.size && s%unit.size == 0 {
			return strconv.FormatInt(int64(s/unit.size), 10) + unit.name
		}
	}
	return strconv.FormatInt(int64(s), 10)
}
