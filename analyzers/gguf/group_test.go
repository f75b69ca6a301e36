package gguf

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/sdk"
)

func TestLabel(t *testing.T) {
	tab := newTable()
	for stem, want := range map[string]string{
		"mistral-7b-instruct-v0.2.Q4_K_M": "Q4_K_M",
		"model-q6_k":                      "Q6_K",
		"model-Q6_K_XL":                   "Q6_K_XL",
		"Qwen3-UD-Q4_K_XL":                "UD-Q4_K_XL",
		"m-UD_IQ2_M":                      "UD-IQ2_M",
		"a-Q4_0_4_4":                      "Q4_0_4_4",
		"a-f16-Q8_0":                      "Q8_0",
		"model-fp16":                      "F16",
		"gpt-oss-20b-mxfp4":               "MXFP4",
		"m-MXFP4_MOE":                     "MXFP4_MOE",
		"m-IQ4_KSS":                       "IQ4_KSS",
		"m-IQ4_KT":                        "IQ4_KT",
		"bf16":                            "BF16",
		"Q8-MTP":                          "",
		"phi-2":                           "",
		"xQ4_0":                           "",
		"Q4_0x":                           "",
		"ǅ-Q4_0":                          "Q4_0",
	} {
		if got, _, _ := tab.find(stem); got != want {
			t.Errorf("%s: %q, want %q", stem, got, want)
		}
	}
}

func TestTableHasEachLabelOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range append(Table(), ikRows()...) {
		if seen[r.Label] || r.Quality < 1 || r.Quality > 5 || r.Description == "" {
			t.Errorf("%+v", r)
		}
		seen[r.Label] = true
	}
	r, ok := newTable().row("UD-Q2_K_XL")
	if !ok || r.Quality != 2 || r.Description != "Dynamic: Dynamic 2-bit, usable on huge models" {
		t.Errorf("%+v", r)
	}
}

func TestCustomQuality(t *testing.T) {
	for label, want := range map[string]int{"Q3_LynnStyle": 2, "my-q2": 1, "8bit": 5, "Q5": 4, "weird": 3, "q7-x": 5} {
		if got := customQuality(label); got != want {
			t.Errorf("%s: %d, want %d", label, got, want)
		}
	}
}

// shown is a listing in one line a variant.
func shown(l listing) []string {
	var out []string
	for _, v := range l.variants {
		line := fmt.Sprintf("%s %d", v.label, len(v.files))
		if v.incomplete() {
			line += " incomplete"
		}
		out = append(out, line)
	}
	for kind, files := range map[string][]sdk.File{"mmproj": l.mmproj, "draft": l.drafts, "imatrix": l.imatrix} {
		if len(files) > 0 {
			out = append(out, fmt.Sprintf("%s: %s", kind, strings.Join(paths(files), " ")))
		}
	}
	return out
}

func TestGroups(t *testing.T) {
	for _, c := range []struct {
		name  string
		paths string
		want  []string
	}{
		{"plain", "m.Q4_K_M.gguf m.Q8_0.gguf README.md", []string{"Q4_K_M 1", "Q8_0 1"}},
		{"shards", "m-Q8_0-00002-of-00002.gguf m-Q8_0-00001-of-00002.gguf", []string{"Q8_0 2"}},
		{"a shard is missing", "m-Q8_0-00001-of-00003.gguf m-Q8_0-00003-of-00003.gguf", []string{"Q8_0 2 incomplete"}},
		{"the folder has the label", "Q4_K_M/model-00001-of-00002.gguf Q4_K_M/model-00002-of-00002.gguf", []string{"Q4_K_M 2"}},
		{"a label of its own", "Q3_LynnStyle/m.gguf", []string{"Q3_LynnStyle 1"}},
		{"no label anywhere", "tiny.gguf", []string{"tiny 1"}},
		{"split by hand", "m.Q6_K.gguf-split-a m.Q6_K.gguf-split-b", []string{"Q6_K 2"}},
		{"parts", "m.Q6_K.gguf.part1of2 m.Q6_K.gguf.part2of2", []string{"Q6_K 2"}},
		{"one label twice, in folders", "a/m-Q4_0.gguf b/m-Q4_0.gguf", []string{"Q4_0 (a) 1", "Q4_0 (b) 1"}},
		{"one label twice, at the root", "a-Q4_0.gguf b-Q4_0.gguf", []string{"Q4_0 (a-Q4_0) 1", "Q4_0 (b-Q4_0) 1"}},
		{"a projector", "m-Q4_0.gguf mmproj-model-f16.gguf", []string{"Q4_0 1", "mmproj: mmproj-model-f16.gguf"}},
		{"a projector by its end", "m-Q4_0.gguf m-mmproj-f16.gguf", []string{"Q4_0 1", "mmproj: m-mmproj-f16.gguf"}},
		{"drafts", "m-Q4_0.gguf mtp-m.gguf", []string{"Q4_0 1", "draft: mtp-m.gguf"}},
		{"a folder of drafts", "m-Q4_0.gguf MTP/m-Q8_0.gguf", []string{"Q4_0 1", "draft: MTP/m-Q8_0.gguf"}},
		{"MTP inside a model", "Q8-MTP-00001-of-00002.gguf Q8-MTP-00002-of-00002.gguf", []string{"Q8-MTP 2"}},
		{"calibration", "m-Q4_0.gguf imatrix.gguf m.imatrix", []string{"Q4_0 1", "imatrix: imatrix.gguf m.imatrix"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var files []sdk.File
			for p := range strings.FieldsSeq(c.paths) {
				files = append(files, sdk.File{Path: p, Size: 1, LFS: true})
			}
			if diff := cmp.Diff(c.want, shown(list(files, newTable()))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestModelName(t *testing.T) {
	for file, want := range map[string]string{
		"Mistral-7B-Instruct-v0.2.Q4_K_M.gguf":                 "Mistral-7B-Instruct-v0.2",
		"Meta-Llama-3.1-70B-Instruct-Q8_0-00001-of-00002.gguf": "Meta-Llama-3.1-70B-Instruct",
		"Q4_K_M.gguf":            "",
		"UD-Q4_K_XL-Qwen3.gguf":  "Qwen3",
		"gpt-oss-20b-mxfp4.gguf": "gpt-oss-20b",
	} {
		if got := variantOf(sdk.File{Path: file}, newTable()).modelName(); got != want {
			t.Errorf("%s: %q, want %q", file, got, want)
		}
	}
}

func FuzzLabel(f *testing.F) {
	for _, s := range []string{"m-UD-Q4_K_XL", "Q4_0_4_4", "a/Q8_0/b-00001-of-00002", "İ-Q4_0", ""} {
		f.Add(s)
	}
	tab := newTable()
	f.Fuzz(func(t *testing.T, s string) {
		label, start, end := tab.find(s)
		if label != "" && (start < 0 || end > len(s) || start >= end) {
			t.Errorf("%q: %q at %d to %d", s, label, start, end)
		}
		v := variantOf(sdk.File{Path: s + ".gguf"}, tab)
		if v.label == "" && s != "" && !strings.HasSuffix(s, "/") && !strings.HasSuffix(s, "/.") {
			t.Errorf("%q has no label", s)
		}
		v.modelName()
	})
}
