package gguf

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/hfdownloader/hfdownloader/analyzers/gguf/gguftest"
	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

// A projector whose name does not say so is found by its header, and what is left
// is read.
func TestProjectorByItsHeader(t *testing.T) {
	llama := map[string]any{"general.architecture": "llama", "llama.block_count": 2, "llama.embedding_length": 64, "llama.attention.head_count": 4, "llama.context_length": 4096}
	for _, c := range []struct {
		name string
		kv   map[string]any
		want string // the projectors
	}{
		{"by its architecture", map[string]any{"general.architecture": "clip"}, "vision-F16.gguf"},
		{"by its type", map[string]any{"general.architecture": "other", "general.type": "mmproj"}, "vision-F16.gguf"},
		{"a model is none", llama, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &sdktest.Repo{RefValue: sdk.Ref{Type: "model", ID: "o/m-GGUF", Revision: "main"}, Contents: map[string]io.ReaderAt{}}
			for path, kv := range map[string]map[string]any{"vision-F16.gguf": c.kv, "m-Q4_K_M.gguf": llama} {
				head, err := gguftest.Spec{KV: kv, Vocab: 10}.Header()
				if err != nil {
					t.Fatal(err)
				}
				r.Contents[path] = strings.NewReader(string(head) + strings.Repeat("\x00", 1<<20))
			}
			r.List = []sdk.File{{Path: "m-Q4_K_M.gguf", Size: 1 << 20, LFS: true}, {Path: "vision-F16.gguf", Size: 1 << 19, LFS: true}}
			a := analysis{listing: list(r.List, newTable()), files: r.List}
			a.readHeader(t.Context(), r)
			if got := strings.Join(paths(a.mmproj), " "); got != c.want || len(a.warnings) > 0 {
				t.Errorf("projectors %q, warnings %q", got, a.warnings)
			}
			if a.header == nil || a.header.Text("general.architecture") != "llama" {
				t.Error("the model's header was not read")
			}
		})
	}
}

// Parts cut by hand are in the order of their numbers, and some may be missing.
func TestPartsCutByHand(t *testing.T) {
	var files []sdk.File
	for _, n := range []int{10, 2, 1, 3, 4, 5, 6, 7, 8, 9, 11} {
		files = append(files, sdk.File{Path: fmt.Sprintf("m.Q8_0.gguf.part%dof11", n), Size: int64(n), LFS: true})
	}
	for _, c := range []struct {
		files      []sdk.File
		incomplete bool
	}{{files, false}, {files[:10], true}} {
		l := list(c.files, newTable())
		if len(l.variants) != 1 || l.variants[0].label != "Q8_0" || l.variants[0].incomplete() != c.incomplete {
			t.Fatalf("%+v", l.variants)
		}
		for i, f := range l.variants[0].files {
			if f.Size != int64(i+1) {
				t.Errorf("%s is in place %d", f.Path, i+1)
			}
		}
	}
}
