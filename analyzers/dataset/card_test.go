package dataset

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// within holds f to 128 MiB and to the 2 s of reliability.md T22 to T25, which are
// more where tests of other packages run beside it.
func within(t *testing.T, f func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	f()
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	if took > 10*time.Second || after.TotalAlloc-before.TotalAlloc > 128<<20 {
		t.Errorf("%v, %d MiB", took, (after.TotalAlloc-before.TotalAlloc)>>20)
	}
}

func TestFrontMatter(t *testing.T) {
	for text, want := range map[string]string{
		"---\na: b\n---\n":                                             `{"a":"b"}`,
		"\ufeff---\r\na: b\r\n---\r\ntext":                             `{"a":"b"}`,
		"---\n1: 2\ntrue: x\n---":                                      `{"1":2,"true":"x"}`,
		"---\na: .nan\nb: [.inf, 1.5]\n---":                            `{"a":null,"b":[null,1.5]}`,
		"---\na: {1: 2}\n---":                                          `{"a":{"1":2}}`,
		"---\na: 99999-01-01\nb: !!binary '***'\nc: !x y\n[d]: e\n---": `{"a":"99999-01-01","b":"***","c":"y"}`,
		"---\na: 2020-01-02\na: 3\n---":                                `{"a":3}`,
		"---\n---\ntext":                                               "",
		"---\n\n---\ntext":                                             "",
		"# Data":                                                       "",
		"":                                                             "",
		"----\na: b\n---":                                              "",
		"---\na rule, and no card":                                     "",
		"--- a: b\n---":                                                "",
	} {
		got, err := frontMatter([]byte(text))
		if err != nil || string(got) != want {
			t.Errorf("%q: %s, %v", text, got, err)
		}
	}
}

// TestT24_HostileCards are refused, soon and in little memory.
func TestT24_HostileCards(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for i := range 9 {
		bomb += fmt.Sprintf("%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n", 'b'+i, 'b'+i, 'a'+i, 'a'+i, 'a'+i, 'a'+i, 'a'+i, 'a'+i, 'a'+i, 'a'+i)
	}
	for name, text := range map[string]string{
		"a bomb of aliases": bomb,
		"an anchor":         "a: &x 5",
		"an alias":          "a: *x",
		"a merge":           "a: &x {b: c}\nd: {<<: *x}",
		"deep":              "a: " + strings.Repeat("[", 100) + strings.Repeat("]", 100),
		"very deep":         "a: " + strings.Repeat("[", 200_000),
		"very deep blocks":  deepBlocks(400),
		"no mapping":        "- a\n- b",
		"broken":            "a: [",
		"a far year":        "a: 99999-01-01T00:00:00Z\nb: [",
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func() {
				if _, err := frontMatter([]byte("---\n" + text + "\n---\n")); err == nil {
					t.Error("no error")
				}
			})
		})
	}
}

func deepBlocks(depth int) string {
	var b strings.Builder
	for i := range depth {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

// TestT24_LargeCards are cards: they are read, within the same limits.
func TestT24_LargeCards(t *testing.T) {
	for name, text := range map[string]string{
		"many keys":     repeated("k%d: v\n", 24_000),
		"short keys":    strings.Repeat("a:\n", 80_000),
		"a long list":   "configs: [" + strings.Repeat("a,", 100_000) + "a]",
		"many configs":  "configs:\n" + repeated("- {config_name: c%d, data_files: '**'}\n", 5_000),
		"many splits":   "dataset_info:\n- splits:\n" + repeated("  - {name: s%d, num_examples: 9223372036854775807}\n", 3_000),
		"many patterns": "configs:\n- data_files: [" + strings.Repeat("'*',", 50_000) + "a]",
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func() {
				raw, err := frontMatter([]byte("---\n" + text[:min(len(text), sdk.MaxCard-20)] + "\n---\n"))
				if err != nil {
					return // it was cut
				}
				c, err := parseCard(raw)
				if err != nil || len(c.configs) > maxConfigs {
					t.Errorf("%d configs, %v", len(c.configs), err)
				}
				if _, err := lay([]sdk.File{{Path: "a.csv"}, {Path: "b/c.csv"}}, c); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func repeated(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func TestT24_OfALargeReadmeOnlyTheFrontIsRead(t *testing.T) {
	for name, c := range map[string]struct {
		text, license string
		fails         bool
	}{
		"a long text":  {"---\nlicense: mit\n---\n" + strings.Repeat("x", 4<<20), "mit", false},
		"a long front": {"---\nlicense: mit\n" + strings.Repeat("# x\n", 1<<20) + "---\n", "", true},
	} {
		r := repoOf(map[string][]byte{"README.md": []byte(c.text)})
		got, err := readCard(t.Context(), r)
		if got.raw.Text("license") != c.license || (err != nil) != c.fails {
			t.Errorf("%s: %v, %v", name, got.raw, err)
		}
		if reads := r.Reads(); len(reads) != 1 || reads[0].Bytes > sdk.MaxCard {
			t.Errorf("%s: %+v", name, reads)
		}
	}
}

func TestABrokenCardIsAWarning(t *testing.T) {
	r := repoOf(map[string][]byte{"README.md": []byte("---\na: [\n---\n"), "train.csv": nil})
	report, err := New().Analyze(t.Context(), r, sdk.Options{})
	if err != nil || len(report.Warnings) != 1 || !strings.Contains(report.Warnings[0], "README.md") || !strings.Contains(string(report.Sections[0].Data), `"train"`) {
		t.Errorf("%v, %q, %s", err, report.Warnings, report.Sections[0].Data)
	}
}

func FuzzCard(f *testing.F) {
	f.Add([]byte("---\nconfigs:\n- config_name: a\n  data_files:\n  - split: train\n    path: x-*\ndataset_info:\n  features:\n  - name: a\n    dtype: string\n  splits:\n  - name: train\n    num_examples: 5\n---\n"))
	f.Add([]byte("---\na: .nan\n? [x]\n: y\n---\n"))
	f.Add([]byte("---\nconfigs:\n- data_dir: data\n  data_files: {train: ['{a,b}/**/*.parquet', '[!x]?']}\n---\n"))
	files := []sdk.File{{Path: "data/train-00000-of-00001.parquet", LFS: true}, {Path: "x-1.csv"}, {Path: "a/b/c.json"}}
	f.Fuzz(func(t *testing.T, data []byte) {
		raw, err := frontMatter(data)
		if err != nil || raw == nil {
			return
		}
		c, err := parseCard(raw)
		if err != nil {
			return
		}
		l, err := lay(files, c)
		if err != nil {
			return
		}
		s := describe(l)
		s.count(t.Context(), repoOf(nil), c, l)
		for _, item := range s.items(l) {
			if len(item.Files) == 0 {
				t.Errorf("%q has no files", item.Label)
			}
		}
	})
}
