package web_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"
	"github.com/google/go-cmp/cmp"

	"github.com/hfdownloader/hfdownloader/web"
)

// bundle makes the page from its source, by name below dist.
func bundle(t *testing.T) map[string][]byte {
	t.Helper()
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	lib := func(name string) string { return filepath.Join(root, "vendor", filepath.FromSlash(name)) }
	result := api.Build(api.BuildOptions{
		AbsWorkingDir: root,
		EntryPoints:   []string{"src/main.tsx"},
		EntryNames:    "assets/app-[hash]",
		AssetNames:    "assets/[name]-[hash]",
		Outdir:        "dist",
		Bundle:        true, MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true,
		Format: api.FormatESModule, Target: api.ES2022, Platform: api.PlatformBrowser,
		JSX: api.JSXAutomatic, JSXImportSource: "preact",
		Charset: api.CharsetUTF8, LegalComments: api.LegalCommentsNone,
		Loader: map[string]api.Loader{".svg": api.LoaderFile},
		Alias: map[string]string{
			"preact":               lib("preact/preact.mjs"),
			"preact/hooks":         lib("preact/hooks.mjs"),
			"preact/jsx-runtime":   lib("preact/jsxRuntime.mjs"),
			"@preact/signals-core": lib("signals-core/signals-core.mjs"),
			"@preact/signals":      lib("signals/signals.mjs"),
			"uplot":                lib("uplot/uPlot.esm.js"),
			"uplot.css":            lib("uplot/uPlot.min.css"),
		},
		TsconfigRaw: "{}", // its paths are for type checkers: they lead to declarations
	})
	for _, m := range append(result.Errors, result.Warnings...) {
		t.Error(api.FormatMessages([]api.Message{m}, api.FormatMessagesOptions{})[0])
	}
	if t.Failed() {
		t.FailNow()
	}
	out := map[string][]byte{}
	var script, style string
	for _, f := range result.OutputFiles {
		name, err := filepath.Rel(filepath.Join(root, "dist"), f.Path)
		if err != nil {
			t.Fatal(err)
		}
		name = filepath.ToSlash(name)
		out[name] = f.Contents
		switch path.Ext(name) {
		case ".js":
			script = name
		case ".css":
			style = name
		}
	}
	index, err := os.ReadFile("src/index.html")
	if err != nil {
		t.Fatal(err)
	}
	out["index.html"] = []byte(strings.NewReplacer("{{script}}", "/"+script, "{{style}}", "/"+style).Replace(string(index)))
	icon, err := os.ReadFile("src/icon.svg")
	if err != nil {
		t.Fatal(err)
	}
	out["icon.svg"] = icon
	return out
}

// TestDist proves that what is embedded is what the source gives; with -update it
// makes it so.
func TestDist(t *testing.T) {
	want := bundle(t)
	if *update {
		if err := replace("dist", want); err != nil {
			t.Fatal(err)
		}
		return // what is embedded is of before
	}
	got := map[string][]byte{}
	err := fs.WalkDir(web.Page(), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		got[name], err = fs.ReadFile(web.Page(), name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range got {
		if !bytes.Equal(got[name], want[name]) {
			t.Errorf("web/dist/%s is not what the source gives: run go generate ./web", name)
		}
	}
	for name := range want {
		if got[name] == nil {
			t.Errorf("web/dist/%s is missing: run go generate ./web", name)
		}
	}
}

func replace(dir string, files map[string][]byte) error {
	err := os.RemoveAll(dir)
	for name, data := range files {
		to := filepath.Join(dir, filepath.FromSlash(name))
		err = errors.Join(err, os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, data, 0o644))
	}
	return err
}

// firstLoad is issue 7's bound, in bytes.
const firstLoad = 150_000

// TestFirstLoad prints what a first visit carries over, compressed.
func TestFirstLoad(t *testing.T) {
	sum := 0
	for name, data := range bundle(t) {
		var buf bytes.Buffer
		z, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = z.Write(data); err != nil {
			t.Fatal(err)
		}
		if err = z.Close(); err != nil {
			t.Fatal(err)
		}
		t.Logf("%8d %8d compressed  %s", len(data), buf.Len(), name)
		sum += buf.Len()
	}
	t.Logf("first load: %d bytes", sum)
	if sum >= firstLoad {
		t.Errorf("first load is %d bytes, want < %d", sum, firstLoad)
	}
}

// TestPageLoadsNothingForeign: nothing comes from other hosts, and nothing needs
// what the CSP forbids.
func TestPageLoadsNothingForeign(t *testing.T) {
	index, err := fs.ReadFile(web.Page(), "index.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"http://", "https://", "style=", "onload=", "<script>", "<style"} {
		if bytes.Contains(index, []byte(bad)) {
			t.Errorf("index.html has %q", bad)
		}
	}
	if diff := cmp.Diff(1, bytes.Count(index, []byte("<script"))); diff != "" {
		t.Error(diff)
	}
}
