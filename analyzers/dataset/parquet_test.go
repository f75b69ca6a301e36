package dataset

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"github.com/hfdownloader/hfdownloader/sdk"
)

type row struct {
	ID   int64             `parquet:"id"`
	Text string            `parquet:"text"`
	Tags []int32           `parquet:"tags,list"`
	Pic  picture           `parquet:"pic"`
	Map  map[string]string `parquet:"map"`
	F    float32           `parquet:"f"`
	Time int64             `parquet:"time,timestamp"`
	Old  []uint8           `parquet:"old"`
	Many []picture         `parquet:"many"`
}

type picture struct {
	Bytes []byte `parquet:"bytes"`
	Path  string `parquet:"path,optional"`
}

// table is a Parquet file.
func table(t testing.TB, rows int, options ...parquet.WriterOption) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := parquet.NewGenericWriter[row](&buf, options...)
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

func footerOf(t *testing.T, data []byte) (footer, error) {
	r := repoOf(map[string][]byte{"a.parquet": data})
	return readFooter(t.Context(), r, r.List[0])
}

func TestFooter(t *testing.T) {
	data := table(t, 1234)
	got, err := footerOf(t, data)
	want := footer{1234, []column{{"id", "int64"}, {"text", "string"}, {"tags", "list<int32>"}, {"pic", "struct"}, {"map", "map"}, {"f", "float32"}, {"time", "timestamp"}, {"old", "binary"}, {"many", "list<struct>"}}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(footer{})); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestFooterOfTheDatasetsLibrary(t *testing.T) {
	features := `{"info":{"features":{"pic":{"_type":"Image"},"id":{"names":["a","b"],"_type":"ClassLabel"},"tags":{"feature":{"dtype":"int32","_type":"Value"},"_type":"Sequence"},"text":{"dtype":"large_string","_type":"Value"},"gone":{"_type":"Audio"},"f":7}}}`
	got, err := footerOf(t, table(t, 3, parquet.KeyValueMetadata("huggingface", features)))
	want := []column{{"id", "class_label"}, {"text", "large_string"}, {"tags", "list<int32>"}, {"pic", "image"}, {"map", "map"}, {"f", "float32"}, {"time", "timestamp"}, {"old", "binary"}, {"many", "list<struct>"}}
	if diff := cmp.Diff(want, got.columns); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

// TestALongFooter takes two reads, and none of data.
func TestALongFooter(t *testing.T) {
	data := table(t, 500, parquet.KeyValueMetadata("x", strings.Repeat("x", 200_000)))
	r := repoOf(map[string][]byte{"a.parquet": data})
	got, err := readFooter(t.Context(), r, r.List[0])
	if err != nil || got.rows != 500 {
		t.Fatal(got.rows, err)
	}
	length := int64(binary.LittleEndian.Uint32(data[len(data)-8:]))
	if reads := r.Reads(); len(reads) != 2 || reads[1].Off != int64(len(data))-8-length {
		t.Errorf("%+v", reads)
	}
}

func TestFooterOfManyRowGroups(t *testing.T) {
	got, err := footerOf(t, table(t, 3000, parquet.MaxRowsPerRowGroup(1)))
	if err != nil || got.rows != 3000 {
		t.Errorf("%d rows, %v", got.rows, err)
	}
}

func TestRowsOfFewFilesAreCounted(t *testing.T) {
	contents := map[string][]byte{"data/test-00000-of-00001.parquet": table(t, 7), "data/train-00000-of-00002.parquet": table(t, 100), "data/train-00001-of-00002.parquet": table(t, 50)}
	for i := range 12 {
		contents[fmt.Sprintf("data/extra-%05d-of-00012.parquet", i)] = table(t, 1)
	}
	r := repoOf(contents)
	report, err := New().Analyze(t.Context(), r, sdk.Options{})
	if err != nil || len(report.Warnings) > 0 {
		t.Fatal(err, report.Warnings)
	}
	text := string(report.Sections[0].Data)
	for _, want := range []string{`"rows":150`, `"rows":7`, `"columns":[{"name":"id"`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	// Of 12 files none is read, and so the sum is not known.
	if strings.Count(text, `"rows"`) != 2 || len(r.Reads()) != 3 {
		t.Errorf("%d reads, %s", len(r.Reads()), text)
	}
}

func TestOneFooterForTheColumns(t *testing.T) {
	contents := map[string][]byte{}
	for i := range maxFooters + 1 {
		contents[fmt.Sprintf("data/train-%05d-of-00009.parquet", i)] = table(t, 1)
	}
	r := repoOf(contents)
	report, err := New().Analyze(t.Context(), r, sdk.Options{})
	text := string(report.Sections[0].Data)
	if err != nil || len(r.Reads()) != 1 || strings.Contains(text, `"rows"`) || !strings.Contains(text, `"columns"`) {
		t.Errorf("%v, %d reads, %s", err, len(r.Reads()), text)
	}
}

func TestABrokenFooterIsAWarning(t *testing.T) {
	r := repoOf(map[string][]byte{"data/train-00000-of-00002.parquet": table(t, 5), "data/train-00001-of-00002.parquet": []byte("version https://git-lfs.github.com/spec/v1")})
	report, err := New().Analyze(t.Context(), r, sdk.Options{})
	if err != nil || len(report.Warnings) != 1 || strings.Contains(string(report.Sections[0].Data), `"rows"`) {
		t.Errorf("%v, %q, %s", err, report.Warnings, report.Sections[0].Data)
	}
}

// withFooter is a file of this footer alone.
func withFooter(data []byte) []byte {
	out := append([]byte("PAR1"), data...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(data)))
	return append(out, "PAR1"...)
}

// list is the head of a field of FileMetaData with so many elements.
func list(delta, kind byte, n uint64) []byte {
	return binary.AppendUvarint([]byte{delta<<4 | thriftList, 15<<4 | kind}, n)
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
	chain := list(2, thriftStruct, 9000) // each element has one child: deep
	for range 8999 {
		chain = append(chain, 4<<4|thriftBinary, 1, 'x', 1<<4|5, 2, 0)
	}
	chain = append(chain, 0, 0)
	for name, data := range map[string][]byte{
		"too short": []byte("PAR1"), "another file": bytes.Repeat([]byte("x"), 100), "a footer beyond the file": put(1 << 31), "a footer of 4 GiB": put(1<<32 - 1),
		"a footer of nothing": put(0), "a footer that is none": put(40), "broken": broken,
		"2^31 columns":             withFooter(append(list(2, thriftStruct, 1<<31), 0)),
		"2^31 row groups":          withFooter(append(list(4, thriftStruct, 1<<31), 0)),
		"2^63 of something":        withFooter(append(list(4, thriftStruct, 1<<63), 0)),
		"7 million row groups":     withFooter(append(list(4, thriftStruct, 7<<20), make([]byte, 7<<20)...)),
		"a million columns":        withFooter(append(list(2, thriftStruct, 1<<20), make([]byte, 1<<20)...)),
		"row groups of row groups": withFooter(bytes.Repeat([]byte{1<<4 | thriftStruct}, 1<<20)),
		"lists of lists":           withFooter(append([]byte{4<<4 | thriftList}, bytes.Repeat([]byte{1<<4 | thriftList}, 1<<20)...)),
		"7 million texts":          withFooter(append(append(list(4, thriftStruct, 1), append(list(1, thriftStruct, 1), append([]byte{3<<4 | thriftStruct}, list(3, thriftBinary, 7<<20)...)...)...), make([]byte, 7<<20)...)),
		"a text of 2^40":           withFooter(binary.AppendUvarint([]byte{6<<4 | thriftBinary}, 1<<40)),
		"a deep schema":            withFooter(chain),
		"negative children":        withFooter(append(list(2, thriftStruct, 1), 5<<4|5, 1, 0, 0)),
		"an endless number":        withFooter(append([]byte{3<<4 | thriftI64}, bytes.Repeat([]byte{0xff}, 20)...)),
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func() {
				if _, err := footerOf(t, data); err == nil {
					t.Error("no error")
				}
			})
		})
	}
}

// TestT22_LargestFooters are as large as the limits allow.
func TestT22_LargestFooters(t *testing.T) {
	for name, data := range map[string][]byte{
		"row groups":      append(list(4, thriftStruct, maxThriftItems), make([]byte, maxThriftItems)...),
		"key and value":   append(list(5, thriftStruct, maxThriftItems), make([]byte, maxThriftItems)...),
		"schema elements": append(list(2, thriftStruct, maxSchema), make([]byte, maxSchema)...),
		"column chunks":   append(append(list(4, thriftStruct, 1), list(1, thriftStruct, maxThriftItems-1)...), make([]byte, maxThriftItems)...),
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func() {
				if got, err := footerOf(t, withFooter(append(data, 0))); err == nil && got.rows != 0 {
					t.Error("rows of nothing")
				}
			})
		})
	}
}

// archive is a tar of files of these names and so many bytes each.
func archive(t testing.TB, size int, names ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, n := range names {
		if err := w.WriteHeader(&tar.Header{Name: n, Mode: 0o644, Size: int64(size), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(make([]byte, size)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestWebDataset(t *testing.T) {
	columns := []column{{"jpg", "image"}, {"json", "json"}, {"txt", "string"}}
	for name, c := range map[string]struct {
		path    string
		data    []byte
		columns []column
		is      bool
	}{
		"samples":            {"train/00000.tar", archive(t, 100, "0.jpg", "0.json", "0.txt", "1.jpg", "1.json", "1.txt"), columns, true},
		"large samples":      {"train/00000.tar", archive(t, 3<<20, "a/0.jpg", "a/0.json", "a/0.txt"), columns, true},
		"files":              {"all.tar", archive(t, 10, "x/0.jpg", "x/1.jpg"), nil, false},
		"shards, unreadable": {"train-00000.tar", []byte("no tar at all"), nil, true},
		"one, unreadable":    {"data.tar", []byte("no tar at all"), nil, false},
		"packed":             {"data-00000.tar.gz", nil, nil, false},
	} {
		r := repoOf(map[string][]byte{c.path: c.data})
		got, is := readWebDataset(t.Context(), r, layout{files: r.List})
		if diff := cmp.Diff(c.columns, got); diff != "" || is != c.is {
			t.Errorf("%s: %v\n%s", name, is, diff)
		}
		if n := len(r.Reads()); n > tarReads {
			t.Errorf("%s: %d reads", name, n)
		}
	}
}

func FuzzParquetFooter(f *testing.F) {
	for _, data := range [][]byte{table(f, 3), table(f, 30, parquet.MaxRowsPerRowGroup(10))} {
		length := int(binary.LittleEndian.Uint32(data[len(data)-8:]))
		f.Add(data[len(data)-8-length : len(data)-8])
	}
	f.Add(append(list(2, thriftStruct, 2), 0, 0, 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		if got, err := parseFooter(data); err == nil && (got.rows < 0 || len(got.columns) > maxColumns) {
			t.Errorf("%+v", got)
		}
	})
}

func FuzzWebDataset(f *testing.F) {
	f.Add(archive(f, 10, "0.jpg", "0.txt"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := repoOf(map[string][]byte{"0.tar": data})
		readWebDataset(t.Context(), r, layout{files: r.List})
		if n := len(r.Reads()); n > tarReads {
			t.Errorf("%d reads", n)
		}
	})
}
