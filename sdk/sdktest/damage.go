package sdktest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"sync"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// errRead is what reads of a damaged repository fail with.
var errRead = errors.New("the Hub does not answer")

// unlisted is the one damage after which an analyzer may fail.
const unlisted = "no file can be listed"

// damage makes a bad repository of a good one.
type damage struct {
	name  string
	make  func(r sdk.Repo) sdk.Repo
	large bool // once is enough
}

func damages() []damage {
	return []damage{
		{name: unlisted, make: func(r sdk.Repo) sdk.Repo {
			return &bent{Repo: r, files: func([]sdk.File) ([]sdk.File, error) { return nil, errRead }}
		}},
		{name: "reads fail", make: func(r sdk.Repo) sdk.Repo {
			return &bent{Repo: r, read: func(string, int64, []byte) ([]byte, error) { return nil, errRead }}
		}},
		{name: "files are empty", make: content(func(string, []byte) []byte { return nil })},
		{name: "files are cut", make: content(func(_ string, data []byte) []byte { return data[:len(data)/2] })},
		{name: "files are garbage", make: content(func(_ string, data []byte) []byte {
			return []byte(strings.Repeat("\xff\x00\x1b[", len(data)/4+1))[:len(data)]
		})},
		{name: "numbers are texts", make: content(inJSON(`"many"`))},
		{name: "everything is a list", make: content(inJSON(`[[{"a":[]}]]`))},
		{name: "everything is null", make: content(inJSON(`null`))},
		{name: "numbers are huge", make: content(inJSON(`-1e308`))},
		{name: "lists where objects are wanted", make: content(func(p string, data []byte) []byte { return jsonOr(p, data, `[1,"x",null]`) })},
		{name: "deep JSON", make: content(func(p string, data []byte) []byte {
			return jsonOr(p, data, strings.Repeat(`{"a":`, 5000)+"1"+strings.Repeat("}", 5000))
		})},
		{name: "names of a hostile author", make: func(r sdk.Repo) sdk.Repo { return &bent{Repo: r, files: hostileNames} }},
		{name: "a hundred thousand files", large: true, make: func(r sdk.Repo) sdk.Repo { return &bent{Repo: r, files: manyFiles} }},
		{name: "sizes of zero", make: func(r sdk.Repo) sdk.Repo { return &bent{Repo: r, files: noSizes} }},
		{name: "the Hub says nothing", make: func(r sdk.Repo) sdk.Repo { return &bent{Repo: r, noFacts: true} }},
	}
}

// bent is a repository that is not what it was.
type bent struct {
	sdk.Repo
	files   func([]sdk.File) ([]sdk.File, error)
	read    func(path string, off int64, data []byte) ([]byte, error)
	noFacts bool
}

// Facts implements sdk.Repo.
func (b *bent) Facts() sdk.Facts {
	if b.noFacts {
		return sdk.Facts{}
	}
	return b.Repo.Facts()
}

// Files implements sdk.Repo.
func (b *bent) Files(ctx context.Context) ([]sdk.File, error) {
	files, err := b.Repo.Files(ctx)
	if err != nil || b.files == nil {
		return files, err
	}
	return b.files(append([]sdk.File(nil), files...))
}

// ReadAt implements sdk.Repo.
func (b *bent) ReadAt(ctx context.Context, path string, off int64, n int) ([]byte, error) {
	data, err := b.Repo.ReadAt(ctx, path, off, n)
	if b.read == nil {
		return data, err
	}
	return b.read(path, off, data)
}

// content bends what is read, from wherever.
func content(f func(path string, data []byte) []byte) func(sdk.Repo) sdk.Repo {
	return func(r sdk.Repo) sdk.Repo {
		return &bent{Repo: r, read: func(path string, _ int64, data []byte) ([]byte, error) { return f(path, data), nil }}
	}
}

// jsonOr gives a document in place of every JSON file.
func jsonOr(p string, data []byte, doc string) []byte {
	if path.Ext(p) == ".json" {
		return []byte(doc)
	}
	return data
}

// inJSON puts a value in the place of every number and word of JSON files.
func inJSON(value string) func(string, []byte) []byte {
	return func(p string, data []byte) []byte {
		if path.Ext(p) != ".json" {
			return data
		}
		var out strings.Builder
		for i := 0; i < len(data); {
			j := i
			for j < len(data) && strings.IndexByte("+-.0123456789eEtrufalsn", data[j]) >= 0 {
				j++
			}
			switch {
			case data[i] == '"': // a text stays, keys are texts
				for j = i + 1; j < len(data) && data[j] != '"'; j++ {
					if data[j] == '\\' {
						j++
					}
				}
				j = min(j+1, len(data))
				out.Write(data[i:j])
			case j > i:
				out.WriteString(value)
			default:
				j = i + 1
				out.WriteByte(data[i])
			}
			i = j
		}
		return []byte(out.String())
	}
}

func hostileNames(files []sdk.File) ([]sdk.File, error) {
	for _, name := range []string{
		"\x1b]0;gone\x07.json", "<img src=x onerror=alert(1)>.safetensors", "a\nb.gguf", "\u202egnp.bin", " ", ".", "-rf", "%s%n",
		strings.Repeat("x/", 2000) + "config.json", strings.Repeat("y", 5000) + ".json", "model-00001-of-99999999999.safetensors", "\xff\xfe.json",
	} {
		files = append(files, sdk.File{Path: name, Size: 1 << 62, LFS: true, SHA256: "x"})
	}
	return files, nil
}

func manyFiles(files []sdk.File) ([]sdk.File, error) {
	for i := range 100_000 {
		files = append(files, sdk.File{Path: fmt.Sprintf("data/%03d/part-%06d.parquet", i%100, i), Size: 1 << 20, LFS: true})
	}
	return files, nil
}

func noSizes(files []sdk.File) ([]sdk.File, error) {
	for i := range files {
		files[i].Size = 0
	}
	return files, nil
}

// nothing is a repository without files.
func nothing() sdk.Repo {
	return &Repo{
		RefValue: sdk.Ref{Type: "model", ID: "empty/repository", Revision: "main", Commit: strings.Repeat("0", 40)},
		Contents: map[string]io.ReaderAt{},
	}
}

// counting sums what is read.
type counting struct {
	sdk.Repo
	mu    sync.Mutex
	bytes int64
	reads int
}

// ReadAt implements sdk.Repo.
func (c *counting) ReadAt(ctx context.Context, path string, off int64, n int) ([]byte, error) {
	data, err := c.Repo.ReadAt(ctx, path, off, n)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bytes += int64(len(data))
	c.reads++
	return data, err
}

func (c *counting) sum() (int64, int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bytes, c.reads
}
