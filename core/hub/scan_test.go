package hub

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hfdownloader/hfdownloader/core/repo"
)

// writeZeros writes n zero bytes compressed.
func writeZeros(w io.Writer, n int64) {
	z := gzip.NewWriter(w)
	_, _ = io.CopyN(z, zeros{}, n)
	_ = z.Close()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestScannerIsStrict(t *testing.T) {
	file := func(inner string) string { return `[{"type":"file","path":"a",` + inner + `}]` }
	cases := map[string]struct {
		page string
		ok   bool
	}{
		"empty page":             {`[]`, true},
		"spaces":                 {" \n\t[ ] \r\n", true},
		"nothing":                {``, false},
		"object":                 {`{}`, false},
		"cut":                    {`[{"type":"file"`, false},
		"trailing":               {`[] x`, false},
		"two pages":              {`[][]`, false},
		"comma at the end":       {`[{},]`, false},
		"comma alone":            {`[,]`, false},
		"no comma":               {`[{}{}]`, false},
		"not an object":          {`[1]`, false},
		"null entry":             {`[null]`, false},
		"key without value":      {file(`"size"`), false},
		"key that is no string":  {`[{1:2}]`, false},
		"size zero":              {file(`"size":0`), true},
		"size max":               {file(`"size":9223372036854775807`), true},
		"size over":              {file(`"size":9223372036854775808`), false},
		"size negative":          {file(`"size":-1`), false},
		"size fraction":          {file(`"size":1.0`), false},
		"size exponent":          {file(`"size":1e3`), false},
		"size with zero ahead":   {file(`"size":01`), false},
		"size as text":           {file(`"size":"1"`), false},
		"size null":              {file(`"size":null`), true},
		"unknown of every kind":  {file(`"x":[1,-2.5e+3,true,false,null,"s",{"y":{}}]`), true},
		"unknown broken number":  {file(`"x":1.`), false},
		"unknown broken literal": {file(`"x":tru`), false},
		"control in text":        {"[{\"x\":\"a\nb\"}]", false},
		"broken escape":          {`[{"x":"\q"}]`, false},
		"broken unicode":         {`[{"x":"\u12g4"}]`, false},
		"cut escape":             {`[{"x":"\u12`, false},
		"key twice":              {file(`"size":1,"size":1`), false},
		"path twice":             {`[{"type":"file","path":"a","path":"../b"}]`, false},
		"folded key is unknown":  {`[{"type":"file","path":"a","PATH":"../b"}]`, true},
		"half character":         {`[{"type":"file","path":"a\ud800"}]`, false},
		"broken UTF-8":           {"[{\"type\":\"file\",\"path\":\"a\xff\"}]", false},
		"depth 64":               {file(`"x":` + strings.Repeat("[", 61) + strings.Repeat("]", 61)), true},
		"depth 65":               {file(`"x":` + strings.Repeat("[", 63) + strings.Repeat("]", 63)), false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := decodePage([]byte(c.page)); (err == nil) != c.ok {
				t.Errorf("err %v", err)
			}
		})
	}
}

func TestSpecialFindsEveryByte(t *testing.T) {
	for b := range 256 {
		for at := range 20 {
			data := bytes.Repeat([]byte{'a'}, 24)
			data[at] = byte(b)
			want := len(data)
			if b < ' ' || b >= 0x80 || b == '"' || b == '\\' {
				want = at
			}
			if got := special(data, 0); got != want {
				t.Fatalf("byte %#x at %d: found at %d", b, at, got)
			}
		}
	}
}

// fuzzPage is decodePage by encoding/json. ok is false for pages on which the
// two differ on purpose.
func fuzzPage(data []byte) (files []repo.File, folders []string, ok bool) {
	var raw []map[string]json.RawMessage
	if json.Unmarshal(data, &raw) != nil {
		return nil, nil, false
	}
	for _, m := range raw {
		var e jsonEntry
		if m == nil || decodeInto(m, map[string]any{
			"type": &e.Type, "path": &e.Path, "oid": &e.OID, "size": &e.Size, "xetHash": &e.Xet,
		}) != nil {
			return nil, nil, false
		}
		f := repo.File{Path: e.Path, Size: e.Size, BlobID: e.OID, XetHash: e.Xet}
		switch _, bad := repo.ParsePath(e.Path); {
		case bad != nil:
		case e.Type == "directory":
			folders = append(folders, e.Path)
		case e.Type == "file":
			if s, ok := m["size"]; !ok || string(s) == "null" {
				f.Size = -1
			}
			files = append(files, f)
		}
	}
	return files, folders, true
}

func decodeInto(m map[string]json.RawMessage, to map[string]any) error {
	for k, v := range to {
		if raw, ok := m[k]; ok {
			if err := json.Unmarshal(raw, v); err != nil {
				return err
			}
		}
	}
	return nil
}

func FuzzTreePage(f *testing.F) {
	f.Add(samplePage(0, 3))
	f.Add([]byte(`[{"type":"directory","path":"a"},{"type":"file","path":"a/\u00e9\ud83d\ude00","size":0}]`))
	f.Add([]byte(`[{"type":"file","path":"a","size":9223372036854775807,"lfs":null}]`))
	f.Add([]byte(`[{"type":"file","path":"../a"},{"type":"file","path":"C:x"}]`))
	f.Add([]byte(`[{"path":"a","type":"file","type":"directory"}]`))
	f.Add([]byte(`[{"lfs":{"oid":"` + strings.Repeat("*", 64) + `","size":1},"type":"file","path":"m","size":1}]`))
	f.Add([]byte(strings.Repeat("[", 1000)))
	f.Add([]byte("[{\"x\":\"\xff\"}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := decodePage(data)
		files, folders, comparable := fuzzPage(data)
		if err != nil {
			return // stricter than encoding/json; TestScannerIsStrict says where
		}
		if !json.Valid(data) {
			t.Fatalf("accepted what is not JSON: %q", data)
		}
		for _, got := range p.files {
			if _, err := repo.ParsePath(got.Path); err != nil || got.Size < -1 {
				t.Fatalf("let through %+v", got)
			}
		}
		if !comparable {
			t.Fatalf("encoding/json cannot decode %q", data)
		}
		if len(files) != len(p.files) || len(folders) != len(p.folders) {
			t.Fatalf("%d files and %d folders, want %d and %d", len(p.files), len(p.folders), len(files), len(folders))
		}
		for i, got := range p.files {
			want := files[i]
			if got.LFS != nil && want.Size < 0 {
				want.Size = got.Size // taken from the pointer
			}
			if got.Path != want.Path || got.Size != want.Size || got.BlobID != want.BlobID || got.XetHash != "" && got.XetHash != want.XetHash {
				t.Fatalf("got %+v, want %+v", got, want)
			}
		}
	})
}

func FuzzContentRange(f *testing.F) {
	for _, s := range []string{
		"", "bytes 0-0/1", "bytes 5-9/10", "bytes 0-9/*", "bytes */10", "bytes 9-5/10", "bytes 0-10/10", "bytes -1-5/10",
		"bytes 0-9223372036854775806/9223372036854775807", "bytes 9223372036854775808-9223372036854775809/*",
		"bytes 00-01/02", "items 0-1/2", "bytes 0-1/2, bytes 3-4/5", "bytes  0-1/2", "bytes 0-2147483648/4294967296",
	} {
		f.Add(s, int64(0), int64(-1), int64(10))
		f.Add(s, int64(5), int64(5), int64(10))
		f.Add(s, int64(math.MaxInt64-1), int64(1), int64(-1))
	}
	f.Fuzz(func(t *testing.T, header string, off, n, size int64) {
		r, err := newByteRange(off, n)
		if err != nil || n == 0 {
			return
		}
		start, length, total, err := r.match(rangeAnswer{206, -1, header}, max(size, -1))
		if err != nil {
			return
		}
		switch {
		case start != off:
			t.Errorf("bytes from %d accepted for %d", start, off)
		case length <= 0 || n > 0 && length > n:
			t.Errorf("%d bytes accepted for %d", length, n)
		case total >= 0 && start+length > total:
			t.Errorf("%d bytes from %d of %d", length, start, total)
		case size >= 0 && total != size:
			t.Errorf("total %d accepted for %d", total, size)
		case n > 0 && length < n && start+length != total:
			t.Errorf("%d of %d bytes accepted before the end", length, n)
		}
	})
}

func FuzzLinkHeader(f *testing.F) {
	for _, s := range []string{
		"", `<https://huggingface.co/api/models/a/b/tree/main?cursor=x>; rel="next"`, `</api/models/a/tree/x>; rel=next`,
		`<a>; rel="prev", <b>; rel="next"`, `<a>; title="x, <b>; rel=next"; rel="prev"`, `<a>; rel="prev next"`, `<a`, `a>; rel="next"`,
		`<//evil/api/models/a/tree/x>; rel="next"`, `<http://hub@evil/api/x/tree/y>; rel="next"`, "<\x00>; rel=next", `<>; REL=NEXT`,
		`</api/../../tree/>; rel="next"`,
	} {
		f.Add(s)
	}
	c := newClient(f, "http://localhost:81/base", nil)
	from, err := c.endpointURL("/api/models/a/b/tree/main?recursive=true")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, header string) {
		next, err := c.nextPage([]string{header}, from)
		if err != nil || next == nil {
			return
		}
		path := next.EscapedPath()
		if originOf(next) != c.origin || next.User != nil || !strings.HasPrefix(path, "/base/api/") || strings.Contains(path, "/../") {
			t.Errorf("%q leads to %s", header, next)
		}
		if !utf8.ValidString(next.String()) {
			t.Errorf("address %q", next)
		}
	})
}

func TestRelNext(t *testing.T) {
	for header, want := range map[string]string{
		`<a>; rel="next"`:                          "a",
		`<a>; rel=next`:                            "a",
		`<a>;rel="prev", <b>;rel="next"`:           "b",
		`<a>; rel="prev", <b>; x=y; rel="next"`:    "b",
		`<a>; title="x, <c>; rel=next"; rel=next`:  "a",
		`<a>; title="x, <c>; rel=next"; rel=prev`:  "",
		`<a>; rel="first next"`:                    "a",
		`<a>; REL="NEXT"`:                          "a",
		`<a>; rel="nextish"`:                       "",
		`<u?a=1,2>; rel="next"`:                    "u?a=1,2",
		`<a`:                                       "",
		``:                                         "",
		`<x>; rel="xet-auth", <y>; rel="xet-info"`: "",
	} {
		if got, _ := relNext([]string{header}); got != want {
			t.Errorf("%s: got %q, want %q", header, got, want)
		}
	}
	if got, _ := relNext([]string{`<a>; rel="prev"`, `<b>; rel="next"`}); got != "b" {
		t.Errorf("second header: %q", got)
	}
}
