package dataset

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

func TestFormat(t *testing.T) {
	for p, want := range map[string]string{
		"a.parquet": "parquet", "a.jsonl.zst": "jsonl", "a.json.gz": "json", "A.CSV.GZ": "csv", "a.tar.gz": "webdataset", "a.tar": "webdataset",
		"a.gz": "archive", "a.zip": "archive", "a.txt": "txt", "a.md": "", ".gitattributes": "", "x/a.jpg": "imagefolder",
	} {
		if got := format(p); got != want {
			t.Errorf("%s: %q, want %q", p, got, want)
		}
	}
}

func TestSplit(t *testing.T) {
	for p, want := range map[string][2]string{
		"data/train-00000-of-00010.parquet":   {"train", "train"},
		"data/custom-00000-of-00010.parquet":  {"custom", "custom"},
		"train1.csv":                          {"train", "train"},
		"my_test_file.csv":                    {"test", "test"},
		"valid.csv":                           {"validation", "valid"},
		"dev/part-0.jsonl":                    {"validation", "dev"},
		"train/test.csv":                      {"test", "test"},
		"en/c4-train.00000-of-01024.json.gz":  {"train", "train"},
		"trainer/a.csv":                       {"", ""},
		"latest.csv":                          {"", ""},
		"EVALUATION/x.csv":                    {"test", "EVALUATION"},
		"plain_text/train-00000-of-00001.csv": {"train", "train"},
	} {
		if split, word := splitOf(p); [2]string{split, word} != want {
			t.Errorf("%s: %q by %q, want %q", p, split, word, want)
		}
	}
}

func TestConfigOfFolders(t *testing.T) {
	for p, want := range map[string]string{
		"en/train.csv": "en", "data/en/train.csv": "en", "train/a.csv": "", "data/train/a.csv": "", "a.csv": "", "data/a.csv": "",
	} {
		if got := configOf(p); got != want {
			t.Errorf("%s: %q, want %q", p, got, want)
		}
	}
}

func TestCardShapes(t *testing.T) {
	for name, c := range map[string]struct{ yaml, want string }{
		"a pattern":        {"configs:\n- config_name: a\n  data_files: '*.csv'", "a default x.csv"},
		"a list":           {"configs:\n- config_name: a\n  data_files: ['y/*', 'x.csv']", "a default x.csv"},
		"split and path":   {"configs:\n- config_name: a\n  data_files:\n  - split: val\n    path: x.*", "a validation x.csv"},
		"a folder":         {"configs:\n- config_name: a\n  data_dir: sub", "a default sub/x.csv"},
		"no name":          {"configs:\n- data_files: x.csv", "default default x.csv"},
		"of other types":   {"configs: 5", ""},
		"nothing":          {"license: mit", ""},
		"a double star":    {"configs:\n- config_name: a\n  data_files: '**/x.csv'", "a default x.csv"},
		"a path with dots": {"configs:\n- config_name: a\n  data_files: ./x.csv", "a default x.csv"},
	} {
		raw, err := frontMatter([]byte("---\n" + c.yaml + "\n---\ntext"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		parsed, err := parseCard(raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := ""
		for _, path := range []string{"x.csv", "sub/x.csv"} {
			if p, ok := parsed.place(sdk.File{Path: path}); ok && got == "" {
				got = fmt.Sprintf("%s %s %s", p.config, p.split, path)
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
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
		"deep":              "a: " + strings.Repeat("[", 100) + strings.Repeat("]", 100),
		"very deep":         "a: " + strings.Repeat("[", 200_000),
		"no mapping":        "- a\n- b",
		"broken":            "a: [",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		began := time.Now()
		_, err := frontMatter([]byte("---\n" + text + "\n---\n"))
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		if took := time.Since(began); took > 10*time.Second || after.TotalAlloc-before.TotalAlloc > 128<<20 {
			t.Errorf("%s: %v, %d bytes", name, took, after.TotalAlloc-before.TotalAlloc)
		}
	}
}

func TestT24_OfALargeReadmeOnlyTheFrontIsRead(t *testing.T) {
	r := &sdktest.Repo{RefValue: sdk.Ref{Type: "dataset", ID: "o/d"}, Contents: map[string]io.ReaderAt{}}
	r.SetContent("README.md", []byte("---\nlicense: mit\n---\n"+strings.Repeat("x", 4<<20)))
	c, err := readCard(t.Context(), r)
	if err != nil || c.raw.Text("license") != "mit" {
		t.Errorf("%v, %v", c.raw, err)
	}
	if reads := r.Reads(); len(reads) != 1 || reads[0].Bytes > sdk.MaxCard {
		t.Errorf("%+v", reads)
	}
}

// table is a Parquet file.
func table(t testing.TB, rows int) []byte {
	t.Helper()
	type row struct {
		ID   int64   `parquet:"id"`
		Text string  `parquet:"text"`
		Tags []int32 `parquet:"tags,list"`
	}
	var buf bytes.Buffer
	w := parquet.NewGenericWriter[row](&buf)
	for i := range rows {
		if _, err := w.Write([]row{{ID: int64(i), Text: strings.Repeat("text", i%50)}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func footerOf(ctx context.Context, data []byte) (footer, error) {
	r := &sdktest.Repo{Contents: map[string]io.ReaderAt{}}
	r.SetContent("a.parquet", data)
	return readFooter(ctx, r, r.List[0])
}

func TestFooter(t *testing.T) {
	got, err := footerOf(t.Context(), table(t, 1234))
	want := footer{1234, []column{{"id", "INT(64,true)"}, {"text", "STRING"}, {"tags", "struct"}}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(footer{})); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestRowsOfFewFilesAreCounted(t *testing.T) {
	r := &sdktest.Repo{RefValue: sdk.Ref{Type: "dataset", ID: "o/d"}, Contents: map[string]io.ReaderAt{}}
	for path, rows := range map[string]int{"data/train-00000-of-00002.parquet": 100, "data/train-00001-of-00002.parquet": 50, "data/test-00000-of-00001.parquet": 7} {
		r.SetContent(path, table(t, rows))
	}
	report, err := New().Analyze(t.Context(), r, sdk.Options{})
	if err != nil || len(report.Warnings) > 0 {
		t.Fatal(err, report.Warnings)
	}
	text := string(report.Sections[0].Data)
	for _, want := range []string{`"rows":157`, `"rows":150`, `"rows":7`, `"columns":[{"name":"id"`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}

func TestT22_HostileFooters(t *testing.T) {
	good := table(t, 10)
	put := func(n uint32) []byte {
		out := bytes.Clone(good)
		binary.LittleEndian.PutUint32(out[len(out)-8:], n)
		return out
	}
	broken := bytes.Clone(good)
	for i := len(broken) - 60; i < len(broken)-8; i++ {
		broken[i] ^= 0xff
	}
	for name, data := range map[string][]byte{
		"too short": []byte("PAR1"), "another file": bytes.Repeat([]byte("x"), 100), "a footer beyond the file": put(1 << 31), "a footer of 4 GiB": put(1<<32 - 1),
		"a footer of nothing": put(0), "a footer that is none": put(40), "broken": broken,
	} {
		began := time.Now()
		if _, err := footerOf(t.Context(), data); err == nil {
			t.Errorf("%s: no error", name)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: %v", name, took)
		}
	}
}

func FuzzParquetFooter(f *testing.F) {
	f.Add(table(f, 3))
	f.Add([]byte("PAR1PAR1PAR1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if got, err := footerOf(t.Context(), data); err == nil && (got.rows < 0 || len(got.columns) > maxColumns) {
			t.Errorf("%+v", got)
		}
	})
}

func FuzzCard(f *testing.F) {
	f.Add([]byte("---\nconfigs:\n- config_name: a\n  data_files:\n  - split: train\n    path: x-*\ndataset_info:\n  features:\n  - name: a\n    dtype: string\n---\n"))
	f.Add([]byte("---\na: .nan\n? [x]\n: y\n---\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		raw, err := frontMatter(data)
		if err != nil || raw == nil {
			return
		}
		c, err := parseCard(raw)
		if err != nil {
			return
		}
		c.place(sdk.File{Path: "data/train-00000-of-00001.parquet"})
	})
}
