package hub

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"strings"
	"testing"

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
