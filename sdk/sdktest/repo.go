// Package sdktest is for tests of analyzers: repositories from a listing and
// some contents, which count what is read of them.
package sdktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/tools/txtar"

	"github.com/hfdownloader/hfdownloader/sdk"
)

// Repo is a sdk.Repo in memory. Contents are the bytes of files by path; a file
// without any cannot be read.
type Repo struct {
	RefValue   sdk.Ref
	FactsValue sdk.Facts
	List       []sdk.File
	Contents   map[string]io.ReaderAt

	mu    sync.Mutex
	reads []Read
}

// Read is one read of a Repo.
type Read struct {
	Path  string
	Off   int64
	Bytes int
}

// Ref implements sdk.Repo.
func (r *Repo) Ref() sdk.Ref { return r.RefValue }

// Facts implements sdk.Repo.
func (r *Repo) Facts() sdk.Facts { return r.FactsValue }

// Files implements sdk.Repo.
func (r *Repo) Files(ctx context.Context) ([]sdk.File, error) { return r.List, ctx.Err() }

// ReadAt implements sdk.Repo.
func (r *Repo) ReadAt(ctx context.Context, path string, off int64, n int) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, ok := sdk.Find(r.List, path)
	if !ok {
		return nil, fmt.Errorf("%s: %w", path, sdk.ErrNoFile)
	}
	content := r.Contents[path]
	if content == nil {
		return nil, fmt.Errorf("%s: the test has no content of it", path)
	}
	if off < 0 || n < 0 {
		return nil, fmt.Errorf("%s: read of %d at %d", path, n, off)
	}
	data := make([]byte, max(0, min(int64(n), f.Size-off)))
	got, err := readWith(ctx, content, data, off)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reads = append(r.reads, Read{path, off, got})
	return data[:got], nil
}

// readWith lets a read end with its context, where the content can do that.
func readWith(ctx context.Context, content io.ReaderAt, p []byte, off int64) (int, error) {
	if c, ok := content.(interface {
		readAt(ctx context.Context, p []byte, off int64) (int, error)
	}); ok {
		return c.readAt(ctx, p, off)
	}
	return content.ReadAt(p, off)
}

// Reads are all reads until now, in their order.
func (r *Repo) Reads() []Read {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Read(nil), r.reads...)
}

// Fixture is a repository with what is expected of it.
type Fixture struct {
	*Repo
	// Extra are the sections of the archive that are neither listing, facts nor
	// content, by name: "want.json", "header/model.safetensors".
	Extra map[string][]byte
}

// Parse reads a txtar archive:
//
//	model owner/name            the first line: "model" or "dataset", and the id
//	-- files --                 the listing: size in bytes, "lfs" or "-", path
//	4368438272 lfs mistral.Q4_K_M.gguf
//	571 - config.json
//	-- facts.json --            what the Hub says (sdk.Facts), if anything
//	-- content/config.json --   a file's bytes; its size is set to theirs
//	-- anything else --         Extra
func Parse(data []byte) (*Fixture, error) {
	a := txtar.Parse(data)
	kind, id, _ := strings.Cut(strings.TrimSpace(strings.SplitN(string(a.Comment), "\n", 2)[0]), " ")
	if kind != "model" && kind != "dataset" || id == "" {
		return nil, errors.New(`the first line is not "model owner/name" or "dataset owner/name"`)
	}
	f := &Fixture{Extra: map[string][]byte{}, Repo: &Repo{
		RefValue: sdk.Ref{Type: kind, ID: id, Revision: "main", Commit: strings.Repeat("a", 40)},
		Contents: map[string]io.ReaderAt{},
	}}
	for _, part := range a.Files {
		name, isContent := strings.CutPrefix(part.Name, "content/")
		var err error
		switch {
		case isContent:
			f.SetContent(name, part.Data)
		case part.Name == "files":
			f.List, err = parseListing(string(part.Data))
		case part.Name == "facts.json":
			err = json.Unmarshal(part.Data, &f.FactsValue)
		default:
			f.Extra[part.Name] = part.Data
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", part.Name, err)
		}
	}
	return f, nil
}

// SetContent gives a file its bytes, and the listing their number; a file that is
// not listed is added.
func (r *Repo) SetContent(path string, data []byte) {
	r.Contents[path] = strings.NewReader(string(data))
	for i := range r.List {
		if r.List[i].Path == path {
			r.List[i].Size = int64(len(data))
			return
		}
	}
	r.List = append(r.List, sdk.File{Path: path, Size: int64(len(data))})
}

func parseListing(text string) ([]sdk.File, error) {
	var out []sdk.File
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		parts := strings.SplitN(line, " ", 3)
		if len(parts) != 3 || parts[1] != "lfs" && parts[1] != "-" {
			return nil, fmt.Errorf("%q is not SIZE lfs|- PATH", line)
		}
		size, err := strconv.ParseInt(parts[0], 10, 64)
		if err != nil || size < 0 {
			return nil, fmt.Errorf("%q has no size", line)
		}
		f := sdk.File{Path: parts[2], Size: size, LFS: parts[1] == "lfs"}
		out = append(out, f)
	}
	return out, nil
}
