package selection_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hfdownloader/hfdownloader/analyzers/selection"
	"github.com/hfdownloader/hfdownloader/core/match"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/sdk"
)

func listing(paths ...string) []sdk.File {
	out := []sdk.File{{Path: "config.json", Size: 2}, {Path: "tokenizer/tokenizer.json", LFS: true}}
	for _, p := range paths {
		out = append(out, sdk.File{Path: p, Size: 1, LFS: true})
	}
	return out
}

// selected is the payload that a download with the filter takes.
func selected(t interface{ Fatal(args ...any) }, files []sdk.File, filter string, dataset bool) []string {
	var list []repo.File
	for _, f := range files {
		r := repo.File{Path: f.Path, Size: f.Size}
		if f.LFS {
			r.LFS = &repo.LFS{Size: f.Size}
		}
		list = append(list, r)
	}
	got, err := match.Select(list, match.Options{Filters: strings.Split(filter, ","), Exact: true, Dataset: dataset})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, item := range got.Items {
		if match.IsPayload(item.File, dataset) {
			out = append(out, item.File.Path)
		}
	}
	slices.Sort(out)
	return out
}

func TestExact(t *testing.T) {
	cases := []struct {
		name  string
		files []sdk.File
		set   []string
		want  string
	}{
		{"a label", listing("m.Q4_K_M.gguf", "m.Q8_0.gguf"), []string{"m.Q8_0.gguf"}, "q8_0"},
		{"shards in a folder", listing("Q4_K_M/m-Q4_K_M-00001-of-00002.gguf", "Q4_K_M/m-Q4_K_M-00002-of-00002.gguf", "m-Q8_0.gguf"), []string{"Q4_K_M/m-Q4_K_M-00001-of-00002.gguf", "Q4_K_M/m-Q4_K_M-00002-of-00002.gguf"}, "q4_k_m"},
		{"a longer label of the same name", listing("m-Q6_K.gguf", "m-Q6_K_XL.gguf"), []string{"m-Q6_K.gguf"}, "q6_k"},
		{"dynamic and plain", listing("m-UD-Q4_K_XL.gguf", "m-Q4_K_XL.gguf"), []string{"m-Q4_K_XL.gguf"}, "m-q4_k_xl"},
		{"a format", listing("model.safetensors", "pytorch_model.bin", "x/model.safetensors"), []string{"model.safetensors", "x/model.safetensors"}, "model"},
		{"the root one of two names", listing("model.safetensors", "x/model.safetensors"), []string{"model.safetensors"}, "/model.safetensors"},
		{"all there is", listing("a.gguf", "b.gguf"), []string{"a.gguf", "b.gguf"}, "gguf"},
		{"names that differ in case only", listing("A.gguf", "a.gguf"), []string{"a.gguf"}, ""},
		{"a comma cannot be typed", listing("a,b.gguf", "c.gguf"), []string{"a,b.gguf"}, ""},
		{"two files", listing("a.gguf", "b.gguf", "c.gguf"), []string{"a.gguf", "c.gguf"}, "a,c"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := selection.Exact(c.files, false, [][]string{c.set})[0]; got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestFilterSelectsExactlyTheSet is the invariant of analyzers.md §10 over names
// that are hard to tell apart.
func TestFilterSelectsExactlyTheSet(t *testing.T) {
	part := rapid.SampledFrom([]string{"a", "b", "Q4_K", "Q4_K_M", "q4_k_m", "fp16", "model", "UD", "x y", "00001-of-00002", "00002-of-00002", "é", ".h", ""})
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.Custom(func(t *rapid.T) string {
			stem := strings.Join(rapid.SliceOfN(part, 1, 3).Draw(t, "parts"), rapid.SampledFrom([]string{"-", ".", "/"}).Draw(t, "separator"))
			return stem + rapid.SampledFrom([]string{".gguf", ".safetensors", ".bin"}).Draw(t, "ending")
		})
		paths := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) string {
			for {
				p, err := repo.ParsePath(name.Draw(t, "path"))
				if err == nil {
					return p
				}
			}
		}), 1, 8, func(p string) string { return p }).Draw(t, "paths")
		files := listing(paths...)
		var set []string
		for i, p := range paths {
			if rapid.Bool().Draw(t, fmt.Sprint(i)) {
				set = append(set, p)
			}
		}
		filter := selection.Exact(files, false, [][]string{set})[0]
		if filter == "" {
			return
		}
		slices.Sort(set)
		if got := selected(t, files, filter, false); !slices.Equal(got, set) {
			t.Fatalf("%q selects %q, not %q", filter, got, set)
		}
	})
}

func TestManyFiles(t *testing.T) {
	var paths []string
	for i := range 50_000 {
		paths = append(paths, fmt.Sprintf("data/%s-%05d-of-50000.parquet", []string{"train", "test"}[i%2], i))
	}
	var set []string
	for _, p := range paths {
		if strings.Contains(p, "train") {
			set = append(set, p)
		}
	}
	if got := selection.Exact(listing(paths...), true, [][]string{set})[0]; got != "train" {
		t.Errorf("%q", got)
	}
}
