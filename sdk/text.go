package sdk

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Human writes a size as the answers do: "4.2 GiB", bytes as "123 B".
func Human(bytes int64) string {
	if bytes < 1<<10 {
		return strconv.FormatInt(bytes, 10) + " B"
	}
	size, unit := float64(bytes)/(1<<10), 0
	units := [...]string{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	// 1023.95 and more would print as 1024.0 of the smaller unit.
	for size >= 1023.95 && unit < len(units)-1 {
		size, unit = size/(1<<10), unit+1
	}
	return strconv.FormatFloat(size, 'f', 1, 64) + " " + units[unit]
}

// Stars writes a quality of 0 to 5 as five characters; 0 is "".
func Stars(quality int) string {
	if quality <= 0 {
		return ""
	}
	quality = min(quality, 5)
	return strings.Repeat("★", quality) + strings.Repeat("☆", 5-quality)
}

// Count writes a number of parameters: "7.2B", "137M".
func Count(n int64) string {
	units := []struct {
		size float64
		name string
	}{{1e12, "T"}, {1e9, "B"}, {1e6, "M"}, {1e3, "K"}}
	for _, u := range units {
		v := float64(n) / u.size
		if v < 0.9995 {
			continue
		}
		if v >= 100 {
			return fmt.Sprintf("%.0f%s", v, u.name)
		}
		return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0") + u.name
	}
	return fmt.Sprint(max(0, n))
}

// NewSection encodes a section.
func NewSection(key string, v any) (Section, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return Section{}, fmt.Errorf("section %s: %w", key, err)
	}
	return Section{Key: key, Data: data}, nil
}
