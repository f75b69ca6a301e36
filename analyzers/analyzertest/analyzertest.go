// Package analyzertest checks analyzers against fixtures of real repositories.
package analyzertest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/sdk"
	"github.com/hfdownloader/hfdownloader/sdk/sdktest"
)

// Writer makes the first bytes of a big file from a fixture's header/PATH.
type Writer func(spec []byte) ([]byte, error)

// Writers are Writers by the ending of the file: ".gguf".
type Writers map[string]Writer

// Fixture is a repository with what its analysis says.
type Fixture struct {
	*sdktest.Fixture
	Name string // of the file, without its ending
	// Want is want.json, by key.
	Want map[string]json.RawMessage
}

// Type is the type that is wanted.
func (f *Fixture) Type() string {
	var s string
	_ = json.Unmarshal(f.Want["type"], &s) // "" fails the comparison
	return s
}

// Load reads every *.txtar below dir.
func Load(tb testing.TB, dir string, writers Writers) []*Fixture {
	tb.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil {
		tb.Fatal(err)
	}
	var out []*Fixture
	for _, p := range paths {
		f, err := load(p, writers)
		if err != nil {
			tb.Fatalf("%s: %v", p, err)
		}
		out = append(out, f)
	}
	return out
}

// LoadOne reads one file.
func LoadOne(tb testing.TB, p string, writers Writers) *Fixture {
	tb.Helper()
	f, err := load(p, writers)
	if err != nil {
		tb.Fatalf("%s: %v", p, err)
	}
	return f
}

func load(p string, writers Writers) (*Fixture, error) {
	data, err := os.ReadFile(p)
	if err != nil {
		return nil, err
	}
	parsed, err := sdktest.Parse(data)
	if err != nil {
		return nil, err
	}
	f := &Fixture{Fixture: parsed, Name: strings.TrimSuffix(filepath.Base(p), ".txtar")}
	if err := json.Unmarshal(f.Extra["want.json"], &f.Want); err != nil {
		return nil, fmt.Errorf("want.json: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(f.Extra)) {
		path, ok := strings.CutPrefix(name, "header/")
		if !ok {
			continue
		}
		write := writers[filepath.Ext(path)]
		listed, there := sdk.Find(f.List, path)
		if write == nil || !there {
			return nil, fmt.Errorf("%s: no writer, or not listed", name)
		}
		head, err := write(f.Extra[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if int64(len(head)) > listed.Size {
			return nil, fmt.Errorf("%s: %d bytes of a file of %d", name, len(head), listed.Size)
		}
		f.Contents[path] = &sparse{head, listed.Size}
	}
	return f, nil
}

// sparse is a file of zeros behind its first bytes.
type sparse struct {
	head []byte
	size int64
}

// ReadAt implements io.ReaderAt.
func (s *sparse) ReadAt(p []byte, off int64) (int, error) {
	n := int(min(int64(len(p)), s.size-off))
	if n < 0 {
		return 0, io.EOF
	}
	clear(p[:n])
	if off < int64(len(s.head)) {
		copy(p[:n], s.head[off:])
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Check runs one analyzer over the fixtures below dir: where it claims, its
// sections are as wanted, and its items where the fixture is of its type. Of
// items those keys are compared that want.json has.
func Check(t *testing.T, a sdk.Analyzer, dir string, writers Writers) {
	t.Helper()
	fixtures := Load(t, dir, writers)
	if len(fixtures) == 0 {
		t.Fatal("no fixtures")
	}
	for _, f := range fixtures {
		t.Run(f.Name, func(t *testing.T) { check(t, a, f) })
	}
}

func check(t *testing.T, a sdk.Analyzer, f *Fixture) {
	t.Helper()
	claim, err := a.Match(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	if !claim.Made() {
		t.Fatal("no claim")
	}
	report, err := a.Analyze(t.Context(), f, sdk.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Sections) == 0 {
		t.Error("no section")
	}
	for _, s := range report.Sections {
		Same(t, s.Key, f.Want[s.Key], s.Data)
	}
	if claim.Type != f.Type() {
		return
	}
	for key, got := range map[string]any{"selectable_items": report.Items, "related_downloads": report.Related, "warnings": report.Warnings} {
		if want := f.Want[key]; want != nil {
			data, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			Within(t, key, want, data)
		}
	}
}

// Same compares two JSON values.
func Same(t *testing.T, what string, want, got []byte) {
	t.Helper()
	if diff := cmp.Diff(tree(t, what, want), tree(t, what, got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// Within compares those keys of objects that want has, in lists element by element.
func Within(t *testing.T, what string, want, got []byte) {
	t.Helper()
	w, g := tree(t, what, want), tree(t, what, got)
	if diff := cmp.Diff(w, keep(w, g)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// keep leaves out of got the keys that want does not have.
func keep(want, got any) any {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return got
		}
		out := map[string]any{}
		for k, v := range w {
			if other, ok := g[k]; ok {
				out[k] = keep(v, other)
			}
		}
		return out
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return got
		}
		out := make([]any, len(g))
		for i := range g {
			out[i] = keep(w[i], g[i])
		}
		return out
	default:
		return got
	}
}

func tree(t *testing.T, what string, data []byte) any {
	t.Helper()
	if data == nil {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v in %s", what, err, data)
	}
	return v
}
