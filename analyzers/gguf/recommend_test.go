package gguf

import (
	"strconv"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// Exactly one is recommended, by the rules of analyzers.md §4.
func TestRecommend(t *testing.T) {
	for _, c := range []struct {
		name, files string // NAME=GiB
		memory      int64  // GiB
		want        string
	}{
		{"the usual one", "m-Q8_0=8 m-Q4_K_M=4 m-Q5_K_M=5", 0, "Q4_K_M"},
		{"by its other name", "m-Q8_0=8 m-Q4_K=4", 0, "Q4_K"},
		{"not its dynamic twin", "m-UD-Q4_K_M=4 m-Q8_0=9", 0, "Q8_0"},
		{"the best rated that is handy", "m-Q5_K_S=9 m-Q6_K=10 m-Q8_0=11 m-Q4_0=3", 0, "Q6_K"},
		{"the smallest good one", "m-Q5_K_S=30 m-Q8_0=50 m-Q4_0=20", 0, "Q5_K_S"},
		{"the best rated of bad ones", "m-Q2_K=3 m-Q3_K_M=4 m-IQ1_S=2", 0, "Q3_K_M"},
		{"not one with a shard missing", "m-Q4_K_M-00001-of-00002=2 m-Q8_0=8", 0, "Q8_0"},
		{"the best that fits", "m-Q4_K_M=4 m-Q6_K=6 m-Q8_0=8", 9, "Q6_K"},
		{"what needs least where nothing fits", "m-Q4_K_M=4 m-Q6_K=6", 1, "Q4_K_M"},
		{"with the projector's memory", "m-Q4_K_M=4 m-Q6_K=6 mmproj-f16=3", 9, "Q4_K_M"},
		{"only incomplete ones", "m-Q4_K_M-00001-of-00002=2", 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var files []sdk.File
			for f := range strings.FieldsSeq(c.files) {
				name, size, _ := strings.Cut(f, "=")
				n, err := strconv.ParseInt(size, 10, 64)
				if err != nil {
					t.Fatal(err)
				}
				files = append(files, sdk.File{Path: name + ".gguf", Size: n << 30, LFS: true})
			}
			a := analysis{listing: list(files, newTable()), files: files, options: sdk.Options{Memory: c.memory << 30}}
			a.rate()
			var got []string
			for _, v := range a.rated {
				if v.recommended {
					got = append(got, v.label)
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
