package api

import (
	"strconv"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// Size is an exact number of bytes in the largest unit that leaves no rest:
// "32MiB", "512KB", "1234".
func Size(n int64) string {
	for _, u := range [...]struct {
		bytes int64
		name  string
	}{
		{1 << 40, "TiB"}, {1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"},
		{1e12, "TB"}, {1e9, "GB"}, {1e6, "MB"}, {1e3, "KB"},
	} {
		if n >= u.bytes && n%u.bytes == 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10)
}

// Rate is a speed limit in bytes a second, "" for none.
func Rate(n int64) string {
	if n <= 0 {
		return ""
	}
	return Size(n)
}

// Human is a size for people as analyzers.md §1 wants it: "4.2 GiB", "123 B".
func Human(n int64) string { return sdk.Human(n) }
